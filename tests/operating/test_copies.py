"""A copy made while people write is whole, and putting it back gives the very same rows."""

import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from forum.operating import copies
from forum.pagecache.models import Edition, move_edition, renew_edition
from forum.users.models import Source, User

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def _alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of earlier tests may have left connections, and are not what these tests are about."""
    if connection.vendor == "postgresql" and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is missing: apt-get install postgresql-client")
    if "site" not in request.fixturenames:
        monkeypatch.setattr(copies, "is_in_use", lambda: False)


@pytest.fixture
def site() -> Iterator[None]:
    """A site that runs: another connection that has read something."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM posts_post")
    yield
    other.close()


def test_what_was_copied_comes_back(tmp_path: Path) -> None:
    Source.objects.create(key="kept", name="Kept")
    call_command("backup", tmp_path / "copy")
    Source.objects.create(key="later", name="Written later")
    User.objects.create_user("late", "late@example.org")
    call_command("restore", tmp_path / "copy", "--replace")
    assert list(Source.objects.values_list("key", flat=True)) == ["kept"]
    assert not User.objects.exists()


def test_no_page_of_before_is_taken_for_one_of_the_copy(tmp_path: Path) -> None:
    """Threads count on from the versions of the copy, and come by those that were there before once more."""
    before = Edition.objects.get().number
    call_command("backup", tmp_path / "copy")
    call_command("restore", tmp_path / "copy", "--replace")
    again = Edition.objects.get().number
    assert again > before
    move_edition()
    assert Edition.objects.get().number == again + 1


def test_a_copy_from_before_there_were_editions_is_put_back_as_well() -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(Edition)
    try:
        renew_edition()
    finally:
        with connection.schema_editor() as editor:
            editor.create_model(Edition)


def test_only_its_owner_may_read_a_copy(tmp_path: Path) -> None:
    call_command("backup", tmp_path / "copy")
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["copy"]


def test_a_copy_never_takes_the_place_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("dear")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "dear"


def test_nothing_is_replaced_without_saying_so(tmp_path: Path) -> None:
    call_command("backup", tmp_path / "copy")
    Source.objects.create(key="dear", name="Dear")
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", tmp_path / "copy")
    assert Source.objects.filter(key="dear").exists()


