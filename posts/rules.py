"""Who may do what with a post: the same answers enforce (in actions) and show (on pages)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.states import State
from forum.users.roles import may_moderate

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User
    from posts.models import Post


def why_not_write(user: User | AnonymousUser) -> str:
    """Why ``user`` may not write anything now; "" when nothing stands in the way."""
    if not user.is_authenticated:
        return "Sign in to take part."
    if not user.is_active:
        return "This account is closed. Ask the moderators through the contact page."
    if user.is_suspended and user.suspended_until is not None:
        until = f"{user.suspended_until:%B %-d, %Y at %H:%M} UTC"
        reason = f" Reason: {user.suspension_reason}" if user.suspension_reason else ""
        return f"Your account is suspended until {until}. You can read, but not write.{reason}"
    return ""


def why_not_comment(user: User | AnonymousUser, post: Post) -> str:
    """Why ``user`` may not comment under ``post``; "" when the thread is open to them."""
    if post.state != State.PUBLISHED:
        return "This post is not public, so nobody can comment on it."
    if post.is_locked:
        return "This thread is locked. It can be read, but nobody can comment on it."
    return why_not_write(user)


def may_edit(user: User | AnonymousUser, post: Post) -> bool:
    """Whether ``user`` may change the words of ``post``: its author, while it stands and is no record."""
    standing = post.state in (State.PUBLISHED, State.HELD) and not post.is_locked
    return post.is_by(user) and standing and not post.archived and not why_not_write(user)


def may_delete(user: User | AnonymousUser, post: Post) -> bool:
    """Whether ``user`` may delete ``post``: its author, while it stands."""
    standing = post.state in (State.PUBLISHED, State.HELD)
    return post.is_by(user) and standing and not post.archived and not why_not_write(user)


def may_mark_answer(user: User | AnonymousUser, post: Post) -> bool:
    """Whether ``user`` may say which comment answers the question: the asker while it is open, or a moderator."""
    if post.kind != post.Kind.QUESTION or post.state != State.PUBLISHED:
        return False
    asks = post.is_by(user) and not post.archived and not post.is_locked and not why_not_write(user)
    return asks or may_moderate(user)


def may_lock(user: User | AnonymousUser) -> bool:
    """Whether ``user`` may close threads to new comments."""
    return may_moderate(user) and user.has_perm("posts.lock_post")
