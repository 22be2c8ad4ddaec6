"""A connection that lasts is not asked at every page whether it lives, and one that died costs nobody a page."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from forum import lasting
from forum.door import Door
from tests.conftest import end_connection
from tests.making import make_post

factory = RequestFactory()


class Site:
    """A page that reads from the database, on a connection that is asked; ``now`` is the clock of the process."""

    def __init__(self) -> None:
        self.now, self.asked, self.made = 1_000.0, 0, 0
        self.lives, self.broken = True, False

    def visit(self, method: str = "get") -> int:
        connection.health_check_done = False  # as each request begins
        return lasting.answered(getattr(factory, method)("/"), self.page).status_code

    def page(self, request: HttpRequest) -> HttpResponse:
        self.made += 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if self.broken:
            connection.errors_occurred = True
        return HttpResponse(status=503 if self.broken else 200)

    def is_usable(self) -> bool:
        self.asked += 1
        return self.lives


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, db: None):
    here: Any = connections[DEFAULT_DB_ALIAS]
    made = Site()
    with monkeypatch.context() as patch:
        patch.setattr(here, "health_check_enabled", True)
        patch.setattr(here, "is_usable", made.is_usable)
        patch.setattr(here, lasting._ASKED, 0.0, raising=False)
        patch.setattr(here, "close", lambda: None)
        patch.setattr(lasting, "time", SimpleNamespace(monotonic=lambda: made.now))
        yield made
    here.health_check_done, here.errors_occurred = True, False


def test_pages_that_are_read_within_a_moment_ask_once(site: Site) -> None:
    assert [site.visit(), site.visit(), site.visit("head")] == [200] * 3
    assert site.asked == 1
    site.now += lasting.RECENT * 0.9
    site.visit()
    assert site.asked == 1
    site.now += lasting.RECENT * 0.2
    site.visit()
    assert site.asked == 2, "what was trusted is no new answer"


def test_who_writes_always_asks(site: Site) -> None:
    site.visit()
    assert [site.visit("post"), site.visit("post")] == [200] * 2
    assert site.asked == 3


def test_where_nothing_is_asked_nothing_is_trusted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.visit()
    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "health_check_enabled", False)
    site.broken, site.lives = True, False
    assert (site.visit(), site.made) == (503, 2)


def test_an_error_is_told_at_once_where_the_connection_lives(site: Site) -> None:
    site.visit()
    site.broken = True
    assert (site.visit(), site.made) == (503, 2)


def test_an_error_of_a_connection_that_was_asked_is_told_at_once(site: Site) -> None:
    site.broken, site.lives = True, False
    assert (site.visit(), site.made) == (503, 1)


def test_what_a_dead_connection_failed_to_read_is_read_once_more(site: Site) -> None:
    site.visit()
    site.broken, site.lives = True, False
    assert (site.visit(), site.made) == (503, 3), "and no third time"


@pytest.mark.postgresql_only
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_page_is_read_where_the_connection_died_a_moment_ago(ann, settings, visit: Callable[[str], int]) -> None:
    settings.PAGE_CACHE = False
    path = make_post(ann).get_absolute_url()
    connection.close()
    assert visit(path) == 200
    assert visit(path) == 200, "asked by now"
    end_connection()
    assert lasting._lived(connections[DEFAULT_DB_ALIAS])
    assert visit(path) == 200


@pytest.fixture
def visit() -> Callable[[str], int]:
    """Asks at the door as a server does."""

    def at(path: str) -> int:
        given: list[str] = []
        answer = Door()(factory.get(path).environ, lambda status, names, trace=None: given.append(status))
        b"".join(answer)
        getattr(answer, "close", int)()
        return int(given[0][:3])

    return at
