"""An import that is killed without warning leaves what it finished, and the next one brings the rest."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from comments.models import Comment
from comments.recounting import recount
from forum.archive import batches
from forum.archive.load import load
from forum.archive.models import Item, Run
from forum.search.rebuilding import rebuild
from posts.models import Post
from tests.archive.pages import SEED, seed_plan

KILLED = """
import os, signal, sys
import django
django.setup()
from comments import importing
from forum.archive import batches
from forum.archive.load import load
from tests.archive.pages import seed_plan

batches.SIZE, real, calls = 10, importing.add_comments, iter(range(9))

def kill(threads):
    made = real(threads)
    if next(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return made

batches.add_comments = kill
load(seed_plan(), commit=True)
"""


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_killed_import_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = str(connection.settings_dict["NAME"])
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{name}"
    environment = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "forum.settings"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], cwd=SEED.parents[1], env=environment, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert Comment.objects.count() == 20  # two batches; the third was not finished
    assert Run.objects.get().state == "running"
    monkeypatch.setattr(batches, "SIZE", 10)
    load(seed_plan(), commit=True)
    assert list(Comment.objects.order_by("position").values_list("position", flat=True)) == [
        1_000 * n for n in range(1, 42)
    ]
    assert (Run.objects.get().state, Run.objects.get().counts["comments"], Item.objects.count()) == ("done", 41, 42)
    assert recount(Post.objects.get().pk) == []
    assert rebuild(repair=False).wrong == 0
