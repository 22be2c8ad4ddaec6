"""/healthz says that the process answers, /readyz that it can work; neither says more."""

import pytest
from django.core.cache.backends.db import DatabaseCache
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from forum import health


def test_the_site_is_alive_without_its_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert "no-store" in answer["Cache-Control"]


def test_the_site_is_ready(client: Client, db: None) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")


def test_a_missing_migration_makes_it_not_ready(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'operating'")
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("part", ["_database_answers", "_migrations_are_done", "_cache_keeps"])
def test_what_is_wrong_is_not_told(client: Client, db: None, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    def broken() -> bool:
        raise OperationalError("password of db.internal is wrong")

    broken.__name__ = part
    monkeypatch.setattr(health, part, broken)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready\n")


def test_what_an_earlier_probe_wrote_does_not_hide_that_nothing_is_kept(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A table of the database says nothing where it has no room."""
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr(DatabaseCache, "set", lambda *_, **__: None)
    assert client.get("/readyz").status_code == 503
    assert "the cache keeps nothing" in caplog.text


def test_a_probe_leaves_nothing_in_the_cache(client: Client, db: None) -> None:
    client.get("/readyz")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM forum_cache WHERE cache_key LIKE '%forum.health%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_machines_on_the_inside_ask_by_address_and_without_tls(
    client: Client, db: None, path: str, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/admin/", headers={"Host": "10.1.2.3:8000"}).status_code == 400
    assert client.get("/admin/").status_code == 301
