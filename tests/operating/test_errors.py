"""A page that fails says so without a trace; where the database is away, nothing that was typed is lost."""

import json
import logging
import sqlite3
from collections.abc import Callable

import psycopg
import pytest
from django import forms
from django.db import DatabaseError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from forum.logs import OneLine
from forum.operating import failing
from forum.pages.unhappy import refused
from forum.urls import handler500  # noqa: F401  the handler is looked up in this module
from forum.urls import urlpatterns as real
from posts.models import Tag
from posts.tags.fields import TagsWidget
from tests.conftest import PASSWORD

TYPED = "What <b>took</b> me an hour."


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the inside")


def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("database is locked at db.internal")


def full(request: HttpRequest) -> HttpResponse:
    raise OperationalError("database or disk is full")


def of_sqlite(kind: type[DatabaseError], words: str, code: int) -> DatabaseError:
    """A fault as Django raises it after SQLite."""
    error, error.__cause__ = kind(words), sqlite3.DatabaseError(words)
    error.__cause__.sqlite_errorcode = code
    return error


def of_postgresql(kind: type[DatabaseError], cause: psycopg.Error) -> DatabaseError:
    """A fault as Django raises it after PostgreSQL."""
    error, error.__cause__ = kind(str(cause)), cause
    return error


FAULTS = {
    "malformed": of_sqlite(DatabaseError, "database disk image is malformed", sqlite3.SQLITE_CORRUPT),
    "no-database": of_sqlite(DatabaseError, "file is not a database", sqlite3.SQLITE_NOTADB),
    "corrupted": of_postgresql(InternalError, psycopg.errors.IndexCorrupted("invalid page in block 1")),
    "only-read": of_sqlite(OperationalError, "attempt to write a readonly database", sqlite3.SQLITE_READONLY_DIRECTORY),
    "standby": of_postgresql(InternalError, psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT")),
    "no-room": of_sqlite(OperationalError, "database or disk is full", sqlite3.SQLITE_FULL),
    "no-room-to-read": of_sqlite(OperationalError, "disk I/O error", sqlite3.SQLITE_IOERR_SHMSIZE),
    "no-space": of_postgresql(OperationalError, psycopg.errors.DiskFull("No space left on device")),
    "no-server": of_postgresql(OperationalError, psycopg.OperationalError("connection refused")),
    "locked": of_sqlite(OperationalError, "database is locked", sqlite3.SQLITE_BUSY),
    "too-slow": of_postgresql(OperationalError, psycopg.errors.QueryCanceled("canceling statement")),
}
DAMAGED, READ_ONLY = ("malformed", "no-database", "corrupted"), ("only-read", "standby")
FULL = ("no-room", "no-room-to-read", "no-space")


def fault(request: HttpRequest, name: str) -> HttpResponse:
    raise FAULTS[name]


urlpatterns = [
    path("broken/", broken),
    path("away/", away),
    path("full/", full),
    path("fault/<name>/", fault),
    *real,
]


@pytest.fixture
def visitor(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Client:
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(failing, "_damage_met", -failing.LATELY)
    return Client(raise_request_exception=False)


def test_a_failed_page_tells_its_number_and_no_more(visitor: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL, "django.request"):
        answer = visitor.get("/broken/", headers={"X-Request-ID": "abcdef-0001"})
    assert answer.status_code == 500
    assert "abcdef-0001" in answer.content.decode()
    assert "secret" not in answer.content.decode()
    assert "Content-Security-Policy" in answer
    assert not answer.cookies


@pytest.mark.parametrize("act", ["get", "post"])
def test_without_the_database_the_words_are_kept_and_a_retry_is_asked_for(visitor: Client, act: str) -> None:
    call: Callable[..., HttpResponse] = getattr(visitor, act)
    answer = call("/away/", {"body": TYPED} if act == "post" else None)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert ("What &lt;b&gt;took&lt;/b&gt; me an hour." in page) is (act == "post")
    assert "db.internal" not in page


def test_whatever_is_typed_into_a_form_comes_back_but_passwords(visitor: Client) -> None:
    Tag.objects.create(name="Gardens", slug="gardens")
    written = (forms.widgets.Input, forms.Textarea, TagsWidget)
    typed = {
        field.name
        for _, form in refused()
        for field in form.visible_fields()
        if isinstance(field.field.widget, written) and field.widget_type != "checkbox"
    }
    passwords = {name for name in typed if "password" in name}
    assert {"password", "password1", "password2", "oldpassword"} == passwords
    assert len(typed - passwords) >= 10
    page = visitor.post("/away/", {name: [f"{name} {number}" for number in (1, 2)] for name in typed}).content.decode()
    assert {name for name in typed if f"{name} 1, {name} 2" in page} == typed - passwords


@pytest.mark.parametrize(
    ("address", "why"),
    [("away", "database of the site"), ("full", "no room left"), *((f"fault/{name}", "no room left") for name in FULL)],
)
def test_the_page_says_what_is_wrong(visitor: Client, address: str, why: str) -> None:
    assert why in visitor.get(f"/{address}/").content.decode()


@pytest.mark.parametrize("name", DAMAGED)
def test_with_a_damaged_database_the_site_is_out_of_order_and_the_words_are_kept(visitor: Client, name: str) -> None:
    answer = visitor.post(f"/fault/{name}/", {"body": TYPED})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "300"
    assert "out of order" in page
    assert "What &lt;b&gt;took&lt;/b&gt; me an hour." in page


@pytest.mark.parametrize("name", READ_ONLY)
def test_where_nothing_can_be_written_the_page_says_so_and_the_words_are_kept(visitor: Client, name: str) -> None:
    answer = visitor.post(f"/fault/{name}/", {"body": TYPED})
    assert answer.status_code == 503
    assert "can take nothing new" in answer.content.decode()
    assert "What &lt;b&gt;took&lt;/b&gt; me an hour." in answer.content.decode()


@pytest.mark.parametrize("name", FAULTS)
def test_the_line_of_a_failed_page_says_what_to_do_and_has_a_trace_only_where_that_tells_more(
    visitor: Client, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    visitor.get(f"/fault/{name}/")
    [record] = [record for record in caplog.records if record.name == "django.request"]
    line = json.loads(OneLine().format(record))
    if name in ("locked", "too-slow"):
        assert "trace" in line
        assert "cause" not in line
        return
    assert "trace" not in line
    assert str(FAULTS[name]) in line["cause"]
    nexts = {**dict.fromkeys(FULL, "Make room"), **dict.fromkeys(DAMAGED, "put back a copy")}
    assert nexts.get(name, "Look whether" if name in READ_ONLY else "cannot be used") in line["cause"]


def test_a_site_that_has_met_damage_is_not_ready_for_a_while(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert visitor.get("/readyz").status_code == 200
    visitor.get("/fault/locked/")
    assert visitor.get("/readyz").status_code == 200
    visitor.get("/fault/malformed/")
    assert visitor.get("/readyz").status_code == 503
    monkeypatch.setattr(failing, "_damage_met", failing._damage_met - failing.LATELY)
    assert visitor.get("/readyz").status_code == 200


@pytest.mark.parametrize("form", ["login", "signup", "password/reset"])
def test_without_the_shared_cache_nobody_signs_in_uncounted(visitor: Client, settings: Settings, form: str) -> None:
    cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9/0"}
    settings.CACHES = {"default": cache}
    typed = {
        "login": "ann",
        "password": PASSWORD,
        "username": "newcomer",
        "email": "newcomer@example.org",
        "password1": PASSWORD,
    }
    answer = visitor.post(f"/accounts/{form}/", typed)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "counts sign-ins" in answer.content.decode()
    assert PASSWORD not in answer.content.decode()


def test_a_wrong_address_is_not_repeated_as_prose(visitor: Client) -> None:
    answer = visitor.get("/your-account-is-hacked-call-0800/")
    assert answer.status_code == 404
    assert "hacked" not in answer.content.decode()
