"""Brings the site to where it can be served: `make run` calls it before each start."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from forum.environment import WrongSetting
from forum.operating import copies, schema

PREPARING = 0x50726570_61726521  # the number of our lock in PostgreSQL


class Command(BaseCommand):
    help = "Migrates the database, loads the fixture if there are no posts yet, and collects static files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--static-only", action="store_true", help="touch no database")

    def handle(self, *args: Any, **options: Any) -> None:
        with _alone():
            if not options["static_only"]:
                with _alone_in_the_database():
                    self._prepare_database()
            try:
                self._collect_static_files()
            except OSError as error:
                expected = f"a folder in which this user can make files ({error.strerror})"
                raise WrongSetting("STATIC_ROOT", str(settings.STATIC_ROOT), expected) from None

    def _prepare_database(self) -> None:
        copies.close_to_others()
        if said := schema.hindrance():
            raise CommandError(said)
        call_command("migrate", interactive=False, verbosity=0)
        self._load_fixture()
        self._fill_search()

    def _load_fixture(self) -> None:
        """Loads it into a site without posts, and goes on with a load that was broken off."""
        broken_off = apps.get_model("archive", "Run")._default_manager.filter(operator="load_fixture", state="running")
        if not apps.get_model("posts", "Post")._default_manager.exists() or broken_off.exists():
            call_command("load_fixture", stdout=self.stdout)

    def _fill_search(self) -> None:
        """Indexes what was written before there was a search; at a million comments that takes minutes, once."""
        empty = not apps.get_model("search", "Entry")._default_manager.exists()
        if empty and apps.get_model("posts", "Post")._default_manager.exists():
            self.stdout.write("Making the search index …")
            call_command("rebuild_search", stdout=self.stdout)

    def _collect_static_files(self) -> None:
        """Collects only when a file has changed: hashing and compressing all takes seconds."""
        stamp = settings.STATIC_ROOT / ".collected"
        state = _state_of_static_files()
        if not stamp.exists() or stamp.read_text() != state:
            call_command("collectstatic", interactive=False, verbosity=0)
            _open(settings.STATIC_ROOT)
            stamp.write_text(state)


@contextmanager
def _alone() -> Iterator[None]:
    """Has a second one wait until the first is done: of two that migrate at once, one fails."""
    try:
        file = (settings.DATA_DIR / "prepare.lock").open("ab")
    except OSError:
        raise WrongSetting("DATA_DIR", str(settings.DATA_DIR), "a folder in which this user can make files") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _alone_in_the_database() -> Iterator[None]:
    """The same of machines that share a PostgreSQL, by a connection of its own, with which the lock ends."""
    if connection.vendor != "postgresql":
        yield
        return
    line = connection.copy()
    try:
        with line.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])  # a pool would keep the connection
    finally:
        line.close()


def _open(folder: Path) -> None:
    """Lets everybody read what was collected: nginx is another user, and the site's own files are closed to it."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _state_of_static_files() -> str:
    """Gives a digest of every static file's name, size and time of change; reads none of them."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
