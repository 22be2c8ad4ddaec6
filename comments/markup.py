"""The HTML of a comment and of a thread, in one place for pages, previews and patterns.

These are format strings and not templates because a page holds hundreds of comments: two hundred cost about a
millisecond here and twenty in template includes. Every value that is not HTML already goes through ``escape``.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

from comments.answers.markup import answer_act
from comments.marks import BY_QUOTE, evidence_html, marks_html, time_html
from comments.models import Comment
from comments.page import DRAWN, Page, Viewer
from comments.threads import Node, Thread
from comments.ways import heading, place, ways_html, ways_through
from forum.states import PUBLISHED, State
from forum.voices.markup import branch_is_muted, comment_acts, menu, muted, toggle
from forum.voices.models import Mark
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
    page.fresh = frozenset(page.news.fresh)
    page.ways = {} if page.kept else ways_through(thread, page)
    page.here = set(page.ways) or {node.comment.id for node in thread.walk()}
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
        folds = branch or item.comment.id in page.folds.closed
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
    comment, pk = node.comment, node.comment.id
    kind = "then" if comment.archived else "now"
    if comment.parent_basis == BY_QUOTE:
        kind += " inferred"
    if node.depth:
        kind += f" d{node.depth if node.depth < DRAWN else DRAWN}"
    old_anchor = f'<span id="{escape(comment.anchor)}"></span>' if comment.anchor else ""
    if not _readable(comment, page.viewer):
        words = TOMBSTONES[State(comment.state)]
        if rule := page.rules.get(pk):
            words = f"{words[:-1]}, under the rule “{escape(rule)}”."
        return (
            f'<li class="comment {kind} gone" id="c{pk}"{COMMENT}>{GONE}{old_anchor}'
            f"{_fold(words, node, page, branch, opened=not branch_is_muted(node, page))}"
            f'<h3 class="tombstone"><a href="/comments/{pk}/">{words}</a>'
            f'<span class="sr"> ({place(node, page)[2:]})</span></h3>{ways_html(node, page)}'
        )
    byline = comment.byline
    what, fold = muted(node, page, branch) if page.viewer.pk is not None else ("", "")
    return (
        f'<li class="comment {kind}" id="c{pk}"{COMMENT}>'
        f"{old_anchor}{_fold(what or byline.escaped, node, page, branch, opened=not what)}"
        f"{fold}<article><header>{heading(node, byline, page)}"
        f'<a class="permalink" href="/comments/{pk}/" itemprop="url">{time_html(comment, page.viewer.zone)}</a>'
        f"{marks_html(comment, page)}</header>{evidence_html(node, page)}"
        f'<div class="body" itemprop="text">{comment.html}</div>{_quoted_in(comment, page)}'
        f"{_actions(comment, page)}{ways_html(node, page)}</article>{'</details>' if fold else ''}"
    )


def _fold(what: str, node: Node, page: Page, branch: bool, *, opened: bool = True) -> str:
    """The beginning of a fold: open, its line is the rail; closed, it says what is folded away."""
    if not branch:
        return ""
    pk = node.comment.id
    is_open = " open" if opened and pk not in page.folds.closed else ""
    new = page.folds.new.get(pk)
    told = f", {new} new" if new else ""
    return f'<details class="branch"{is_open}><summary><span>{what}{_replies(node)}{told}</span></summary>'


def _readable(comment: Comment, viewer: Viewer) -> bool:
    if comment.state == PUBLISHED or viewer.moderates:
        return True
    return comment.state == State.HELD and comment.author_id is not None and comment.author_id == viewer.pk


def _replies(node: Node) -> str:
    count = node.comment.reply_count if node.unseen is None else len(node.replies)
    if not count:
        return ""
    return f" and {count} {'reply' if count == 1 else 'replies'}"


def _quoted_in(comment: Comment, page: Page) -> str:
    """Who quotes a passage of it, with the way there; of many, the way to a page that lists them."""
    number = comment.quoted_count
    if not number or comment.state != PUBLISHED:
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
        query.append(f"after={shown[-1].comment.id}")
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


def actions_html(comment: Comment, page: Page, *, swap: bool = False) -> SafeString:
    """What one may do with a comment, in one row; ``swap``: to take the place of the row on the page."""
    return mark_safe(_actions(comment, page, ' hx-swap-oob="true"' if swap else ""))  # noqa: S308  as above


def _actions(comment: Comment, page: Page, marks: str = "") -> str:
    if page.kept:
        return ""
    viewer, pk = page.viewer, comment.id
    shown, member = comment.state == PUBLISHED, viewer.pk is not None
    own = member and comment.author_id == viewer.pk and not comment.archived
    row, more = "", ""
    if shown:
        if viewer.may_reply:
            row = f'<a href="/comments/{pk}/reply/">Reply</a><a href="/comments/{pk}/reply/?quote=1">Quote</a>'
        voices, more = comment_acts(comment, page)
        row += voices + answer_act(comment, page)
    if own and viewer.may_change and (shown or comment.state == State.HELD):
        row += f'<a href="/comments/{pk}/edit/">Edit</a><a href="/comments/{pk}/delete/">Delete</a>'
    last = ""
    if comment.archived:
        last = f'<a href="/comments/{pk}/source/" rel="nofollow">View in source</a>'
    if shown and not own:
        last += f'<a href="/moderation/report/comment/{pk}/" rel="nofollow">Report</a>'
    if not member:
        row += last
    if viewer.moderates:
        row += f'<a href="/admin/comments/comment/{pk}/change/">Moderate</a>'
    if member:
        row += menu(f"{more}{last}{_fold_act(comment, page)}")
    return f'<footer class="actions" id="a{pk}"{marks}>{row}</footer>' if row else ""


def _fold_act(comment: Comment, page: Page) -> str:
    """The button that folds a branch for the member on all devices, or unfolds it."""
    if page.flat or not comment.reply_count:
        return ""
    folded = Mark.Kind.FOLDED in page.personal.marks.get(comment.id, ())
    return toggle(f"/comments/{comment.id}/fold/", ("Fold for me", "Unfold"), on=folded)
