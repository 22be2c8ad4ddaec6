"""At the door a kept page is given as the site inside would give it, and all else is led in."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections
from django.test import RequestFactory

from forum import door
from forum.logs import OneLine, request_id
from forum.pagecache import store
from forum.pagecache.pages import SETTLED
from posts.models import Post
from tests.making import NOON, make_post

pytestmark = pytest.mark.django_db


@dataclass
class Got:
    """What the server was given, and whether the site inside was asked."""

    status: int
    headers: dict[str, str]
    body: bytes
    inside: bool


Ask = Callable[..., Got]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Asks at the door as a server does; the connection stays that of the test."""
    monkeypatch.setattr(door, "close_old_connections", lambda: None)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    site = door.Door()
    led_in: list[object] = []
    inside = site.get_response

    def counted(request: Any) -> Any:
        led_in.append(request)
        return inside(request)

    monkeypatch.setattr(site, "get_response", counted)

    def ask(path: str, *, method: str = "get", secure: bool = False, kind: str = "", **headers: str) -> Got:
        environ = getattr(RequestFactory(), method)(path, secure=secure, headers=headers).environ
        if kind:  # the factory would read it as Django does
            environ["CONTENT_TYPE"] = kind
        given: list[Any] = []
        led_in.clear()
        answer = site(environ, lambda status, names, trace=None: given.append((status, names)))
        body = b"".join(answer)
        getattr(answer, "close", int)()
        ((status, names),) = given
        assert len({name.lower() for name, _ in names}) == len(names)
        return Got(int(status[:3]), dict(names), body, inside=bool(led_in))

    yield ask
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def path(ann) -> str:
    return make_post(ann, title="Of gardens", body="Roses. " * 200).get_absolute_url()


def test_a_page_that_is_kept_is_given_at_the_door_as_inside(ask: Ask, path: str, count_queries) -> None:
    for accepts in ("", "gzip"):
        store.memory.clear()
        headers = {"Accept-Encoding": accepts}
        inside = ask(path, **headers)
        given: list[Got] = []
        assert len(count_queries(lambda given=given, headers=headers: given.append(ask(path, **headers)))) == 1
        assert inside.inside
        assert not given[0].inside
        assert (given[0].status, given[0].body) == (inside.status, inside.body)
        assert given[0].headers == inside.headers


def test_a_page_that_is_not_as_it_was_is_made_inside(ask: Ask, path: str) -> None:
    ask(path)
    assert not ask(path).inside
    Post.objects.update(html="<p>Of walls.</p>", version=9)
    for inside in (True, False):
        got = ask(path)
        assert got.inside is inside
        assert b"Of walls" in got.body


@pytest.mark.parametrize("name", ["SESSION_COOKIE_NAME", "READING_COOKIE_NAME"])
def test_whoever_brings_a_cookie_of_ours_is_led_in(name: str, ask: Ask, path: str, settings) -> None:
    ask(path)
    assert not ask(path, Cookie="theme=dark").inside
    assert ask(path, Cookie=f"theme=dark; {getattr(settings, name)}=x").inside


def test_who_sends_something_is_led_in(ask: Ask, path: str) -> None:
    ask(path)
    assert ask(path, method="post").status in (403, 405)


def test_a_look_without_the_words_gets_none_at_the_door(ask: Ask, path: str) -> None:
    whole = ask(path)
    head = ask(path, method="head")
    assert not head.inside
    assert head.body == b""
    assert head.headers["Content-Length"] == str(len(whole.body))


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": "{etag}"},
        {"If-None-Match": "W/{etag}"},
        {"If-None-Match": '"other", {etag}'},
        {"If-None-Match": '"other"'},
        {"If-None-Match": "*"},
        {"If-None-Match": "no tag at all"},
        {"If-None-Match": ""},
        {"If-Modified-Since": "{modified}"},
        {"If-Modified-Since": "Sun, 01 Mar 2026 11:59:59 GMT"},
        {"If-Modified-Since": "Sun, 01 Mar 2026 12:00:01 GMT"},
        {"If-Modified-Since": "yesterday"},
        {"If-None-Match": '"other"', "If-Modified-Since": "{modified}"},
        {"If-None-Match": "no tag at all", "If-Modified-Since": "{modified}"},
        {"If-Match": "{etag}"},
        {"If-Match": '"other"'},
        {"If-Match": '"other"', "If-None-Match": "{etag}"},
        {"If-Unmodified-Since": "Sun, 01 Mar 2026 11:59:59 GMT"},
    ],
    ids=str,
)
def test_conditions_are_read_at_the_door_as_inside(headers: dict[str, str], ask: Ask, path: str) -> None:
    """Django reads them inside, where the page is kept too but without the headers of the site."""
    with time_machine.travel(NOON, tick=False) as clock:
        tells = ask(path)
        clock.shift(SETTLED + 1)
        tells = ask(path)
        said = {
            name: value.format(etag=tells.headers["ETag"], modified=tells.headers["Last-Modified"])
            for name, value in headers.items()
        }
        at_door = ask(path, **said)
        assert at_door.inside is not {"If-Match", "If-Unmodified-Since"}.isdisjoint(said)
        ((page, _),) = store.memory._pages.values()
        page.headers = []
        inside = ask(path, **said)
        assert inside.inside
        assert (at_door.status, at_door.body) == (inside.status, inside.body)
        for name in ("ETag", "Last-Modified", "Cache-Control", "Vary", "Content-Type", "Content-Security-Policy"):
            assert at_door.headers.get(name) == inside.headers.get(name), name


