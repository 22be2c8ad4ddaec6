"""What the page of a comment shows around its branch, as the plain values that a mould takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.safestring import mark_safe

from forum.bylines import NO_DATE
from forum.text.excerpt import excerpt
from posts.showing import DESCRIPTION

if TYPE_CHECKING:
    from comments.models import Comment
    from posts.models import Post


def shown_comment(comment: Comment) -> dict[str, Any]:
    """Everything of a comment that its page names outside the branch."""
    return {
        "get_absolute_url": comment.get_absolute_url(),
        "byline": {"name": comment.byline.name},
        "reply_count": comment.reply_count,
    }


def shown_thread(post: Post) -> dict[str, Any]:
    """What is said of the thread that a comment stands in."""
    return {
        "pk": post.pk,
        "title": post.title,
        "shown_title": post.shown_title,
        "source": {"content_note": post.source.content_note} if post.source else None,
    }


def shown_card(comment: Comment, post: Post) -> dict[str, str] | None:
    """The card that other sites show of a comment; None where not everyone reads it."""
    if not (comment.is_public and post.is_public):
        return None
    words = (
        f"A comment of {comment.printed_date or NO_DATE}" if comment.archived else excerpt(comment.html, DESCRIPTION)
    )
    return {"title": f"{comment.byline.name} on “{post.title}”", "words": words}


def shown_parents(parents: Sequence[Comment]) -> list[dict[str, Any]]:
    """What a comment answers, whole: nobody's old words are cut by a machine to stand on another page."""
    return [
        {
            "get_absolute_url": parent.get_absolute_url(),
            "era": "then" if parent.archived else "now",
            "name": parent.byline.name if parent.is_public and parent.html else "A comment that is not shown",
            "words": mark_safe(parent.html if parent.is_public else ""),  # noqa: S308  sanitised when it was written
        }
        for parent in parents
    ]
