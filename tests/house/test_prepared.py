"""Queries that are written once read the rows that Django would read, with the values that are given each time."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest
from django.utils import timezone

from forum.paging import Spot
from forum.prepared import Given, Prepared, rows_of
from posts import lists
from posts.models import Bearing, Post, Tag
from posts.tags.bearing import borne
from tests.making import NOON, make_person, make_post

pytestmark = pytest.mark.django_db


def test_a_model_is_the_one_that_django_makes(ann, count_queries):
    posts = [make_post(ann, pulse={"now": {"bins": [1]}}, edited_at=NOON), make_post(None, person=make_person())]
    query = Post.objects.select_related("author", "person__source").defer("html").annotate(twice=F("score") * 2)
    prepared = Prepared(lambda: query.filter(pk=Given("pk")))
    for post in posts:
        found, expected = prepared.first(pk=post.pk), query.get(pk=post.pk)
        for left_out in ("_state", "html"):
            assert (left_out in found.__dict__) == (left_out in expected.__dict__)
        named = {name: value for name, value in expected.__dict__.items() if name != "_state"}
        assert {name: value for name, value in found.__dict__.items() if name != "_state"} == named
        assert found._state.fields_cache == expected._state.fields_cache
        assert (found._state.adding, found._state.db) == (False, "default")
        assert len(count_queries(lambda found=found: found.html)) == 1  # what was left out is loaded when asked for
        found.title = "Another"
        found.save(update_fields=["title"])
        assert Post.objects.get(pk=post.pk).title == "Another"


def test_moments_are_read_as_django_reads_them(ann):
    make_post(ann, created_at=NOON + dt.timedelta(microseconds=7), edited_at=None)
    rows = Post.objects.values_list("created_at", "edited_at", Greatest("created_at", "active_at"), Max("created_at"))
    assert Prepared(lambda: rows)() == [*rows]
    assert {type(moment.tzinfo) for moment in Prepared(lambda: rows)()[0] if moment} == {type(dt.UTC)}


def test_a_sign_of_per_cent_in_the_query_stays_one(ann):
    post = make_post(ann, score=7, title="5 % of 100%")
    rows = Post.objects.filter(pk=Given("pk"), title__contains="% of 100%").annotate(rest=F("score") % 4)
    assert Prepared(lambda: rows.values_list("rest", "title"))(pk=post.pk) == [(3, "5 % of 100%")]


def test_what_is_the_same_each_time_stands_in_the_statement_as_it_is(ann):
    post = make_post(ann, title="O'Hara's \\ 5 %s", created_at=NOON)
    make_post(ann, title="O'Hara's \\ 5 %s", archived=True)
    rows = Post.objects.filter(title="O'Hara's \\ 5 %s", archived=False, created_at__gte=NOON, score__lte=Given("most"))
    assert Prepared(lambda: rows.values_list("pk"))(most=0) == [(post.pk,)]


@pytest.mark.sqlite_only
def test_sqlite_is_asked_without_a_cursor_of_django(ann, monkeypatch):
    post = make_post(ann, title="Asked")
    title = Prepared(lambda: Post.objects.filter(pk=Given("pk")).values_list("title"))
    assert title(pk=post.pk) == [("Asked",)]  # written by now
    monkeypatch.setattr(connections["default"], "cursor", None)
    assert title(pk=post.pk) == rows_of("SELECT title FROM posts_post WHERE id = %s", [post.pk]) == [("Asked",)]


def test_who_counts_the_queries_or_stands_between_sees_each(ann, count_queries):
    post = make_post(ann)
    asked = ("SELECT title FROM posts_post WHERE id = %s", [post.pk])
    assert len(count_queries(lambda: rows_of(*asked))) == 1
    seen = []
    with connection.execute_wrapper(lambda execute, *said: seen.append(said) or execute(*said)):
        rows_of(*asked)
    assert len(seen) == 1


def test_an_error_is_told_as_django_tells_it():
    with pytest.raises(DatabaseError), transaction.atomic():
        rows_of("SELECT nothing FROM nowhere", [])


def test_nothing_is_asked_in_a_transaction_that_has_failed(ann):
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            rows_of("SELECT 1", [])


@pytest.mark.postgresql_only
@pytest.mark.parametrize("within", ["", "week"])
@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("signed_in", [False, True])
def test_postgresql_settles_on_a_plan_for_a_list(clean_tables, ann, signed_in, later, within):
    """It cannot while the state is a value like others: the indexes of lists hold published posts alone."""
    began = timezone.now() - dt.timedelta(days=1)
    posts = [make_post(ann, created_at=began + dt.timedelta(minutes=number)) for number in range(1_000)]
    viewer, order = ann if signed_in else AnonymousUser(), "top" if within else "active"
    wanted = lists.Asked(order=order, within=within, after=Spot(None, posts[900].pk) if later else None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for _ in range(10):
            lists.page(viewer, wanted)
        cursor.execute("SELECT generic_plans, statement FROM pg_prepared_statements")
        [settled] = [
            generic
            for generic, sql in cursor.fetchall()
            if f"LIMIT {lists.PAGE + 1}))" in sql
            and ("voices_mark" in sql, " < (" in sql, "BETWEEN" in sql) == (signed_in, later, bool(within))
        ]
    assert settled > 0


@pytest.mark.postgresql_only
@pytest.mark.parametrize("order", lists.ORDERS)
@pytest.mark.parametrize("signed_in", [False, True])
def test_postgresql_settles_on_a_plan_for_the_list_of_a_tag(clean_tables, ann, signed_in, order):
    tag = Tag.objects.create(slug="walks", name="Walks")
    posts = [make_post(ann, created_at=NOON + dt.timedelta(minutes=number)) for number in range(300)]
    Bearing.objects.bulk_create(borne(post, tag.pk) for post in posts)
    viewer = ann if signed_in else AnonymousUser()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for _ in range(10):
            assert len(lists.page(viewer, lists.Asked(order=order), tag=tag).rows) == lists.PAGE
        cursor.execute("SELECT generic_plans, statement FROM pg_prepared_statements")
        key = f'"{lists.ORDERS[order]}" DESC'
        [settled] = [
            generic
            for generic, sql in cursor.fetchall()
            if '"listed"' in sql and key in sql and ("voices_mark" in sql) == signed_in
        ]
    assert settled > 0
