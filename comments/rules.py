"""Who may do what with a comment: the same answers enforce (in actions) and show (on pages)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.states import State
from posts.rules import why_not_comment, why_not_write

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comments.models import Comment
    from forum.users.models import User
    from posts.models import Post


def why_not_reply(user: User | AnonymousUser, post: Post, parent: Comment | None) -> str:
    """Why ``user`` may not answer ``parent`` (or the post itself) in this thread; "" when they may."""
    if parent is not None and (parent.state != State.PUBLISHED or parent.post_id != post.pk):
        return "The comment you answer is no longer shown, so it cannot be answered."
    return why_not_comment(user, post)


def may_edit_under(user: User | AnonymousUser, post: Post) -> bool:
    """Whether ``user`` may change what they said in this thread: while it is open."""
    return not post.is_locked and not why_not_write(user)


def may_edit(user: User | AnonymousUser, comment: Comment) -> bool:
    """Whether ``user`` may change the words: the author, while the comment stands and the thread is open."""
    return may_delete(user, comment) and may_edit_under(user, comment.post)


def may_delete(user: User | AnonymousUser, comment: Comment) -> bool:
    """Whether ``user`` may delete the comment: its author, while it stands; a record from an archive never."""
    if not comment.is_by(user) or comment.archived:
        return False
    return comment.state in (State.PUBLISHED, State.HELD) and not why_not_write(user)