def test_both_say_which_database_they_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong DATABASE_URL is seen before it costs anything."""
    call_command("backup", tmp_path / "copy")
    call_command("restore", tmp_path / "copy", "--replace")
    kind = {"sqlite": "the SQLite database", "postgresql": "the PostgreSQL database"}[connection.vendor]
    said = capsys.readouterr().out
    assert said.count(f"{kind} {connection.settings_dict['NAME']}") == 3


@pytest.mark.parametrize("typed", ["right", "another"])
def test_on_a_terminal_the_name_of_the_database_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    call_command("backup", tmp_path / "copy")
    Source.objects.create(key="later", name="Later")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    name = str(connection.settings_dict["NAME"])
    monkeypatch.setattr("builtins.input", lambda question: name if typed == "right" else "forum")
    if typed == "right":
        call_command("restore", tmp_path / "copy", "--replace")
    else:
        with pytest.raises(CommandError, match="another name was typed"):
            call_command("restore", tmp_path / "copy", "--replace")
    assert Source.objects.filter(key="later").exists() is (typed != "right")


def test_the_database_of_a_site_that_runs_is_not_replaced(tmp_path: Path, site: None) -> None:
    call_command("backup", tmp_path / "copy")
    Source.objects.create(key="dear", name="Dear")
    with pytest.raises(CommandError, match="others have it open"):
        call_command("restore", tmp_path / "copy", "--replace")
    assert Source.objects.filter(key="dear").exists()


@pytest.mark.sqlite_only
def test_a_database_that_nobody_has_open_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    own = connection.settings_dict["NAME"]
    try:
        connection.close()
        connection.settings_dict["NAME"] = tmp_path / "forum.sqlite3"
        assert copies.is_in_use() is False
        other = sqlite3.connect(tmp_path / "forum.sqlite3")
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE words (word)")
        assert copies.is_in_use() is True
        other.close()
        assert copies.is_in_use() is False
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


@pytest.mark.sqlite_only
def test_a_copy_of_postgresql_does_not_go_into_sqlite(tmp_path: Path) -> None:
    """The other way is that of tests/operating/test_crossing.py."""
    (tmp_path / "copy").write_bytes(b"PGDMP\x01\x0e" + b"\x00" * 500)
    with pytest.raises(CommandError, match="goes back only into PostgreSQL"):
        call_command("restore", tmp_path / "copy", "--replace")


def test_a_copy_that_cannot_be_written_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match=f"There is no folder {tmp_path}/none"):
        call_command("backup", tmp_path / "none" / "copy")

    def full(target: Path) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("forum.operating.copies._copy_sqlite", full)
    if connection.vendor == "sqlite":
        with pytest.raises(CommandError, match="disk is full"):
            call_command("backup", tmp_path / "copy")
        assert not list(tmp_path.iterdir())


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("refused", ["pathlib.Path.exists", "forum.operating.copies.os.open"])
def test_a_folder_that_is_closed_to_the_site_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """Tests run as root as well, whom no folder is closed to."""
    with monkeypatch.context() as closed:
        closed.setattr(copies, "_user", lambda: "rejoinder")
        closed.setattr(refused, refuse)
        with pytest.raises(CommandError) as raised:
            call_command("backup", tmp_path / "copy")
    assert str(raised.value).endswith(
        f" was not copied: rejoinder may not make files in {tmp_path}."
        " Name another folder, or make one as root: install -d -o rejoinder -m 700 FOLDER."
    )


@pytest.mark.parametrize("refused", ["pathlib.Path.is_file", "pathlib.Path.open"])
def test_a_copy_that_is_closed_to_the_site_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    call_command("backup", tmp_path / "copy")
    with monkeypatch.context() as closed:
        closed.setattr(copies, "_user", lambda: "rejoinder")
        closed.setattr(refused, refuse)
        with pytest.raises(CommandError) as raised:
            call_command("restore", tmp_path / "copy", "--replace")
    assert str(raised.value).endswith(
        f" was not replaced: rejoinder may not read {tmp_path}/copy. As root: install -o rejoinder -m 600"
        f" {tmp_path}/copy FILE, with FILE in a folder of rejoinder, and put back that."
    )


@pytest.mark.parametrize("number", ["known", "unknown"])
def test_who_runs_a_command_is_named_or_numbered(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0 if number == "known" else 2_000_000_000)
    assert copies._user() == ("root" if number == "known" else "2000000000")


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\x00" + b"\x00" * 5000])
def test_what_is_no_copy_changes_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "copy").write_bytes(content)
    Source.objects.create(key="dear", name="Dear")
    with pytest.raises(CommandError):
        call_command("restore", tmp_path / "copy", "--replace")
    assert Source.objects.filter(key="dear").exists()


@pytest.fixture
def later() -> Iterator[None]:
    """What newer code has done to the database."""
    recorder = MigrationRecorder(connection)
    recorder.record_applied("posts", "9999_later")
    yield
    recorder.record_unapplied("posts", "9999_later")


def test_a_copy_that_is_newer_than_the_code_changes_nothing(tmp_path: Path, later: None) -> None:
    call_command("backup", tmp_path / "copy")
    MigrationRecorder(connection).record_unapplied("posts", "9999_later")
    Source.objects.create(key="dear", name="Dear")
    with pytest.raises(CommandError, match=r"newer than the code.* posts\.9999_later\. Take the newer code first"):
        call_command("restore", tmp_path / "copy", "--replace")
    assert Source.objects.filter(key="dear").exists()


def test_a_copy_with_what_an_app_left_that_is_not_installed_any_more_is_put_back(tmp_path: Path) -> None:
    MigrationRecorder(connection).record_applied("guestbook", "0001_initial")
    call_command("backup", tmp_path / "copy")
    call_command("restore", tmp_path / "copy", "--replace")
    MigrationRecorder(connection).record_unapplied("guestbook", "0001_initial")


@pytest.mark.postgresql_only
def test_what_newer_code_has_made_goes_when_an_older_copy_is_put_back(tmp_path: Path, later: None) -> None:
    """It would hold on to the tables that are replaced, and its migration would find it there."""
    MigrationRecorder(connection).record_unapplied("posts", "9999_later")
    call_command("backup", tmp_path / "copy")
    MigrationRecorder(connection).record_applied("posts", "9999_later")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE posts_later (id bigserial PRIMARY KEY, source_id bigint REFERENCES users_source)")
    call_command("restore", tmp_path / "copy", "--replace")
    assert "posts_later" not in connection.introspection.table_names()
    assert ("posts", "9999_later") not in MigrationRecorder(connection).applied_migrations()


@pytest.mark.postgresql_only
def test_tables_of_others_in_the_same_database_stay(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE guestbook AS SELECT 'Dear all' AS words")
    try:
        call_command("backup", tmp_path / "copy")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE guests AS SELECT 'Ida' AS name")
        call_command("restore", tmp_path / "copy", "--replace")
        with connection.cursor() as cursor:
            cursor.execute("SELECT words, name FROM guestbook, guests")
            assert cursor.fetchall() == [("Dear all", "Ida")]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS guestbook, guests")


@pytest.mark.postgresql_only
def test_a_copy_that_breaks_off_changes_nothing(tmp_path: Path) -> None:
    call_command("backup", tmp_path / "copy")
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").write_bytes(whole[:-5000])
    Source.objects.create(key="dear", name="Dear")
    with pytest.raises(CommandError, match="was not replaced: pg_restore failed: "):
        call_command("restore", tmp_path / "copy", "--replace")
    assert Source.objects.filter(key="dear").exists()


@pytest.mark.postgresql_only
def test_a_copy_of_which_postgresql_refuses_a_row_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("backup", tmp_path / "copy")
    Source.objects.create(key="dear", name="Dear")
    monkeypatch.setattr(copies, "_EMPTY", copies._EMPTY + b"SELECT 1 / 0;\n")
    with pytest.raises(CommandError, match=r"was not replaced: psql failed: .*division by zero"):
        call_command("restore", tmp_path / "copy", "--replace")
    assert Source.objects.filter(key="dear").exists()


@pytest.mark.postgresql_only
def test_a_copy_of_another_postgresql_database_changes_nothing(tmp_path: Path) -> None:
    copies._run("pg_dump", ["--format=custom", "--table=users_source", f"--file={tmp_path / 'copy'}"])
    Source.objects.create(key="dear", name="Dear")
    with pytest.raises(CommandError, match="is not a copy of a site's database"):
        call_command("restore", tmp_path / "copy", "--replace")
    assert Source.objects.filter(key="dear").exists()


@pytest.mark.sqlite_only
def test_a_copy_made_while_others_write_is_sound_and_holds_all_acknowledged_before(tmp_path: Path) -> None:
    done = threading.Event()
    acknowledged: list[int] = []

    def write() -> None:
        for number in range(10_000):
            if done.is_set():
                break
            Source.objects.create(key=f"source-{number}", name="x" * 100)
            acknowledged.append(number)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            before = len(acknowledged)
            call_command("backup", tmp_path / f"copy-{number}")
            copy = sqlite3.connect(tmp_path / f"copy-{number}")
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert copy.execute("SELECT count(*) FROM users_source").fetchone()[0] >= before
            copy.close()
    finally:
        done.set()
        writer.join()
