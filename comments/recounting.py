"""Counts the figures of threads anew from their rows alone, says which are wrong, and puts them right.

Threads are read in lots without a lock. Only one that looks wrong is counted again with its post locked, since
somebody may have been writing in it meanwhile.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Model

from comments.models import SHELVED, TOP, Comment, Quotation
from comments.ranking import UNRANKED, best
from forum.states import STAYING, State
from forum.text import addresses
from forum.voices.models import Vote
from posts import pulse
from posts.actions import locked, touch
from posts.models import Bearing, Post, PostQuerySet

if TYPE_CHECKING:
    import datetime as dt

LOT = 20_000  # comments read at once, unless one thread has more
THREADS = 1_000  # threads in one lot at most


@dataclass(frozen=True)
class Wrong:
    """A figure that does not follow from the comments: ``field`` of ``row`` is ``found`` and ought to be ``right``."""

    row: Model
    field: str
    found: Any
    right: Any

    def __str__(self) -> str:
        return f"{self.row._meta.model_name} {self.row.pk}: {self.field} is {self.found}, ought to be {self.right}"


class _Row(NamedTuple):
    post_id: int
    pk: int
    parent_id: int | None
    branch: int
    reply_count: int
    quoted_count: int
    score: int
    best: float
    came_with: int
    state: str
    archived: bool
    created_at: dt.datetime
    position: int
    author_id: int | None
    person_id: int | None
    answers_id: int | None


class _Votes(NamedTuple):
    ups: int = 0
    downs: int = 0


@dataclass(frozen=True)
class _Thread:
    """A post, its comments in the order of time, and what points at them: votes by comment, quotations by comment.

    Under ``None`` are those of the post itself; ``borne`` are its tags.
    """

    post: Post
    rows: list[_Row]
    votes: dict[int | None, _Votes]
    quoted: Counter[int | None]
    borne: list[Bearing]


def recount(pk: int, *, repair: bool = False) -> list[Wrong]:
    """What is wrong in the thread of post ``pk``, put right where ``repair`` says so.

    Reads the thread whole, about 1 kB of memory a comment, while writing in it waits.
    """
    with transaction.atomic():
        wrong = [item for thread in _read([locked(pk)]) for item in _wrong_in(thread)]
        if repair and wrong:
            right: defaultdict[tuple[type[Model], int], dict[str, Any]] = defaultdict(dict)
            for item in wrong:
                right[type(item.row), item.row.pk][item.field] = item.right
            for (model, row), fields in right.items():
                model._base_manager.filter(pk=row).update(**fields)
            touch([pk])
    return wrong


def recount_all(posts: PostQuerySet, *, repair: bool = False) -> Iterator[tuple[int, list[Wrong]]]:
    """How many threads each lot of ``posts`` holds and what is wrong in them, put right where ``repair`` says so.

    Six queries a lot, about 20 µs a comment, in as much memory as the largest thread needs. Locks no thread in which
    nothing looks wrong.
    """
    for lot in _lots(posts):
        wrong: list[Wrong] = []
        for thread in _read(lot):
            if any(True for _ in _wrong_in(thread)):
                wrong += recount(thread.post.pk, repair=repair)
        yield len(lot), wrong


def _lots(posts: PostQuerySet) -> Iterator[list[Post]]:
    """The posts by their ids, cut where a lot has enough comments."""
    lot: list[Post] = []
    last = size = 0
    while found := list(posts.filter(pk__gt=last).order_by("pk").defer("body", "html")[:THREADS]):
        for post in found:
            if lot and (size + post.comment_count > LOT or len(lot) == THREADS):
                yield lot
                lot, size = [], 0
            lot.append(post)
            size += post.comment_count
        last = found[-1].pk
    if lot:
        yield lot


def _read(lot: list[Post]) -> Iterator[_Thread]:
    """The threads of a lot, with everything that their figures follow from. Five queries."""
    pks = [post.pk for post in lot]
    comments = Comment.objects.filter(post__in=pks).order_by("post", "created_at", "position")
    found = comments.values_list(*_Row._fields).iterator()
    by_post = {pk: list(rows) for pk, rows in groupby(map(_Row._make, found), _post_of)}
    votes: defaultdict[int, dict[int | None, _Votes]] = defaultdict(dict)
    for of, comment, value, number in _votes(pks):
        so_far = votes[of].get(comment, _Votes())
        votes[of][comment] = so_far._replace(**{"ups" if value > 0 else "downs": number})
    quoted: defaultdict[int, Counter[int | None]] = defaultdict(Counter)
    quoting = Quotation.objects.filter(comment__post__in=pks, comment__state=State.PUBLISHED).order_by()
    for of, comment, _ in quoting.values_list("comment__post", "quoted", "comment").distinct():
        quoted[of][comment] += 1
    borne: defaultdict[int, list[Bearing]] = defaultdict(list)
    for row in Bearing.objects.filter(post__in=pks).order_by("pk"):
        borne[row.post_id].append(row)
    for post in lot:
        yield _Thread(post, by_post.get(post.pk, []), votes[post.pk], quoted[post.pk], borne[post.pk])


def _post_of(row: _Row) -> int:
    return row.post_id


def _votes(posts: list[int]) -> Iterator[tuple[int, int | None, int, int]]:
    """Posts, comments, values, and how many voted so: on the comments of these posts, and on the posts. Two queries."""
    number = Count("pk")
    on_comments = Vote.objects.filter(comment__post__in=posts).order_by()
    yield from on_comments.values_list("comment__post", "comment", "value").annotate(number=number)
    on_posts = Vote.objects.filter(post__in=posts).order_by()
    for post, value, ups_or_downs in on_posts.values_list("post", "value").annotate(number=number):
        yield post, None, value, ups_or_downs


def _wrong_in(thread: _Thread) -> Iterator[Wrong]:
    yield from _wrong_places(thread.rows)
    yield from _wrong_comments(thread)
    yield from _wrong_post(thread)
    yield from _wrong_pulse(thread)


def _wrong_places(rows: list[_Row]) -> Iterator[Wrong]:
    """Walks from the leaves upwards: a comment has a place if its state keeps it there or a reply does."""
    counts = dict.fromkeys((row.pk for row in rows), 0)
    for row in reversed(_downwards(rows)):
        count = counts[row.pk]
        placed = count > 0 or row.state in STAYING
        branch = (row.parent_id or TOP) if placed else SHELVED
        if placed and row.parent_id is not None:
            counts[row.parent_id] += 1
        if row.branch != branch:
            yield Wrong(Comment(pk=row.pk), "branch", row.branch, branch)
        if row.reply_count != count:
            yield Wrong(Comment(pk=row.pk), "reply_count", row.reply_count, count)


def _downwards(rows: list[_Row]) -> list[_Row]:
    """Every comment before its replies, whatever their times say."""
    replies: dict[int | None, list[_Row]] = {}
    for row in rows:
        replies.setdefault(row.parent_id, []).append(row)
    found = list(replies.get(None, []))
    for row in found:  # grows while it is read
        found.extend(replies.get(row.pk, []))
    return found


def _wrong_comments(thread: _Thread) -> Iterator[Wrong]:
    """What follows from the votes on each comment, from the published ones that quote it, and from what it answers."""
    nobody = _Votes()
    authors = {row.pk: row.author_id for row in thread.rows} | {None: thread.post.author_id}
    for row in thread.rows:
        answered = authors.get(row.parent_id)
        if row.archived or answered == row.author_id:
            answered = None
        if row.answers_id != answered:
            yield Wrong(Comment(pk=row.pk), "answers_id", row.answers_id, answered)
        ups, downs = thread.votes.get(row.pk, nobody)
        rank = UNRANKED if row.archived else best(ups, downs) if ups or downs else 0.0
        if row.score != ups - downs:
            yield Wrong(Comment(pk=row.pk), "score", row.score, ups - downs)
        if row.best != rank:
            yield Wrong(Comment(pk=row.pk), "best", row.best, rank)
        if row.quoted_count != thread.quoted[row.pk]:
            yield Wrong(Comment(pk=row.pk), "quoted_count", row.quoted_count, thread.quoted[row.pk])


def _wrong_post(thread: _Thread) -> Iterator[Wrong]:
    post, rows = thread.post, thread.rows
    public = [row for row in rows if row.state == State.PUBLISHED]
    last = public[-1] if public else None
    ups, downs = thread.votes.get(None, _Votes())
    right = {
        "comment_count": len(public),
        "living_count": sum(not row.archived for row in public),
        "last_comment_at": last.created_at if last else None,
        "last_author_id": last.author_id if last else None,
        "last_person_id": last.person_id if last else None,
        "active_at": last.created_at if last else post.created_at,
        "last_position": max([post.last_position, *(row.position for row in rows)]),
        "version": max([post.version, *(row.came_with for row in rows)]),
        "score": ups - downs,
        "quoted_count": thread.quoted[None],
        "url_key": addresses.key(post.url),
    }
    for field, value in right.items():
        if getattr(post, field) != value:
            yield Wrong(post, field, getattr(post, field), value)
    # What the lists of its tags go by.
    repeated: dict[str, Any] = {"listed": post.state == State.PUBLISHED, "created_at": post.created_at}
    repeated |= {field: right[field] for field in ("active_at", "score")}
    for row in thread.borne:
        for field, said in repeated.items():
            if getattr(row, field) != said:
                yield Wrong(row, field, getattr(row, field), said)


def _wrong_pulse(thread: _Thread) -> Iterator[Wrong]:
    public = [row for row in thread.rows if row.state == State.PUBLISHED]
    moments: dict[pulse.Era, list[dt.datetime]] = {
        "then": [row.created_at for row in public if row.archived],
        "now": [row.created_at for row in public if not row.archived],
    }
    if not pulse.fits(thread.post.pulse, moments):
        yield Wrong(thread.post, "pulse", thread.post.pulse, pulse.build(moments))
