"""The nginx of deploy/ keeps guests' pages for a second: never a member's, never an error, never the wrong encoding."""

import datetime as dt
import gzip
import http.client
import itertools
import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from benchmarks import nginx, serving
from comments.actions import change_state
from forum.states import State
from forum.users.models import User
from tests.making import make_post, say

MISSING = "no nginx: run `apt-get install nginx` as root"
WORDS = "Words that many read. " * 200  # enough to be worth compressing
KEPT = {"Cache-Control": "public, no-cache", "Vary": "Accept-Encoding, Cookie"}


class Site(BaseHTTPRequestHandler):
    """A site that answers as this one does, says who asked, and counts how often it was asked."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # or the body waits until the headers are confirmed
    asked: ClassVar[Counter[str]] = Counter()
    edition = "first"
    let_go = threading.Event()
    """Until then whoever asks for something slow waits."""

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        cookie = self.headers.get("Cookie", "")
        if "session=ann" in cookie or "reading=" in cookie:
            self.answer(200, f"for {cookie}", {"Cache-Control": "private, no-store", "Vary": "Cookie"})
        elif self.path.startswith("/slow"):
            self.let_go.wait(10)
            self.answer(200, "at last", {"Cache-Control": "private, no-store"})
        elif self.path.startswith("/broken"):
            self.answer(500, "broken", KEPT)
        elif self.path.startswith("/form"):
            self.answer(200, "a form", {"Cache-Control": "private, no-store", "Set-Cookie": "csrf=1"})
        elif self.path.startswith("/careless"):
            self.answer(200, "a page", {**KEPT, "Set-Cookie": "session=new"})
        elif self.path.startswith("/own"):
            self.answer(200, json.dumps(self.headers.items()), {"Cache-Control": "private, no-store"})
        elif self.path.startswith("/silent"):
            self.answer(200, "a page", {})
        elif self.command == "POST":
            self.answer(200, f"posted to {self.path}", KEPT)
        elif self.headers.get("HX-Request"):
            self.answer(200, "a part of a page", KEPT)
        else:
            self.page()

    do_POST = do_HEAD = do_GET  # noqa: N815  as the server calls them

    def page(self) -> None:
        etag = f'"{self.edition}"'
        if self.headers.get("If-None-Match") == etag:
            self.answer(304, "", {**KEPT, "ETag": etag})
        elif "gzip" in self.headers.get("Accept-Encoding", ""):
            self.answer(200, f"{self.edition} {WORDS}", {**KEPT, "ETag": etag, "Content-Encoding": "gzip"})
        else:
            self.answer(200, f"{self.edition} {WORDS}", {**KEPT, "ETag": etag})

    def answer(self, status: int, words: str, headers: dict[str, str]) -> None:
        body = gzip.compress(words.encode()) if "Content-Encoding" in headers else words.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if "public" not in headers.get("Cache-Control", ""):
            self.send_header("X-Request-ID", self.headers.get("X-Request-ID", ""))
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if status != 304 else b"")

    def log_message(self, *args: object) -> None:
        pass


@dataclass
class Answer:
    """What a browser got."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The body as it is read."""
        return (gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body).decode()


class Browser:
    """Asks nginx, in one second where the machine is quick enough, and knows how many went by where it is not."""

    def __init__(self, port: int) -> None:
        self.port = port
        if time.time() % 1 > 0.5:
            self.in_a_new_second()
        self.began = int(time.time())

    def made_once(self, path: str, *, besides: int = 0) -> bool:
        """Whether the site made the page once a second, and ``besides`` so often for those who get their own."""
        seconds = int(time.time()) - self.began + 1
        return besides < Site.asked[path] <= besides + seconds

    def ask(
        self, path: str, method: str = "GET", body: str | None = None, *, at: str = "127.0.0.1", **headers: str
    ) -> Answer:
        """One request from an address of this machine, with headers named as in ``If_None_Match``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10, source_address=(at, 0))
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in sent.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body.encode() if body is not None else None)
        got = connection.getresponse()
        answer = Answer(got.status, got.read(), {name.lower(): value for name, value in got.getheaders()})
        connection.close()
        return answer

    def in_a_new_second(self) -> None:
        """Waits until what was kept is no longer."""
        time.sleep(1 - time.time() % 1 + 0.02)


def _skip_without_nginx() -> None:
    try:
        serving.program("nginx")
    except serving.Missing:
        pytest.skip(MISSING)


@contextmanager
def _the_site() -> Iterator[int]:
    _skip_without_nginx()
    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield site.server_port
    finally:
        site.shutdown()
        site.server_close()


@contextmanager
def _before_the_site(folder: Path, *, limits: bool = False) -> Iterator[int]:
    # Of two workers, one may make the page that the other is about to keep.
    with (
        _the_site() as site,
        nginx.before(nginx.Front([site], folder, limits=limits), folder, workers="1") as server,
    ):
        yield server.port


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The shipped nginx before the site."""
    with _before_the_site(tmp_path_factory.mktemp("nginx")) as port:
        yield port


