"""An import is loaded or taken back while others take names off, decide and read."""

import threading
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

import comments.actions
from comments.models import Comment
from forum.archive import batches, rollback
from forum.archive.items import Quote
from forum.archive.load import load
from forum.archive.models import Run, Suggestion
from forum.archive.rollback import roll_back
from forum.archive.suggested import actions as suggested
from forum.drafts.models import Draft
from forum.moderation import actions as moderating
from forum.moderation import limits, removals
from forum.moderation.models import Action, NameRemoval
from forum.moderation.undoing import undo
from forum.reading import actions as reading
from forum.refusals import Conflict
from forum.users.models import Person, User
from forum.voices import actions as voices
from forum.voices.models import Mark
from posts.actions import GONE
from posts.models import Post
from tests.archive.threads import Mill, said, talk
from tests.comments.test_parallel import together, until_another_waits
from tests.making import make_person, token

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

NAME = "Person 0"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    """A thread that an import brought."""
    found: Post = load(Mill(talk([said(0), said(1)])).plan(monkeypatch), commit=True).posts[0]
    return found


@pytest.mark.postgresql_only
def test_a_name_that_is_taken_off_meanwhile_goes_from_the_words_that_quote_it(
    mod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees what is being brought before it is there: who takes the name off has to wait for it."""
    person = make_person(NAME, source="mill")
    removal = removals.request_name_removal(person=person, name=NAME, who="guest:1")
    quoting = f"{NAME} wrote:\nWords of comment 0.\n\nSo it is."
    quote = Quote("talk:0", len(NAME) + 8, len(NAME) + 27, 0, len(NAME) + 7)
    plan = Mill(talk([said(0), said(1, body=quoting, quotes=(quote,))])).plan(monkeypatch)
    brings, add = threading.Event(), batches.add_comments

    def while_another_waits(threads: object) -> object:
        made = add(threads)  # type: ignore[arg-type]
        brings.set()
        until_another_waits()
        return made

    def take_off() -> bool:
        return removals.take_name_off(removal=removal, name=NAME, persons=[person], by=mod)

    def meanwhile() -> bool:
        brings.wait(5)
        return take_off()

    monkeypatch.setattr(batches, "add_comments", while_another_waits)
    assert type(together([lambda: load(plan, commit=True), meanwhile])[1]) is Conflict
    assert take_off()
    assert not Comment.objects.filter(body__contains=NAME).exists()


@pytest.mark.postgresql_only
def test_a_suggestion_is_accepted_while_its_import_is_taken_back(
    post: Post, mod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Comment.objects.order_by("position")
    suggestion = Suggestion.objects.create(comment=second, parent=first, why="named", start=0, end=0)
    takes, real = threading.Event(), rollback.take_back

    def while_another_waits(**given: object) -> None:
        takes.set()
        until_another_waits()
        real(**given)  # type: ignore[arg-type]

    def accept() -> str:
        takes.wait(5)
        suggested.accept(suggestion=Suggestion.objects.get(pk=suggestion.pk), by=mod)
        return "accepted"

    monkeypatch.setattr(rollback, "take_back", while_another_waits)
    [found, told] = together([lambda: roll_back(Run.objects.get(), by="test"), accept])
    assert (found.removed_comments, str(told)) == (2, GONE)
    assert not Post.objects.exists()


def vanish(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
    """Has the import taken back just before a function is called."""
    real = getattr(module, name)

    def then(*args: object, **kwargs: object) -> object:
        run = Run.objects.filter(state=Run.State.DONE).first()
        if run is not None:
            assert roll_back(run, by="test").removed
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, then)


def test_who_answers_what_goes_meanwhile_keeps_the_words(
    post: Post, ben: User, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(ben)
    of_a_comment = f"/comments/{Comment.objects.latest('pk').pk}/reply/"
    vanish(monkeypatch, comments.actions, "render_new")
    answer = browser.post(of_a_comment, {"body": "My long answer.", "token": token()})
    assert answer.status_code == 409
    for words in (GONE, "My long answer."):
        assert words in answer.content.decode()
    assert Draft.objects.get().words["body"] == "My long answer."


def test_who_reads_what_goes_meanwhile_gets_the_page(
    post: Post, ben: User, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(ben)
    vanish(monkeypatch, reading, "_write")
    assert browser.get(post.get_absolute_url()).status_code == 200


def test_who_saves_what_goes_meanwhile_is_told(
    post: Post, ben: User, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(ben)
    vanish(monkeypatch, limits, "spend")
    assert browser.post(f"/comments/{Comment.objects.latest('pk').pk}/save/", {"value": "1"}).status_code == 409


@pytest.mark.postgresql_only
def test_who_saves_a_comment_while_it_goes_waits_for_the_answer(
    post: Post, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be saved, and gone."""
    comment, takes, real = Comment.objects.latest("pk"), threading.Event(), rollback.take_back

    def while_another_waits(**given: object) -> None:
        takes.set()
        until_another_waits()
        real(**given)  # type: ignore[arg-type]

    def save() -> bool:
        takes.wait(5)
        return voices.mark(member=ben, kind=Mark.Kind.SAVED, target=comment)

    monkeypatch.setattr(rollback, "take_back", while_another_waits)
    [found, told] = together([lambda: roll_back(Run.objects.get(), by="test"), save])
    assert (found.removed_comments, type(told)) == (2, Conflict)


def test_a_name_is_asked_off_whose_person_goes_meanwhile(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person.objects.get(name=NAME)
    vanish(monkeypatch, limits, "spend")
    removal = removals.request_name_removal(person=person, name=NAME, who="guest:1")
    removal.refresh_from_db()
    assert (removal.name, removal.person) == (NAME, None)


@pytest.mark.postgresql_only
def test_a_person_whose_name_is_just_being_asked_off_stays(post: Post) -> None:
    person, asks = Person.objects.get(name=NAME), threading.Event()

    def ask() -> int:
        with transaction.atomic():
            removal = removals.request_name_removal(person=person, name=NAME, who="guest:1")
            asks.set()
            until_another_waits()
        return removal.pk

    def take_back() -> int:
        asks.wait(5)
        return roll_back(Run.objects.get(), by="test").removed_persons

    asked, removed = together([ask, take_back])
    assert (NameRemoval.objects.get(pk=asked).person, removed) == (person, 2)


def test_a_decision_about_what_has_gone_since_is_not_undone(post: Post, mod: User) -> None:
    parent, comment = Comment.objects.order_by("position")
    moderating.attach(comment=comment, parent=parent, by=mod)
    moderating.detach(comment=comment, by=mod)
    roll_back(Run.objects.get(), by="test")
    assert list(Comment.objects.all()) == [comment]
    with pytest.raises(Conflict, match="no longer there"):
        undo(action=Action.objects.latest("pk"), by=mod)
