"""What a thread shows of the answer to its question, and the button beside each comment that may become it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.states import PUBLISHED
from forum.voices.markup import toggle

if TYPE_CHECKING:
    from comments.models import Comment
    from comments.page import Page


def is_answer(comment: Comment, page: Page) -> bool:
    """Whether everyone reads this comment and it is marked as the answer."""
    return comment.id == page.answer and comment.state == PUBLISHED


def answer_act(path: str, *, is_answer: bool) -> str:
    """The button that marks the comment at ``path``, or takes the mark back."""
    return toggle(f"{path}answer/", ("Mark as the answer", "No longer the answer"), on=is_answer, whole=True)
