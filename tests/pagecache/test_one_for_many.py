"""One request makes a page for all that want it at once, in a process and among processes."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from forum.pagecache import keeping, store
from forum.pagecache.versions import Version

MANY = 8


class Site:
    """A view that can be held up, and the version of what it shows."""

    def __init__(self) -> None:
        self.version: Version | None = (1,)
        self.made = 0
        self.go = threading.Event()
        self.begun = threading.Event()
        self.fails = False
        self.page = keeping.kept(lambda: self.version)(self.view)

    def view(self, request: HttpRequest) -> HttpResponse:
        shown = self.version
        self.begun.set()
        assert self.go.wait(5)
        self.made += 1
        if self.fails:
            raise RuntimeError("no page")
        return HttpResponse(f"version {shown}, the {self.made}. page")

    def get(self) -> str:
        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        return self.page(request).content.decode()


@pytest.fixture
def site() -> Site:
    return Site()


def waiting(number: int) -> Callable[[], bool]:
    """Whether so many requests want the same page."""
    return lambda: sum(wanting for _, wanting in store.turns._turns.values()) == number


def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that")


def test_many_that_want_the_same_page_at_once_get_one(site):
    with ThreadPoolExecutor(MANY) as pool:
        answers = [pool.submit(site.get) for _ in range(MANY)]
        until(waiting(MANY))
        site.go.set()
        assert {answer.result() for answer in answers} == {"version (1,), the 1. page"}
    assert site.made == 1
    assert not store.turns._turns


def test_whoever_asked_after_a_change_does_not_get_what_was_begun_before_it(site):
    with ThreadPoolExecutor(2) as pool:
        before = pool.submit(site.get)
        assert site.begun.wait(5)
        site.version = (2,)
        after = pool.submit(site.get)
        until(waiting(2))
        site.go.set()
        assert before.result() == "version (1,), the 1. page"
        assert after.result() == "version (2,), the 2. page"


def test_those_who_wait_under_many_changes_do_not_each_make_a_page(site):
    """What was begun after the question answers it, although its version has passed by then."""
    with ThreadPoolExecutor(MANY) as pool:
        first = pool.submit(site.get)
        assert site.begun.wait(5)
        site.version = (2,)
        rest = [pool.submit(site.get) for _ in range(MANY - 1)]
        until(waiting(MANY))
        site.version = (3,)
        site.go.set()
        first.result()
        assert {answer.result() for answer in rest} == {"version (3,), the 2. page"}
    assert site.made == 2


def test_a_page_that_fails_lets_the_next_one_try(site):
    site.fails = True
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(site.get) for _ in range(3)]
        until(waiting(3))
        site.go.set()
        assert all(isinstance(answer.exception(), RuntimeError) for answer in answers)
    assert site.made == 3
    assert not store.turns._turns


def test_nobody_waits_for_ever(site, monkeypatch):
    monkeypatch.setattr(store, "PATIENCE", 0.05)
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(site.get) for _ in range(2)]
        until(waiting(2))
        time.sleep(0.2)
        site.go.set()
        for answer in answers:
            answer.result()
    assert site.made == 2


def test_what_has_no_version_is_made_each_time(site):
    site.version = None
    site.go.set()
    assert [site.get(), site.get()] == ["version None, the 1. page", "version None, the 2. page"]


# ── Among processes ──────────────────────────────────────────────────────────


@pytest.fixture
def shared(settings, monkeypatch) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages"}}
    settings.PAGE_CACHE_SHARED = True
    monkeypatch.setattr(store, "shared", store.Shared())
    caches["default"].clear()


@pytest.mark.usefixtures("shared")
def test_another_process_gives_the_page_that_this_one_has_made(site):
    site.go.set()
    first = site.get()
    store.memory.clear()  # as in another process
    assert site.get() == first
    assert site.made == 1


@pytest.mark.usefixtures("shared")
def test_another_process_gives_no_page_of_an_older_version(site):
    site.go.set()
    site.get()
    store.memory.clear()
    site.version = (2,)
    assert site.get() == "version (2,), the 2. page"


@pytest.mark.usefixtures("shared")
def test_a_page_of_another_build_is_not_given(site, monkeypatch):
    site.go.set()
    site.get()
    store.memory.clear()
    monkeypatch.setattr(keeping, "build", lambda: "the next release")
    site.get()
    assert site.made == 2


@pytest.mark.usefixtures("shared")
def test_a_page_that_another_process_makes_is_waited_for(site):
    site.go.set()
    page = site.get()
    name = store.name_of(("http", "", "/", ""), keeping.build())
    kept = caches["default"].get(name)
    caches["default"].clear()
    store.memory.clear()
    caches["default"].set(f"{name}:turn", 1)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(site.get)
        time.sleep(0.1)
        assert not answer.done()
        caches["default"].set(name, kept)
        assert answer.result() == page
    assert site.made == 1


@pytest.mark.usefixtures("shared")
def test_a_process_that_died_over_a_page_is_not_waited_for(site, monkeypatch):
    monkeypatch.setattr(store, "PATIENCE", 0.1)
    name = store.name_of(("http", "", "/", ""), keeping.build())
    caches["default"].set(f"{name}:turn", 1)
    site.go.set()
    assert site.get() == "version (1,), the 1. page"


@pytest.mark.usefixtures("shared")
def test_a_process_that_gave_up_a_page_is_not_waited_for(site):
    name = store.name_of(("http", "", "/", ""), keeping.build())
    caches["default"].set(f"{name}:turn", 1)
    site.go.set()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(site.get)
        time.sleep(0.1)
        caches["default"].delete(f"{name}:turn")
        assert answer.result(timeout=2) == "version (1,), the 1. page"


class Away:
    """A cache whose server is gone."""

    def __init__(self) -> None:
        self.asked = 0

    def _gone(self, *values: object, **options: object) -> None:
        self.asked += 1
        raise ConnectionRefusedError("no server")

    get = set = add = delete = _gone


def test_pages_are_made_without_a_cache_that_is_away(site, settings, monkeypatch, caplog):
    settings.PAGE_CACHE_SHARED = True
    monkeypatch.setattr(store, "shared", store.Shared())
    away = Away()
    monkeypatch.setattr(store, "caches", {"default": away})
    site.go.set()
    with caplog.at_level(logging.WARNING, "forum.pagecache"):
        assert site.get() == "version (1,), the 1. page"
        store.memory.clear()
        assert site.get() == "version (1,), the 2. page"
    assert away.asked == 1, "one that has failed is left alone for a while"
    assert len(caplog.records) == 1


def test_what_a_shared_cache_raises_is_known():
    from redis.exceptions import ConnectionError as Gone

    assert issubclass(Gone, store.failures())