@pytest.fixture
def browser(front: int, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A browser before a site that nobody has asked."""
    monkeypatch.setattr(Site, "asked", Counter())
    monkeypatch.setattr(Site, "edition", "first")
    return Browser(front)


def test_a_page_that_many_guests_ask_for_is_made_once_a_second(browser: Browser) -> None:
    answers = [browser.ask("/posts/1/") for _ in range(5)]
    assert browser.made_once("/posts/1/")
    assert {answer.words for answer in answers} == {f"first {WORDS}"}
    assert answers[-1].headers["cache-control"] == "public, no-cache"


def test_the_site_is_told_who_asks_and_by_which_id_and_nothing_twice(browser: Browser) -> None:
    """By nginx alone: what a visitor says under these names goes no further."""
    forged = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "https", "X_Request_ID": "of-the-visitor"}
    answer = browser.ask("/own/", Forwarded="for=203.0.113.9", Accept_Language="en", **forged)
    told = sorted((name.lower(), value) for name, value in json.loads(answer.words))
    assert told == [
        ("accept-language", "en"),
        ("host", "127.0.0.1"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
        ("x-request-id", answer.headers["x-request-id"]),
    ]
    assert len(answer.headers["x-request-id"]) == 32


def test_what_is_taken_away_is_gone_within_a_second(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser.ask("/posts/2/").words.startswith("first")
    monkeypatch.setattr(Site, "edition", "second")
    browser.in_a_new_second()
    assert browser.ask("/posts/2/").words.startswith("second")


@pytest.mark.parametrize("cookie", ["session=ann", "a=b; __Host-session=ann", "reading=1", "a=b;\t__Host-reading=1"])
def test_what_a_cookie_makes_ones_own_is_neither_kept_nor_shown_to_others(browser: Browser, cookie: str) -> None:
    path = f"/posts/3/?{len(cookie)}"
    assert browser.ask(path, Cookie=cookie).words == f"for {cookie}"
    assert browser.ask(path).words.startswith("first")
    assert browser.ask(path, Cookie=cookie).words == f"for {cookie}"
    assert browser.ask(path).words.startswith("first")
    assert browser.made_once(path, besides=2)


@pytest.mark.parametrize("cookie", ["csrf=1", "messages=1"])
def test_a_guest_with_a_form_or_a_message_is_shown_nothing_kept(browser: Browser, cookie: str) -> None:
    path = f"/posts/4/?{cookie}"
    for _ in range(2):
        browser.ask(path)
        browser.ask(path, Cookie=cookie)
    assert browser.made_once(path, besides=2)


def test_a_strangers_cookie_changes_nothing(browser: Browser) -> None:
    for number in range(3):
        browser.ask("/posts/5/", Cookie=f"seen=1; theme={number}")
    assert browser.made_once("/posts/5/")


@pytest.mark.parametrize("path", ["/broken/", "/form/", "/careless/", "/silent/"])
def test_errors_forms_and_what_the_site_did_not_call_public_are_not_kept(browser: Browser, path: str) -> None:
    for _ in range(2):
        browser.ask(path)
    assert Site.asked[path] == 2


def test_who_has_the_page_already_is_told_so_from_what_is_kept(browser: Browser) -> None:
    first = browser.ask("/posts/6/")
    again = browser.ask("/posts/6/", If_None_Match=first.headers["etag"])
    other = browser.ask("/posts/6/", If_None_Match='"another"')
    assert (again.status, again.body) == (304, b"")
    assert (other.status, other.words) == (200, first.words)
    assert browser.made_once("/posts/6/")


def test_who_has_the_page_already_does_not_make_it_empty_for_others(browser: Browser) -> None:
    assert browser.ask("/posts/7/", If_None_Match='"first"').status == 304
    answer = browser.ask("/posts/7/")
    assert (answer.status, answer.words) == (200, f"first {WORDS}")


def test_each_gets_the_encoding_that_was_asked_for(browser: Browser) -> None:
    asked = {
        "gzip": [
            "gzip",
            "gzip, deflate",
            "gzip, deflate, br",
            "gzip, deflate, br, zstd",
            "deflate, gzip",
            "br;q=1.0, gzip;q=0.8, *;q=0.1",
        ],
        None: ["", "br", "gzip;q=0", "identity, gzip; q=0.0", "x-gzipped"],
    }
    for encoding, ways in asked.items():
        for way in ways:
            answer = browser.ask("/posts/8/", Accept_Encoding=way)
            assert answer.headers.get("content-encoding") == encoding, way
            assert answer.words == f"first {WORDS}", way
    assert browser.made_once("/posts/8/", besides=1)


def test_other_ways_to_ask_leave_the_page_as_it_is(browser: Browser) -> None:
    path = "/posts/9/"
    head = browser.ask(path, "HEAD")
    part = browser.ask(path, Range="bytes=0-4")
    fragment = browser.ask(path, HX_Request="true")
    posted = browser.ask(path, "POST", body="body=words")
    page = browser.ask(path)
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) == len(page.body)
    assert (part.status, part.words) in {(200, page.words), (206, page.words[:5])}
    assert fragment.words == "a part of a page"
    assert posted.words == f"posted to {path}"
    assert page.words == f"first {WORDS}"


def test_who_asks_for_a_part_leaves_the_whole_to_others(browser: Browser) -> None:
    part = browser.ask("/posts/13/", Range="bytes=0-4")
    assert (part.status, part.words) in {(200, f"first {WORDS}"), (206, "first")}
    assert browser.ask("/posts/13/").words == f"first {WORDS}"


def test_a_form_reaches_the_site_each_time(browser: Browser) -> None:
    for _ in range(2):
        assert browser.ask("/posts/10/comment/", "POST", body="body=words").words == "posted to /posts/10/comment/"
    assert Site.asked["/posts/10/comment/"] == 2


def test_addresses_are_kept_apart_with_all_that_they_ask(browser: Browser) -> None:
    paths = [f"/posts/11/{query}" for query in ("", "?order=best", "?order=best&after=7")]
    for path in paths * 2:
        browser.ask(path)
    assert all(browser.made_once(path) for path in paths)


def test_one_address_asks_so_often_and_no_more(tmp_path: Path) -> None:
    with _before_the_site(tmp_path, limits=True) as port:
        browser = Browser(port)

        def asked(way: Callable[[], Answer]) -> Counter[int]:
            with ThreadPoolExecutor(20) as many:
                return Counter(answer.status for answer in many.map(lambda _: way(), range(200)))

        began, numbers = time.monotonic(), itertools.count()
        statuses = asked(lambda: browser.ask(f"/posts/12/?{next(numbers)}"))
        assert 61 <= statuses[200] <= 61 + 20 * (time.monotonic() - began)
        assert statuses[200] + statuses[429] == 200
        ways: list[Callable[[], Answer]] = [
            lambda: browser.ask("/posts/12/", Cookie="session=ann"),
            lambda: browser.ask("/posts/12/comment/", "POST", body="body=words"),
            lambda: browser.ask("/admin/archive/upload/add/", "POST", body="file=words"),
            lambda: browser.ask("/own/", X_Forwarded_For="203.0.113.9"),
        ]
        for way in ways:
            assert asked(way)[429]
        assert browser.ask("/own/", at="127.0.0.2").status == 200


def test_one_address_has_so_many_connections_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Site, "let_go", threading.Event())
    with _before_the_site(tmp_path, limits=True) as port, ThreadPoolExecutor(50) as many:
        browser, refused = Browser(port), threading.Semaphore(0)

        def ask(_: int) -> int:
            answer = browser.ask("/slow/")
            if answer.status == 429:
                refused.release()
            return answer.status

        statuses = many.map(ask, range(50))
        for _ in range(10):
            assert refused.acquire(timeout=5)
        assert browser.ask("/own/").status == 429
        assert browser.ask("/own/", at="127.0.0.2").status == 200
        Site.let_go.set()
        assert Counter(statuses) == {200: 40, 429: 10}
        assert browser.ask("/own/").status == 200


@dataclass
class Shipped:
    """The file of deploy/ as it is, but for ports, folders and the certificate: where it listens, and whom to trust."""

    plain: int
    secure: int
    trusts: Path

    @contextmanager
    def reached(
        self, name: str = "forum.example.org", *, speaks: Sequence[str] = ("h2", "http/1.1")
    ) -> Iterator[ssl.SSLSocket]:
        """A connection over TLS to this name of the site, by a browser that speaks these versions of HTTP."""
        context = ssl.create_default_context(cafile=str(self.trusts))
        context.set_alpn_protocols(list(speaks))
        with (
            socket.create_connection(("127.0.0.1", self.secure), timeout=10) as line,
            context.wrap_socket(line, server_hostname=name) as secure,
        ):
            yield secure


@pytest.fixture
def shipped(tmp_path: Path) -> Iterator[Shipped]:
    plain, secure = serving.free_port(), serving.free_port()
    certify("forum.example.org", tmp_path)
    with _the_site() as site:
        text = (serving.ROOT / "deploy" / "nginx.conf").read_text()
        for there, here in (
            ("listen [::]:80;", ""),
            ("listen [::]:443 ssl default_server;", ""),
            ("listen [::]:443 ssl http2;", ""),
            ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen 443 ssl", f"listen 127.0.0.1:{secure} ssl"),
            ("/etc/letsencrypt/live/forum.example.org", str(tmp_path)),
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{site};"),
            ("/var/cache/rejoinder", f"{tmp_path}/kept"),
            ("/var/lib/rejoinder-static/", f"{tmp_path}/"),
            ("/etc/nginx/rejoinder-proxy.conf", str(serving.ROOT / "deploy" / "rejoinder-proxy.conf")),
        ):
            assert there in text
            text = text.replace(there, here)
        with nginx._nginx(text, tmp_path / "front", secure, "1"):
            yield Shipped(plain, secure, tmp_path / "fullchain.pem")


def certify(name: str, folder: Path) -> None:
    """Puts a certificate that nobody but this test trusts where certbot would put its own."""
    key, named = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(hours=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    (folder / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / "privkey.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def test_the_shipped_file_ends_tls_and_tells_the_site_of_it(shipped: Shipped) -> None:
    with shipped.reached(speaks=["http/1.1"]) as line:
        browser = http.client.HTTPConnection("forum.example.org")
        browser.sock = line
        browser.request("GET", "/own/", headers={"X-Forwarded-Proto": "http"})
        answer = browser.getresponse()
        told = {name.lower(): value for name, value in json.loads(answer.read())}
    assert answer.status == 200
    assert (told["x-forwarded-proto"], told["host"]) == ("https", "forum.example.org")
    with shipped.reached() as line:
        assert line.selected_alpn_protocol() == "h2"


def test_the_shipped_file_leads_to_tls_and_answers_to_no_other_name(shipped: Shipped) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", shipped.plain, timeout=10)
    plain.request("GET", "/posts/1/?page=2", headers={"Host": "forum.example.org"})
    answer = plain.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, "https://forum.example.org/posts/1/?page=2")
    plain.close()
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"), shipped.reached("other.example.org"):
        pass


def test_further_processes_stand_beside_the_first(tmp_path: Path) -> None:
    text = nginx.site(nginx.Front([8000, 8001], tmp_path), tmp_path, 80)
    assert "server 127.0.0.1:8000;\n    server 127.0.0.1:8001;" in text
    assert "ssl" not in text


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_sites_own_pages_are_kept_for_guests_alone_and_lose_what_is_hidden_within_a_second(
    live_server: LiveServer, tmp_path: Path, ann: User, mod: User, sign_in: Callable[[User], Client]
) -> None:
    """The shipped nginx before the real site: whoever asks first, the next one gets a page of their own."""
    _skip_without_nginx()
    post = make_post(ann)
    comment = say(post, ann, "Said for everybody.")
    change_state(comment=comment, to=State.PUBLISHED, by=mod)
    path = post.get_absolute_url()
    cookie = f"session={sign_in(ann).cookies['session'].value}"
    site = int(live_server.url.rpartition(":")[2])
    with nginx.before(nginx.Front([site], tmp_path), tmp_path / "front") as server:
        browser = Browser(server.port)
        browser.in_a_new_second()
        for address in ("/", path):
            as_member = browser.ask(address, Cookie=cookie)
            as_guest = browser.ask(address, Accept_Encoding="gzip")
            again = browser.ask(address, Cookie=cookie)
            assert (as_member.status, as_guest.status, again.status) == (200, 200, 200)
            assert as_member.headers["x-request-id"] != again.headers["x-request-id"]
            assert "x-request-id" not in as_guest.headers
            assert "/accounts/logout/" in as_member.words
            assert "/accounts/logout/" in again.words
            assert "/accounts/logout/" not in as_guest.words
        kept = [file for file in (tmp_path / "front" / "kept").rglob("*") if file.is_file()]
        assert len(kept) == 2
        assert "Said for everybody." in as_guest.words
        change_state(comment=comment, to=State.HIDDEN, by=mod)
        browser.in_a_new_second()
        assert "Said for everybody." not in browser.ask(path, Accept_Encoding="gzip").words
