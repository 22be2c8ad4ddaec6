"""The heading of a comment and the ways on from it, for ears and for keys as well as for eyes."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from comments.page import DRAWN, DRAWN_ON_PHONES, Page
from comments.threads import Node
from forum.bylines import Byline
from forum.states import PUBLISHED

WAYS = '<p class="ways">'
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
        page.next_new = following([node.comment.id for node in nodes], page.fresh)


def following(comments: list[int], fresh: Collection[int]) -> dict[int, int]:
    """For each comment of a page, in its order, the next that is new; 0 for none."""
    found, new = {}, 0
    for pk in reversed(comments):
        found[pk] = new
        new = pk if pk in fresh else new
    return found


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
    links += way_to_new(node.comment.id, page)
    return f"{WAYS}{links[1:]}{page.gap}</p>" if links else page.gap


def way_to_new(comment: int, page: Page) -> str:
    """From a comment that is not new the way to the next new one, if there is any; a new one leads on by its mark."""
    if not (page.fresh or page.news.onward) or comment in page.fresh:
        return ""
    address = next_new(comment, page)
    return way(NEW, address) if address else ""


def next_new(comment: int, page: Page) -> str:
    """The address of the next new comment after this one, on this page or after it; "" for none."""
    pk = page.next_new.get(comment, 0)
    return f"#c{pk}" if pk else page.news.onward


def way(words: str, address: str) -> str:
    """A link after a blank."""
    return f' <a href="{address}">{words}</a>'
