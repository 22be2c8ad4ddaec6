"""What is new to one reader: on a page, in its branches, and in the whole thread."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comments.models import SHELVED, Comment
from forum.states import PUBLISHED, State

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from comments.threads import Node, Thread
    from posts.models import Post

PAUSE = dt.timedelta(minutes=30)  # a visit is over when the thread was not looked at for so long
MOST = 1_000  # new comments are counted no further

Came = tuple[int, int]  # the id of a comment, and the version of the thread with which it came


@dataclass(slots=True, kw_only=True, eq=False)
class News:
    """What is new: ``fresh`` the comments of this page in its order, ``count`` those of the whole thread.

    ``kept`` says whether anybody keeps what this reader has read: a guest's page for all says nothing of it.
    ``first`` is the address of the first new one, ``onward`` leads on to those that were not shown yet, where there
    are any. ``cookie`` is what the browser of a guest who asked for it is to keep.
    """

    kept: bool = False
    fresh: list[int] = field(default_factory=list)
    count: int = 0
    first: str = ""
    onward: str = ""
    cookie: str = ""

    @property
    def counted(self) -> str:
        """The count in figures."""
        return f"{MOST:,}+" if self.count > MOST else f"{self.count:,}"


NO_NEWS = News()


def told(fresh: list[int], new: Collection[int], onward: str) -> News:
    """The news of a page, ``fresh`` in its order, of a thread in which ``new`` came."""
    first = f"#c{fresh[0]}" if fresh else onward or (f"/comments/{min(new)}/" if new else "")
    return News(kept=True, fresh=fresh, count=len(new), first=first, onward=onward)


def published(thread: Thread) -> list[Comment]:
    """The comments of a page that everyone reads, in its order."""
    return [node.comment for node in thread.walk() if node.comment.state == PUBLISHED]


def came_after(post: Post, floor: int, shown: list[Comment], *, but: Collection[int]) -> list[Came]:
    """The living comments of the thread, by others than ``but``, that came after version ``floor``, the earliest first.

    No query where the page (``shown``) holds the whole thread or nothing came; else one, limited, by an index.
    """
    if len(shown) >= post.comment_count or floor >= post.version:
        late = [comment for comment in shown if comment.came_with > floor and not comment.archived]
        found = [comment for comment in late if comment.author_id not in but]
        return sorted(((comment.id, comment.came_with) for comment in found), key=lambda came: came[1])
    return list(new_in(post, floor, but=but)[: MOST + 1])


def new_in(post: Post, floor: int, *, but: Collection[int]) -> QuerySet[Comment, Came]:
    """The query of what was said after version ``floor``: pairs of id and version, the earliest first.

    What an archive brings is not said now, however late a longer copy of it comes.
    """
    said = Comment.objects.filter(post=post, came_with__gt=floor, archived=False)
    new = said.filter(state=State.PUBLISHED).exclude(branch=SHELVED)
    if but:
        new = new.exclude(author__in=but)
    return new.order_by("came_with", "pk").values_list("pk", "came_with")


@dataclass(slots=True, kw_only=True, eq=False)
class Folds:
    """The comments of a page whose branches are folded, and how many new ones each of them holds.

    Where they are ``by_reading``, for this look alone, moving one says nothing about later.
    """

    closed: set[int] = field(default_factory=set)
    new: dict[int, int] = field(default_factory=dict)
    by_reading: bool = False


NO_FOLDS = Folds()


def folds(thread: Thread, fresh: list[int], *, kept: Collection[int] = (), read: bool = False) -> Folds:
    """What is folded on a page: what the member folded (``kept``), and what is ``read``, where that was asked for."""
    closed = set(kept) | (quiet_branches(thread, set(fresh)) if read else set())
    return Folds(closed=closed, new=new_inside(thread, closed, set(fresh)), by_reading=read)


def quiet_branches(thread: Thread, fresh: Collection[int]) -> set[int]:
    """The outermost branches that hold nothing new: what is read folds, and new comments stand under their parents."""
    loud: set[int] = set()
    for node in thread.walk():
        above: Node | None = node if node.comment.id in fresh else None
        while above is not None and above.comment.id not in loud:
            loud.add(above.comment.id)
            above = above.parent
    quiet = [node for node in thread.walk() if node.comment.id not in loud]
    return {node.comment.id for node in quiet if node.parent is None or node.parent.comment.id in loud}


def new_inside(thread: Thread, folded: Collection[int], fresh: Collection[int]) -> dict[int, int]:
    """How many new comments each of the ``folded`` branches holds on this page."""
    if not folded or not fresh:
        return {}
    return {
        node.comment.id: sum(below.comment.id in fresh for below in node.walk())
        for node in thread.walk()
        if node.comment.id in folded
    }


def under(thread: Thread, branches: Collection[int]) -> set[int]:
    """The comments of the page that stand in one of these branches, those they begin with included."""
    return {below.comment.id for node in thread.walk() if node.comment.id in branches for below in node.walk()}


def in_sight(thread: Thread, folded: Collection[int]) -> set[int]:
    """The comments of the page that no fold hides."""
    seen: set[int] = set()
    waiting = list(thread.roots)
    while waiting:
        node = waiting.pop()
        if node.comment.id not in folded:
            seen.add(node.comment.id)
            waiting.extend(node.replies)
    return seen
