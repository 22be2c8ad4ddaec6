"""Which new words wait for a moderator before everyone reads them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from forum.states import State
from forum.users.roles import may_moderate

if TYPE_CHECKING:
    from forum.users.models import User
    from posts.models import Post


def needed(thread: Post | None = None) -> int:
    """How many published posts and comments of an account let the next one through; 0: nothing waits.

    An old thread asks for more: it stays open because of that, where others are closed by their age.
    """
    first: int = settings.FIRST_COMMENTS_HELD
    if first and thread is not None and is_old(thread):
        return max(first, settings.FIRST_COMMENTS_HELD_IN_OLD_THREADS)
    return first


def is_old(thread: Post) -> bool:
    """Whether it comes from an archive, or nobody has spoken in it for long."""
    quiet = dt.timedelta(days=settings.OLD_THREAD_DAYS)
    return thread.archived or thread.active_at < timezone.now() - quiet


def first_state(author: User, published: int, enough: int) -> State:
    """The state that new words by ``author`` begin in, who has ``published`` posts and comments of ``enough``.

    A new account is read by a person first.
    """
    return State.PUBLISHED if published >= enough or may_moderate(author) else State.HELD
