"""Reads the part of a thread that a page shows, and no more of it.

A thread of up to ``WHOLE`` comments is one query and a tree built here. Of a larger one the roots of the page are read,
and then what stands under them, each limited: the cost follows what is shown and never what exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comments.levels import below
from comments.models import SHELVED, TOP, Comment
from comments.rows import BYLINES, IN_PLACE, Where, find, in_branch, past, place, put_in_order, read
from comments.rows import ORDERS as ORDERS
from forum.users.roles import may_moderate

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User
    from posts.models import Post

WHOLE = 200  # a thread up to this size stands on one page
PAGE, FAMILY, LEVELS, BUDGET = 20, 5, 6, 180  # of larger ones: roots, replies to each, levels, comments in all
ROOTS = 60  # of a page whose roots have few replies, at most
FLAT_PAGE = 180  # of a comment's 1.5 kB, so that a page stays below 300
CONTEXT = 8  # parents shown above a permalink
WAITING = 50  # held comments shown to whoever may read them


@dataclass(slots=True)
class Node:
    """A comment at its place on a page: ``depth`` from 0, ``rank`` among its siblings from 1 (0 if not known)."""

    comment: Comment
    depth: int = 0
    rank: int = 0
    siblings: int = 0
    parent: Node | None = None
    replies: list[Node] = field(default_factory=list)
    unseen: int | None = None  # on a page of one era, where the count of all replies says nothing: -1 for some
    next: int = 0  # the comment that follows among its siblings on a page that leads there, 0 for none

    @property
    def answered(self) -> int:
        """The id of the comment that this one answers, 0 where it answers the post."""
        branch = self.comment.branch  # a column like any other, where Django has a function read the parent's
        return branch if branch != SHELVED else self.comment.parent_id or TOP

    @property
    def hidden_replies(self) -> int:
        """How many direct replies have a place in the thread but not on this page; -1 where only that there are."""
        if self.unseen is not None or not self.comment.reply_count:
            return self.unseen or 0
        return max(0, self.comment.reply_count - sum([node.comment.branch != SHELVED for node in self.replies]))

    def walk(self) -> Iterator[Node]:
        """This node and everything under it, in page order; a chain may be deep, so nothing here recurses."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if node.replies:
                waiting += node.replies[::-1]


@dataclass(slots=True)
class Thread:
    """What one page shows of a thread: the roots in order, and the comment after which the next page begins.

    ``torn``: some roots stand under comments that the page leaves out, so that nobody has counted their levels.
    """

    roots: list[Node]
    after: Comment | None = None
    torn: bool = False

    @property
    def shows(self) -> bool:
        """Whether there is any comment on the page."""
        return bool(self.roots)

    def holds(self, pk: int | None) -> bool:
        """Whether this comment stands on the page."""
        return any(node.comment.id == pk for node in self.walk())

    def walk(self) -> Iterator[Node]:
        """Every node in page order."""
        waiting = self.roots[::-1]
        while waiting:
            node = waiting.pop()
            yield node
            if node.replies:
                waiting += node.replies[::-1]


def thread_page(
    post: Post,
    viewer: User | AnonymousUser,
    *,
    order: str = "oldest",
    top: Comment | None = None,
    after: Comment | None = None,
) -> Thread:
    """The comments under ``top`` (or under the post) that come after ``after``, each with its replies.

    One query, or two and one for what only ``viewer`` sees.
    """
    thread = None
    if after is None and top is None and post.comment_count <= WHOLE:
        thread = whole(post, viewer, order)
    if thread is None:
        thread = _by_levels(post, order, top, after)
        add_waiting(thread, held_for(post, viewer), order, top, after)
    return thread


def everything(post: Post) -> Thread:
    """Every comment that has a place, the oldest first, in a thread of any size. One query; 4 kB a comment."""
    return _tree(find(post, IN_PLACE))


def flat_page(post: Post, viewer: User | AnonymousUser, *, after: Comment | None = None) -> Thread:
    """The comments in the order in which they were said, or stood on the page they came from.

    One query, and one for what only ``viewer`` sees.
    """
    found = find(post, IN_PLACE, *past("oldest", after), limit=FLAT_PAGE + 1)
    thread = Thread([], found[FLAT_PAGE - 1] if len(found) > FLAT_PAGE else None)
    waiting = [comment for comment in held_for(post, viewer) if stands_between(comment, after, thread.after, "oldest")]
    shown = [*found[:FLAT_PAGE], *waiting]
    put_in_order(shown, "oldest")
    thread.roots = [Node(comment) for comment in shown]
    nodes = {node.comment.id: node for node in thread.roots}
    for node in thread.roots:
        node.parent = nodes.get(node.comment.parent_id or TOP)
    return thread


def before(comment: Comment) -> Comment | None:
    """The comment that stands before this one on a flat page. One query."""
    found = find(comment.post, IN_PLACE, *past("newest", comment), order="newest", limit=1)
    return found[0] if found else None


def context(comment: Comment, *, limit: int = CONTEXT) -> list[Comment]:
    """The comments that this one answers, outermost first, at most ``limit`` of them. One query."""
    found = {parent.id: parent for parent in read(comment.post, UP, [comment.pk, limit])}
    parents, pk = [], comment.parent_id
    while pk in found:
        parents.append(found[pk])
        pk = found[pk].parent_id
    return parents[::-1]


UP = f"""
    (WITH RECURSIVE up(id, parent_id, n) AS (
        SELECT id, parent_id, 0 FROM comments_comment WHERE id = %s
        UNION ALL
        SELECT k.id, k.parent_id, up.n + 1 FROM up JOIN comments_comment k ON k.id = up.parent_id WHERE up.n < %s
    ) SELECT id FROM up WHERE n > 0) x LEFT JOIN comments_comment c ON c.id = x.id {BYLINES}
"""  # noqa: S608  no values


