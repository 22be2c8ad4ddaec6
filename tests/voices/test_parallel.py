"""Fifty votes at the same moment: one row for each member, the score their sum, and no request that fails (case 45)."""

import random
import threading
from collections import Counter

import pytest

from comments.actions import add_comment, change_state
from comments.models import Comment
from comments.recounting import recount
from forum.refusals import Refusal
from forum.states import State
from forum.voices import actions as voices
from forum.voices.actions import mark, unmark, vote, withdraw_votes
from forum.voices.models import Mark, Vote
from posts.models import Post
from tests.comments.test_parallel import together, until_another_waits
from tests.conftest import member
from tests.making import make_post, say, token
from tests.moderation.test_name_at_once import once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def fresh(comment: Comment) -> Comment:
    return Comment.objects.select_related("post").get(pk=comment.pk)


@pytest.mark.parametrize("kind", ["comment", "post"])
def test_the_same_vote_fifty_times_at_once_is_one(request, eve, kind):
    thing = request.getfixturevalue(kind)
    answers = together([lambda: vote(member=eve, target=thing, value=1)] * 50)
    assert Counter(answers) == {True: 1, False: 49}
    assert Vote.objects.count() == 1
    thing.refresh_from_db()
    assert thing.score == 1


@pytest.mark.parametrize("kind", ["comment", "post"])
def test_up_down_and_undo_of_many_at_once_leave_the_sum_of_the_rows(request, post, root, kind):
    thing = request.getfixturevalue(kind)
    other = say(post, root)
    people = [member(f"member{number}") for number in range(6)]
    dice = random.Random(45)  # noqa: S311

    def one(number: int):
        who, value, on = people[number % 6], dice.choice([1, 1, -1, 0]), (thing if number % 5 else other)
        return lambda: vote(member=who, target=on, value=value)

    def speak(number: int):
        body, parent = f"Words {number}.", None if kind == "post" else fresh(thing)
        return lambda: add_comment(post=post, author=root, body=body, parent=parent, token=token())

    answers = together([one(number) if number % 7 else speak(number) for number in range(50)])
    assert {type(answer) for answer in answers} == {bool, Comment}
    assert Vote.objects.count() == len(set(Vote.objects.values_list("member", "comment", "post")))
    for voted in (thing, other):
        voted.refresh_from_db()
        assert voted.score == sum(voted.votes.values_list("value", flat=True))
    assert recount(post.pk) == []


def test_votes_while_a_moderator_removes_and_restores_count_whole_or_not_at_all(comment, post, root):
    people = [member(f"member{number}") for number in range(8)]
    seen = fresh(comment)
    acts = [
        lambda who=who, value=value: vote(member=who, target=seen, value=value) for who in people for value in (1, -1)
    ]
    states = [State.REMOVED, State.PUBLISHED, State.HIDDEN, State.PUBLISHED, State.REMOVED]
    acts[3:3] = [lambda to=to: change_state(comment=seen, to=to, by=root) for to in states]
    answers = together(acts)
    assert all(isinstance(answer, bool | Refusal) for answer in answers)
    assert fresh(comment).score == sum(Vote.objects.values_list("value", flat=True))
    assert recount(post.pk) == []


def test_votes_on_many_comments_of_one_thread_do_not_lock_each_other_out(post, ben):
    comments = [say(post, ben, f"Words {number}.") for number in range(10)]
    people = [member(f"member{number}") for number in range(5)]
    seen = [fresh(comment) for comment in comments]
    version = Post.objects.get(pk=post.pk).version
    answers = together([lambda who=who, on=on: vote(member=who, target=on, value=1) for who in people for on in seen])
    assert answers == [True] * 50
    assert set(Comment.objects.values_list("score", flat=True)) == {5}
    assert Post.objects.get(pk=post.pk).version == version + 50  # each change of the page has its own


def test_marks_at_once_are_one_row_and_never_follow_and_mute_together(comment, eve):
    kinds = [Mark.Kind.FOLLOWED, Mark.Kind.MUTED, Mark.Kind.SAVED]
    acts = [lambda kind=kind: mark(member=eve, kind=kind, target=comment) for kind in kinds * 8]
    acts[5:5] = [lambda kind=kind: unmark(member=eve, kind=kind, target=comment) for kind in kinds]
    answers = together(acts)
    assert {type(answer) for answer in answers} == {bool}
    found = Counter(Mark.objects.values_list("kind", flat=True))
    assert found["saved"] <= 1
    assert found["followed"] + found["muted"] <= 1


def test_an_account_whose_votes_are_taken_back_while_others_vote_leaves_right_scores(comment, post, eve):
    others = [member(f"member{number}") for number in range(8)]
    thread = make_post(others[0])
    for on in (comment, post, thread):
        vote(member=eve, target=on, value=1)
    acts = [
        lambda who=who, on=on: vote(member=who, target=on, value=1)
        for who in others[1:]
        for on in (fresh(comment), post)
    ]
    acts.insert(4, lambda: withdraw_votes(member=eve))
    together(acts)
    assert not Vote.objects.filter(member=eve).exists()
    assert recount(post.pk) == recount(thread.pk) == []


@pytest.mark.postgresql_only
@pytest.mark.parametrize(("kind", "value"), [("comment", -1), ("comment", 0), ("post", -1), ("post", 0)])
def test_a_vote_that_changes_while_all_of_the_member_are_taken_back_is_waited_for_in_no_circle(
    request, post, comment, eve, monkeypatch, kind, value
):
    on, holds = request.getfixturevalue(kind), threading.Event()
    for target in (comment, post):
        vote(member=eve, target=target, value=1)

    def while_another_waits() -> None:
        holds.set()
        until_another_waits()

    def withdraw() -> int:
        holds.wait(5)
        return withdraw_votes(member=eve)

    once(monkeypatch, voices, "_cast", while_another_waits)  # it holds the row of the vote, and not yet the thread
    answers = together([lambda: vote(member=eve, target=on, value=value), withdraw])
    assert answers == [True, 2 if value else 1]
    assert not Vote.objects.filter(member=eve).exists()
    assert recount(post.pk) == []
