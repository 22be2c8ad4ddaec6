"""Many write at the same moment: nothing is lost, nothing doubled, and the figures are right."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from benchmarks import posters
from comments.actions import add_comment, change_state, delete_comment, edit_comment
from comments.models import Comment
from comments.recounting import recount
from forum.refusals import Conflict, Refusal
from forum.states import State
from posts.actions import add_post
from posts.models import Post
from tests.conftest import member
from tests.making import make_post, say, token

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def together(acts: list[Callable[[], Any]], *, threads: int = 8) -> list[Any]:
    """What each act returned or how it was refused; each runs with its own connection, all at once."""

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, acts))


@pytest.fixture(autouse=True)
def _waits_for_its_turn() -> None:
    if connection.vendor == "sqlite":
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_one_form_posted_many_times_at_once_makes_one_comment(post, ann):
    form = token()
    made = together([lambda: add_comment(post=post, author=ann, body="Once.", token=form)] * 12)
    assert len({comment.pk for comment in made}) == 1
    assert Comment.objects.count() == 1
    assert recount(post.pk) == []


def test_one_form_posted_in_two_threads_at_once_makes_one_comment(ann):
    posts = [make_post(ann), make_post(ann)] * 5
    form = token()
    made = together([lambda post=post: add_comment(post=post, author=ann, body="Once.", token=form) for post in posts])
    assert Comment.objects.count() == 1
    assert {type(answer) for answer in made} == {Comment, Conflict}


def test_one_form_posted_many_times_at_once_makes_one_post(ann):
    form = token()
    made = together([lambda: add_post(author=ann, kind="question", title="Why?", body="So.", token=form)] * 12)
    assert len({post.pk for post in made}) == 1
    assert Post.objects.count() == 1


def test_many_comments_at_once_are_all_kept_and_counted(post, ann, ben):
    people = [ann, ben, *(member(f"member{number}") for number in range(4))]
    first = say(post, ann)

    def write(number: int) -> Comment:
        parent = first if number % 2 else None
        return add_comment(post=post, author=people[number % 6], body=f"Words {number}.", parent=parent, token=token())

    made = together([lambda number=number: write(number) for number in range(60)])
    assert len({comment.pk for comment in made}) == 60
    assert Comment.objects.count() == 61
    assert len(set(Comment.objects.values_list("position", flat=True))) == 61
    post.refresh_from_db()
    first.refresh_from_db()
    assert (post.comment_count, first.reply_count) == (61, 30)
    assert recount(post.pk) == []


def test_acts_that_cross_leave_the_figures_right(post, ann, ben, root):
    comments = [say(post, ann) for _ in range(6)]

    def acts(comment: Comment) -> list[Callable[[], Any]]:
        return [
            lambda: add_comment(post=post, author=ben, body="A reply.", parent=comment, token=token()),
            lambda: delete_comment(comment=comment, by=ann),
            lambda: change_state(comment=comment, to=State.REMOVED, by=root),
            lambda: edit_comment(comment=comment, editor=ann, body="Other words.", seen=None),
            lambda: change_state(comment=comment, to=State.HELD, by=root),
        ]

    answers = together([act for comment in comments for act in acts(comment)])
    assert all(isinstance(answer, bool | Comment | Refusal) for answer in answers)
    assert recount(post.pk) == []


def test_of_two_edits_at_once_one_is_told_of_the_other(post, ann):
    comment = say(post, ann)

    def edit(words: str) -> bool:
        return edit_comment(comment=comment, editor=ann, body=words, seen=None)

    answers = together([lambda: edit("One."), lambda: edit("Other.")])
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "bool"]


def test_many_members_post_over_http_at_once_and_every_form_makes_one_comment(live_server, post, ben):
    say(post, ben, "To be answered.")
    posted = posters.run(live_server.url, posters.make_sessions(8), post.pk, posters=8, each=3)
    assert (posted.stored, posted.errors) == (24, [])
    assert Comment.objects.count() == 25
    assert Comment.objects.exclude(parent=None).count() == 12
    assert recount(post.pk) == []
