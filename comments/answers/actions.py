"""The only writer of which comment answers a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from comments.models import Comment
from forum.moderation import ledger
from forum.moderation.models import Action
from forum.refusals import Conflict, NotAllowed
from forum.states import State
from posts import rules
from posts.actions import locked
from posts.models import Post

if TYPE_CHECKING:
    from forum.users.models import User


def set_answer(
    *, post: Post, comment: Comment | None, by: User, reason: str = "", undoes: Action | None = None
) -> bool:
    """Marks a comment as the answer in place of any other, or none; returns whether anything changed.

    What a moderator does in the place of the asker goes on the record. Raises NotAllowed, or Conflict for a comment
    that is not shown in the thread.
    """
    with transaction.atomic():
        post = locked(post.pk)
        if not rules.may_mark_answer(by, post):
            raise NotAllowed(rules.why_not_write(by) or "Only the asker can mark the answer to an open question.")
        before, after = post.answer_id, comment.pk if comment else None
        if before == after:
            return False
        shown = Comment.objects.filter(post=post, state=State.PUBLISHED)
        if after is not None and not shown.filter(pk=after).exists():
            raise Conflict("This comment is no longer shown in the thread, so it cannot be its answer.")
        Post.objects.filter(pk=post.pk).update(answer=after, **post.moved())
        if not post.is_by(by):
            verb = Action.Verb.MARK_ANSWER if comment else Action.Verb.UNMARK_ANSWER
            ledger.record(verb, actor=by, post=post, reason=reason, before={"answer": before}, undoes=undoes)
    return True
