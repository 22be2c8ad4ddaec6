"""What may be voted on and by whom: the same answers enforce (in actions) and show (on pages)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.states import PUBLISHED
from posts.models import Post
from posts.rules import why_not_write

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comments.drawn import DrawnComment
    from comments.models import Comment
    from forum.users.models import User


def takes_votes(target: Post | Comment | DrawnComment, post: Post) -> bool:
    """Whether readers may vote on this at all: on what everyone reads, and never on the record of an archive.

    A locked thread takes votes: nobody can speak in it any more, but what was said can still be weighed.
    """
    return not target.archived and target.state == PUBLISHED and post.state == PUBLISHED


def why_not_vote(user: User | AnonymousUser, target: Post | Comment) -> str:
    """Why ``user`` may not vote on this; "" when they may."""
    post = target if isinstance(target, Post) else target.post
    what = "post" if isinstance(target, Post) else "comment"
    if target.archived:
        return f"This {what} is kept as a record of its time, so it takes no votes."
    if not takes_votes(target, post):
        return f"This {what} is not shown to everyone now, so it takes no votes."
    if target.is_by(user):
        return f"This {what} is your own. Votes are for what others wrote."
    return why_not_write(user)
