"""Taking an import back removes what it made, and nothing that anybody has had to do with since."""

from collections.abc import Callable
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from comments import actions
from comments.models import Comment, Quotation
from forum.archive import rollback
from forum.archive.load import load
from forum.archive.models import Item, Run, Suggestion
from forum.archive.rollback import RolledBack, roll_back
from forum.moderation import removals
from forum.search.models import Entry
from forum.states import State
from forum.users.models import Person, User
from forum.voices.models import Vote
from posts.models import Post
from tests.archive.pages import AFTER, plan, seed_plan
from tests.archive.test_batches import assert_right
from tests.archive.threads import Mill, said, talk
from tests.making import say


@pytest.fixture
def seed(db: None) -> Post:
    return load(seed_plan(), commit=True).posts[0]


def rows() -> list[Comment]:
    return list(Comment.objects.filter(archived=True).order_by("position"))


def take_back() -> RolledBack:
    return roll_back(Run.objects.latest("pk"), by="test")


def test_everything_goes_that_nobody_touched(seed: Post) -> None:
    found = take_back()
    assert (found.removed_posts, found.removed_comments, found.removed_persons, found.kept) == (1, 41, 30, [])
    for model in (Post, Comment, Quotation, Item, Person, Entry, Suggestion):
        assert not model._default_manager.exists()
    run = Run.objects.get()
    assert (run.state, run.rolled_back_by) == ("rolled-back", "test")


def test_what_was_taken_back_can_be_imported_again(seed: Post) -> None:
    take_back()
    outcome = load(seed_plan(), commit=True)
    assert (outcome.created_comments, outcome.suppressed.number) == (41, 0)
    assert_right()


def test_a_second_time_does_no_harm(seed: Post) -> None:
    take_back()
    assert take_back().removed == 0


def test_looking_removes_nothing(seed: Post) -> None:
    found = roll_back(Run.objects.get(), by="test", commit=False)
    assert (found.removed_comments, Comment.objects.count()) == (41, 41)
    assert Run.objects.get().state == "done"


def vote(comment: Comment, ann: User, mod: User) -> None:
    Vote.objects.create(member=ann, comment=comment, value=1)


def reply(comment: Comment, ann: User, mod: User) -> None:
    say(comment.post, ann, "I was there.", parent=comment)


def quote(comment: Comment, ann: User, mod: User) -> None:
    say(comment.post, ann, f"> #c{comment.pk}\n> {comment.body.split()[0]}\n\nWell said.")


def hide(comment: Comment, ann: User, mod: User) -> None:
    actions.change_state(comment=comment, to=State.HIDDEN, by=mod)


def edit(comment: Comment, ann: User, mod: User) -> None:
    Comment.objects.filter(pk=comment.pk).update(body="Other words.")


@pytest.mark.parametrize(
    ("touch", "why"),
    [
        (vote, "somebody voted on it"),
        (reply, "somebody answered it"),
        (quote, "somebody quoted it"),
        (hide, "a moderator decided about it"),
        (edit, "it was edited"),
    ],
)
def test_what_somebody_touched_stays_and_says_why(
    seed: Post, ann: User, mod: User, touch: Callable[[Comment, User, User], None], why: str
) -> None:
    touched = rows()[0]
    touch(touched, ann, mod)
    found = take_back()
    assert [(thing.pk, reason) for thing, reason in found.kept if isinstance(thing, Comment)] == [(touched.pk, why)]
    assert [reason for thing, reason in found.kept if isinstance(thing, Post)] == ["comments under it stay"]
    assert [row.pk for row in rows()] == [touched.pk]
    assert found.removed_comments == 40
    assert_right()


def test_all_above_an_answer_stay(seed: Post, ann: User) -> None:
    answered = next(row for row in rows() if row.parent_id)
    reply(answered, ann, ann)
    take_back()
    assert {row.pk for row in rows()} == {answered.pk, answered.parent_id}
    assert_right()


def test_what_stayed_is_known_when_the_file_is_imported_again(seed: Post, ann: User, mod: User) -> None:
    touched = rows()[4]
    vote(touched, ann, mod)
    take_back()
    outcome = load(seed_plan(), commit=True)
    assert (outcome.created_comments, outcome.left, Post.objects.count()) == (40, 2, 1)
    assert rows()[4].pk == touched.pk
    assert_right()


def test_only_what_the_longer_copy_brought_goes_with_it(db: None) -> None:
    load(plan(AFTER), commit=True)
    here = [row.pk for row in rows()]
    load(plan(AFTER + "\nSell it.\n\nIda on May 5, 2004 at 8:00 AM\n"), commit=True)
    found = take_back()
    assert (found.removed_comments, found.removed_persons) == (1, 1)
    assert [row.pk for row in rows()] == here
    assert_right()


def test_a_name_taken_off_stays_off_after_it(seed: Post, mod: User) -> None:
    person = Person.objects.get(name="Tim Burton")
    asked = removals.request_name_removal(person=person, name=person.name, who="stranger")
    removals.take_name_off(removal=asked, name="Tim Burton", persons=[person], by=mod)
    take_back()
    load(seed_plan(), commit=True)
    assert not Person.objects.filter(name="Tim Burton").exists()
    assert not Comment.objects.filter(html__contains="Tim Burton").exists()


def test_pingbacks_go_as_well(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ping = said(9, kind="pingback")
    load(Mill(talk([said(1)], pings=(ping,))).plan(monkeypatch), commit=True)
    take_back()
    assert not Item.objects.exists()


def test_the_command_shows_then_does_it(seed: Post) -> None:
    out = StringIO()
    call_command("undo_import", stdout=out)
    call_command("undo_import", str(Run.objects.get().pk), stdout=out)
    assert "Would remove: 1 post, 41 comments." in out.getvalue()
    call_command("undo_import", str(Run.objects.get().pk), "--commit", stdout=out)
    assert not Post.objects.exists()
    with pytest.raises(CommandError, match="There is no import 99999"):
        call_command("undo_import", "99999")


def test_one_that_was_broken_off_leaves_nobody_without_words(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = talk([said(1, author="Only Here"), said(2, author="Both")])
    other = replace(first.post, key="talk:two", title="Another talk", lines=(8, 8))
    load(Mill(first, talk([said(5, author="Both")], post=other)).plan(monkeypatch), commit=True)
    done, real = iter([False, True]), rollback._Thread.take_back

    def broken_off(thread: rollback._Thread, *, commit: bool) -> set[int]:
        if next(done, False):
            raise KeyboardInterrupt
        return real(thread, commit=commit)

    monkeypatch.setattr(rollback._Thread, "take_back", broken_off)
    with pytest.raises(KeyboardInterrupt):
        roll_back(Run.objects.get(), by="a test")
    assert (Post.objects.count(), set(Person.objects.values_list("name", flat=True))) == (1, {"Hanna", "Both"})
    roll_back(Run.objects.get(), by="a test")
    assert not Post.objects.exists()
    assert not Person.objects.exists()
