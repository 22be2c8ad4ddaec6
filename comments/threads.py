"""Reads the part of a thread that a page shows, and no more of it.

A thread of up to ``WHOLE`` comments is one query and a tree built here. A larger one is read level by level, one
query a level, each limited: the cost follows what is shown and never what exists.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q, prefetch_related_objects

from comments.models import SHELVED, TOP, Comment, CommentQuerySet, Quotation
from forum.moderation.models import Action
from forum.states import Format, State
from forum.text import excerpt
from forum.users.roles import may_moderate

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User
    from posts.models import Post

ORDERS = {  # the columns of an index, one for each
    "oldest": ("created_at", "position"),
    "newest": ("-created_at", "-position"),
    "best": ("-best", "position"),  # archived comments take no votes and stand after the living, as on their page
}
WHOLE = 200  # a thread up to this size stands on one page
PAGE, FAMILY, LEVELS, BUDGET = 20, 5, 6, 200  # of larger ones: roots, replies to each, levels, comments in all
FLAT_PAGE = 200
NAMED = 5  # of those who quote a comment, named under it
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

    @property
    def hidden_replies(self) -> int:
        """How many direct replies have a place in the thread but not on this page; -1 where only that there are."""
        if self.unseen is not None:
            return self.unseen
        return max(0, self.comment.reply_count - sum(not node.comment.is_shelved for node in self.replies))

    def walk(self) -> Iterator[Node]:
        """This node and everything under it, in page order; a chain may be deep, so nothing here recurses."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.replies))


@dataclass(slots=True)
class Thread:
    """What one page shows of a thread: the roots in order, and the comment after which the next page begins.

    ``torn``: some roots stand under comments that the page leaves out, so that nobody has counted their levels.
    """

    roots: list[Node]
    after: Comment | None = None
    torn: bool = False

    def walk(self) -> Iterator[Node]:
        """Every node in page order."""
        for root in self.roots:
            yield from root.walk()


def thread_page(
    post: Post,
    viewer: User | AnonymousUser,
    *,
    order: str = "oldest",
    top: Comment | None = None,
    after: Comment | None = None,
) -> Thread:
    """The comments under ``top`` (or under the post) that come after ``after``, each with its replies.

    At most ``LEVELS`` queries, two for names, and one for what only ``viewer`` sees.
    """
    thread = None
    if after is None and top is None and post.comment_count <= WHOLE:
        thread = whole(post, order)
    if thread is None:
        thread = _by_levels(post, order, top, after)
    add_waiting(post, viewer, thread, order, top, after)
    load_names(thread)
    return thread


def everything(post: Post) -> Thread:
    """Every comment that has a place, the oldest first, in a thread of any size. Three queries; 5 kB a comment."""
    thread = _tree(list(in_place(post).order_by("created_at", "position")))
    load_names(thread)
    return thread


def flat_page(post: Post, viewer: User | AnonymousUser, *, after: Comment | None = None) -> Thread:
    """The comments in the order in which they were said, or stood on the page they came from.

    Three queries, and one for what only ``viewer`` sees.
    """
    comments = in_place(post).order_by("created_at", "position")
    found = list(past(comments, ORDERS["oldest"], after)[: FLAT_PAGE + 1])
    thread = Thread([], found[FLAT_PAGE - 1] if len(found) > FLAT_PAGE else None)
    waiting = [comment for comment in held_for(post, viewer) if stands_between(comment, after, thread.after, "oldest")]
    shown = [*found[:FLAT_PAGE], *waiting]
    put_in_order(shown, "oldest")
    thread.roots = [Node(comment) for comment in shown]
    nodes = {node.comment.pk: node for node in thread.roots}
    for node in thread.roots:
        node.parent = nodes.get(node.comment.parent_id or TOP)
    load_names(thread)
    return thread


def evidence(thread: Thread) -> dict[int, str]:
    """For each reply on the page that a quotation proves, a sentence with the words that prove it. One query."""
    inferred = {
        node.comment.pk: node.comment
        for node in thread.walk()
        if node.comment.parent_basis == Comment.Basis.QUOTE and node.comment.state == State.PUBLISHED
    }
    if not inferred:
        return {}
    found = Quotation.objects.filter(comment__in=inferred).select_related("quoted", "quoted__person")
    return {
        quotation.comment_id: _proof(inferred[quotation.comment_id], quotation, quotation.quoted)
        for quotation in found
        if quotation.quoted is not None and quotation.quoted_id == inferred[quotation.comment_id].parent_id
    }


