"""A name is taken off while others decide, write and import: nobody waits in a circle, and nothing is left out."""

import threading
from collections.abc import Callable

import pytest
from django.db import transaction

from comments.actions import change_state
from comments.importing import ArchivedComment
from forum.moderation import removals
from forum.moderation.actions import decide
from forum.moderation.models import Action, NameRemoval
from forum.moderation.undoing import undo
from forum.moderation.versions import set_hidden
from forum.refusals import Conflict
from forum.states import State
from forum.text.redaction import Change
from forum.users.models import Person
from posts import actions as posts
from posts.actions import locked
from posts.models import Post, Revision
from tests.comments.test_parallel import together, until_another_waits
from tests.making import LONG_AGO, import_comments, make_person, make_post, say

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

NAME = "Limerick"


def speak(person: Person) -> Post:
    """A thread of an archive in which the person says something."""
    post = make_post(archived=True, source=person.source)
    import_comments(post=post, found=[ArchivedComment(person=person, created_at=LONG_AGO, body="Old words.")])
    return post


def ask(person: Person) -> NameRemoval:
    return removals.request_name_removal(person=person, name=NAME, who="guest:1")


def once(monkeypatch: pytest.MonkeyPatch, module: object, name: str, act: Callable[[], object]) -> None:
    """Has something happen after the first call of a function."""
    real, first = getattr(module, name), iter([True])

    def then(*args: object, **kwargs: object) -> object:
        answer = real(*args, **kwargs)
        if next(first, False):
            act()
        return answer

    monkeypatch.setattr(module, name, then)


@pytest.fixture
def person(settings) -> Person:
    settings.FIRST_COMMENTS_HELD = settings.FIRST_COMMENTS_HELD_IN_OLD_THREADS = 0
    return make_person(NAME)


@pytest.mark.postgresql_only
def test_of_two_who_grant_the_same_name_at_once_the_second_is_told(person, mod, monkeypatch):
    speak(person)
    requests, holds = [ask(person), ask(person)], threading.Event()

    def grant(removal: NameRemoval) -> bool:
        return removals.take_name_off(removal=removal, name=NAME, persons=[person], by=mod)

    def later() -> bool:
        holds.wait(5)
        return grant(requests[1])

    def while_another_waits() -> None:
        holds.set()
        until_another_waits()

    once(monkeypatch, posts, "lock_all", while_another_waits)
    [first, second] = together([lambda: grant(requests[0]), later])
    assert (first, type(second)) == (True, Conflict)
    assert set(NameRemoval.objects.values_list("name", "outcome")) == {("", "granted"), ("", "open")}


@pytest.mark.postgresql_only
def test_the_last_speaker_of_a_thread_changes_while_the_name_of_the_one_before_goes(person, ben, mod):
    """Who speaks last stands on the post, and a row that refers to a person cannot be stored while it is locked."""
    post = speak(person)
    last, removal, holds = say(post, ben), ask(person), threading.Event()

    def hide() -> bool:
        with transaction.atomic():
            locked(post.pk)
            holds.set()
            until_another_waits()
            return change_state(comment=last, to=State.HIDDEN, by=mod)

    def take_off() -> bool:
        holds.wait(5)
        return removals.take_name_off(removal=removal, name=NAME, persons=[person], by=mod)

    assert together([hide, take_off]) == [True, True]
    post.refresh_from_db()
    assert post.last_person.removed_at is not None


@pytest.mark.postgresql_only
def test_a_decision_that_names_somebody_is_undone_while_the_name_goes(person, ben, mod, monkeypatch):
    post = speak(person)
    comment, removal, holds = say(post, ben), ask(person), threading.Event()
    decide(thing=comment, to=State.HIDDEN, by=mod, reason=f"{NAME} asked for it.")
    decision = Action.objects.latest("pk")

    def while_another_waits() -> None:
        holds.set()
        until_another_waits()

    def take_off() -> bool:
        return removals.take_name_off(removal=removal, name=NAME, persons=[person], by=mod)

    def take_back() -> bool:
        holds.wait(5)
        return undo(action=decision, by=mod)

    once(monkeypatch, posts, "lock_all", while_another_waits)
    assert together([take_off, take_back]) == [True, True]
    decision.refresh_from_db()
    assert NAME not in decision.reason
    comment.refresh_from_db()
    assert comment.is_public


@pytest.mark.postgresql_only
def test_an_earlier_version_is_hidden_while_a_name_goes_from_it(person, mod):
    post = make_post(archived=True, body=f"{NAME} said so.", html="")
    revision = Revision.objects.create(post=post, title=post.title, body=f"{NAME} said.", written_at=LONG_AGO)
    holds = threading.Event()

    def redact() -> dict[str, list[int]]:
        with transaction.atomic():
            locked(post.pk)
            holds.set()
            until_another_waits()
            changes = [Change(0, len(NAME), "Somebody")]
            return posts.redact(post=post, changes={"body": changes})

    def hide() -> bool:
        holds.wait(5)
        return set_hidden(revision=revision, hidden=True, by=mod)

    assert together([redact, hide]) == [{"title": [], "body": [0], "html": []}, True]
    revision.refresh_from_db()
    assert (revision.body, revision.hidden) == ("Somebody said.", True)


def test_who_speaks_elsewhere_meanwhile_is_not_half_forgotten(person, mod, monkeypatch):
    """A thread that came after the others were locked is not: it would have to be locked out of their order."""
    speak(person)
    removal = ask(person)
    once(monkeypatch, posts, "lock_all", lambda: speak(person))
    with pytest.raises(Conflict, match="An import has just brought more words"):
        removals.take_name_off(removal=removal, name=NAME, persons=[person], by=mod)
    assert removals.take_name_off(removal=removal, name=NAME, persons=[person], by=mod)
