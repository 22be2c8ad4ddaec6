"""Rows that are written many at once are those that the ordinary way writes."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments.models import Comment
from forum.archive.models import Item, Run
from forum.inserting import insert_values, maker
from forum.users.models import Source, User
from posts.models import Post
from tests.making import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(ann: User) -> Post:
    return make_post(ann)


def columns(row: Comment) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in Comment._meta.concrete_fields}


def test_a_made_row_is_one_of_the_constructor(post: Post, ann: User) -> None:
    now = dt.datetime(2004, 5, 4, tzinfo=dt.UTC)
    made = maker(Comment)({"body": "Words.", "created_at": now}, {"post": post, "author": ann, "person": None})
    assert columns(made) == columns(Comment(body="Words.", created_at=now, post=post, author=ann))
    assert (made.post, made.author, made.person, made._state.adding) == (post, ann, None, True)


def test_made_rows_share_nothing(post: Post) -> None:
    make = maker(Comment)
    one, other = make({"body": "One."}, {"post": post}), make({"body": "Another."}, {"post": post})
    one.parent_id = 7
    assert (one.body, other.body, other.parent_id) == ("One.", "Another.", None)
    assert one._state.fields_cache is not other._state.fields_cache


def test_values_are_stored_as_the_ordinary_way_stores_them(post: Post) -> None:
    now = dt.datetime(2004, 5, 4, 9, 15, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    source = Source.objects.create(key="mill", name="The mill")
    told = {"file_name": "mill.xml", "sha256": "a", "size": 1, "format": "wxr", "started_at": now, "ended_at": now}
    Run.objects.create(source=source, options={"zone": "Süd", "n": [1, None]}, **told)
    values = {"source_id": source.pk, **told, "options": {"zone": "Süd", "n": [1, None]}, "state": Run.State.DONE}
    insert_values(Run, [*values], [values.values()])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM archive_run ORDER BY id")
        one, other = cursor.fetchall()
    assert one[1:] == other[1:]


def test_no_values_ask_nothing(db: None) -> None:
    with CaptureQueriesContext(connection) as captured:
        insert_values(Item, [], [])
    assert len(captured) == 0
