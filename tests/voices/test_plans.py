"""What the databases do for votes and marks: each is found by an index, and a list stops when its page is full."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.explaining import plan_of
from comments.models import Comment
from forum.users.models import User
from forum.voices.actions import vote
from forum.voices.models import Mark, Vote
from posts.models import Post
from tests.conftest import member
from tests.making import Row, make_post, make_rows, take_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(ann: User, ben: User, eve: User) -> Post:
    """Many votes and marks of many members, and what the planner knows of them."""
    people = [eve, *(member(f"member{number}") for number in range(20))]
    post = make_post(ann)
    comments = make_rows(post, [Row(author=ben) for _ in range(1_500)])
    posts = [make_post(ann) for _ in range(200)]
    Vote.objects.bulk_create(
        Vote(member=who, comment=comment, value=1 if comment.pk % 3 else -1)
        for number, who in enumerate(people)
        for comment in comments[number % 4 :: 4]
    )
    Mark.objects.bulk_create(
        Mark(member=who, kind=kind, **on)
        for number, who in enumerate(people)
        for kind in ("saved", "followed")
        for on in [{"comment": c} for c in comments[number % 9 :: 9]] + [{"post": p} for p in posts[number % 3 :: 3]]
    )
    take_stock()
    return post


def check(act) -> None:
    """Holds that no query of an act reads votes or marks through, and that none of marks is sorted."""
    with CaptureQueriesContext(connection) as captured:
        act()
    asked = [q["sql"] for q in captured.captured_queries if 'FROM "voices_' in q["sql"]]
    assert asked
    for sql in asked:
        plan = plan_of(sql, None)
        assert not re.search(r"SCAN voices_|Seq Scan on voices_", plan), f"{sql}\n\n{plan}"
        assert not re.search(r"\bSort\b|TEMP B-TREE FOR ORDER BY", plan), f"{sql}\n\n{plan}"


def test_votes_and_marks_are_found_by_their_indexes(busy, sign_in, eve):
    client = sign_in(eve)
    address = busy.get_absolute_url()
    check(lambda: client.get("/saved/"))
    last = Mark.objects.filter(member=eve, kind="saved").order_by("-made_at", "-pk")[100]
    check(lambda: client.get(f"/saved/?after={last.pk}"))
    check(lambda: client.get("/following/"))
    check(lambda: client.get(address))
    check(lambda: client.get(f"{address}?view=flat"))
    some = Comment.objects.select_related("post").filter(post=busy)[700]
    check(lambda: vote(member=eve, target=some, value=0) or vote(member=eve, target=some, value=1))


@pytest.mark.sqlite_only
def test_nothing_need_tell_sqlite_of_the_marks_there_are(sign_in, eve):
    client = sign_in(eve)
    for address in ("/saved/", "/hidden/", "/following/"):
        check(lambda address=address: client.get(address))
