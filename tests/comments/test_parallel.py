"""Many write at the same moment: nothing is lost, nothing doubled, and the figures are right."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from benchmarks import posters
from comments import actions, citing
from comments.actions import add_comment, change_state, delete_comment, edit_comment, redact_all
from comments.importing import ArchivedComment
from comments.models import Comment
from comments.recounting import recount
from comments.rendering import render_markdown
from forum.inserting import reserve
from forum.moderation import actions as moderation
from forum.moderation import removals
from forum.moderation.models import Action, Tally
from forum.moderation.undoing import undo
from forum.prepared import Prepared
from forum.refusals import Conflict, Refusal
from forum.states import State
from forum.text.redaction import Change
from posts.actions import add_post, locked, touch
from posts.models import Post
from tests.conftest import member
from tests.making import LONG_AGO, import_comments, make_person, make_post, say, token

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


def until_another_waits() -> None:
    """Comes back when another connection waits for a lock; 5 seconds at most."""
    ends = time.monotonic() + 5
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


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


def test_the_same_words_from_two_forms_at_once_make_one_comment_and_count_once(post, ann):
    made = together([lambda: add_comment(post=post, author=ann, body="Once.", token=token()) for _ in range(6)])
    assert len({comment.pk for comment in made}) == 1
    assert Comment.objects.count() == 1
    assert Tally.objects.get(key=f"comments:member:{ann.pk}").count == 1


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


@pytest.mark.postgresql_only
def test_words_that_their_author_deletes_meanwhile_stay_deleted(ann, mod, settings):
    """Who undoes a decision looks at the words when the author is through with them, and not before."""
    settings.FIRST_COMMENTS_HELD = 0
    comment = say(make_post(ann), ann)
    moderation.decide(thing=comment, to=State.HELD, by=mod)
    decision = Action.objects.latest("pk")
    has_deleted = threading.Event()

    def delete() -> bool:
        with transaction.atomic():
            done = delete_comment(comment=Comment.objects.get(pk=comment.pk), by=ann)
            has_deleted.set()
            until_another_waits()
        return done

    def take_back() -> bool:
        has_deleted.wait(5)
        return undo(action=decision, by=mod)

    [done, told] = together([delete, take_back])
    assert (done, type(told)) == (True, Conflict)
    assert Comment.objects.get(pk=comment.pk).state == State.DELETED


@pytest.mark.postgresql_only
def test_names_are_taken_off_many_threads_in_the_order_of_everyone(ann, monkeypatch):
    monkeypatch.setattr(citing, "BATCH", 1)
    first, second = make_post(ann), make_post(ann)
    changes = {say(post, ann, "A name.").pk: [Change(2, 6, "word")] for post in (second, first)}
    has_first = threading.Event()

    def hold() -> list[int]:
        with transaction.atomic():
            locked(first.pk)
            has_first.set()
            until_another_waits()
            return [post.pk for post in Post.objects.select_for_update(nowait=True).filter(pk=second.pk)]

    def take_off() -> int:
        has_first.wait(5)
        return len(redact_all(changes=changes))

    assert together([hold, take_off]) == [[second.pk], 2]
    assert {comment.body for comment in Comment.objects.all()} == {"A word."}


def test_a_quotation_shows_what_its_source_says_when_it_is_stored(ann, ben, monkeypatch, settings):
    """Words are rendered before the lock of the thread, at which somebody may stand who changes what they quote."""
    settings.FIRST_COMMENTS_HELD = 0
    post = make_post(ann)
    source = say(post, ann, "My number is 555 1234.")
    waits = iter([True])

    def after_an_edit(pk: int, *query: Prepared[Post]) -> Post:
        if next(waits, False):
            edit_comment(comment=source, editor=ann, body="Nothing.", seen=None)
        return locked(pk, *query)

    monkeypatch.setattr(actions, "locked", after_an_edit)
    made = say(post, ben, f"> #c{source.pk}\n> My number is 555 1234.\n\nCall her.")
    made.refresh_from_db()
    assert made.html == render_markdown(made.body, post, written=made.instant).html
    assert "These words are not in the comment" in made.html


@pytest.mark.postgresql_only
def test_the_id_of_a_comment_that_waited_for_its_thread_is_of_when_it_came_there(post, ann, ben):
    """Else the ids of a thread would follow who asked first, and not who spoke first."""
    holds = threading.Event()

    def spoken_meanwhile() -> int:
        with transaction.atomic():
            locked(post.pk)
            holds.set()
            until_another_waits()
            touch([post.pk])
            return reserve(Comment, 1)[0]

    def speak() -> int:
        holds.wait(5)
        return say(post, ben, "Words.").pk

    first, second = together([spoken_meanwhile, speak])
    assert first < second


@pytest.mark.postgresql_only
def test_nobody_writes_in_a_thread_from_which_a_name_is_taken_off(ann, ben, mod, monkeypatch, settings):
    """Quotations are drawn again under the lock of their thread: else an edit of one would be lost."""
    settings.FIRST_COMMENTS_HELD = settings.FIRST_COMMENTS_HELD_IN_OLD_THREADS = 0
    person = make_person("Limerick")
    post = make_post(archived=True, person=person, source=person.source)
    [old] = import_comments(post=post, found=[ArchivedComment(person=person, created_at=LONG_AGO, body="Old words.")])
    quotation = f"> #c{old.pk}\n> Old words.\n\n"
    quoting = say(post, ben, f"{quotation}First.")
    removal = removals.request_name_removal(person=person, name="Limerick", who="guest:1")
    draws, real = threading.Event(), citing.rerender_quoting

    def while_another_waits(*args: object, **kwargs: object) -> None:
        if not draws.is_set():
            draws.set()
            until_another_waits()
        real(*args, **kwargs)

    def take_off() -> bool:
        return removals.take_name_off(removal=removal, name="Limerick", persons=[person], by=mod)

    def edit() -> bool:
        draws.wait(5)
        return edit_comment(comment=quoting, editor=ben, body=f"{quotation}Second.", seen=None)

    monkeypatch.setattr(citing, "rerender_quoting", while_another_waits)
    assert together([take_off, edit]) == [True, True]
    quoting.refresh_from_db()
    assert "Second." in quoting.html
    assert "Limerick" not in quoting.html
