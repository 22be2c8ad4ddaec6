"""On PostgreSQL versions are read past the cursors, wherever that is the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from forum.pagecache import direct
from forum.pagecache.models import move_edition
from forum.pagecache.versions import LARGEST, Version, of_site, read
from posts.models import Post
from posts.versions import FRONT, THREAD, of_front, of_thread
from tests.making import make_post

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


def by_cursor(sql: str, *values: int) -> Version:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return tuple(number for row in cursor.fetchall() for number in row)


def test_it_gives_what_a_cursor_gives() -> None:
    pk = Post.objects.latest("pk").pk
    for sql, values in ((THREAD, (pk,)), (FRONT, (41,)), (THREAD, (pk,)), (THREAD, (LARGEST,))):
        assert direct.numbers(sql, values) == list(by_cursor(sql, *values))
    assert len(of_front() or ()) == 6
    assert of_thread(LARGEST) is None
    assert of_thread(LARGEST + 1) is None


def test_it_sees_what_was_changed_just_now() -> None:
    before = of_site()
    with transaction.atomic():
        move_edition()
    assert direct.numbers("SELECT number FROM pagecache_edition", ()) == [(before or (0,))[0] + 1]


def test_it_goes_on_after_a_rollback_for_which_psycopg_forgets_all_statements() -> None:
    pk = Post.objects.latest("pk").pk
    assert direct.numbers(THREAD, (pk,))
    with transaction.atomic():
        Post.objects.update(version=9)
        transaction.set_rollback(True)
    by_cursor("SELECT 1")  # it tells the server with the next word
    assert direct.numbers(THREAD, (pk,)) is None
    assert read(THREAD, pk) == by_cursor(THREAD, pk)
    assert direct.numbers(THREAD, (pk,)) == list(by_cursor(THREAD, pk))


def test_each_connection_has_its_own_statements() -> None:
    pk = Post.objects.latest("pk").pk
    for _ in range(2):
        connection.ensure_connection()
        connection.connection.prepare_threshold = 1
        assert direct.numbers(THREAD, (pk,)) == list(by_cursor(THREAD, pk))
        assert direct.numbers(FRONT, (1,)) == list(by_cursor(FRONT, 1))
        connection.close()


def test_a_connection_that_is_gone_is_left_to_the_cursor() -> None:
    connection.connection.close()
    assert direct.numbers(THREAD, (1,)) is None


def test_a_statement_that_no_server_understands_is_left_to_the_cursor() -> None:
    assert direct.numbers("SELECT nothing FROM nowhere", ()) is None
    assert direct.numbers("SELECT 1 / %s", (0,)) is None
    assert direct.numbers("SELECT number FROM pagecache_edition", ())


def test_within_a_transaction_it_is_left_to_the_cursor() -> None:
    with transaction.atomic():
        Post.objects.update(version=9)
        assert direct.numbers(THREAD, (1,)) is None
        assert read("SELECT DISTINCT version FROM posts_post") == (9,)
    assert direct.numbers("SELECT DISTINCT version FROM posts_post", ()) == [9]


def test_where_nothing_is_prepared_it_is_left_to_the_cursor() -> None:
    connection.connection.prepare_threshold = None
    assert direct.numbers(THREAD, (1,)) is None


def test_who_counts_queries_sees_it() -> None:
    with CaptureQueriesContext(connection) as seen:
        of_site()
    assert len(seen) == 1
    with connection.execute_wrapper(lambda execute, *rest: execute(*rest)):
        assert direct.numbers(THREAD, (1,)) is None
