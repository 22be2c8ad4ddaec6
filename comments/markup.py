"""The HTML of a comment and of a thread, in one place for pages, previews and patterns.

These are format strings and not templates because a page holds hundreds of comments: two hundred cost about a
millisecond here and twenty in template includes. Every value that is not HTML already goes through ``escape``.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

from comments.acts import acts
from comments.drawn import DrawnThread
from comments.evidence import BY_QUOTE
from comments.marks import SILENT, evidence_html, marks_html, time_html
from comments.models import Comment
from comments.page import DRAWN, Page, Viewer
from comments.spots import Spot
from comments.threads import Node, Thread
from comments.ways import heading, lead, place, ways_html
from forum.bylines import UNDATED
from forum.moulds import Parts
from forum.states import PUBLISHED, State
from forum.voices.markup import branch_is_muted, muted
from posts.pulse import silence

COMMENT = ' itemprop="comment" itemscope itemtype="https://schema.org/Comment"'
GONE = '<meta itemprop="creativeWorkStatus" content="Deleted">'  # so that what answers it is not taken for its equal

TOMBSTONES = {
    State.HELD: "A comment that waits for a moderator.",
    State.HIDDEN: "A comment hidden by a moderator.",
    State.REMOVED: "A comment removed by a moderator.",
    State.DELETED: "A comment deleted by its author.",
}
UNRANKED = '<li class="divider"><p>Imported comments, which take no votes, as on their page</p></li>'


def thread_html(thread: Thread, page: Page) -> SafeString:
    """The comments of a page as nested lists, with the divider where the conversation resumed."""
    return mark_safe("".join(thread_parts(thread, page)))  # noqa: S308  as below


def thread_parts(thread: Thread, page: Page) -> Parts:
    """The same for the mould of a page."""
    member = page.rights.member
    kept = member and not page.flat and not page.folds.by_reading
    # A click into the thread gives it the focus, and with it the keys.
    focus = ' tabindex="-1"' if member else ""
    flat = " flat" if page.flat else ""
    drawn = thread.parts(page) if isinstance(thread, DrawnThread) and thread.html else inner_parts(thread, page)
    # every value was escaped or sanitised where it was written
    return Parts([f'<ol class="thread{flat}"{focus}{" data-folds" if kept else ""}>', *drawn, "</ol>"])


def inner_parts(thread: Thread, page: Page) -> list[str]:
    """What stands in the list: every comment of the thread, which no drawing shows yet."""
    _look_over(list(thread.walk()), page)
    parts: list[str] = []
    for root, divider, after in _divided(thread.roots, page):
        page.next_top = after.comment.id if after and not page.flat else 0
        parts.append(divider)
        _branch(root, page, parts)
    return parts


def _look_over(nodes: list[Node], page: Page) -> None:
    """Notes once what each comment would ask of all that stand on the page."""
    page.here = {node.comment.id for node in nodes}
    page.fresh = frozenset(page.news.fresh)
    page.mutes = page.rights.member and bool(page.personal.muted or page.personal.marks)
    eras = {node.comment.archived for node in nodes} | ({page.follows.archived} if page.follows else set())
    page.mixed = len(eras) > 1
    page.under = {} if page.flat else _under(nodes)
    if not page.kept:
        lead(nodes, page)


def _under(nodes: list[Node]) -> dict[int, int]:
    """How many stand under each comment that is answered here, or -1 where some of them stand on another page."""
    under: dict[int, int] = {}
    for node in reversed(nodes):  # what answers a comment comes before it
        if node.replies:
            number = -1 if node.hidden_replies else _answers(node)
            for reply in node.replies:
                below = under[reply.comment.id] if reply.replies else -bool(reply.hidden_replies)
                number = number + below if number >= 0 <= below else -1
            under[node.comment.id] = number
    return under


def _answers(node: Node) -> int:
    return node.comment.reply_count if node.unseen is None else len(node.replies)


def comment_html(comment: Comment, page: Page) -> SafeString:
    """One comment without its replies, as above a reply form."""
    parts = ['<ol class="thread single" itemscope itemtype="https://schema.org/DiscussionForumPosting">']
    _branch(Node(comment), page, parts, alone=True)
    parts.append("</ol>")
    return mark_safe("".join(parts))  # noqa: S308  as above


def _divided(roots: list[Node], page: Page) -> Iterator[tuple[Node, str, Node | None]]:
    """Each root with the divider that stands before it, which is one at most, and the root after it."""
    before = page.follows if page.top is None else None
    for root, after in zip(roots, [*roots[1:], None], strict=True):
        divider = ""
        if before is not None and before.archived != root.comment.archived:
            divider = _divider(before, root.comment) if page.order != "best" or page.flat else UNRANKED
        before = root.comment
        yield root, divider, after


def _divider(before: Comment, comment: Comment) -> str:
    """The line between two comments of which one is archived and the other is not."""
    then, now = sorted((before, comment), key=lambda one: one.created_at)
    resumed = comment is now
    if then.created_at == UNDATED:
        return _years("The conversation resumed", now) if resumed else _years("Before that, without dates")
    quiet = silence(then.created_at, now.created_at)
    if resumed:
        return _years(f"The conversation resumed after {quiet}", then, now)
    return _years(f"Before {quiet} of silence", now, then)


def _years(words: str, *comments: Comment) -> str:
    years = [f'<span class="{"t" if one.archived else "n"}">{one.created_at.year}</span>' for one in comments]
    return f'<li class="divider"><p>{words}{": " if years else ""}{" → ".join(years)}</p></li>'


def _later(reply: Node, before: Node, page: Page) -> str:
    """The line over a living reply within an old branch, which says how much later it came."""
    said, answered = reply.comment, before.comment
    if page.order == "best" or said.archived == answered.archived:
        return ""
    if said.archived:
        return _divider(answered, said) if before.parent is reply.parent else ""
    then, now = sorted((answered, said), key=lambda one: one.created_at)
    if then.created_at == UNDATED:
        return _years("Later", now)
    return _years(f"{silence(then.created_at, now.created_at)} later", then, now)


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
        folds = branch or item.comment.id in page.folds.closed
        _comment(item, page, parts, branch=folds)
        if branch:
            parts.append('<ol class="replies">')
            waiting.append(f"{more}</ol></details></li>")
            if not page.mixed:
                waiting += item.replies[::-1]
                continue
            first = Node(page.follows, parent=item) if page.follows and item.comment is page.top else item
            for before, reply in reversed([*pairwise([first, *item.replies])]):
                waiting += [reply, _later(reply, before, page)]
        else:
            parts.append("</details></li>" if folds else "</li>")


def _comment(node: Node, page: Page, parts: list[str], *, branch: bool) -> None:
    """One comment up to the place where its replies begin; with replies (``branch``) it opens the fold round them."""
    comment, pk = node.comment, node.comment.id
    begin = f'<li class="comment {_kind(node)}'
    old_anchor = f'<span id="{escape(comment.anchor)}"></span>' if comment.anchor else ""
    if comment.state != PUBLISHED and not _readable(comment, page.viewer):
        parts.append(f'{begin} gone" id="c{pk}"{COMMENT}>{GONE}{old_anchor}{_tombstone(node, page, branch)}')
        return
    byline = comment.byline
    what, fold = muted(node, page, branch) if page.mutes else ("", "")
    opening = _fold(what or byline.escaped, node, page, opened=not what) if branch else ""
    why = evidence_html(node, page) if comment.parent_basis not in SILENT or node.depth >= DRAWN or page.flat else ""
    parts += (
        f'{begin}" id="c{pk}"{COMMENT}>{old_anchor}{opening}{fold}<article><header>{heading(node, byline, page)}'
        f'<a class="permalink" href="/comments/{pk}/" itemprop="url">{_time(comment, page)}</a>'
        f'{marks_html(node, page)}</header>{why}<div class="body" itemprop="text">',
        comment.html,
        f"</div>{_quoted_in(comment, page) if comment.quoted_count else ''}{_acts(comment, page)}"
        f"{ways_html(node, page)}</article>{'</details>' if fold else ''}",
    )


def _time(comment: Comment, page: Page) -> str:
    return page.gap if page.gap and not comment.archived else time_html(comment, page.viewer.zone)


def _acts(comment: Comment, page: Page) -> str:
    return page.gap or acts(comment, page)


def _kind(node: Node) -> str:
    """The classes of a comment: its era, how it found its place, how far it is indented."""
    kind = "then" if node.comment.archived else "now"
    if node.comment.parent_basis == BY_QUOTE:
        kind += " inferred"
    return f"{kind} d{node.depth if node.depth < DRAWN else DRAWN}" if node.depth else kind


def _tombstone(node: Node, page: Page, branch: bool) -> str:
    """What stands in the place of words that whoever reads may not see."""
    pk, words = node.comment.id, TOMBSTONES[State(node.comment.state)]
    if rule := page.rules.get(pk):
        words = f"{words[:-1]}, under the rule “{escape(rule)}”."
    opening = _fold(words[:-1], node, page, opened=not branch_is_muted(node, page)) if branch else ""
    return (
        f'{opening}<h3 class="tombstone"><a href="/comments/{pk}/">{words}</a>'
        f'<span class="sr"> ({place(node, page)[2:]})</span></h3>{ways_html(node, page)}'
    )


def _fold(what: str, node: Node, page: Page, *, opened: bool) -> str:
    """The beginning of a fold: open, its line is the rail; closed, it says what is folded away."""
    pk = node.comment.id
    is_open = " open" if opened and pk not in page.folds.closed else ""
    new = page.folds.new.get(pk)
    told = f", {new} new" if new else ""
    return f'<details class="branch"{is_open}><summary><span>{what}{_replies(node, page)}{told}</span></summary>'


def _readable(comment: Comment, viewer: Viewer) -> bool:
    if comment.state == PUBLISHED or viewer.moderates:
        return True
    return comment.state == State.HELD and comment.author_id is not None and comment.author_id == viewer.pk


def _replies(node: Node, page: Page) -> str:
    """What a fold hides: everything under the comment, or its own answers where nobody has counted what follows."""
    count = _answers(node)
    if not count:
        return ""
    if (under := page.under.get(node.comment.id, -1)) < 0:
        return f", {count:,} {'reply' if count == 1 else 'replies'} and what follows"
    return f" and {under:,} {'reply' if under == 1 else 'replies'}"


def _quoted_in(comment: Comment, page: Page) -> str:
    """Who quotes a passage of it, with the way there; of many, the way to a page that lists them."""
    number = comment.quoted_count
    if comment.state != PUBLISHED:
        return ""
    who = page.quoting.get(comment.id)
    if not who:
        return f'<p class="answers">Quoted in <a href="/comments/{comment.id}/quotations/">{number:,}</a></p>'
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
        query.append(f"after={Spot.of(shown[-1].comment, page.order)}")
    if page.order != page.viewer.order:
        query.append(f"order={page.order}")
    if page.starts_at:
        query.append(f"start={page.starts_at}")
    if page.era:
        query.append(f"era={page.era}")
    address = f"/comments/{node.comment.id}/" + ("?" + "&amp;".join(query) if query else "")
    if not shown:
        replies = f"Continue this branch: {replies}" if hidden > 0 else "Continue this branch"
    return f'<li class="onward"><a href="{address}">{replies}</a></li>'
