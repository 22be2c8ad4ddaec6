"""The HTML of a comment and of a thread, in one place for pages, previews and patterns.

These are format strings and not templates because a page holds hundreds of comments: two hundred cost about a
millisecond here and twenty in template includes. Every value that is not HTML already goes through ``escape``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

from comments.answers.markup import answer_act, is_answer
from comments.models import Comment
from comments.personal import NOBODY, Personal
from comments.threads import Node, Thread
from forum.bylines import Byline
from forum.reading.news import NO_FOLDS, NO_NEWS, Folds, News
from forum.states import State
from forum.voices.markup import branch_is_muted, comment_acts, menu, muted, toggle
from posts.pulse import silence

if TYPE_CHECKING:
    from posts.models import Post

DRAWN = 8  # levels whose indent is drawn; static/css/thread.css names each
COMMENT = ' itemprop="comment" itemscope itemtype="https://schema.org/Comment"'
GONE = '<meta itemprop="creativeWorkStatus" content="Deleted">'  # so that what answers it is not taken for its equal

TOMBSTONES = {
    State.HELD: "A comment that waits for a moderator.",
    State.HIDDEN: "A comment hidden by a moderator.",
    State.REMOVED: "A comment removed by a moderator.",
    State.DELETED: "A comment deleted by its author.",
}
BASES = {
    Comment.Basis.FORMAT: "its source says what it answers",
    Comment.Basis.INDENTATION: "its page shows by indentation what it answers",
    Comment.Basis.NAMED: "its page names the comment that it answers, by author and time",
    Comment.Basis.GUESS: "what it answers is a guess",
    Comment.Basis.MODERATOR: "placed here by a moderator",
}
CONCLUDED = (Comment.Basis.NAMED, Comment.Basis.GUESS, Comment.Basis.MODERATOR)
UNRANKED = '<li class="divider"><p>Imported comments, which take no votes, as on their page</p></li>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """What markup needs to know of whoever reads: nothing of it may show on a page kept for guests."""

    pk: int | None = None
    moderates: bool = False
    may_reply: bool = False
    may_change: bool = False
    may_mark: bool = False  # which comment is the answer
    zone: dt.tzinfo | None = None
    order: str = "oldest"  # in which they read where the address names none


GUEST = Viewer()


@dataclass(slots=True)
class Ways:
    """Where a reader may go on from a comment: ids on this page, 0 where there is none."""

    sibling: int = 0
    top: int = 0
    new: int = 0


@dataclass(slots=True, kw_only=True)
class Page:
    """The page around a thread: the post, the viewer, the order, the evidence of inferred replies, and the rules."""

    post: Post
    viewer: Viewer = GUEST
    personal: Personal = NOBODY
    news: News = NO_NEWS
    folds: Folds = NO_FOLDS
    order: str = "oldest"
    flat: bool = False
    evidence: dict[int, str] = field(default_factory=dict)
    rules: dict[int, str] = field(default_factory=dict)
    quoting: dict[int, list[tuple[int, str]]] = field(default_factory=dict)  # who quotes each comment
    here: set[int] = field(default_factory=set)  # the comments that have their place on this page
    top: Comment | None = None  # whose branch this page is: its own replies go on at the foot of the page
    starts_at: str = ""  # the cursor of this page, so that a branch leads back to the same spot
    above: int | None = 0  # levels above the first one shown; None where nobody has counted them
    era: str = ""  # "then" or "now" where only one is shown
    follows: Comment | None = None  # the comment before the first one of this page, where there is one
    ways: dict[int, Ways] = field(default_factory=dict)
    kept: bool = False  # in a file of its own, where nothing can be done


def thread_html(thread: Thread, page: Page) -> SafeString:
    """The comments of a page as nested lists, with the divider where the conversation resumed."""
    page.ways = {} if page.kept else _ways_through(thread, page)
    page.here = {node.comment.pk for node in thread.walk()}
    member = page.viewer.pk is not None
    kept = member and not page.flat and not page.folds.by_reading
    # A click into the thread gives it the focus, and with it the keys.
    focus = ' tabindex="-1"' if member else ""
    flat = " flat" if page.flat else ""
    parts = [f'<ol class="thread{flat}"{focus}{" data-folds" if kept else ""}>']
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
    before = page.follows if page.top is None else None
    for root in roots:
        divider = ""
        if before is not None and before.archived != root.comment.archived:
            divider = _divider(before, root.comment) if page.order != "best" or page.flat else UNRANKED
        before = root.comment
        yield root, divider


def _divider(before: Comment, comment: Comment) -> str:
    """The line between two comments of which one is archived and the other is not."""
    then, now = sorted((before, comment), key=lambda one: one.created_at)
    quiet = silence(then.created_at, now.created_at)
    resumed = comment is now
    return _years(
        f"The conversation resumed after {quiet}" if resumed else f"Before {quiet} of silence", then, now, resumed
    )


def _years(words: str, then: Comment, now: Comment, resumed: bool) -> str:
    years = [
        f'<span class="{"t" if one.archived else "n"}">{one.created_at.year}</span>'
        for one in ((then, now) if resumed else (now, then))
    ]
    return f'<li class="divider"><p>{words}: {" → ".join(years)}</p></li>'


def _later(reply: Node, before: Node, page: Page) -> str:
    """The line over a living reply within an old branch, which says how much later it came."""
    said, answered = reply.comment, before.comment
    if page.order == "best" or said.archived == answered.archived:
        return ""
    if said.archived:
        return _divider(answered, said) if before.parent is reply.parent else ""
    then, now = sorted((answered, said), key=lambda one: one.created_at)
    return _years(f"{silence(then.created_at, now.created_at)} later", then, now, resumed=True)


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
        folds = branch or item.comment.pk in page.folds.closed
        parts.append(_comment(item, page, branch=folds))
        if branch:
            parts.append('<ol class="replies">')
            waiting.append(f"{more}</ol></details></li>")
            first = Node(page.follows, parent=item) if page.follows and item.comment is page.top else item
            for before, reply in reversed([*pairwise([first, *item.replies])]):
                waiting += [reply, _later(reply, before, page)]
        else:
            parts.append("</details></li>" if folds else "</li>")


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
            f'<li class="comment {kind} gone" id="c{comment.pk}"{COMMENT}>{GONE}{old_anchor}'
            f"{_fold(words, node, page, branch, opened=not branch_is_muted(node, page))}"
            f'<h3 class="tombstone"><a href="/comments/{comment.pk}/">{words}</a>'
            f'<span class="sr"> ({_place(node, page)[2:]})</span></h3>{_ways(node, page)}'
        )
    byline = comment.byline
    what, fold = muted(node, page, branch)
    return (
        f'<li class="comment {kind}" id="c{comment.pk}"{COMMENT}>'
        f"{old_anchor}{_fold(what or escape(byline.name), node, page, branch, opened=not what)}"
        f"{fold}<article><header>{_heading(node, byline, page)}"
        f'<a class="permalink" href="/comments/{comment.pk}/" itemprop="url">{time_html(comment, page.viewer.zone)}</a>'
        f"{_marks(comment, page)}</header>{_evidence(node, page)}"
        f'<div class="body" itemprop="text">{comment.html}</div>{_quoted_in(comment, page)}'
        f"{actions_html(comment, page)}{_ways(node, page)}</article>{'</details>' if fold else ''}"
    )


def _fold(what: str, node: Node, page: Page, branch: bool, *, opened: bool = True) -> str:
    """The beginning of a fold: open, its line is the rail; closed, it says what is folded away."""
    if not branch:
        return ""
    comment = node.comment
    is_open = " open" if opened and comment.pk not in page.folds.closed else ""
    new = page.folds.new.get(comment.pk)
    told = f", {new} new" if new else ""
    return f'<details class="branch"{is_open}><summary><span>{what}{_replies(node)}{told}</span></summary>'


def _readable(comment: Comment, viewer: Viewer) -> bool:
    if comment.state == State.PUBLISHED or viewer.moderates:
        return True
    return comment.state == State.HELD and comment.author_id is not None and comment.author_id == viewer.pk


def _replies(node: Node) -> str:
    count = node.comment.reply_count if node.unseen is None else len(node.replies)
    if not count:
        return ""
    return f" and {count} {'reply' if count == 1 else 'replies'}"


def _heading(node: Node, byline: Byline, page: Page) -> str:
    """Who speaks to whom, at which level, and where among the siblings: what the eye sees by place is said here."""
    parent = node.parent.comment if node.parent else None
    what = "Reply by" if node.comment.parent_id else "Comment by"
    # Past the indent that a phone draws, the style sheet shows these words; past the last one, `_evidence` says more.
    spoken = "to" if node.parent is not None and node.depth < DRAWN else "sr"
    to = ""
    if parent is not None and parent.state == State.PUBLISHED:
        to = f" to {escape(parent.byline.name)}"
    name = f'<bdi itemprop="name">{escape(byline.name)}</bdi>'
    if byline.url:
        name = f'<a class="byline" href="{escape(byline.url)}" itemprop="url">{name}</a>'
    return (
        f'<h3><span class="sr">{what} </span>'
        f'<span itemprop="author" itemscope itemtype="https://schema.org/Person">{name}</span>'
        f'<span class="{spoken}">{to}{_place(node, page)}</span></h3> '
    )


def _place(node: Node, page: Page) -> str:
    """The level, where it is known, and the place among the siblings; in the flat view there is neither."""
    if page.flat:
        return ""
    place = "" if page.above is None else f", level {node.depth + 1 + page.above}"
    if node.rank and node.siblings:
        place += f", {node.rank} of {node.siblings}"
    return place


def _ways_through(thread: Thread, page: Page) -> dict[int, Ways]:
    """For each comment of a page, the next one among its siblings, at the top, and among the new."""
    ways: dict[int, Ways] = {}
    for root, after in zip(thread.roots, [*thread.roots[1:], None], strict=True):
        for node in root.walk():
            ways[node.comment.pk] = Ways(top=after.comment.pk if after and not page.flat else 0)
    for node in thread.walk():
        for one, another in pairwise(node.replies):
            ways[one.comment.pk].sibling = another.comment.pk
    fresh, new = set(page.news.fresh), 0
    for pk in reversed(ways):
        ways[pk].new = new
        new = pk if pk in fresh else new
    return ways


def _ways(node: Node, page: Page) -> str:
    """The ways on from a comment: seen when one of them has the focus, and always there for a screen reader."""
    comment, keyed = node.comment, page.viewer.pk is not None
    ways = page.ways.get(comment.pk)
    if ways is None:
        return ""
    links = []
    if comment.parent_id and not page.flat:
        on_page = node.parent is not None and comment is not page.top
        links.append(_way("p", f"#c{comment.parent_id}" if on_page else f"/comments/{comment.parent_id}/", keyed))
    if ways.sibling:
        links.append(_way("s", f"#c{ways.sibling}", keyed))
    if ways.top:
        links.append(_way("]", f"#c{ways.top}", keyed))
    if comment.pk not in page.news.fresh and (ways.new or page.news.onward):
        links.append(_way("n", f"#c{ways.new}" if ways.new else page.news.onward, keyed))
    return f'<p class="ways">{" ".join(links)}</p>' if links else ""


WAYS = {"p": "Parent", "s": "Next sibling", "]": "Next top-level", "n": "Next new"}


def _way(key: str, address: str, keyed: bool, words: str = "") -> str:
    return f'<a href="{address}"{f" data-key={key}" if keyed else ""}>{words or WAYS[key]}</a>'


def time_html(words: Comment | Post, zone: dt.tzinfo | None = None) -> str:
    """When something was said: as the page printed it, or the moment in ``zone`` (UTC if None) with the zone named."""
    if words.archived:
        machine = f' datetime="{escape(words.printed_at)}" itemprop="datePublished"' if words.printed_at else ""
        stated = escape(words.zone) if words.zone else "time zone not stated on the page"
        return f'<time{machine} title="{stated}">{escape(words.printed_date)}</time>'
    return moment_html(words.created_at, zone, ' itemprop="datePublished"')


def moment_html(moment: dt.datetime, zone: dt.tzinfo | None = None, marks: str = "") -> str:
    """A moment in ``zone`` (UTC if None) with the zone named; ``marks`` are more attributes of the element."""
    moment = moment.astimezone(zone or dt.UTC)
    named = f", {zone}" if zone and str(zone) != f"{moment:%Z}" else ""
    return (
        f'<time datetime="{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"{marks}'
        f' title="{moment:%A, %B} {moment.day}, {moment:%Y at %H:%M:%S %Z}{named}">'
        f"{moment:%b} {moment.day}, {moment:%Y, %H:%M %Z}</time>"
    )


def _marks(comment: Comment, page: Page) -> str:
    marks = []
    post = page.post
    if (comment.author_id and comment.author_id == post.author_id) or (
        comment.person_id and comment.person_id == post.person_id
    ):
        marks.append("author of the post")
    if is_answer(comment, page):
        marks.insert(0, "<b>Answer</b>")
    if comment.state != State.PUBLISHED:
        marks.append(State(comment.state).label)
    if comment.revised_at:
        marks.append(f'<a href="/comments/{comment.pk}/history/" rel="nofollow">edited</a>')
    if comment.pk in page.news.fresh:
        marks.append(_new(comment, page))
    imported = ' <span class="sr">imported</span>' if comment.archived else ""
    return f'{imported} <span class="marks">{" · ".join(marks)}</span>' if marks else imported


def _new(comment: Comment, page: Page) -> str:
    """That a comment is new, and the way to the next new one."""
    ways = page.ways.get(comment.pk, Ways())
    if not ways.new and not page.news.onward:
        return "<b>new</b>"
    address = f"#c{ways.new}" if ways.new else page.news.onward
    return f"<b>new</b> · {_way('n', address, page.viewer.pk is not None, 'next new')}"


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
        name, level = escape(node.parent.comment.byline.name), node.depth + 1 + (page.above or 0)
        answered = (
            f'<p class="answers">in reply to <a href="#c{comment.parent_id}">{name}</a>, level {level}'
            f' · <a href="/comments/{comment.pk}/">this branch alone</a></p>'
        )
    if comment.parent_id and comment.parent_basis == Comment.Basis.QUOTE:
        why = escape(page.evidence.get(comment.pk, ""))
        return (
            f'{answered}<details class="evidence"><summary>Reply inferred from a quotation</summary>'
            f'<p>The page showed no replies. {why} <a href="{_parent_url(comment, page)}">Show that comment</a></p>'
            "</details>"
        )
    return answered + _basis(comment, page)


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


def actions_html(comment: Comment, page: Page, *, swap: bool = False) -> SafeString:
    """What one may do with a comment, in one row; ``swap``: to take the place of the row on the page."""
    if page.kept:
        return mark_safe("")
    viewer, pk = page.viewer, comment.pk
    row: list[str] = []
    more: list[str] = []
    if viewer.may_reply and comment.state == State.PUBLISHED:
        row.append(f'<a href="/comments/{pk}/reply/">Reply</a>')
        row.append(f'<a href="/comments/{pk}/reply/?quote=1">Quote</a>')
    own = comment.author_id is not None and comment.author_id == viewer.pk and not comment.archived
    if comment.state == State.PUBLISHED:
        voices, more = comment_acts(comment, page)
        row += [*voices, answer_act(comment, page)]
    if own and viewer.may_change and comment.state in (State.PUBLISHED, State.HELD):
        row.append(f'<a href="/comments/{pk}/edit/">Edit</a>')
        row.append(f'<a href="/comments/{pk}/delete/">Delete</a>')
    if comment.archived:
        (more if viewer.pk else row).append(f'<a href="/comments/{pk}/source/" rel="nofollow">View in source</a>')
    if not own and comment.state == State.PUBLISHED:
        (more if viewer.pk else row).append(f'<a href="/moderation/report/comment/{pk}/" rel="nofollow">Report</a>')
    if viewer.moderates:
        row.append(f'<a href="/admin/comments/comment/{pk}/change/">Moderate</a>')
    more.append(_fold_act(comment, page))
    found = "".join([*row, menu(more)])
    oob = ' hx-swap-oob="true"' if swap else ""
    return mark_safe(f'<footer class="actions" id="a{pk}"{oob}>{found}</footer>' if found else "")  # noqa: S308  as above


def _fold_act(comment: Comment, page: Page) -> str:
    """The button that folds a branch for the member on all devices, or unfolds it."""
    if page.viewer.pk is None or page.flat or not comment.reply_count:
        return ""
    return toggle(f"/comments/{comment.pk}/fold/", ("Fold for me", "Unfold"), on=comment.pk in page.personal.folded)


def _quoted_in(comment: Comment, page: Page) -> str:
    """Who quotes a passage of it, with the way there; of many, the way to a page that lists them."""
    number = comment.quoted_count
    if not number or comment.state != State.PUBLISHED:
        return ""
    who = page.quoting.get(comment.pk)
    if not who:
        return f'<p class="answers">Quoted in <a href="/comments/{comment.pk}/quotations/">{number:,}</a></p>'
    links = (f'<a href="{f"#c{pk}" if pk in page.here else f"/comments/{pk}/"}">{escape(name)}</a>' for pk, name in who)
    return f'<p class="answers">Quoted in {number}: {", ".join(links)}</p>'


def _more(node: Node, page: Page) -> str:
    """The way to the replies that are not on this page."""
    hidden = node.hidden_replies
    if not hidden or node.comment is page.top:
        return ""
    replies = f"{hidden:,} more {'reply' if hidden == 1 else 'replies'}" if hidden > 0 else "More replies"
    query = []
    shown = [reply for reply in node.replies if not reply.comment.is_shelved]
    if shown:
        query.append(f"after={shown[-1].comment.pk}")
    if page.order != page.viewer.order:
        query.append(f"order={page.order}")
    if page.starts_at:
        query.append(f"start={page.starts_at}")
    if page.era:
        query.append(f"era={page.era}")
    address = f"/comments/{node.comment.pk}/" + ("?" + "&amp;".join(query) if query else "")
    if not shown:
        replies = f"Continue this branch: {replies}" if hidden > 0 else "Continue this branch"
    return f'<li class="onward"><a href="{address}">{replies}</a></li>'
