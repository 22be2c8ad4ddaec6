"""A site is prepared once and whole; what stands in the way is said in one sentence, by every command."""


import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from forum import health
from forum.operating import schema


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
