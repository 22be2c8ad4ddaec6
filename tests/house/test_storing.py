"""A row that is stored by a statement written once is the one that ``save`` stores."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg import Cursor

from comments.counters import FIGURES
from comments.models import Comment
from forum import storing
from forum.inserting import reserve
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


def words_of(post: Post) -> Comment:
    return Comment(post=post, author=post.author, **ROW | {"token": "once"})


def test_what_is_stored_together_is_stored_at_the_end_and_by_one_statement_in_postgresql(ann) -> None:
    post, other = make_post(ann), make_post(ann)
    post.version, other.version = 7, 8
    notices = [Notice(member=ann, kind=Kind.COMMENT, post=of) for of in (post, other)]
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        with storing.together():
            storing.update(post, "version")
            storing.insert_new(notices)
            with storing.together():
                storing.update(other, "version")
            assert not Post.objects.filter(version__in=[7, 8]).exists()
        assert Post.objects.filter(version__in=[7, 8]).count() == 2
    assert Notice.objects.filter(member=ann, kind=Kind.COMMENT, post__in=[post, other]).count() == 2
    changing = [query["sql"] for query in captured if "UPDATE" in query["sql"] or "INSERT" in query["sql"]]
    assert len(changing) == (1 if connection.vendor == "postgresql" else 3)


@pytest.mark.postgresql_only
def test_postgresql_is_told_the_places_of_values_unless_somebody_listens(ann, monkeypatch) -> None:
    """psycopg looks for ``%s`` in each long statement anew, which takes as long as to run it."""
    post, run = make_post(ann), Cursor.execute

    def sent() -> list[str]:
        told: list[str] = []
        monkeypatch.setattr(Cursor, "execute", lambda self, sql, *rest: (told.append(sql), run(self, sql, *rest))[1])
        post.version += 1
        with storing.together():
            storing.insert_new([Notice(member=ann, kind=Kind.COMMENT, post=post)])
            storing.update(post, "version")
        monkeypatch.undo()
        assert Post.objects.get(pk=post.pk).version == post.version
        return told

    [sql] = sent()
    assert sql.startswith("WITH part_0 AS (INSERT")
    assert "%s" not in sql
    assert [f"${number}" in sql for number in (1, 10, 11)] == [True, True, False]
    with connection.execute_wrapper(lambda ask, *asked: ask(*asked)):
        [listened] = sent()
    assert listened.count("%s") == 10
    assert Notice.objects.filter(post=post).count() == 1


def test_nothing_is_asked_for_no_rows(ann) -> None:
    with CaptureQueriesContext(connection) as captured:
        storing.run("INSERT INTO search_entry (key, words) VALUES (%s, %s)")
        with storing.together():
            storing.run("INSERT INTO search_entry (key, words) VALUES (%s, %s)")
    assert not captured.captured_queries


def test_what_waits_to_be_stored_is_sent_for_whoever_must_find_it(ann) -> None:
    post = make_post(ann)
    with storing.together():
        for version in (7, 8):
            post.version = version
            storing.update(post, "version")
            storing.send()
            assert Post.objects.get(pk=post.pk).version == version
        with CaptureQueriesContext(connection) as captured:
            storing.send()
        assert not captured.captured_queries
    assert Post.objects.get(pk=post.pk).version == 8


def test_an_error_among_what_is_stored_together_is_told_as_by_save(ann) -> None:
    post = make_post(ann)
    storing.insert(words_of(post))
    [key] = reserve(Comment, 1)
    again = words_of(post)
    again.pk, post.version = key, 9

    def fail() -> None:
        with transaction.atomic(), storing.together():
            storing.update(post, "version")
            storing.insert(again)

    with pytest.raises(IntegrityError):
        fail()
    assert Post.objects.get(pk=post.pk).version != 9
    storing.update(post, "version")  # nothing waits for others any more
    assert Post.objects.get(pk=post.pk).version == 9


def test_nothing_of_a_block_that_failed_is_stored(ann) -> None:
    post = make_post(ann)
    post.version = 9

    def fail() -> None:
        with storing.together():
            storing.update(post, "version")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with storing.together():
        pass
    assert Post.objects.get(pk=post.pk).version != 9


def test_a_query_asks_for_the_id_of_a_row_to_be_where_the_database_can_tell(ann) -> None:
    post = make_post(ann)
    first, second = (
        Post.objects.annotate(coming=storing.NextKey(Comment)).values_list("coming", flat=True).get(pk=post.pk)
        for _ in range(2)
    )
    if connection.vendor == "postgresql":
        assert first < second
    else:
        assert first is None
        assert second is None
    row = Comment(pk=first, post=post, author=ann, **ROW)
    storing.insert(row)
    assert stored(row.pk)
    assert first in (None, row.pk)
    later = Comment(post=post, author=ann, **ROW)
    later.save()
    assert later.pk > max(row.pk, second or 0)
