"""When a comment was said, what marks it, and how we know what it answers."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from comments.answers.markup import is_answer
from comments.evidence import BY_QUOTE
from comments.models import Comment
from comments.page import DRAWN, Page
from comments.threads import Node
from comments.ways import next_new, way
from forum.bylines import NO_DATE, Byline
from forum.states import PUBLISHED, State

if TYPE_CHECKING:
    from posts.models import Post

BASES = {
    Comment.Basis.FORMAT: "its source says what it answers",
    Comment.Basis.INDENTATION: "its page shows by indentation what it answers",
    Comment.Basis.NAMED: "its page names the comment that it answers, by author and time",
    Comment.Basis.GUESS: "what it answers is a guess",
    Comment.Basis.MODERATOR: "placed here by a moderator",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
TWO = [f"{number:02}" for number in range(60)]  # figures: a format takes four times as long
DAYS_KEPT, DATES_KEPT = 1_000, 4_000  # in words, in each process
MARKS, MARK = ' <span class="marks">', " · "  # before the first, and before each other
SILENT = ("", Comment.Basis.NONE.value)  # bases of which no page says anything
CONCLUDED = (Comment.Basis.NAMED, Comment.Basis.GUESS, Comment.Basis.MODERATOR)


def byline_html(byline: Byline) -> str:
    """The name, linked to the page behind it, as microdata of an author."""
    name = byline.linked if byline.url else f'<bdi class="byline" itemprop="name">{byline.escaped}</bdi>'
    return f'<span itemprop="author" itemscope itemtype="https://schema.org/Person">{name}</span>'


def time_html(words: Comment | Post, zone: dt.tzinfo | None = None) -> str:
    """When something was said: as the page printed it, or the moment in ``zone`` (UTC if None) with the zone named."""
    if words.archived:
        return _printed(words.printed_date, words.printed_at, words.zone)
    return said_html(words.created_at, zone)


def said_html(moment: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """When living words were said, for machines too."""
    return moment_html(moment, zone, ' itemprop="datePublished"')


@lru_cache(DATES_KEPT)
def _printed(date: str, machine: str, zone: str) -> str:
    if not date:
        return NO_DATE
    stated = f' datetime="{escape(machine)}" itemprop="datePublished"' if machine else ""
    return f'<time{stated} title="{escape(zone) or "time zone not stated on the page"}">{escape(date)}</time>'


def moment_html(moment: dt.datetime, zone: dt.tzinfo | None = None, marks: str = "") -> str:
    """A moment in ``zone`` (UTC if None) with the zone named; ``marks`` are more attributes of the element."""
    utc = moment if moment.tzinfo is dt.UTC else moment.astimezone(dt.UTC)
    iso, long, short = _day(utc.date())
    clock = f"{TWO[utc.hour]}:{TWO[utc.minute]}:{TWO[utc.second]}"
    machine, name, named = f"{iso}T{clock}Z", "UTC", ""
    if zone is not None:
        local = moment.astimezone(zone)
        _, long, short = _day(local.date())
        clock, name = f"{TWO[local.hour]}:{TWO[local.minute]}:{TWO[local.second]}", local.tzname() or ""
        named = "" if str(zone) == name else f", {zone}"
    return (
        f'<time datetime="{machine}"{marks} title="{long} at {clock} {name}{named}">{short}, {clock[:5]} {name}</time>'
    )


@lru_cache(DAYS_KEPT)
def _day(day: dt.date) -> tuple[str, str, str]:
    """The day for machines, and in words, long and short, by hand: strftime takes 20 times as long."""
    month = MONTHS[day.month]
    return (
        day.isoformat(),
        f"{DAYS[day.weekday()]}, {month} {day.day}, {day.year}",
        f"{month[:3]} {day.day}, {day.year}",
    )


def marks_html(node: Node, page: Page) -> str:
    """What stands beside the name: the author of the post, the answer, the state, an edit, and that it is new."""
    marks = []
    comment = node.comment
    if _is_by_the_author(comment.byline, page):
        marks.append("author of the post")
    if comment.state != PUBLISHED:
        marks.append(State(comment.state).label)
    elif is_answer(comment, page):
        marks.insert(0, "<b>Answer</b>")
    if comment.revised_at:
        marks.append(f'<a href="/comments/{comment.id}/history/" rel="nofollow">edited</a>')
    if comment.id in page.fresh:
        marks.append(new_html(comment.id, page))
    imported = ' <span class="sr">imported</span>' if comment.archived else ""
    return f"{imported}{MARKS}{MARK.join(marks)}{page.gap}</span>" if marks else imported + page.gap


def _is_by_the_author(byline: Byline, page: Page) -> bool:
    if byline.member is not None:
        return byline.member == page.author
    return byline.person is not None and byline.person == page.person


def new_html(comment: int, page: Page) -> str:
    """That a comment is new, and the way to the next new one."""
    address = next_new(comment, page)
    return f"<b>new</b> ·{way('next new', address)}" if address else "<b>new</b>"


def evidence_html(node: Node, page: Page) -> str:
    """How we know what an archived comment answers, one click away."""
    comment, parent, up = node.comment, node.parent.comment if node.parent else None, node.answered
    answered = ""
    if page.flat and up:
        whom = parent.byline.escaped if parent and parent.state == PUBLISHED else "an earlier comment"
        address = f"#c{up}" if parent else f"/comments/{up}/"
        answered = f'<p class="answers">in reply to <a href="{address}">{whom}</a></p>'
    elif node.depth >= DRAWN and parent is not None and parent.state == PUBLISHED:
        answered = (
            f'<p class="answers">in reply to <a href="#c{up}">{parent.byline.escaped}</a>,'
            f" level {node.depth + 1 + (page.above or 0)}"
            f' · <a href="/comments/{comment.id}/">this branch alone</a></p>'
        )
    if comment.parent_basis == BY_QUOTE and up:
        why, address = escape(page.evidence.get(comment.id, "")), f"#c{up}" if up in page.here else f"/comments/{up}/"
        return (
            f'{answered}<details class="evidence"><summary>Reply inferred from a quotation</summary>'
            f'<p>The page showed no replies. {why} <a href="{address}">Show that comment</a></p>'
            "</details>"
        )
    return answered + _basis(comment, up, page)


def _basis(comment: Comment, up: int, page: Page) -> str:
    """What else says what an archived comment answers: on its own page always, in a thread where it was concluded."""
    basis = comment.parent_basis
    if not up:
        moved = basis == Comment.Basis.MODERATOR and comment is page.top
        return '<p class="answers">put at the top of the thread by a moderator</p>' if moved else ""
    if basis in CONCLUDED or (basis in BASES and comment is page.top):
        return f'<p class="answers">{BASES[Comment.Basis(basis)]}</p>'
    return ""
