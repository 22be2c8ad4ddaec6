"""/healthz says that the process answers, /readyz that it can work; neither says more."""

import pytest
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


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_machines_on_the_inside_ask_by_address_and_without_tls(
    client: Client, db: None, path: str, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/admin/", headers={"Host": "10.1.2.3:8000"}).status_code == 400
    assert client.get("/admin/").status_code == 301
