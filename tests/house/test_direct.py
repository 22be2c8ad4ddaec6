"""PostgreSQL is asked past the cursors, wherever that is the same."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from forum import direct
from forum.pagecache.models import move_edition
from forum.pagecache.versions import LARGEST, Version, of_site, read
from forum.prepared import Given, Prepared, rows_of
from forum.states import State
from posts.models import Post
from posts.versions import FRONT, THREAD, of_front, of_thread
from tests.conftest import end_connection
from tests.making import make_person, make_post

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.postgresql_only]


@pytest.fixture(autouse=True)
def _planned(ann) -> Iterator[None]:
    """Two posts, and a connection that prepares statements, as it does in production."""
    make_post(ann, title="Of gardens")
    make_post(ann, title="Of walls")
    connection.ensure_connection()
    connection.connection.prepare_threshold = 1
    yield
    connection.close()


def cursor_rows(sql: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def by_cursor(sql: str, *values: int) -> Version:
    return tuple(number for row in cursor_rows(sql, *values) for number in row)


def numbers(sql: str, *values: int) -> list[int] | None:
    return direct.numbers(direct.numbered(sql), values)


def planned() -> int:
    """How many statements the server has planned for this connection by their own name."""
    return by_cursor("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'direct%%'")[0]


def test_it_gives_what_a_cursor_gives() -> None:
    pk = Post.objects.latest("pk").pk
    for sql, values in ((THREAD, (pk,)), (FRONT, (41,)), (THREAD, (pk,)), (THREAD, (LARGEST,))):
        assert numbers(sql, *values) == list(by_cursor(sql, *values))
    assert len(of_front() or ()) == 6
    assert of_thread(LARGEST) is None
    assert of_thread(LARGEST + 1) is None


def test_it_sees_what_was_changed_just_now() -> None:
    before = of_site()
    with transaction.atomic():
        move_edition()
    assert numbers("SELECT number FROM pagecache_edition") == [(before or (0,))[0] + 1]


def test_it_goes_on_after_a_rollback_for_which_psycopg_forgets_all_statements() -> None:
    pk = Post.objects.latest("pk").pk
    assert numbers(THREAD, pk)
    with transaction.atomic():
        Post.objects.update(version=9)
        transaction.set_rollback(True)
    by_cursor("SELECT 1")  # it tells the server with the next word
    assert numbers(THREAD, pk) is None
    assert read(THREAD, pk) == by_cursor(THREAD, pk)
    assert numbers(THREAD, pk) == list(by_cursor(THREAD, pk))


def test_each_connection_has_its_own_statements() -> None:
    pk = Post.objects.latest("pk").pk
    for _ in range(2):
        connection.ensure_connection()
        connection.connection.prepare_threshold = 1
        assert numbers(THREAD, pk) == list(by_cursor(THREAD, pk))
        assert numbers(FRONT, 1) == list(by_cursor(FRONT, 1))
        connection.close()


def test_a_connection_that_is_gone_is_left_to_the_cursor() -> None:
    connection.connection.close()
    assert numbers(THREAD, 1) is None


def test_a_statement_that_no_server_understands_is_left_to_the_cursor() -> None:
    assert numbers("SELECT nothing FROM nowhere") is None
    assert numbers("SELECT 1 / %s", 0) is None
    assert numbers("SELECT number FROM pagecache_edition")


def test_a_statement_that_no_server_understands_is_not_planned_again(monkeypatch) -> None:
    assert direct.rows("SELECT FROM WHERE", []) is None
    monkeypatch.setattr(direct, "_plan", None)
    assert direct.rows("SELECT FROM WHERE", []) is None


def test_what_takes_too_long_is_not_asked_twice() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 300")
    began = time.monotonic()
    with pytest.raises(OperationalError):
        rows_of("SELECT 1 FROM pg_sleep(%s)", [30])
    assert time.monotonic() - began < 0.5
    assert connection.errors_occurred


def test_a_statement_that_could_not_be_planned_for_a_moment_is_planned_later() -> None:
    sql = "SELECT id FROM posts_tag WHERE id = {}"
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("LOCK TABLE posts_tag IN ACCESS EXCLUSIVE MODE")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 100")
    with pytest.raises(OperationalError):
        rows_of(sql.format("%s"), [1])
    other.rollback()
    other.close()
    assert rows_of(sql.format("%s"), [1]) == []
    assert direct.rows(sql.format("$1"), [1]) == []


def test_within_a_transaction_it_is_left_to_the_cursor() -> None:
    with transaction.atomic():
        Post.objects.update(version=9)
        assert numbers(THREAD, 1) is None
        assert read("SELECT DISTINCT version FROM posts_post") == (9,)
    assert numbers("SELECT DISTINCT version FROM posts_post") == [9]


def test_what_is_asked_first_in_a_transaction_is_within_it() -> None:
    """psycopg begins a transaction with its first statement, which may be the one that locks."""
    with transaction.atomic():
        assert direct.rows("SELECT 1", []) is None
        assert numbers("SELECT 1") is None
        rows_of("SELECT id FROM posts_post FOR UPDATE", [])
        assert connection.connection.pgconn.transaction_status == TransactionStatus.INTRANS


def test_where_nothing_is_prepared_it_is_left_to_the_cursor() -> None:
    connection.connection.prepare_threshold = None
    assert numbers(THREAD, 1) is None


def test_who_counts_queries_sees_it() -> None:
    with CaptureQueriesContext(connection) as seen:
        of_site()
    assert len(seen) == 1
    with connection.execute_wrapper(lambda execute, *rest: execute(*rest)):
        assert numbers(THREAD, 1) is None


MOMENT = dt.datetime(2026, 3, 1, 12, 30, 5, 7, tzinfo=dt.UTC)


KINDS = {
    "bigint": [2**63 - 1, -1],
    "double precision": [0.1, float("inf")],
    "text": ["O'Hara's \\ {5} %s\n", "", "NULL", None],
    "boolean": [True, False],
    "timestamptz": [MOMENT],
    "bigint[]": [[1, 2, -3], []],
}
OTHERS = ["a\0b", "\ud800", b"bytes", {"a": 1}, ["1"], [None], State.HELD]


def test_every_kind_of_value_goes_there_and_back() -> None:
    for kind, values in KINDS.items():
        for value in values:
            assert direct.rows(f"SELECT $1::{kind}, 1", [value]) == [(value, 1)]


def test_values_of_other_kinds_are_left_to_the_cursor() -> None:
    for value in OTHERS:
        assert direct.rows("SELECT $1::text", [value]) is None
        assert direct.rows("SELECT $1::text", ["words"]) == [("words",)]


def test_rows_are_those_of_a_cursor() -> None:
    make_post(None, person=make_person(), pulse={"now": {"bins": [1]}}, edited_at=MOMENT, archived=True)
    sql = "SELECT * FROM posts_post p LEFT JOIN users_user u ON u.id = p.author_id WHERE p.id >= {} ORDER BY p.id"
    first = Post.objects.order_by("pk").values_list("pk", flat=True)[0]
    found, expected = direct.rows(sql.format("$1"), [first]), cursor_rows(sql.format("%s"), first)
    assert found == expected
    assert len(found) == 3
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in expected]


def test_pages_are_read_without_a_cursor(monkeypatch) -> None:
    title = Prepared(lambda: Post.objects.filter(pk=Given("pk"), score__gte=Given("pk") - F("pk")).values_list("title"))
    asked = ("SELECT title FROM posts_post WHERE id = %s", [Post.objects.latest("pk").pk])
    assert title(pk=asked[1][0]) == rows_of(*asked) == [("Of walls",)]
    monkeypatch.setattr(connections["default"], "cursor", None)
    assert title(pk=asked[1][0]) == rows_of(*asked) == [("Of walls",)]


def test_before_it_is_known_that_the_connection_lives_it_is_left_to_the_cursor() -> None:
    connection.health_check_enabled, connection.health_check_done = True, False
    assert direct.rows("SELECT 1", []) is None
    assert rows_of("SELECT 1", []) == [(1,)]
    assert direct.rows("SELECT 1", []) == [(1,)]


def test_a_connection_that_the_server_has_ended_is_told_by_the_cursor() -> None:
    assert rows_of("SELECT 1", []) == [(1,)]
    end_connection()
    with pytest.raises(OperationalError):
        rows_of("SELECT 1", [])


def test_a_table_that_has_changed_is_read_as_it_is_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE changing AS SELECT 1 AS figure")
        assert rows_of("SELECT * FROM changing", []) == [(1,)]
        cursor.execute("ALTER TABLE changing ALTER figure TYPE text")
        assert direct.rows("SELECT * FROM changing", []) is None  # planned for a number
        assert rows_of("SELECT * FROM changing", []) == [("1",)]
        assert direct.rows("SELECT * FROM changing", []) == [("1",)]


def test_a_connection_keeps_so_many_statements_and_no_more(monkeypatch) -> None:
    monkeypatch.setattr(direct, "MOST", 3)
    for number in (1, 2, 3, 4, 5, 1, 5):
        assert direct.rows(f"SELECT {number}", []) == [(number,)]
    assert planned() == 3
