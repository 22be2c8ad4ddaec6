"""What a thread shows of the answer to its question, and the button beside each comment that may become it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.states import State
from forum.voices.markup import toggle

if TYPE_CHECKING:
    from comments.models import Comment
    from comments.page import Page


def is_answer(comment: Comment, page: Page) -> bool:
    """Whether everyone reads this comment and it is marked as the answer."""
    return comment.pk == page.post.answer_id and comment.state == State.PUBLISHED


def answer_act(comment: Comment, page: Page) -> str:
    """The button that marks a comment, or takes the mark back; "" for whoever may not."""
    if not page.viewer.may_mark or comment.state != State.PUBLISHED:
        return ""
    words = ("Mark as the answer", "No longer the answer")
    return toggle(f"/comments/{comment.pk}/answer/", words, on=is_answer(comment, page), whole=True)
