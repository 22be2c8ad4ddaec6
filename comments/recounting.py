"""Counts the figures of a thread anew from its comments alone, says which are wrong, and puts them right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Model, Q, Sum

from comments.models import SHELVED, TOP, Comment, Quotation
from comments.ranking import UNRANKED, best
from forum.states import MEANING, State
from forum.voices.models import Vote
from posts import pulse
from posts.actions import locked, touch
from posts.models import Post

if TYPE_CHECKING:
    import datetime as dt


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
    pk: int
    parent_id: int | None
    branch: int
    reply_count: int
    quoted_count: int
    state: str
    archived: bool
    created_at: dt.datetime
    position: int
    author_id: int | None
    person_id: int | None


def recount(pk: int, *, repair: bool = False) -> list[Wrong]:
    """What is wrong in the thread of post ``pk``, put right where ``repair`` says so.

    Reads the thread whole, about 1 kB of memory a comment, while writing in it waits.
    """
    with transaction.atomic():
        post = locked(pk)
        rows = [_Row(*values) for values in post.comments.order_by("created_at", "position").values_list(*_Row._fields)]
        wrong = [*_wrong_places(rows), *_wrong_figures(post, rows), *_wrong_scores(post), *_wrong_quoted(post, rows)]
        if repair and wrong:
            for item in wrong:
                type(item.row)._base_manager.filter(pk=item.row.pk).update(**{item.field: item.right})
            touch([pk])
    return wrong


def _wrong_places(rows: list[_Row]) -> Iterator[Wrong]:
    """Walks from the leaves upwards: a comment has a place if its state keeps it there or a reply does."""
    counts = dict.fromkeys((row.pk for row in rows), 0)
    for row in reversed(_downwards(rows)):
        placed = MEANING[State(row.state)].stays or counts[row.pk] > 0
        branch = (row.parent_id or TOP) if placed else SHELVED
        if placed and row.parent_id is not None:
            counts[row.parent_id] += 1
        if row.branch != branch:
            yield Wrong(Comment(pk=row.pk), "branch", row.branch, branch)
        if row.reply_count != counts[row.pk]:
            yield Wrong(Comment(pk=row.pk), "reply_count", row.reply_count, counts[row.pk])


def _wrong_scores(post: Post) -> Iterator[Wrong]:
    """Sums the votes on the post and on each of its comments anew. Three queries."""
    counts = {"ups": Count("pk", filter=Q(value=1)), "downs": Count("pk", filter=Q(value=-1))}
    of_the_post = post.votes.aggregate(score=Sum("value", default=0))["score"]
    if post.score != of_the_post:
        yield Wrong(post, "score", post.score, of_the_post)
    rows = Vote.objects.filter(comment__post=post).values_list("comment").annotate(**counts)
    votes = {pk: (ups, downs) for pk, ups, downs in rows}
    for pk, archived, score, rank in post.comments.order_by("pk").values_list("pk", "archived", "score", "best"):
        ups, downs = votes.get(pk, (0, 0))
        if score != ups - downs:
            yield Wrong(Comment(pk=pk), "score", score, ups - downs)
        right = UNRANKED if archived else best(ups, downs)
        if rank != right:
            yield Wrong(Comment(pk=pk), "best", rank, right)


def _downwards(rows: list[_Row]) -> list[_Row]:
    """Every comment before its replies, whatever their times say."""
    replies: dict[int | None, list[_Row]] = {}
    for row in rows:
        replies.setdefault(row.parent_id, []).append(row)
    found = list(replies.get(None, []))
    for row in found:  # grows while it is read
        found.extend(replies.get(row.pk, []))
    return found


def _wrong_quoted(post: Post, rows: list[_Row]) -> Iterator[Wrong]:
    """Counts the published comments that quote each comment, or the post. One query."""
    found = Quotation.objects.filter(comment__post=post, comment__state=State.PUBLISHED).order_by()
    counts: Counter[int | None] = Counter(of for of, _ in found.values_list("quoted", "comment").distinct())
    for row in rows:
        if row.quoted_count != counts[row.pk]:
            yield Wrong(Comment(pk=row.pk), "quoted_count", row.quoted_count, counts[row.pk])
    if post.quoted_count != counts[None]:
        yield Wrong(post, "quoted_count", post.quoted_count, counts[None])


def _wrong_figures(post: Post, rows: list[_Row]) -> Iterator[Wrong]:
    public = [row for row in rows if row.state == State.PUBLISHED]
    last = public[-1] if public else None
    right = {
        "comment_count": len(public),
        "living_count": sum(not row.archived for row in public),
        "last_comment_at": last.created_at if last else None,
        "last_author_id": last.author_id if last else None,
        "last_person_id": last.person_id if last else None,
        "active_at": last.created_at if last else post.created_at,
        "last_position": max([post.last_position, *(row.position for row in rows)]),
    }
    for field, value in right.items():
        if getattr(post, field) != value:
            yield Wrong(post, field, getattr(post, field), value)
    moments: dict[pulse.Era, list[dt.datetime]] = {
        "then": [row.created_at for row in public if row.archived],
        "now": [row.created_at for row in public if not row.archived],
    }
    if not pulse.fits(post.pulse, moments):
        yield Wrong(post, "pulse", post.pulse, pulse.build(moments))
