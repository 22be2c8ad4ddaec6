"""When a comment was said, what marks it, and how we know what it answers."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING

from comments.answers.markup import is_answer
from comments.models import Comment
from comments.page import DRAWN, Page, Ways
from comments.threads import Node
from comments.ways import way
from forum.bylines import Byline
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
CONCLUDED = (Comment.Basis.NAMED, Comment.Basis.GUESS, Comment.Basis.MODERATOR)
BY_QUOTE = Comment.Basis.QUOTE.value


def byline_html(byline: Byline) -> str:
    """The name, linked to the page behind it, as microdata of an author."""
    name = f'itemprop="name">{escape(byline.name)}</bdi>'
    if byline.url:
        name = f'<a class="byline" href="{escape(byline.url)}" itemprop="url"><bdi {name}</a>'
    else:
        name = f'<bdi class="byline" {name}'
    return f'<span itemprop="author" itemscope itemtype="https://schema.org/Person">{name}</span>'


def time_html(words: Comment | Post, zone: dt.tzinfo | None = None) -> str:
    """When something was said: as the page printed it, or the moment in ``zone`` (UTC if None) with the zone named."""
    if words.archived:
        machine = f' datetime="{escape(words.printed_at)}" itemprop="datePublished"' if words.printed_at else ""
        stated = escape(words.zone) if words.zone else "time zone not stated on the page"
        return f'<time{machine} title="{stated}">{escape(words.printed_date)}</time>'
    return moment_html(words.created_at, zone, ' itemprop="datePublished"')


def moment_html(moment: dt.datetime, zone: dt.tzinfo | None = None, marks: str = "") -> str:
    """A moment in ``zone`` (UTC if None) with the zone named; ``marks`` are more attributes of the element."""
    utc = moment if moment.tzinfo is dt.UTC else moment.astimezone(dt.UTC)
    machine = f"{utc.isoformat()[:19]}Z"
    name, named = "UTC", ""
    if zone is not None:
        utc = moment.astimezone(zone)
        name = utc.tzname() or ""
        named = "" if str(zone) == name else f", {zone}"
    time, month = utc.isoformat()[11:19], MONTHS[utc.month]  # formatted by hand: strftime takes 20 times as long
    return (
        f'<time datetime="{machine}"{marks}'
        f' title="{DAYS[utc.weekday()]}, {month} {utc.day}, {utc.year} at {time} {name}{named}">'
        f"{month[:3]} {utc.day}, {utc.year}, {time[:5]} {name}</time>"
    )


def marks_html(comment: Comment, page: Page) -> str:
    """What stands beside the name: the author of the post, the answer, the state, an edit, and that it is new."""
    marks = []
    post = page.post
    if (comment.author_id and comment.author_id == post.author_id) or (
        comment.person_id and comment.person_id == post.person_id
    ):
        marks.append("author of the post")
    if comment.state != PUBLISHED:
        marks.append(State(comment.state).label)
    elif is_answer(comment, page):
        marks.insert(0, "<b>Answer</b>")
    if comment.revised_at:
        marks.append(f'<a href="/comments/{comment.id}/history/" rel="nofollow">edited</a>')
    if comment.id in page.fresh:
        marks.append(_new(comment, page))
    imported = ' <span class="sr">imported</span>' if comment.archived else ""
    return f'{imported} <span class="marks">{" · ".join(marks)}</span>' if marks else imported


def _new(comment: Comment, page: Page) -> str:
    """That a comment is new, and the way to the next new one."""
    ways = page.ways.get(comment.id, Ways())
    if not ways.new and not page.news.onward:
        return "<b>new</b>"
    address = f"#c{ways.new}" if ways.new else page.news.onward
    return f"<b>new</b> · {way('n', address, page.viewer.pk is not None, 'next new')}"


def evidence_html(node: Node, page: Page) -> str:
    """How we know what an archived comment answers, one click away."""
    comment, parent = node.comment, node.parent.comment if node.parent else None
    answered = ""
    if page.flat and comment.parent_id:
        whom = parent.byline.escaped if parent and parent.state == PUBLISHED else "an earlier comment"
        address = f"#c{comment.parent_id}" if parent else f"/comments/{comment.parent_id}/"
        answered = f'<p class="answers">in reply to <a href="{address}">{whom}</a></p>'
    elif node.depth >= DRAWN and parent is not None and parent.state == PUBLISHED:
        answered = (
            f'<p class="answers">in reply to <a href="#c{comment.parent_id}">{parent.byline.escaped}</a>,'
            f" level {node.depth + 1 + (page.above or 0)}"
            f' · <a href="/comments/{comment.id}/">this branch alone</a></p>'
        )
    if comment.parent_basis == BY_QUOTE and comment.parent_id:
        why = escape(page.evidence.get(comment.id, ""))
        return (
            f'{answered}<details class="evidence"><summary>Reply inferred from a quotation</summary>'
            f'<p>The page showed no replies. {why} <a href="{_parent_url(comment, page)}">Show that comment</a></p>'
            "</details>"
        )
    return answered + _basis(comment, page) if comment.parent_basis else answered


def _basis(comment: Comment, page: Page) -> str:
    """What else says what an archived comment answers: on its own page always, in a thread where it was concluded."""
    basis = comment.parent_basis
    if not comment.parent_id:
        moved = basis == Comment.Basis.MODERATOR and comment is page.top
        return '<p class="answers">put at the top of the thread by a moderator</p>' if moved else ""
    if basis in CONCLUDED or (basis in BASES and comment is page.top):
        return f'<p class="answers">{BASES[Comment.Basis(basis)]}</p>'
    return ""


def _parent_url(comment: Comment, page: Page) -> str:
    pk = comment.parent_id
    return f"#c{pk}" if pk in page.here else f"/comments/{pk}/"
