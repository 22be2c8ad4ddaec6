"""Which new words wait for a moderator before everyone reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from forum.states import State
from forum.users.roles import may_moderate

if TYPE_CHECKING:
    from forum.users.models import User


def first_state(author: User, published: int) -> State:
    """The state that new words by ``author`` begin in, who has ``published`` posts and comments so far.

    A new account is read by a person first: an old thread stays open because of that, not in spite of it.
    """
    if may_moderate(author) or published >= settings.FIRST_COMMENTS_HELD:
        return State.PUBLISHED
    return State.HELD