def quoting(thread: Thread) -> dict[int, list[tuple[int, str]]]:
    """For each comment on the page that up to ``NAMED`` others quote, their ids and names. One query, if any.

    One that more quote has a page for them.
    """
    shown = [node.comment for node in thread.walk() if node.comment.state == State.PUBLISHED]
    asked = [comment.pk for comment in shown if 0 < comment.quoted_count <= NAMED]
    if not asked:
        return {}
    found = Quotation.objects.filter(quoted__in=asked, comment__state=State.PUBLISHED)
    people = ("comment__author", "comment__person")
    unread = ("comment__body", "comment__html")
    named: dict[int, list[tuple[int, str]]] = {}
    for row in found.select_related(*people).defer(*unread).order_by("comment__created_at", "comment__position", "pk"):
        who = (row.comment_id, row.comment.byline.name)
        if row.quoted_id is not None and who not in named.setdefault(row.quoted_id, []):
            named[row.quoted_id].append(who)
    return named


def rules(thread: Thread) -> dict[int, str]:
    """For each comment on the page that a moderator took out, the rule that says why. One query where there is one."""
    taken = [node.comment.pk for node in thread.walk() if node.comment.state in (State.HIDDEN, State.REMOVED)]
    if not taken:
        return {}
    verbs = (Action.Verb.HIDE, Action.Verb.REMOVE)
    found = Action.objects.filter(comment__in=taken, verb__in=verbs, rule__isnull=False).order_by("created_at", "pk")
    return dict(found.values_list("comment_id", "rule__title"))  # the latest decision stays


def _proof(comment: Comment, quotation: Quotation, quoted: Comment) -> str:
    if quoted.state != State.PUBLISHED:
        return "The comment it quotes is no longer shown."
    name = quoted.byline.name
    repeated = comment.body[quotation.start or 0 : quotation.end or 0]
    words = (excerpt.whole(repeated) if comment.format == Format.HTML else repeated).split()
    if not words:
        return f"It begins with the name and the time of the comment by {name}, as a quotation does."
    passage = " ".join(words[:12]) + ("…" if len(words) > 12 else "")
    named = ", with the name and the time" if quotation.attribution_start is not None else ""
    return f"It repeats words of the comment by {name}{named}: “{passage}”"


def context(comment: Comment, *, limit: int = CONTEXT) -> list[Comment]:
    """The comments that this one answers, outermost first, at most ``limit`` of them. One query, two for names."""
    parents = list(
        Comment.objects.raw(
            """
            WITH RECURSIVE up(id, parent_id, n) AS (
                SELECT id, parent_id, 0 FROM comments_comment WHERE id = %s
                UNION ALL
                SELECT c.id, c.parent_id, up.n + 1
                FROM up JOIN comments_comment c ON c.id = up.parent_id WHERE up.n < %s
            )
            SELECT c.* FROM up JOIN comments_comment c ON c.id = up.id WHERE up.n > 0 ORDER BY up.n DESC
            """,
            [comment.pk, limit],
        )
    )
    prefetch_related_objects(parents, "author", "person")
    return parents


def in_place(post: Post) -> CommentQuerySet:
    """The comments that have a place in the thread."""
    return Comment.objects.filter(post=post).exclude(branch=SHELVED)


def whole(post: Post, order: str) -> Thread | None:
    """The whole thread, or None when its tombstones make it larger than a page."""
    found = list(in_place(post).order_by("created_at", "position")[: WHOLE + 1])
    if len(found) > WHOLE:
        return None
    put_in_order(found, order)
    return _tree(found)


def _tree(found: list[Comment]) -> Thread:
    nodes = {comment.pk: Node(comment) for comment in found}
    roots: list[Node] = []
    for node in nodes.values():
        node.parent = nodes.get(node.comment.parent_id or TOP)
        (node.parent.replies if node.parent else roots).append(node)
    thread = Thread(roots)
    count_siblings(roots)
    for node in thread.walk():
        node.depth = node.parent.depth + 1 if node.parent else 0
        count_siblings(node.replies)
    return thread


def count_siblings(siblings: list[Node]) -> None:
    """Says of each which one it is among how many."""
    for rank, node in enumerate(siblings, 1):
        node.rank, node.siblings = rank, len(siblings)


