"""The heading of a comment and the ways on from it, for ears and for keys as well as for eyes."""

from __future__ import annotations

from itertools import pairwise

from comments.page import DRAWN, DRAWN_ON_PHONES, Page
from comments.threads import Node
from forum.bylines import Byline
from forum.states import PUBLISHED

PARENT, SIBLING, TOP_LEVEL, NEW = "Parent", "Next sibling", "Next top-level", "Next new"  # static/js/keys.js knows them


def heading(node: Node, byline: Byline, page: Page) -> str:
    """Who speaks to whom, at which level, and where among the siblings: what the eye sees by place is said here."""
    parent = node.parent
    what = "Reply by" if node.answered else "Comment by"
    seen, spoken = "", place(node, page)
    if parent is not None and parent.comment.state == PUBLISHED:
        to = f" to {parent.comment.byline.escaped}"
        # Past the indent that a phone draws the style sheet shows these words; past the last, `evidence_html` does.
        if DRAWN_ON_PHONES <= node.depth < DRAWN:
            seen = f'<span class="to">{to}</span>'
        else:
            spoken = f"{to}{spoken}"
    return (
        f'<h3><span class="sr">{what} </span>'
        f'<span itemprop="author" itemscope itemtype="https://schema.org/Person">{byline.linked}</span>'
        f'{seen}<span class="sr">{spoken}</span></h3> '
    )


def place(node: Node, page: Page) -> str:
    """The level, where it is known, and the place among the siblings; in the flat view there is neither."""
    if page.flat:
        return ""
    told = "" if page.above is None else f", level {node.depth + 1 + page.above}"
    return f"{told}, {node.rank} of {node.siblings}" if node.rank and node.siblings else told


def lead(nodes: list[Node], page: Page) -> None:
    """Notes for each comment of a page, of which these are all, the next one among its siblings and among the new."""
    page.leads = True
    for node in nodes:
        if len(node.replies) > 1:
            for one, another in pairwise(node.replies):
                one.next = another.comment.id
    if page.fresh:
        new = 0
        for node in reversed(nodes):
            pk = node.comment.id
            page.next_new[pk] = new
            new = pk if pk in page.fresh else new


def ways_html(node: Node, page: Page) -> str:
    """The ways on from a comment: seen when one of them has the focus, and always there for a screen reader."""
    if not page.leads:
        return ""
    links = ""
    if (answered := node.answered) and not page.flat:
        on_page = node.parent is not None and node.comment is not page.top
        links = way(PARENT, f"#c{answered}" if on_page else f"/comments/{answered}/")
    if node.next:
        links += way(SIBLING, f"#c{node.next}")
    if page.next_top:
        links += way(TOP_LEVEL, f"#c{page.next_top}")
    if (page.fresh or page.news.onward) and node.comment.id not in page.fresh and (address := next_new(node, page)):
        links += way(NEW, address)
    return f'<p class="ways">{links[1:]}</p>' if links else ""


def next_new(node: Node, page: Page) -> str:
    """The address of the next new comment, on this page or after it; "" for none."""
    pk = page.next_new.get(node.comment.id, 0)
    return f"#c{pk}" if pk else page.news.onward


def way(words: str, address: str) -> str:
    """A link after a blank."""
    return f' <a href="{address}">{words}</a>'
