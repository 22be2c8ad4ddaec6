"""Old threads stay open to all, and new accounts are read there by a moderator a little longer."""

import datetime as dt

import pytest
from django.utils import timezone

from comments.live import arrived_since
from comments.models import Comment
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.making import LONG_AGO, NOON, Row, make_post, make_rows, say, token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gate(settings) -> None:
    settings.FIRST_COMMENTS_HELD, settings.FIRST_COMMENTS_HELD_IN_OLD_THREADS, settings.OLD_THREAD_DAYS = 1, 3, 365


def published(author: User, number: int) -> None:
    make_rows(make_post(), [Row(author=author) for _ in range(number)])


def said_in(thread: Post, author: User) -> str:
    return say(thread, author, f"Words number {Comment.objects.count()}.").state


def test_an_archived_thread_takes_comments_and_asks_more_of_a_new_account(ann, ben) -> None:
    archived, fresh = make_post(ann, archived=True, created_at=LONG_AGO), make_post(ann, created_at=timezone.now())
    published(ben, 1)
    assert said_in(fresh, ben) == State.PUBLISHED
    assert said_in(archived, ben) == State.HELD
    published(ben, 1)
    assert said_in(archived, ben) == State.PUBLISHED


def test_whoever_is_held_there_alone_reads_that_the_thread_is_why(sign_in, ann, ben, settings) -> None:
    settings.FIRST_COMMENTS_HELD_IN_OLD_THREADS = 4
    archived, fresh = make_post(ann, archived=True, created_at=LONG_AGO), make_post(ann, created_at=timezone.now())
    browser, new, old = (
        sign_in(ben),
        "as the first comments of every new account do",
        "until 4 of its posts and comments",
    )
    for thread, number, says, not_so in ((archived, 0, new, old), (fresh, 0, new, old), (archived, 1, old, new)):
        published(ben, number)
        form = {"body": f"{thread} {number}", "token": token()}
        told = browser.post(f"/posts/{thread.pk}/comment/", form, follow=True).content.decode()
        assert says in told
        assert not_so not in told


def test_a_thread_in_which_nobody_spoke_for_long_does_too(ann, ben) -> None:
    quiet, heard = (make_post(ann, created_at=timezone.now() - dt.timedelta(days=400)) for _ in range(2))
    Post.objects.filter(pk=heard.pk).update(active_at=timezone.now())
    published(ben, 2)
    assert said_in(quiet, ben) == State.HELD
    assert said_in(heard, ben) == State.PUBLISHED


def test_whoever_is_known_or_moderates_speaks_at_once(ann, ben, mod) -> None:
    archived = make_post(ann, archived=True, created_at=LONG_AGO)
    published(ben, 3)
    assert said_in(archived, ben) == State.PUBLISHED
    assert said_in(archived, mod) == State.PUBLISHED


@pytest.mark.parametrize(("first", "old", "state"), [(0, 3, State.PUBLISHED), (1, 0, State.HELD), (5, 3, State.HELD)])
def test_the_operator_sets_the_gate(settings, ann, ben, first, old, state) -> None:
    settings.FIRST_COMMENTS_HELD, settings.FIRST_COMMENTS_HELD_IN_OLD_THREADS = first, old
    published(ben, 4 if first == 5 else 0)
    assert said_in(make_post(ann, archived=True, created_at=LONG_AGO), ben) == state


def test_words_from_an_archive_do_not_count_for_their_namesake(ann, ben) -> None:
    """Persons are no accounts: what an import brought says nothing of a member."""
    archived = make_post(ann, archived=True, created_at=LONG_AGO)
    make_rows(archived, [Row(archived=True, moment=LONG_AGO) for _ in range(5)])
    assert said_in(archived, ben) == State.HELD


def test_nobody_is_told_while_reading_of_what_an_archive_brings(ann, ben) -> None:
    post = make_post(ann, archived=True, created_at=LONG_AGO)
    rows = make_rows(post, [Row(archived=True, moment=LONG_AGO), Row(author=ann, moment=NOON)])
    Comment.objects.update(came_with=post.version + 1)
    assert arrived_since(post, post.version, ben).ids == [rows[1].pk]
