"""Kills an import at random moments and runs it again: `python -m benchmarks.kill_import FILE --times 10`.

Works on the database of DATABASE_URL, which must be empty and whose name must begin with test_ (or, for SQLite, on a
file in a folder of its own). Imports once without a kill and notes the hash over all that was written, by stable keys:
ids that the database gives and the times of runs are left out. Then takes everything back and imports again, killed
with SIGKILL after a random part of the time; again and again until it ends. Each hash must be the first one.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

_ROOT = Path(__file__).parents[1]


def main() -> None:
    """Import, kill, import, compare; exits with 1 when a hash differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0, help="of the moments; 0: others each time")
    said = parser.parse_args()
    django.setup()
    _check()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    chance = random.Random(said.seed or None)  # noqa: S311  no secret
    begin = time.monotonic()
    _import(said.file, None)
    took = time.monotonic() - begin
    clean = state_hash()
    print(f"clean run: {took:.1f} s, {clean}", flush=True)
    same = True
    for number in range(1, said.times + 1):
        call_command("flush", verbosity=0, interactive=False)
        moment = chance.uniform(0.2 * took, took)  # before that it only starts
        killed = not _import(said.file, moment)
        part = _loaded()
        if killed:
            _import(said.file, None)
        found = state_hash()
        same = same and found == clean
        how = f"killed after {moment:.1f} s with {part:,} comments" if killed else "ended before it was killed"
        print(f"{number}: {how}, {found}", flush=True)
    print("the same each time" if same else "DIFFERENT")
    sys.exit(0 if same else 1)


def _check() -> None:
    from django.db import connection

    name = Path(str(connection.settings_dict["NAME"])).name
    if connection.vendor != "sqlite" and not name.startswith("test_"):
        raise SystemExit(f"This empties the database; {name} is not named test_….")
    if connection.vendor == "sqlite" and "DATA_DIR" not in os.environ:
        raise SystemExit("This empties the database: name a folder of its own in DATA_DIR.")


def _import(file: Path, seconds: float | None) -> bool:
    """Run the import in a process of its own, killed after so long; returns whether it ended."""
    command = [sys.executable, "manage.py", "import_archive", str(file.resolve()), "--commit"]
    running = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603  ours
    try:
        _, errors = running.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
        running.communicate()
        return False
    if running.returncode:
        raise SystemExit(errors.decode())
    return True


def _loaded() -> int:
    from comments.models import Comment

    return Comment.objects.count()


def state_hash() -> str:
    """SHA-256 over everything an import writes, named by stable keys."""
    digest = hashlib.sha256()
    for row in _rows():
        digest.update(json.dumps(row, default=str, sort_keys=True).encode())
    return digest.hexdigest()


def _rows() -> Iterator[Any]:
    from comments.models import Comment, Quotation
    from forum.archive.models import Item, Run, Suggestion
    from forum.search.models import Entry
    from forum.users.models import Person, Source
    from posts.models import Post

    items = Item.objects.order_by("source__key", "source_key")
    fields = ("source__key", "source_key", "kind", "digest", "evidence", "element", "body_digest", "words_digest")
    yield from items.values_list(*fields, "parent_key", "first_line", "last_line", "run__sha256")
    comment_key: dict[Any, str] = dict(items.exclude(comment=None).values_list("comment", "source_key"))
    post_key: dict[Any, str] = dict(items.exclude(post=None).values_list("post", "source_key"))
    own = (
        "position",
        "reply_count",
        "quoted_count",
        "came_with",
        "best",
        "parent_basis",
        "anchor",
        "state",
        "archived",
    )
    words = ("created_at", "printed_date", "printed_at", "precision", "zone", "instant", "body", "format")
    of_comments = Comment.objects.order_by("post", "created_at", "position")
    values: Any = of_comments.values_list(
        "pk", "post", "parent", "branch", *own, *words, "person__name", "person__scope", "person__identity"
    )
    for pk, post, parent, branch, *rest in values:
        named = comment_key.get(branch, branch)
        yield [comment_key.get(pk), post_key.get(post), comment_key.get(parent), named, *rest]
    figures = ("title", "body", "html", "version", "last_position", "comment_count", "living_count", "active_at")
    yield from sorted(map(str, Post.objects.values_list(*figures, "pulse", "last_person__name", "created_at", "state")))
    quotations = Quotation.objects.values_list("comment", "quoted", "start", "end", "attribution_start")
    yield sorted(str((comment_key.get(one), comment_key.get(of or 0), *rest)) for one, of, *rest in quotations)
    pairs = Suggestion.objects.values_list("comment", "parent", "why", "start", "end", "outcome")
    yield sorted(str((comment_key.get(one), comment_key.get(of), *rest)) for one, of, *rest in pairs)
    yield sorted(map(str, Person.objects.values_list("source__key", "scope", "name", "digest", "identity")))
    yield sorted(map(str, Source.objects.values_list("key", "name", "address")))
    yield sorted(map(str, Run.objects.values_list("source__key", "sha256", "state", "counts", "report", "format")))
    yield Entry.objects.count()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    main()