def test_a_page_is_kept_for_the_scheme_that_the_proxy_tells(ask: Ask, path: str, settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ask(path, **{"X-Forwarded-Proto": "https"})
    assert not ask(path, **{"X-Forwarded-Proto": "https"}).inside
    assert not ask(path, **{"X-Forwarded-Proto": "https, http"}).inside
    assert not ask(path, secure=True).inside
    assert ask(path, **{"X-Forwarded-Proto": "http"}).inside
    assert ask(path).status == 200


def test_what_any_visitor_may_send_tells_no_scheme(ask: Ask, path: str, settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = None
    ask(path, secure=True)
    assert ask(path, **{"X-Forwarded-Proto": "https"}).inside


def test_an_odd_path_is_led_in(ask: Ask, path: str) -> None:
    ask(path)
    for odd in (f"{path}%00", "/%ff/", "/posts/%C3%A4/"):
        got = ask(odd)
        assert got.inside
        assert got.status in (400, 404)


@pytest.mark.parametrize(
    "charset",
    ["=punycode", "=idna", "=rot13", "=hex", "=unicode_escape", "=utf-16", "=iso-8859-1", "=none", "*=none''x", "="],
)
def test_no_charset_but_utf8_is_taken(charset: str, ask: Ask) -> None:
    for page in ("/search/?q=a-b%5Cud800", "/accounts/login/?next=a", "/nothing/"):
        for method in ("get", "post"):
            got = ask(page, method=method, kind=f"multipart/form-data; boundary=x; charset{charset}")
            assert got.status == 400
            assert len(got.headers["X-Request-ID"]) == 16


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_utf8_is_taken_however_it_is_written(charset: str, ask: Ask) -> None:
    assert ask("/search/?q=a", kind=f"text/plain; charset={charset}").status == 200


# ── What is written of it ────────────────────────────────────────────────────


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [json.loads(OneLine().format(record)) for record in caplog.records if record.name == "forum.requests"]


def test_a_page_given_at_the_door_has_the_same_line_in_the_log(ask: Ask, path: str, settings, caplog) -> None:
    settings.TRUSTED_PROXIES = 1
    with caplog.at_level(logging.INFO, "forum.requests"):
        for _ in range(2):
            got = ask(f"{path}?view=flat", **{"X-Forwarded-For": "198.51.100.9, 203.0.113.77"})
        assert not got.inside
    inside, at_door = lines(caplog)
    for line in (inside, at_door):
        assert line.pop("milliseconds") >= 0
        line.pop("time")
        line.pop("request")
    assert at_door == inside
    assert at_door["path"] == path
    assert at_door["network"] == "203.0.113.0/24"
    assert at_door["member"] is None


def test_each_visit_has_its_id_in_the_log_alone(ask: Ask, path: str) -> None:
    """For anybody may keep the page, and others would be shown the id of a visit that was not theirs."""
    for said, inside in [("abcdefgh-1", True), ("abcdefgh-2", False), ("a b\x1b", False)]:
        answer = ask(path, **{"X-Request-ID": said})
        assert answer.inside is inside
        assert "X-Request-ID" not in answer.headers
        assert (request_id.get() == said) is said.startswith("abcdefgh")


def test_a_copy_that_is_confirmed_is_so_in_the_log(ask: Ask, path: str, caplog) -> None:
    with caplog.at_level(logging.INFO, "forum.requests"):
        etag = ask(path).headers["ETag"]
        caplog.clear()
        assert ask(path, **{"If-None-Match": etag}).status == 304
    assert [line["status"] for line in lines(caplog)] == [304]


# ── The database ─────────────────────────────────────────────────────────────


def test_the_database_away_is_said_inside(ask: Ask, path: str, monkeypatch) -> None:
    ask(path)

    def away(*values: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("forum.pagecache.versions.connection.cursor", away)
    got = ask(path)
    assert got.inside
    assert got.status == 503


def test_connections_are_looked_after_as_after_every_request(ask: Ask, path: str, monkeypatch) -> None:
    ask(path)
    looked: list[bool] = []
    monkeypatch.setattr(door, "close_old_connections", lambda: looked.append(True))
    assert not ask(path).inside
    assert looked == [True]
