"""Threads that are drawn already: the HTML that is the same for all who read, with gaps for what is not.

Most of the work on a page goes into its thread, and most of that comes out the same each time. The worker does it once
when the thread has changed (``comments.drawing``); pages fill the gaps, as long as the drawing is of what there is.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comments.acts import acts
from comments.marks import MARK, MARKS, new_html, said_html
from comments.threads import WHOLE, Node, Thread, thread_page
from comments.ways import WAYS, following, way_to_new
from forum.bylines import UNDATED, Byline, byline_by
from forum.pagecache.keeping import build
from forum.prepared import rows_of
from forum.states import PUBLISHED, State
from forum.voices.models import Mark

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comments.models import Comment
    from comments.page import Page, Viewer
    from comments.personal import Personal
    from forum.users.models import User
    from posts.models import Post

ORDER = "oldest"  # in which threads are drawn: that of guests, and of members who have chosen none
GAP = "\x1e"  # the record separator of ASCII, which no text that is stored here holds
FOUND = """
    SELECT d.html, d.{} FROM comments_drawing d CROSS JOIN pagecache_edition e
    WHERE d.post_id = %s AND d.version = %s AND d.edition = e.number AND d.build = %s
"""
FOR_GUESTS, FOR_MEMBERS = FOUND.format("guest"), FOUND.format("comments")
PLAIN = frozenset({Mark.Kind.SAVED.value, Mark.Kind.FOLLOWED.value})  # marks that change buttons alone


@dataclass(slots=True, eq=False)
class DrawnComment:
    """What pages still ask of a comment whose HTML is there: for its gaps, and to know what is new."""

    id: int
    came_with: int
    score: int
    reply_count: int
    archived: bool
    state: str
    created_at: dt.datetime
    """When it was said; of archived ones the drawing says it."""
    byline: Byline

    @property
    def author_id(self) -> int | None:
        """The member who wrote it."""
        return self.byline.member


@dataclass(slots=True, kw_only=True)
class DrawnThread(Thread):
    """A whole thread with its HTML, cut at the gaps. All its comments stand among the roots, in the order of the page:
    how they stand to each other is drawn. ``html`` is empty once the thread was read after all.

    For guests there are no roots, but ``guest``: what stands in the gaps.
    """

    post: Post
    html: list[str]
    guest: list[str]

    @property
    def shows(self) -> bool:
        """Whether there is any comment on the page: nothing else is drawn."""
        return bool(self.html or self.roots)

    def holds(self, pk: int | None) -> bool:
        """Whether this comment stands on the page: what is drawn is the whole thread, of which everyone sees all."""
        return bool(self.html) or any(node.comment.id == pk for node in self.walk())

    def suits(self, viewer: Viewer, personal: Personal) -> bool:
        """Whether this reader sees what everyone sees, but for the gaps.

        Not if something waits that they alone may read, or a tombstone stands over words that they may, nor if they
        have folded or muted any of it.
        """
        if viewer.pk is None:
            return True
        if personal.waits or personal.muted or any(not kinds <= PLAIN for kinds in personal.marks.values()):
            return False
        taken = [node.comment for node in self.roots if node.comment.state != PUBLISHED]
        return not any(
            viewer.moderates or (comment.state == State.HELD and comment.author_id == viewer.pk) for comment in taken
        )

    def read(self, viewer: User | AnonymousUser) -> None:
        """Reads the thread all the same, for a reader whom the drawing does not suit. One query."""
        thread = thread_page(self.post, viewer)
        self.roots, self.after, self.torn = thread.roots, thread.after, thread.torn
        self.html = self.guest = []

    def parts(self, page: Page) -> list[str]:
        """The HTML with what stands in the gaps of this page."""
        filled = self.guest or in_gaps([node.comment for node in self.roots], page, self.html)
        return [*(part for pair in zip(self.html, filled, strict=False) for part in pair if part), self.html[-1]]


def in_gaps(comments: Sequence[Comment | DrawnComment], page: Page, html: Sequence[str]) -> list[str]:
    """What stands in the gaps between these pieces of ``html``, which the comments have left in this order.

    With each comment that everyone reads: when it was said, if it is a living one; that it is new; what may be done
    with it. With every comment, tombstones too: the way to the next new one. Whether a mark or a way is the first of
    its line is told by what follows: the line ends there, or there is none.
    """
    fresh = page.fresh = frozenset(page.news.fresh)
    page.next_new = following([comment.id for comment in comments], fresh) if fresh else {}
    news, zone = bool(fresh or page.news.onward), page.viewer.zone
    filled: list[str] = []
    for comment in comments:
        if comment.state == PUBLISHED:
            if not comment.archived:
                filled.append(said_html(comment.created_at, zone))
            is_new = comment.id in fresh
            filled.append(_new(comment.id, page, html[len(filled) + 1]) if is_new else "")
            filled.append(acts(comment, page))
        filled.append(_way_to_new(comment.id, page, html[len(filled) + 1]) if news else "")
    return filled


def gaps(comments: Iterable[Comment]) -> int:
    """How many gaps these leave."""
    return sum([1 if comment.state != PUBLISHED else 3 if comment.archived else 4 for comment in comments])


def _new(comment: int, page: Page, rest: str) -> str:
    mark = new_html(comment, page)
    return f"{MARK}{mark}" if rest.startswith("</span>") else f"{MARKS}{mark}</span>"


def _way_to_new(comment: int, page: Page, rest: str) -> str:
    link = way_to_new(comment, page)
    return link if not link or rest.startswith("</p>") else f"{WAYS}{link[1:]}</p>"


def find(post: Post, *, guest: bool) -> DrawnThread | None:
    """The thread of a post as it is drawn, oldest first; None where no drawing is right now. One query at most.

    ``guest``: for those who are not signed in and of whom nothing is known. The post was read before, and the drawing
    shows that version of it; there is none where the post says itself that it has changed.
    """
    if post.to_draw or not 0 < post.comment_count <= WHOLE:
        return None
    found = rows_of(FOR_GUESTS if guest else FOR_MEMBERS, [post.pk, post.version, build()])
    if not found:
        return None
    html, other = found[0]
    nodes: list[Any] = [] if guest else [Node(_comment(row)) for row in json.loads(other)]  # type: ignore[arg-type]
    return DrawnThread(nodes, post=post, html=html.split(GAP), guest=other.split(GAP) if guest else [])


def packed(comments: Iterable[Comment]) -> str:
    """What ``find`` makes its comments of."""
    return json.dumps([_packed(comment) for comment in comments], ensure_ascii=False, separators=(",", ":"))


def _packed(comment: Comment) -> list[Any]:
    byline = comment.byline
    return [
        *(comment.id, comment.came_with, comment.score, comment.reply_count, int(comment.archived), comment.state),
        "" if comment.archived else comment.created_at.isoformat(),
        *(byline.member, byline.person, byline.name),
    ]


def _comment(row: list[Any]) -> DrawnComment:
    pk, came_with, score, replies, archived, state, said, member, person, name = row
    byline = byline_by(member, person, name, name, False, archived == 1)
    moment = dt.datetime.fromisoformat(said) if said else UNDATED
    return DrawnComment(pk, came_with, score, replies, archived == 1, state, moment, byline)
