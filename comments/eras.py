"""Reads one era of a thread: the discussion as it was, or what is said now with the old comments that it answers.

The archived comments of a thread stand before its living ones, or nearly: the pulse knows where each era begins and
ends, so both are read along the same indexes as the whole, and what stands between them by an accident of dates is
left out here. No page reads through the other era.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from comments.models import SHELVED, TOP, Comment
from comments.ranking import UNRANKED
from comments.rows import IN_PLACE, Where, bound, find, first_replies, of_ids, past, put_in_order
from comments.threads import (
    BUDGET,
    FAMILY,
    FLAT_PAGE,
    LEVELS,
    ROOTS,
    WHOLE,
    Node,
    Thread,
    add_waiting,
    answering,
    count_siblings,
    filling,
    held_for,
    stands_between,
    whole,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User
    from posts.models import Post

ERAS = ("then", "now")
NOW_PAGE = 100  # living comments on a page of a large thread
ABOVE = 3  # of those that such a comment answers, shown over it
LOOKS = 5  # stretches of the index read for one page, where the other era stands in the way


def order_for(post: Post, era: str, order: str) -> str:
    """The order in which this era can be read: by votes not across the pages of a large one, there by time."""
    paged = era == "now" and post.comment_count > WHOLE and post.living_count > NOW_PAGE
    return "oldest" if paged and order == "best" else order


def era_page(
    post: Post,
    viewer: User | AnonymousUser,
    *,
    era: str,
    order: str = "oldest",
    top: Comment | None = None,
    after: Comment | None = None,
) -> Thread:
    """A page of the archived comments alone, or of the living ones under those they answer.

    Under ``top`` only the archived ones can be asked for. At most ``LEVELS`` + 1 queries, and one for what only
    ``viewer`` sees.
    """
    thread = None
    if after is None and top is None and post.comment_count <= WHOLE:
        thread = whole(post, viewer, order)
    if thread is not None:
        _leave_out(thread, archived=era == "then")
    elif era == "then":
        thread = _then(post, order, top, after)
    else:
        thread = _now(post, order, after)
        add_waiting(thread, held_for(post, viewer), order, after=after)
    return thread


def era_flat(post: Post, viewer: User | AnonymousUser, *, era: str, after: Comment | None = None) -> Thread:
    """The comments of an era in the order in which they were said; over the living ones, the old ones they answer.

    At most two queries where the eras do not mix, and one for what only ``viewer`` sees.
    """
    found, last = _stretch(post, era, "oldest", after, FLAT_PAGE)
    if era == "now":
        waiting = [one for one in held_for(post, viewer) if stands_between(one, after, last, "oldest")]
        found += [one for one in waiting if not one.archived]
        answered = {one.parent_id for one in found if one.parent_id} - {one.pk for one in found}
        found += [one for one in of_ids(post, answered) if one.archived]
        put_in_order(found, "oldest")
    nodes = {comment.pk: Node(comment) for comment in found}
    for node in nodes.values():
        node.parent = nodes.get(node.comment.parent_id or TOP)
    return Thread([*nodes.values()], last)


def _leave_out(thread: Thread, *, archived: bool) -> None:
    """Takes the other era out of a whole thread, but for the old comments that living ones answer."""
    every = list(thread.walk())
    kept: set[int] = set()
    for node in every:
        above: Node | None = node if node.comment.archived == archived else None
        while above is not None and above.comment.pk not in kept:
            kept.add(above.comment.pk)
            above = None if archived else above.parent
    for node in every:
        while node.parent is not None and node.parent.comment.pk not in kept:
            node.parent = node.parent.parent
    _grow(thread, [node for node in every if node.comment.pk in kept])


def _grow(thread: Thread, nodes: list[Node]) -> None:
    """Makes the tree of nodes that know their parents; siblings stand in the order in which they are given."""
    for node in nodes:
        node.replies, node.unseen = [], 0
    thread.roots = []
    for node in nodes:
        (node.parent.replies if node.parent else thread.roots).append(node)
    count_siblings(thread.roots)
    for node in thread.walk():
        node.depth = node.parent.depth + 1 if node.parent else 0
        count_siblings(node.replies)


def _then(post: Post, order: str, top: Comment | None, after: Comment | None) -> Thread:
    """Roots of the archive and, level by level, the first archived replies of each."""
    end = _edge(post, "then")
    if end is None:
        return Thread([])
    # In the order of votes the archived ones stand together at the end, for they have none.
    within = bound("best", "<=", UNRANKED) if order == "best" else bound("created_at", "<=", end)
    found, last = _of_era(post, [answering(top, order), within], "then", order, after, ROOTS)
    number = filling(found)
    if number < len(found):
        found, last = found[:number], found[number - 1]
    thread = Thread([Node(comment, unseen=0) for comment in found], last)
    level, shown, ends = thread.roots, len(thread.roots), list[Node]()
    for _ in range(1, LEVELS):
        parents = [node for node in level if node.comment.reply_count]
        ends += parents[max(BUDGET - shown, 0) :]
        parents = parents[: max(BUDGET - shown, 0)]
        level = _children(post, parents, order, max(1, min(FAMILY, (BUDGET - shown) // (len(parents) or 1))), within)
        shown += len(level)
    ends += [node for node in level if node.comment.reply_count]
    going_on = {reply.branch for reply in _firsts(post, ends, order, 1, within)}
    for node in ends:
        node.unseen = -1 if node.comment.pk in going_on else 0
    return thread


def _children(post: Post, parents: list[Node], order: str, family: int, within: Where) -> list[Node]:
    """The first archived replies of each parent, joined to it; says of each whether there are more."""
    level = []
    by_pk = {node.comment.pk: node for node in parents}
    for comment in _firsts(post, parents, order, family + 1, within):
        parent = by_pk[comment.branch]
        if len(parent.replies) == family:
            parent.unseen = -1
        elif comment.archived:
            parent.replies.append(Node(comment, parent.depth + 1, parent=parent, unseen=0))
            level.append(parent.replies[-1])
    return level


def _firsts(post: Post, parents: list[Node], order: str, limit: int, within: Where) -> list[Comment]:
    return first_replies(post, [node.comment.pk for node in parents], order, limit, within=within)


def _now(post: Post, order: str, after: Comment | None) -> Thread:
    """Living comments in the order of time, each under the few that it answers."""
    by = "newest" if order == "newest" else "oldest"
    found, last = _stretch(post, "now", by, after, NOW_PAGE)
    comments = [*found, *_above(post, found)]
    put_in_order(comments, order)
    nodes = {comment.pk: Node(comment) for comment in comments}
    for node in nodes.values():
        node.parent = nodes.get(node.comment.parent_id or TOP)
    thread = Thread([], last)
    _grow(thread, [*nodes.values()])
    thread.torn = any(root.comment.parent_id for root in thread.roots)
    return thread


def _above(post: Post, comments: list[Comment]) -> list[Comment]:
    """The comments that these answer, up to ``ABOVE`` levels of them, one query for each."""
    here = {comment.pk for comment in comments}
    found: list[Comment] = []
    level = comments
    for _ in range(ABOVE):
        asked = {comment.parent_id for comment in level if comment.parent_id} - here
        if not asked:
            break
        # The keys one by one: for a join with a recursion a planner would read the table.
        level = [comment for comment in of_ids(post, asked) if comment.branch != SHELVED]
        here |= asked
        found += level
    return found


def _stretch(
    post: Post, era: str, order: str, after: Comment | None, size: int
) -> tuple[list[Comment], Comment | None]:
    """The comments of an era that come after ``after``, and where the next page begins."""
    edge = _edge(post, era)
    if edge is None:
        return [], None
    within = bound("created_at", "<=" if era == "then" else ">=", edge)
    return _of_era(post, [IN_PLACE, within], era, order, after, size)


def _of_era(
    post: Post, wanted: list[Where], era: str, order: str, after: Comment | None, size: int
) -> tuple[list[Comment], Comment | None]:
    """The next comments of an era, and the last one that was looked at, if there are more."""
    kept: list[Comment] = []
    for _ in range(LOOKS):
        found = find(post, *wanted, *past(order, after), order=order, limit=size + 1)
        kept = [comment for comment in found[:size] if comment.archived == (era == "then")]
        after = found[size - 1] if len(found) > size else None
        if kept or after is None:
            break
    return kept, after


def _edge(post: Post, era: str) -> dt.datetime | None:
    """When the archive ends, or the living part begins; None when nothing was said in that era."""
    histogram = post.pulse.get(era)
    if not histogram or not sum(histogram["bins"]):
        return None
    seconds = histogram["last"] + 1 if era == "then" else histogram["first"]
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
