"""The PostgreSQL of `make test` lives in its own folder and leaves every other as it was."""

import os
import pwd
import stat
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests import postgresql


def modes(*paths: Path) -> dict[Path, tuple[int, int]]:
    """Gives mode and owner of the paths and of every folder above them."""
    folders = {folder for path in paths for folder in (path.absolute(), *path.absolute().parents)}
    return {folder: (stat.S_IMODE(folder.stat().st_mode), folder.stat().st_uid) for folder in folders}


def test_no_mode_and_no_user_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(closed))
    monkeypatch.setenv("TMPDIR", str(closed))
    places = (settings.BASE_DIR, Path(sys.prefix), closed, Path("/tmp"), Path("/var/tmp"))  # noqa: S108
    before = (modes(*places), len(pwd.getpwall()))
    with postgresql.running() as (url, _):
        folder = Path(url.partition("@/")[2]).parent.parent
        host = url.partition("@/")[2].rpartition("/")[0]
        with psycopg.connect(host=host, user="postgres", dbname="postgres") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        during = modes(*places)
    assert (during, len(pwd.getpwall())) == before
    assert modes(*places) == before[0]
    assert not folder.exists()


def test_it_does_not_run_as_root() -> None:
    with postgresql.running() as (url, _):
        data = Path(url.partition("@/")[2]).parent
        process = (data / "postmaster.pid").read_text().split()[0]
        assert Path(f"/proc/{process}").stat().st_uid != 0
        assert Path(f"/proc/{process}").stat().st_uid == data.stat().st_uid
    assert not os.path.exists(f"/proc/{process}")
