"""A site is prepared once and whole; what stands in the way is said in one sentence, by every command."""

import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from forum import health
from forum.archive.models import Run
from forum.operating import copies, failing, schema
from forum.operating.management.commands import prepare
from tests.operating.test_environment import run_manage, run_python

ON_POSTGRESQL = pytest.mark.postgresql_only


@pytest.fixture
def newer(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that later code has changed."""
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('posts', '9999_later', '2026-01-01')"
        )


def test_a_database_that_is_newer_than_the_code_is_not_prepared(newer: None) -> None:
    with pytest.raises(CommandError, match=r"newer than the code, which does not know the migration posts\.9999_later"):
        call_command("prepare")


def test_a_database_that_is_newer_than_the_code_makes_the_site_not_ready(newer: None, client: Client) -> None:
    assert client.get("/readyz").status_code == 503


def test_what_an_app_left_that_is_not_installed_any_more_is_no_hindrance(db: None) -> None:
    MigrationRecorder(connection).record_applied("guestbook", "0001_initial")
    assert schema.trouble() == ""


def test_a_database_that_cannot_hold_all_letters_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_encoding", lambda: "SQL_ASCII")
    with pytest.raises(CommandError, match=r"keeps letters as SQL_ASCII.* createdb .*-E UTF8"):
        call_command("prepare")


@pytest.mark.postgresql_only
def test_the_encoding_of_a_database_is_found(db: None) -> None:
    assert schema._encoding() == "UTF8"


def test_a_fixture_that_was_broken_off_is_completed(db: None, tmp_path: Path, settings: Settings) -> None:
    settings.DATA_DIR = settings.STATIC_ROOT = tmp_path
    call_command("load_fixture")
    Run.objects.update(state=Run.State.RUNNING)
    call_command("prepare")
    assert not Run.objects.filter(state=Run.State.RUNNING).exists()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a SQLite database that earlier code has made, with its log; nothing reads it."""
    file = tmp_path / "forum.sqlite3"
    for path in (file, tmp_path / "forum.sqlite3-wal"):
        path.touch()
        path.chmod(0o644)
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    return file


@pytest.mark.sqlite_only
def test_the_files_of_a_database_are_closed_to_others(file: Path) -> None:
    copies.close_to_others()
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}


@pytest.mark.sqlite_only
def test_the_files_of_another_owner_are_left_to_them(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: file.stat().st_uid + 1)
    copies.close_to_others()
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o644}


def test_a_start_closes_the_files_of_the_database(
    db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = settings.STATIC_ROOT = tmp_path
    closed: list[bool] = []
    monkeypatch.setattr(copies, "close_to_others", lambda: closed.append(True))
    call_command("prepare")
    assert closed == [True]


@pytest.mark.parametrize("alone", [prepare._alone, pytest.param(prepare._alone_in_the_database, marks=ON_POSTGRESQL)])
def test_of_two_that_prepare_at_once_the_second_waits(db: None, tmp_path: Path, settings: Settings, alone: Any) -> None:
    settings.DATA_DIR = settings.STATIC_ROOT = tmp_path
    went_on = threading.Event()

    def second() -> None:
        with alone():
            went_on.set()

    waiting = threading.Thread(target=second)
    with alone():
        waiting.start()
        assert not went_on.wait(0.2)
    assert went_on.wait(5)
    waiting.join()


# As manage.py is called seven times, in one process, for each would begin with a second of loading.
ONE_BY_ONE = """
import json, sys
import manage

for given in json.loads(sys.argv[1]):
    sys.argv = ["manage.py", *given]
    try:
        manage.main()
    except SystemExit as ended:
        print(*given, ended.code, file=sys.stderr)
"""


def test_before_the_first_prepare_commands_say_so(tmp_path: Path) -> None:
    statuses = {
        "check_counters": 1,
        "make_admin": 1,
        "backup copy": 1,
        "work --once": 1,
        "take_back_votes ann": 1,
        "export_archive --all": 2,
        "undo_import": 2,
    }
    commands = json.dumps([command.split() for command in statuses])
    first = {"ADMIN_EMAIL": "ada@example.org", "ADMIN_PASSWORD": "a long enough phrase"}
    done = run_python(tmp_path, "-c", ONE_BY_ONE, commands, **first)
    said = done.stderr.replace("CommandError: ", "").splitlines()
    refusal = "The database has no tables yet. Run manage.py prepare first."
    assert said == [line for command, status in statuses.items() for line in (refusal, f"{command} {status}")]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres://ann:hunter2@127.0.0.1:9/forum", "The PostgreSQL database forum on 127.0.0.1:9"),
        ("postgres://ann:hunter2@forum.invalid/forum", "The PostgreSQL database forum on forum.invalid cannot"),
        (
            "sqlite:////nowhere/forum.sqlite3",
            "The SQLite database /nowhere/forum.sqlite3 cannot be used: unable",
        ),
    ],
)
def test_a_database_that_is_not_there_is_told_in_one_sentence(tmp_path: Path, url: str, said: str) -> None:
    done = run_manage(tmp_path, "prepare", DATABASE_URL=url)
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr
    assert done.returncode == 1


def test_a_fault_of_the_code_keeps_its_trace(db: None) -> None:
    """One that no operator can mend must be reported with all that there is."""
    with pytest.raises(Error) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column FROM posts_post")
    assert failing.sentence(raised.value) == ""
