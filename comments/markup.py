"""The HTML of a comment and of a thread, in one place for pages, previews and patterns.

These are format strings and not templates because a page holds hundreds of comments: two hundred cost about a
millisecond here and twenty in template includes. Every value that is not HTML already goes through ``escape``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

from comments.models import Comment
from comments.personal import NOBODY, Personal
from comments.threads import Node, Thread
from forum.bylines import Byline
from forum.states import State
from posts.pulse import silence

if TYPE_CHECKING:
    from posts.models import Post

DRAWN = 8  # levels whose indent is drawn; static/css/thread.css names each

TOMBSTONES = {
    State.HELD: "A comment that waits for a moderator.",
    State.HIDDEN: "A comment hidden by a moderator.",
    State.REMOVED: "A comment removed by a moderator.",
    State.DELETED: "A comment deleted by its author.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """What markup needs to know of whoever reads: nothing of it may show on a page kept for guests."""

    pk: int | None = None
    moderates: bool = False
    may_reply: bool = False
    may_change: bool = False


GUEST = Viewer()


@dataclass(slots=True, kw_only=True)
class Page:
    """The page around a thread: the post, the viewer, the order, the evidence of inferred replies, and the rules."""

    post: Post
    viewer: Viewer = GUEST
    personal: Personal = NOBODY
    order: str = "oldest"
    flat: bool = False
    evidence: dict[int, str] = field(default_factory=dict)
    rules: dict[int, str] = field(default_factory=dict)
    top: Comment | None = None  # whose branch this page is: its own replies go on at the foot of the page
    starts_at: str = ""  # the cursor of this page, so that a branch leads back to the same spot


def thread_html(thread: Thread, page: Page) -> SafeString:
    """The comments of a page as nested lists, with the divider where the conversation resumed."""
    parts = ['<ol class="thread flat">' if page.flat else '<ol class="thread">']
    for root, divider in _divided(thread.roots, page):
        parts.append(divider)
        _branch(root, page, parts)
    parts.append("</ol>")
    return mark_safe("".join(parts))  # noqa: S308  every value was escaped or sanitised where it was written


def comment_html(comment: Comment, page: Page) -> SafeString:
    """One comment without its replies, as above a reply form."""
    parts = ['<ol class="thread single" itemscope itemtype="https://schema.org/DiscussionForumPosting">']
    _branch(Node(comment), page, parts, alone=True)
    parts.append("</ol>")
    return mark_safe("".join(parts))  # noqa: S308  as above


def _divided(roots: list[Node], page: Page) -> Iterator[tuple[Node, str]]:
    """Each root with the divider that stands before it, which is one at most."""
    before: Node | None = None
    for root in roots:
        divider = ""
        if before is not None and before.comment.archived != root.comment.archived:
            older, newer = sorted((before.comment, root.comment), key=lambda comment: comment.created_at)
            divider = _divider(older, newer, resumed=root.comment is newer)
        before = root
        yield root, divider


def _divider(then: Comment, now: Comment, *, resumed: bool) -> str:
    quiet = silence(then.created_at, now.created_at)
    words = f"The conversation resumed after {quiet}" if resumed else f"Before {quiet} of silence"
    years = [
        f'<span class="t">{then.created_at.year}</span>',
        f'<span class="n">{now.created_at.year}</span>',
    ]
    return f'<li class="divider"><p>{words}: {" → ".join(years if resumed else reversed(years))}</p></li>'


def _branch(top: Node, page: Page, parts: list[str], *, alone: bool = False) -> None:
    """Writes a comment and everything under it; a chain may be deep, so this keeps its own stack."""
    waiting: list[Node | str] = [top]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        more = "" if alone or page.flat else _more(item, page)
        branch = bool(item.replies or more)
        parts.append(_comment(item, page, branch=branch))
        if branch:
            parts.append('<ol class="replies">')
            waiting.append(f"{more}</ol></details></li>")
            waiting.extend(reversed(item.replies))
        else:
            parts.append("</li>")


def _comment(node: Node, page: Page, *, branch: bool) -> str:
    """One comment up to the place where its replies begin; with replies (``branch``) it opens the fold round them."""
    comment = node.comment
    kind = "then" if comment.archived else "now"
    if comment.parent_basis == Comment.Basis.QUOTE:
        kind += " inferred"
    if node.depth:
        kind += f" d{min(node.depth, DRAWN)}"
    old_anchor = f'<span id="{escape(comment.anchor)}"></span>' if comment.anchor else ""
    if not _readable(comment, page.viewer):
        words = TOMBSTONES[State(comment.state)]
        if rule := page.rules.get(comment.pk):
            words = f"{words[:-1]}, under the rule “{escape(rule)}”."
        return (
            f'<li class="comment {kind} gone" id="c{comment.pk}">{old_anchor}{_fold(words, comment, branch)}'
            f'<p class="tombstone"><a href="/comments/{comment.pk}/">{words}</a></p>'
        )
    byline = comment.byline
    return (
        f'<li class="comment {kind}" id="c{comment.pk}"'
        f' itemprop="comment" itemscope itemtype="https://schema.org/Comment">'
        f"{old_anchor}{_fold(escape(byline.name), comment, branch)}"
        f"<article><header>{_heading(node, byline)}"
        f'<a class="permalink" href="/comments/{comment.pk}/" itemprop="url">{time_html(comment)}</a>'
        f"{_marks(comment, page)}</header>{_evidence(node, page)}"
        f'<div class="body" itemprop="text">{comment.html}</div>{_actions(comment, page)}</article>'
    )


def _fold(what: str, comment: Comment, branch: bool) -> str:
    """The beginning of a fold: open, its line is the rail; closed, it says what is folded away."""
    if not branch:
        return ""
    return f'<details class="branch" open><summary><span>{what}{_replies(comment)}</span></summary>'


def _readable(comment: Comment, viewer: Viewer) -> bool:
    if comment.state == State.PUBLISHED or viewer.moderates:
        return True
    return comment.state == State.HELD and comment.author_id is not None and comment.author_id == viewer.pk


def _replies(comment: Comment) -> str:
    if not comment.reply_count:
        return ""
    return f" and {comment.reply_count} {'reply' if comment.reply_count == 1 else 'replies'}"


def _heading(node: Node, byline: Byline) -> str:
    """Who speaks to whom, at which level, and where among the siblings: what the eye sees by place is said here."""
    parent = node.parent.comment if node.parent else None
    what = "Reply by" if node.comment.parent_id else "Comment by"
    # Past the indent that a phone draws, the style sheet shows these words; past the last one, `_evidence` says more.
    spoken = "to" if node.parent is not None and node.depth < DRAWN else "sr"
    place = f", level {node.depth + 1}"
    if node.rank and node.siblings:
        place += f", {node.rank} of {node.siblings}"
    to = ""
    if parent is not None and parent.state == State.PUBLISHED:
        to = f" to {escape(parent.byline.name)}"
    name = f'<bdi itemprop="name">{escape(byline.name)}</bdi>'
    if byline.url:
        name = f'<a class="byline" href="{escape(byline.url)}" itemprop="url">{name}</a>'
    return (
        f'<h3><span class="sr">{what} </span>'
        f'<span itemprop="author" itemscope itemtype="https://schema.org/Person">{name}</span>'
        f'<span class="{spoken}">{to}{place}</span></h3> '
    )


def time_html(words: Comment | Post) -> str:
    """When something was said: as the page printed it, or the UTC moment with its zone named."""
    if words.archived:
        machine = f' datetime="{escape(words.printed_at)}" itemprop="dateCreated"' if words.printed_at else ""
        zone = escape(words.zone) if words.zone else "time zone not stated on the page"
        return f'<time{machine} title="{zone}">{escape(words.printed_date)}</time>'
    moment = words.created_at.astimezone(dt.UTC)
    return (
        f'<time datetime="{moment:%Y-%m-%dT%H:%M:%SZ}" itemprop="dateCreated"'
        f' title="{moment:%A, %B} {moment.day}, {moment:%Y at %H:%M:%S} UTC">'
        f"{moment:%b} {moment.day}, {moment:%Y, %H:%M} UTC</time>"
    )


def _marks(comment: Comment, page: Page) -> str:
    marks = []
    post = page.post
    if (comment.author_id and comment.author_id == post.author_id) or (
        comment.person_id and comment.person_id == post.person_id
    ):
        marks.append("author of the post")
    if comment.state != State.PUBLISHED:
        marks.append(State(comment.state).label)
    if comment.edited_at and not comment.archived:
        marks.append("edited")
    imported = ' <span class="sr">imported</span>' if comment.archived else ""
    return f'{imported} <span class="marks">{" · ".join(marks)}</span>' if marks else imported


def _evidence(node: Node, page: Page) -> str:
    """How we know what an archived comment answers, one click away."""
    comment = node.comment
    answered = ""
    if page.flat and comment.parent_id:
        known = node.parent is not None and node.parent.comment.state == State.PUBLISHED
        whom = escape(node.parent.comment.byline.name) if known and node.parent else "an earlier comment"
        address = f"#c{comment.parent_id}" if node.parent else f"/comments/{comment.parent_id}/"
        answered = f'<p class="answers">in reply to <a href="{address}">{whom}</a></p>'
    elif node.depth >= DRAWN and node.parent is not None and node.parent.comment.state == State.PUBLISHED:
        name = escape(node.parent.comment.byline.name)
        answered = (
            f'<p class="answers">in reply to <a href="#c{comment.parent_id}">{name}</a>, level {node.depth + 1}'
            f' · <a href="/comments/{comment.pk}/">this branch alone</a></p>'
        )
    if comment.parent_id and comment.parent_basis == Comment.Basis.QUOTE:
        why = page.evidence.get(comment.pk, "")
        return (
            f'{answered}<details class="evidence"><summary>Reply inferred from a quotation</summary>'
            f"<p>The page showed no replies. {escape(why)}</p></details>"
        )
    if comment.parent_id and comment.parent_basis == Comment.Basis.MODERATOR:
        return f'{answered}<p class="answers">placed here by a moderator</p>'
    return answered


def _actions(comment: Comment, page: Page) -> str:
    viewer, pk = page.viewer, comment.pk
    links = []
    if viewer.may_reply and comment.state == State.PUBLISHED:
        links.append(f'<a href="/comments/{pk}/reply/">Reply</a>')
        links.append(f'<a href="/comments/{pk}/reply/?quote=1">Quote</a>')
    own = comment.author_id is not None and comment.author_id == viewer.pk and not comment.archived
    if own and viewer.may_change and comment.state in (State.PUBLISHED, State.HELD):
        links.append(f'<a href="/comments/{pk}/edit/">Edit</a>')
        links.append(f'<a href="/comments/{pk}/delete/">Delete</a>')
    if not own and comment.state == State.PUBLISHED:
        links.append(f'<a href="/moderation/report/comment/{pk}/" rel="nofollow">Report</a>')
    if viewer.moderates:
        links.append(f'<a href="/admin/comments/comment/{pk}/change/">Moderate</a>')
    return f'<footer class="actions" id="a{pk}">{"".join(links)}</footer>' if links else ""


def _more(node: Node, page: Page) -> str:
    """The way to the replies that are not on this page."""
    hidden = node.hidden_replies
    if not hidden or node.comment is page.top:
        return ""
    replies = f"{hidden:,} more {'reply' if hidden == 1 else 'replies'}"
    query = []
    shown = [reply for reply in node.replies if not reply.comment.is_shelved]
    if shown:
        query.append(f"after={shown[-1].comment.pk}")
    if page.order != "oldest":
        query.append(f"order={page.order}")
    if page.starts_at:
        query.append(f"start={page.starts_at}")
    address = f"/comments/{node.comment.pk}/" + ("?" + "&amp;".join(query) if query else "")
    words = replies if shown else f"Continue this branch: {replies}"
    return f'<li class="onward"><a href="{address}">{words}</a></li>'
