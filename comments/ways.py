"""The heading of a comment and the ways on from it, for ears and for keys as well as for eyes."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from comments.page import DRAWN, Page, Ways
from comments.threads import Node, Thread
from forum.bylines import Byline
from forum.states import PUBLISHED

WAYS = {"p": "Parent", "s": "Next sibling", "]": "Next top-level", "n": "Next new"}


def heading(node: Node, byline: Byline, page: Page) -> str:
    """Who speaks to whom, at which level, and where among the siblings: what the eye sees by place is said here."""
    parent = node.parent
    what = "Reply by" if node.comment.parent_id else "Comment by"
    to, spoken = "", "sr"
    if parent is not None:
        # Past the indent that a phone draws the style sheet shows these words; past the last, `evidence_html` does.
        spoken = "to" if node.depth < DRAWN else "sr"
        to = f" to {parent.comment.byline.escaped}" if parent.comment.state == PUBLISHED else ""
    name = f'<bdi itemprop="name">{byline.escaped}</bdi>'
    if byline.url:
        name = f'<a class="byline" href="{escape(byline.url)}" itemprop="url">{name}</a>'
    return (
        f'<h3><span class="sr">{what} </span>'
        f'<span itemprop="author" itemscope itemtype="https://schema.org/Person">{name}</span>'
        f'<span class="{spoken}">{to}{place(node, page)}</span></h3> '
    )


def place(node: Node, page: Page) -> str:
    """The level, where it is known, and the place among the siblings; in the flat view there is neither."""
    if page.flat:
        return ""
    told = "" if page.above is None else f", level {node.depth + 1 + page.above}"
    if node.rank and node.siblings:
        told += f", {node.rank} of {node.siblings}"
    return told


def ways_through(thread: Thread, page: Page) -> dict[int, Ways]:
    """For each comment of a page, the next one among its siblings, at the top, and among the new."""
    ways: dict[int, Ways] = {}
    for root, after in zip(thread.roots, [*thread.roots[1:], None], strict=True):
        top = after.comment.id if after and not page.flat else 0
        for node in root.walk():
            ways[node.comment.id] = Ways(top=top)
    for node in thread.walk():
        if len(node.replies) > 1:
            for one, another in pairwise(node.replies):
                ways[one.comment.id].sibling = another.comment.id
    if page.fresh:
        new = 0
        for pk in reversed(ways):
            ways[pk].new = new
            new = pk if pk in page.fresh else new
    return ways


def ways_html(node: Node, page: Page) -> str:
    """The ways on from a comment: seen when one of them has the focus, and always there for a screen reader."""
    comment, keyed = node.comment, page.viewer.pk is not None
    ways = page.ways.get(comment.id)
    if ways is None:
        return ""
    links = []
    if comment.parent_id and not page.flat:
        on_page = node.parent is not None and comment is not page.top
        links.append(way("p", f"#c{comment.parent_id}" if on_page else f"/comments/{comment.parent_id}/", keyed))
    if ways.sibling:
        links.append(way("s", f"#c{ways.sibling}", keyed))
    if ways.top:
        links.append(way("]", f"#c{ways.top}", keyed))
    if (ways.new or page.news.onward) and comment.id not in page.fresh:
        links.append(way("n", f"#c{ways.new}" if ways.new else page.news.onward, keyed))
    return f'<p class="ways">{" ".join(links)}</p>' if links else ""


def way(key: str, address: str, keyed: bool, words: str = "") -> str:
    return f'<a href="{address}"{f" data-key={key}" if keyed else ""}>{words or WAYS[key]}</a>'