def _by_levels(post: Post, order: str, top: Comment | None, after: Comment | None) -> Thread:
    """A page of roots and, level by level, the first replies of each, until the page is full."""
    branch = Comment.objects.filter(post=post, branch=top.pk if top else TOP)
    found = list(past(branch, ORDERS[order], after).order_by(*ORDERS[order])[: PAGE + 1])
    roots = [Node(comment) for comment in found[:PAGE]]
    if after is None:
        for rank, root in enumerate(roots, 1):
            root.rank, root.siblings = rank, top.reply_count if top else 0
    level, shown = roots, len(roots)
    for _ in range(1, LEVELS):
        parents = {node.comment.pk: node for node in level if node.comment.reply_count}
        room = BUDGET - shown
        parents = dict(list(parents.items())[: max(room, 0)])
        if not parents:
            break
        level = []
        family = max(1, min(FAMILY, room // len(parents)))
        for comment in first_replies(post, list(parents), order, family):
            parent = parents[comment.branch]
            rank = len(parent.replies) + 1
            node = Node(comment, parent.depth + 1, rank, parent.comment.reply_count, parent)
            parent.replies.append(node)
            level.append(node)
        shown += len(level)
    return Thread(roots, found[PAGE - 1] if len(found) > PAGE else None)


def past(comments: CommentQuerySet, order: tuple[str, str], after: Comment | None) -> CommentQuerySet:
    """Those that come after ``after`` in this order, found by the index and never by counting."""
    if after is None:
        return comments
    (first, way), (second, then) = ((name.lstrip("-"), "lt" if name[0] == "-" else "gt") for name in order)
    value = getattr(after, first)
    return comments.filter(
        Q(**{f"{first}__{way}": value}) | Q(**{first: value, f"{second}__{then}": getattr(after, second)}),
        # Said again, so that the index finds where to start.
        **{f"{first}__{way}e": value},
    )


def first_replies(
    post: Post, parents: list[int], order: str, limit: int, *, up_to: tuple[str, object] | None = None
) -> list[Comment]:
    """The first ``limit`` replies to each parent, in one query; ``up_to``: where a column is at most some value.

    A window function would read every reply to cut the list; this reads only what it returns.
    """
    by = ", ".join(f"{name[1:]} DESC" if name[0] == "-" else name for name in ORDERS[order])
    column, most = up_to or ("", None)
    family = (
        "SELECT * FROM (SELECT * FROM comments_comment WHERE post_id = %s AND branch = %s"  # noqa: S608
        f"{f' AND {column} <= %s' if column else ''} ORDER BY {by} LIMIT %s) f"
    )
    sql = " UNION ALL ".join(f"{family}{number}" for number in range(len(parents)))
    bounds = [most] if column else []
    return list(Comment.objects.raw(sql, [value for pk in parents for value in (post.pk, pk, *bounds, limit)]))


def held_for(post: Post, viewer: User | AnonymousUser) -> list[Comment]:
    """Held comments that only ``viewer`` sees, for they have no place yet; a guest costs no query."""
    if not viewer.is_authenticated:
        return []
    waiting = Comment.objects.filter(post=post, state=State.HELD, branch=SHELVED)
    if not may_moderate(viewer):
        waiting = waiting.filter(author=viewer.pk)
    return list(waiting.order_by("created_at", "position")[:WAITING])


def add_waiting(
    post: Post,
    viewer: User | AnonymousUser,
    thread: Thread,
    order: str,
    top: Comment | None,
    after: Comment | None,
) -> None:
    """Puts held comments that ``viewer`` may read where they would stand."""
    added = {comment.pk: Node(comment) for comment in held_for(post, viewer)}
    if not added:
        return
    nodes = {node.comment.pk: node for node in thread.walk()} | added
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
        siblings.sort(key=lambda node: _place(node.comment, order), reverse=order == "newest")
    for node in thread.walk():
        node.depth = node.parent.depth + 1 if node.parent else 0


def put_in_order(comments: list[Comment], order: str) -> None:
    """Puts comments into an order in place."""
    comments.sort(key=lambda comment: _place(comment, order), reverse=order == "newest")


def _place(comment: Comment, order: str) -> tuple[dt.datetime | float, int]:
    return (-comment.best if order == "best" else comment.created_at), comment.position


def stands_between(comment: Comment, after: Comment | None, last: Comment | None, order: str) -> bool:
    """Whether it belongs on the page that begins after ``after`` and ends with ``last`` (None at an end)."""
    if order == "newest":
        after, last = last, after
    place = _place(comment, order)
    return (after is None or _place(after, order) < place) and (last is None or place < _place(last, order))


def load_names(thread: Thread) -> None:
    """Loads who wrote what a page shows. Two queries."""
    prefetch_related_objects([node.comment for node in thread.walk()], "author", "person")
