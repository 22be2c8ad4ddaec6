"""Writes threads, or the whole site, to a file that import_archive reads again."""

import os
import re
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError

from forum.archive.exporting import exported, site_key, snapshot
from forum.arguments import row_id
from posts.models import Post


class Command(BaseCommand):
    help = (
        "Writes JSON lines that import_archive reads again, on this site or another. --states public holds what a "
        "guest may read, all holds everything but secrets and is for staff. Exit status: 0 done, 2 refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to write, and where."""
        parser.add_argument("posts", nargs="*", type=row_id, metavar="POST", help="the id of a post, with its thread")
        parser.add_argument("--all", action="store_true", help="every post of the site")
        parser.add_argument("--states", choices=("public", "all"), default="public", help="default: public")
        parser.add_argument("-o", "--output", type=Path, help="the file; without it, standard output")
        parser.add_argument("--site", default="", help="the key of this site as a source, otherwise from SITE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it as it stands at this moment."""
        asked: list[int] = options["posts"]
        site = options["site"] or site_key()
        if bool(asked) == options["all"]:
            raise CommandError("Name the ids of posts, or say --all.", returncode=2)
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", site) or len(site) > 50:
            raise CommandError("The key of a site has small letters, digits and hyphens, 50 at most.", returncode=2)
        if options["output"] and _is_there(options["output"]):
            raise CommandError(f"{options['output']} exists already.", returncode=2)
        with snapshot():
            posts = None if options["all"] else _posts(asked, options["states"])
            written = self._write(exported(posts, states=options["states"], site=site), options["output"])
        if options["output"]:
            self.stdout.write(f"Wrote {written:,} lines to {options['output']}.", self.style.SUCCESS)

    def _write(self, lines: Iterable[str], path: Path | None) -> int:
        written = 0
        if path is None:
            _speak_utf8()
        try:
            with _beside(path) if path else nullcontext(self.stdout) as file:
                for line in lines:
                    file.write(f"{line}\n")
                    written += 1
        except OSError as error:
            raise _unwritable(error) from None
        return written


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # a folder into which one may not look, or a name that can be none
        raise _unwritable(error) from None


def _unwritable(error: OSError) -> CommandError:
    return CommandError(f"The file cannot be written: {error.strerror}.", returncode=2)


def _posts(asked: list[int], states: str) -> list[Post]:
    found = Post.objects.all() if states == "all" else Post.objects.placed_for(AnonymousUser())
    rows = found.select_related("source", "answer").in_bulk(list(dict.fromkeys(asked)))
    for pk in asked:
        if pk not in rows:
            hidden = "" if states == "all" else " that a guest may read; --states all exports others"
            raise CommandError(f"There is no post {pk}{hidden}.", returncode=2)
    return sorted(rows.values(), key=lambda post: (post.created_at, post.pk))


def _speak_utf8() -> None:
    """Standard output in UTF-8, whatever the terminal is set to."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")


@contextmanager
def _beside(path: Path) -> Iterator[TextIO]:
    """A file that takes its name when it is whole, so that nobody finds half of one; others cannot read it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