def whole(post: Post, viewer: User | AnonymousUser, order: str) -> Thread | None:
    """The whole thread with what only ``viewer`` sees, or None when its tombstones make it larger than a page.

    One query; two more where so many wait that they leave no room for the others.
    """
    held = held_by(viewer)
    shown = Where(f"({IN_PLACE.sql} OR {held.sql})", held.values) if held else IN_PLACE
    found = find(post, shown, limit=WHOLE + WAITING + 1)
    waiting = [comment for comment in found if comment.branch == SHELVED]
    if len(waiting) > WAITING:
        found, waiting = find(post, IN_PLACE, limit=WHOLE + 1), held_for(post, viewer)
    placed = [comment for comment in found if comment.branch != SHELVED] if waiting else found
    if len(placed) > WHOLE:
        return None
    if order != "oldest":
        put_in_order(placed, order)
    thread = _tree(placed)
    add_waiting(thread, waiting, order)
    return thread


def _tree(found: list[Comment]) -> Thread:
    """The tree of comments that have a place, in whatever order they come."""
    nodes = {comment.id: Node(comment) for comment in found}
    roots: list[Node] = []
    for node in nodes.values():
        node.parent = parent = nodes.get(node.comment.branch)
        (parent.replies if parent else roots).append(node)
    count_siblings(roots)
    for node in nodes.values():
        if node.replies:
            count_siblings(node.replies)
    _deepen(roots)
    return Thread(roots)


def _deepen(roots: list[Node]) -> None:
    """Says of everything under these how deep it stands."""
    level, depth = roots, 0
    while level:
        depth += 1
        level = [reply for node in level for reply in node.replies]
        for node in level:
            node.depth = depth


def count_siblings(siblings: list[Node]) -> None:
    """Says of each which one it is among how many."""
    many = len(siblings)
    for rank, node in enumerate(siblings, 1):
        node.rank, node.siblings = rank, many


def _by_levels(post: Post, order: str, top: Comment | None, after: Comment | None) -> Thread:
    """A page of roots and, level by level, the first replies of each, until the page is full. Two queries."""
    found = find(post, answering(top, order), *past(order, after), order=order, limit=ROOTS + 1)
    number = filling(found)
    nodes = {comment.id: Node(comment) for comment in found[:number]}
    roots = list(nodes.values())
    if after is None:
        for rank, root in enumerate(roots, 1):
            root.rank, root.siblings = rank, top.reply_count if top else 0
    answered = [root.comment.id for root in roots if root.comment.reply_count]
    replies = below(post, answered, order, levels=LEVELS - 1, family=FAMILY, room=BUDGET - number)
    nodes |= {comment.id: Node(comment) for comment in replies}
    for reply in replies:
        node, parent = nodes[reply.id], nodes[reply.branch]
        parent.replies.append(node)
        node.parent, node.rank, node.siblings = parent, len(parent.replies), parent.comment.reply_count
    _deepen(roots)
    return Thread(roots, found[number - 1] if len(found) > number else None)


def filling(roots: list[Comment]) -> int:
    """How many of these make a page, of ``PAGE`` to ``ROOTS``: by their replies, and as many that stand under those."""
    room = BUDGET
    for number, root in enumerate(roots[:ROOTS]):
        room -= 1 + 2 * min(root.reply_count, FAMILY)
        if room < 0 and number >= PAGE:
            return number
    return min(len(roots), ROOTS)


def answering(top: Comment | None, order: str) -> Where:
    """The condition that comments answer ``top``, or the post itself, to be read in this order."""
    return Where(in_branch(order), (top.pk if top else TOP,))


def held_for(post: Post, viewer: User | AnonymousUser) -> list[Comment]:
    """Held comments that only ``viewer`` sees, for they have no place yet; a guest costs no query."""
    held = held_by(viewer)
    return find(post, held, limit=WAITING) if held else []


def held_by(viewer: User | AnonymousUser) -> Where | None:
    """The condition that a comment is held and ``viewer`` may read it all the same; None for a guest.

    Of those that have no place yet: one that is answered stands in the thread, as a tombstone for all others.
    """
    if not viewer.is_authenticated:
        return None
    held = f"c.state = 'held' AND c.branch = {SHELVED}"
    return Where(held) if may_moderate(viewer) else Where(f"{held} AND c.author_id = %s", (viewer.pk,))


def add_waiting(
    thread: Thread,
    waiting: list[Comment],
    order: str,
    top: Comment | None = None,
    after: Comment | None = None,
) -> None:
    """Puts held comments that whoever reads may read where they would stand."""
    if not waiting:
        return
    added = {comment.id: Node(comment) for comment in waiting}
    nodes = {node.comment.id: node for node in thread.walk()} | added
    grown = []
    for node in added.values():
        node.parent = nodes.get(node.comment.parent_id or TOP)
        if node.parent is not None:
            grown.append(node.parent.replies)
        elif node.comment.parent_id == (top.pk if top else None):
            if not stands_between(node.comment, after, thread.after, order):
                continue
            grown.append(thread.roots)
        else:
            continue
        grown[-1].append(node)
    for siblings in grown:
        siblings.sort(key=lambda node: place(node.comment, order), reverse=order == "newest")
    for node in thread.walk():
        node.depth = node.parent.depth + 1 if node.parent else 0


def stands_between(comment: Comment, after: Comment | None, last: Comment | None, order: str) -> bool:
    """Whether it belongs on the page that begins after ``after`` and ends with ``last`` (None at an end)."""
    if order == "newest":
        after, last = last, after
    here = place(comment, order)
    return (after is None or place(after, order) < here) and (last is None or here < place(last, order))
