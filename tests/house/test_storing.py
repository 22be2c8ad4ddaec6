"""A row that is stored by a statement written once is the one that ``save`` stores."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.pq import PipelineStatus

from comments.counters import FIGURES
from comments.models import Comment
from forum import storing
from forum.notices.models import Kind, Notice
from forum.states import State
from posts.models import Post
from tests.making import NOON, make_post

pytestmark = pytest.mark.django_db

ROW = {
    "body": "Word's “of” % and \\ %s.",
    "html": "<p>Words</p>",
    "state": State.HELD,
    "position": 3,
    "best": -0.25,
    "archived": True,
    "created_at": NOON + dt.timedelta(microseconds=5),
    "edited_at": NOON.astimezone(dt.timezone(dt.timedelta(hours=2))),
    "token": None,
}


def stored(pk: int) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM comments_comment WHERE id = %s", [pk])
        return cursor.fetchone()


def test_a_row_is_inserted_as_save_does(ann) -> None:
    post = make_post(ann)
    ordinary, quick = (Comment(post=post, author=ann, **ROW) for _ in range(2))
    ordinary.save(force_insert=True)
    with CaptureQueriesContext(connection) as captured:
        storing.insert(quick)
    assert len(captured) == 1
    assert quick.pk
    assert quick.pk != ordinary.pk
    assert (quick._state.adding, quick._state.db) == (False, "default")
    assert stored(quick.pk)[1:] == stored(ordinary.pk)[1:]
    quick.save()  # as a row that is there
    assert Comment.objects.count() == 2


def test_fields_are_stored_as_save_does(ann) -> None:
    def changed() -> Post:
        post = make_post(ann)
        post.version, post.comment_count, post.last_author_id = 7, 3, ann.pk
        post.last_comment_at = post.active_at = NOON
        post.pulse = {"now": {"bins": [1, 2], "first": 5, "last": 9}, "ü": None}
        post.title = "This stays away."
        return post

    ordinary, quick = changed(), changed()
    ordinary.save(update_fields=FIGURES)
    with CaptureQueriesContext(connection) as captured:
        storing.update(quick, *FIGURES)
    assert len(captured) == 1
    one, other = (Post.objects.filter(pk=post.pk).values(*FIGURES, "title").get() for post in (ordinary, quick))
    assert one == other
    assert one["title"] != "This stays away."
    assert one["pulse"] == quick.pulse


def test_what_the_database_refuses_is_said_as_by_save(ann) -> None:
    post = make_post(ann)
    storing.insert(Comment(post=post, author=ann, **ROW | {"token": "once"}))
    with pytest.raises(IntegrityError), transaction.atomic():
        storing.insert(Comment(post=post, author=ann, **ROW | {"token": "once"}))


def test_rows_that_are_there_are_left_as_they_are(ann) -> None:
    post, other = make_post(ann), make_post(ann)
    storing.insert_new([])
    storing.insert_new([Notice(member=ann, kind=Kind.COMMENT, post=post)])
    Notice.objects.bulk_create([Notice(member=ann, kind=Kind.COMMENT, post=other)], ignore_conflicts=True)
    with CaptureQueriesContext(connection) as captured:
        storing.insert_new([Notice(member=ann, kind=Kind.MENTION, post=post), Notice(member=ann, post=make_post(ann))])
    assert len(captured) == 2  # with the post
    assert [*Notice.objects.order_by("pk").values_list("kind", flat=True)] == ["comment", "comment", ""]
    usual = ("member", "kind", "action", "comment", "read_at", "mailed_at")
    assert len({*Notice.objects.filter(kind=Kind.COMMENT).values_list(*usual)}) == 1


@pytest.mark.parametrize("reads", [False, True])
def test_an_error_among_statements_that_go_together_is_told_and_leaves_a_connection_that_works(ann, reads) -> None:
    post = make_post(ann)

    def fail() -> None:
        with transaction.atomic(), storing.together(), connection.cursor() as cursor:
            cursor.execute("UPDATE posts_post SET version = 9 WHERE id = %s", [post.pk])
            cursor.execute("INSERT INTO posts_tag (id) VALUES (NULL)")
            if reads:
                Post.objects.get(pk=post.pk)

    with pytest.raises(IntegrityError):
        fail()
    assert Post.objects.get(pk=post.pk).version != 9


@pytest.mark.postgresql_only
def test_postgresql_is_sent_many_statements_before_it_answers(ann, monkeypatch) -> None:
    post, line = make_post(ann), connection.connection.pgconn

    def in_one() -> bool:
        with storing.together():
            storing.update(post, "title")
            return line.pipeline_status == PipelineStatus.ON

    assert in_one()
    assert line.pipeline_status == PipelineStatus.OFF
    monkeypatch.setattr(connection.connection, "prepare_threshold", None)  # as before a pooler
    assert not in_one()
