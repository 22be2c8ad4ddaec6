"""A SQLite database that is damaged is told in a sentence, and a copy takes its place."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from forum.operating import copies, failing
from forum.users.models import Source

pytestmark = [pytest.mark.sqlite_only, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

HEADER = 100


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """One of the sound site, which holds a source."""
    Source.objects.create(key="kept", name="Kept")
    call_command("backup", tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def file(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of a site of its own, for a test to spoil."""
    file = tmp_path / "forum.sqlite3"
    shutil.copy(copy, file)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    yield file
    connection.close()


def noise_over_header(file: Path) -> None:
    file.write_bytes(b"\xa5" * HEADER + file.read_bytes()[HEADER:])


def unknown_format(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[44:48] = b"\xa5" * 4
    file.write_bytes(content)


def unknown_version(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[18] = 0xA5
    file.write_bytes(content)


def noise_over_pages(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:HEADER] + b"\xa5" * (len(content) - HEADER))


def truncated(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


DAMAGES = [noise_over_header, unknown_format, unknown_version, noise_over_pages, truncated]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_copy_takes_the_place_of_a_damaged_database(copy: Path, file: Path, damage: Callable[[Path], None]) -> None:
    damage(file)
    for end in ("-wal", "-shm"):
        Path(f"{file}{end}").write_bytes(b"of the old one")
    call_command("restore", copy, "--replace")
    assert list(Source.objects.values_list("key", flat=True)) == ["kept"]
    connection.close()
    with closing(sqlite3.connect(file)) as whole:
        assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert names(file.parent) == {"copy", "forum.sqlite3"}


def test_a_new_file_is_of_the_same_owner_who_alone_may_read_it(copy: Path, file: Path) -> None:
    """Root may put back what is the site's."""
    noise_over_header(file)
    file.chmod(0o644)
    if os.geteuid() == 0:
        os.chown(file, 12345, 12346)
    before = file.stat()
    call_command("restore", copy, "--replace")
    after = file.stat()
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert stat.S_IMODE(after.st_mode) == 0o600


def test_the_log_of_a_damaged_database_is_never_written_into_the_new_one(
    copy: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power may fail at any moment: when the new file has the name, the old log is gone."""
    noise_over_header(file)
    log = Path(f"{file}-wal")
    log.write_bytes(b"of the old one")
    replace, left = Path.replace, []

    def watched(path: Path, target: Path) -> Path:
        left.append(log.exists())
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", watched)
    call_command("restore", copy, "--replace")
    assert left == [False]


def test_a_copy_that_is_not_sound_leaves_a_damaged_database_as_it_was(copy: Path, file: Path) -> None:
    noise_over_header(file)
    before = file.read_bytes()
    truncated(copy)
    with pytest.raises(CommandError, match="not a sound copy"):
        call_command("restore", copy, "--replace")
    assert file.read_bytes() == before


def test_a_full_disk_leaves_a_damaged_database_as_it_was(
    copy: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise_over_header(file)
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(copies, "_take_over", full)
    with pytest.raises(CommandError, match="disk is full"):
        call_command("restore", copy, "--replace")
    assert file.read_bytes() == before
    assert names(file.parent) == {"copy", "forum.sqlite3"}


def test_a_damaged_database_that_a_site_has_open_is_not_replaced(copy: Path, file: Path) -> None:
    """SQLite cannot be asked, but its locks can."""
    code = (
        "import sqlite3, sys\nsite = sqlite3.connect(sys.argv[1])\nsite.execute('PRAGMA journal_mode=WAL')\n"
        "site.execute('SELECT * FROM users_source').fetchall()\nprint(flush=True)\ninput()"
    )
    site = subprocess.Popen([sys.executable, "-c", code, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert site.stdout
        site.stdout.readline()
        with file.open("r+b") as spoiled:
            spoiled.write(b"\xa5" * HEADER)
        with pytest.raises(CommandError, match="others have it open"):
            call_command("restore", copy, "--replace")
        assert file.read_bytes()[:HEADER] == b"\xa5" * HEADER
    finally:
        site.communicate()


def test_a_database_that_may_only_be_read_is_not_said_to_be_open_elsewhere(
    copy: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a file system that was put to reading alone after a fault of the disk."""
    monkeypatch.setitem(connection.settings_dict, "NAME", f"{file.as_uri()}?mode=ro")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "uri", True)
    with pytest.raises(DatabaseError) as raised:
        call_command("restore", copy, "--replace")
    said = failing.sentence(raised.value)
    assert "cannot be used: attempt to write a readonly database. Look whether its disk is mounted" in said


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("command", ["prepare", "backup", "check_counters"])
def test_a_command_says_that_the_database_is_damaged_and_what_to_do(
    file: Path, tmp_path: Path, damage: Callable[[Path], None], command: str
) -> None:
    damage(file)
    arguments = [tmp_path / "new"] if command == "backup" else []
    with pytest.raises((DatabaseError, CommandError)) as raised:
        call_command(command, *arguments)
    said = failing.sentence(raised.value) if isinstance(raised.value, DatabaseError) else str(raised.value)
    assert "is damaged" in said
    assert "put back a copy: manage.py restore FILE --replace." in said
    assert "\n" not in said
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("damage", [noise_over_header, noise_over_pages])
def test_readers_are_told_that_a_damaged_site_is_out_of_order_and_machines_that_it_is_not_ready(
    file: Path, client: Client, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(failing, "_damage_met", -failing.LATELY)
    damage(file)
    client.raise_request_exception = False
    for path in ("/", "/search/?q=word"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "out of order" in answer.content.decode()
    assert client.get("/readyz").status_code == 503


def test_a_page_of_rows_that_is_damaged_is_in_no_copy(file: Path, tmp_path: Path) -> None:
    """SQLite copies pages as they are, and finds nothing by itself."""
    with closing(sqlite3.connect(file)) as whole:
        [(page,)] = whole.execute("SELECT rootpage FROM sqlite_master WHERE name = 'users_source'")
        [(size,)] = whole.execute("PRAGMA page_size")
    with file.open("r+b") as spoiled:
        spoiled.seek((page - 1) * size)
        spoiled.write(b"\xa5" * size)
    with pytest.raises(CommandError, match="was not copied: it is damaged"):
        call_command("backup", tmp_path / "new")
    connection.close()
    assert names(tmp_path) == {"copy", "forum.sqlite3"}
