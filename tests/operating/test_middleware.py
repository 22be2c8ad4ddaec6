"""What every request passes through: an id, the true address, headers, and no odd bytes."""

import json
import logging
import threading
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from forum.logs import OneLine, Terminal
from forum.middleware import true_address
from forum.users.models import User
from tests.making import make_post


def address_seen(**headers: str) -> str:
    seen = []

    def page(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        assert "HTTP_X_FORWARDED_FOR" not in request.META
        return HttpResponse()

    true_address(page)(RequestFactory().get("/", **headers))
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4", "10.0.0.1"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 5.6.7.8", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        (1, "::ffff:1.2.3.4", "1.2.3.4"),
    ],
)
def test_a_forwarded_address_counts_only_as_far_as_proxies_are_trusted(
    proxies: int, forwarded: str, address: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert address_seen(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded) == address


def test_an_answer_carries_the_id_of_its_request(client: Client) -> None:
    assert len(client.get("/healthz")["X-Request-ID"]) == 16
    assert client.get("/healthz", headers={"X-Request-ID": "abcdef-1234"})["X-Request-ID"] == "abcdef-1234"


def test_what_anybody_may_keep_carries_the_id_of_no_visit(client: Client, ann: User, settings: Settings) -> None:
    path = make_post(ann).get_absolute_url()
    for settings.PAGE_CACHE in (True, False):
        for _ in range(2):
            answer = client.get(path)
            assert answer["Cache-Control"] == "public, no-cache"
            assert "X-Request-ID" not in answer
            own = client.get(path, headers={"Cookie": "reading=1"})
            assert own["Cache-Control"] == "private, no-store"
            assert "X-Request-ID" in own


@pytest.mark.parametrize("odd", ["short", "with blanks in it", "x" * 65, "line\\nbreak12", "<script>alert"])
def test_an_odd_id_is_replaced(client: Client, odd: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": odd})["X-Request-ID"] != odd


@pytest.mark.parametrize("path", ["/%00", "/posts/%00/", "/healthz%0a", "/%1b[31m", "/%7f", "/%EF%BF%BE"])
def test_odd_characters_in_a_path_are_refused(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("query", ["q=%00", "q=%ff", "%00=1", "q=%1b", "q=%ED%A0%80", "q=%EF%BF%BF", "q=%C3"])
def test_odd_bytes_in_a_query_are_refused(client: Client, db: None, query: str) -> None:
    assert client.get(f"/healthz?{query}").status_code == 400


def test_a_form_sent_by_get_may_hold_line_breaks(client: Client) -> None:
    assert client.get("/healthz?q=one%0D%0Atwo%09three").status_code == 200


def test_a_path_that_is_no_utf8_is_not_found(client: Client, db: None) -> None:
    assert client.get("/posts/%ff%fe/").status_code == 404


def test_an_odd_cookie_is_as_good_as_none(client: Client, db: None, settings: Settings) -> None:
    client.cookies.load({settings.SESSION_COOKIE_NAME: "\x00"})
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("path", ["/healthz", "/nothing-here", "/%00"])
def test_every_answer_has_the_headers_that_protect_readers(client: Client, db: None, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = {part.split()[0]: part.split()[1:] for part in headers["Content-Security-Policy"].split(";")}
    assert policy.pop("default-src") == ["'none'"]
    assert policy.pop("frame-ancestors") == policy.pop("base-uri") == ["'none'"]
    assert all(sources == ["'self'"] for sources in policy.values())


def line_of(record: logging.LogRecord) -> dict[str, object]:
    text = OneLine().format(record)
    assert "\n" not in text
    assert "\x1b" not in text
    return dict(json.loads(text))


def test_the_log_has_one_line_for_each_request(client: Client, db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "forum.requests"):
        client.get("/nothing/\u202e%5Cn?token=secret", REMOTE_ADDR="203.0.113.77")
    (record,) = [record for record in caplog.records if record.name == "forum.requests"]
    line = line_of(record)
    assert line["status"] == 404
    assert line["network"] == "203.0.113.0/24"
    assert "secret" not in str(line)
    assert "203.0.113.77" not in str(line)


def test_the_key_of_a_mailed_link_is_not_logged(client: Client, db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "forum.requests"):
        client.get("/accounts/confirm-email/MTpzZWNyZXQ/")
        client.get("/accounts/password/reset/key/1-sEcReT-key/")
        client.get("/accounts/nothing/sEcReT")
        client.get("/unsubscribe/1-all-0~sEcReT/")
        client.get("/unsubscribe/1/sEcReT/")
    lines = [str(line_of(record)) for record in caplog.records]
    assert len(lines) >= 3
    assert not any("MTpzZWNyZXQ" in line or "sEcReT" in line for line in lines)


def test_a_line_names_the_member_by_number_alone(
    ann: User, sign_in: Callable[[User], Client], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "forum.requests"):
        sign_in(ann).get("/accounts/email/")
    line = line_of(next(record for record in caplog.records if record.name == "forum.requests"))
    assert line["member"] == ann.pk
    assert "ann" not in str(line["path"])


def test_line_breaks_and_escapes_cannot_forge_a_line() -> None:
    record = logging.LogRecord("forum", logging.INFO, "", 0, "name: %s", ("x\n{} \x1b[31m\u2028",), None)
    assert line_of(record)["message"] == "name: x\n{} \x1b[31m\u2028"


def test_nobody_keeps_what_a_member_sees(ann: User, sign_in: Callable[[User], Client]) -> None:
    assert sign_in(ann).get("/")["Cache-Control"] == "private, no-store"


def test_a_page_with_a_form_of_ones_own_is_kept_by_nobody(client: Client, db: None) -> None:
    answer = client.get("/accounts/login/")
    assert answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_a_guest_asks_again_and_gets_only_what_is_new(client: Client, ann: User) -> None:
    first = client.get("/")
    assert first["Cache-Control"] == "public, no-cache"
    assert client.get("/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    make_post(ann, title="Something new")
    assert client.get("/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_lines_of_many_threads_stay_apart_and_none_waits_for_a_lock(capfd: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.setFormatter(OneLine())
    assert terminal.lock is None
    words = "x" * 500
    record = logging.LogRecord("forum", logging.INFO, "", 0, words, (), None)
    writers = [threading.Thread(target=lambda: [terminal.handle(record) for _ in range(200)]) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1_600
    assert all(json.loads(line)["message"] == words for line in lines)


def test_a_line_that_cannot_be_written_costs_nobody_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.logs.STANDARD_ERROR", -1)
    monkeypatch.setattr(logging, "raiseExceptions", False)
    Terminal().handle(logging.LogRecord("forum", logging.INFO, "", 0, "words", (), None))
