"""What the page of a thread shows of its post, as the plain values that a mould takes."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.dateformat import format as date_format
from django.utils.safestring import mark_safe
from django.utils.text import Truncator

from comments.marks import byline_html, time_html
from forum.text.excerpt import excerpt
from posts import pulse

if TYPE_CHECKING:
    from posts.models import Post

LINK = 70  # characters of an address that are shown
DESCRIPTION = 200  # characters of the words, for the head of the page


def shown_post(post: Post, zone: dt.tzinfo | None) -> dict[str, Any]:
    """Everything of a post that its page names; needs what ``posts.finding`` loads."""
    source = post.source
    return {
        "pk": post.pk,
        "version": post.version,
        "title": post.title,
        "shown_title": post.shown_title,
        "get_absolute_url": post.get_absolute_url(),
        "description": excerpt(post.html, DESCRIPTION) if post.is_public else "",
        "is_public": post.is_public,
        "archived": post.archived,
        "get_state_display": "" if post.is_public else str(post.get_state_display()),
        "revised_at": post.revised_at is not None,
        "url": post.url,
        "shown_url": _cut(post.url),
        "signed": mark_safe(byline_html(post.byline)),  # noqa: S308  escaped there
        "when": mark_safe(time_html(post, zone)),  # noqa: S308  escaped there
        "shown_tags": [{"name": tag.name, "get_absolute_url": tag.get_absolute_url()} for tag in post.shown_tags],
        "answer": {"byline": {"name": post.answer.byline.name}} if post.answer else None,
        "quoted_count": post.quoted_count,
        "comment_count": post.comment_count,
        "is_mixed": post.comment_count != post.living_count,
        "source": {
            "provenance_note": source.provenance_note,
            "content_note": source.content_note,
            "downloads": source.downloads,
        }
        if source
        else None,
    }


@lru_cache(maxsize=1_000)  # Django asks for the three dots in the language of the page, which takes longer than cutting
def _cut(address: str) -> str:
    return Truncator(address).chars(LINK)


def shown_pulse(post: Post) -> dict[str, Any] | None:
    """The strip over a thread, and the sentence that says the same."""
    drawn = pulse.shown(post.pulse)
    return {"svg": drawn.svg, "sentence": drawn.sentence} if drawn else None


def shown_earlier(post: Post) -> dict[str, Any]:
    """A thread about the same page, with its date."""
    when = post.printed_date if post.archived else str(date_format(post.created_at, "F j, Y"))
    return {"title": post.title, "get_absolute_url": post.get_absolute_url(), "when": when}
