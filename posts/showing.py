"""What the page of a thread shows of its post, and lists of threads of theirs, as the plain values of a mould."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.safestring import mark_safe
from django.utils.text import Truncator

from comments.marks import MONTHS, byline_html, time_html
from forum.bylines import NO_DATE, UNDATED, byline_of
from forum.moulds import Choice, fragment
from forum.text import addresses
from forum.text.excerpt import excerpt, opening
from posts import pulse
from posts.lists import ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.bylines import Byline
    from posts.lists import Asked
    from posts.models import Post

LINK = 70  # characters of an address that are shown
LEAD_SENTENCES, LEAD_LENGTH = 2, 400
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
        "description": _description(post.html) if post.is_public else "",
        "is_public": post.is_public,
        "archived": post.archived,
        "revised_at": post.revised_at is not None,
        "url": post.url,
        "shown_url": _cut(post.url),
        "signed": mark_safe(byline_html(post.byline)),  # noqa: S308  escaped there
        "when": mark_safe(time_html(post, zone)),  # noqa: S308  escaped there
        "shown_tags": _tags(post),
        "answer": {"byline": {"name": post.answer.byline.name}} if post.answer else None,
        "quoted_count": f"{post.quoted_count:,}" if post.quoted_count else "",
        "comment_count": post.comment_count,
        "counted": pulse.counted(post.comment_count),
        "is_mixed": post.comment_count != post.living_count,
        "source": {
            "provenance_note": source.provenance_note,
            "content_note": source.content_note,
            "downloads": source.downloads,
        }
        if source
        else None,
    }


@lru_cache(maxsize=100)  # of the threads that are read just now; words of 60 kB take 0.1 ms
def _description(html: str) -> str:
    return excerpt(html, DESCRIPTION)


@lru_cache(maxsize=1_000)  # Django asks for the three dots in the language of the page, which takes longer than cutting
def _cut(address: str) -> str:
    return Truncator(address).chars(LINK)


def shown_pulse(post: Post) -> dict[str, Any] | None:
    """The strip over a thread, and the sentence that says the same."""
    drawn = pulse.shown(post.pulse)
    return {"svg": drawn.svg, "sentence": drawn.sentence} if drawn else None


def shown_earlier(post: Post) -> dict[str, Any]:
    """A thread about the same page, with its date."""
    when = post.printed_date or NO_DATE if post.archived else _day(post.created_at)
    return {"title": post.title, "get_absolute_url": post.get_absolute_url(), "when": when}


def shown_lead(post: Post, zone: dt.tzinfo | None) -> dict[str, Any]:
    """The thread that is set large on the front page."""
    return {
        "pk": post.pk,
        "get_absolute_url": post.get_absolute_url(),
        "shown_title": post.shown_title,
        "archived": post.archived,
        "revised_at": post.revised_at is not None,
        "signed": mark_safe(byline_html(post.byline)),  # noqa: S308  escaped there
        "when": mark_safe(time_html(post, zone)),  # noqa: S308  escaped there
        "shown_tags": _tags(post),
        "host": addresses.host_shown(post.url),
        "comment_count": post.comment_count,
        "counted": pulse.counted(post.comment_count),
        "opening": opening(post.html, LEAD_SENTENCES, LEAD_LENGTH),
        "pulse": shown_pulse(post),
    }


def shown_list(posts: Sequence[Post], wanted: Asked, next_url: str) -> dict[str, Any]:
    """What the template of a list needs: its rows, the way on, and the ways to look at it."""
    return {
        "rows": [fragment("posts/_row.html", {"post": shown_row(post)}) for post in posts],
        "next_url": next_url,
        "wanted": {
            "order": Choice(wanted.order),
            "usual": wanted.query == ".",
            "mine": wanted.mine,
            "unanswered": wanted.unanswered,
            "within": bool(wanted.within),
            "after": wanted.after is not None,
        },
        **{
            name: [{"words": way.words, "url": way.url, "chosen": way.chosen} for way in found]
            for name, found in ways(wanted).items()
        },
    }


def shown_row(post: Post) -> dict[str, Any]:
    """A thread in a list: who spoke last and when, or else who began it."""
    last = post.last_comment_at
    drawn = pulse.shown(post.pulse, width=120, height=16)
    return {
        "get_absolute_url": post.get_absolute_url(),
        "shown_title": post.shown_title,
        "comment_count": post.comment_count,
        "counted": pulse.counted(post.comment_count),
        "spoke": (_spoke_last(post) if last else post.byline).name,
        "spoken": _day(last or post.created_at),
        "question": "" if post.kind != post.Kind.QUESTION else "answered" if post.is_answered else "question",
        "host": addresses.host_shown(post.url),
        "shown_tags": _tags(post),
        "pulse": drawn.svg if drawn else None,
    }


def _spoke_last(post: Post) -> Byline:
    """Who did, of whom a list reads no more than the name: nothing archived comes after what is said here."""
    return byline_of(post.last_author, post.last_person, archived=not pulse.is_living(post.pulse))


def _tags(post: Post) -> list[dict[str, str]]:
    return [{"name": tag.name, "get_absolute_url": tag.get_absolute_url()} for tag in post.shown_tags]


def _day(moment: dt.datetime) -> str:
    if moment == UNDATED:
        return NO_DATE
    return f"{MONTHS[moment.month]} {moment.day}, {moment.year}"
