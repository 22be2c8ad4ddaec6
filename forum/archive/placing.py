"""Gives new comments of a thread their place on the page, between those that are here already."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import Q

from comments.importing import STEP
from comments.mending import make_room
from comments.models import Comment
from forum.archive import items, knowing, rows

if TYPE_CHECKING:
    from forum.archive.batches import Portion
    from forum.archive.knowing import Known
    from forum.archive.opening import Way
    from posts.models import Post

Place = tuple[dt.datetime, int]
"""The ordering key of a comment and its position."""


class _NoRoom(Exception):  # noqa: N818  never leaves this module
    """Two neighbours have no free position between them."""


def place(way: Way, post: Post, portion: Portion, known: dict[str, Known]) -> list[Place]:
    """The places of the new comments of a portion, in its order; may number those that are here anew."""
    if not portion.new:
        return []
    try:
        return _places(way, portion, known)
    except _NoRoom:
        make_room(post)
        known.update(knowing.known_items(post.source, list(known)))
        again = {row.pk: row for row in portion.again.values()}
        for pk, position in Comment.objects.filter(pk__in=again).values_list("pk", "position"):
            again[pk].position = position
        if way.tail_pk is not None:
            way.tail = Comment.objects.values_list("position", flat=True).get(pk=way.tail_pk)
        return _places(way, portion, known)


def _places(way: Way, portion: Portion, known: dict[str, Known]) -> list[Place]:
    new = {comment.key for comment in portion.new}
    latest, tail = way.latest, way.tail
    places: list[Place] = []
    for is_new, some in groupby(portion.comments, key=lambda comment: comment.key in new):
        if is_new:
            places += _run(way, list(some), latest, tail)
            latest, tail = places[-1]
            continue
        for comment in some:
            here = _here(way, comment, portion, known)
            if here is not None:
                latest, tail = here
    return places


def _here(way: Way, comment: items.Comment, portion: Portion, known: dict[str, Known]) -> Place | None:
    if row := portion.again.get(comment.key):
        return row.created_at, row.position
    item = known.get(comment.key)
    if item is None or item.created_at is None or item.post != way.post:
        return None
    return item.created_at, item.position


def _run(way: Way, some: list[items.Comment], latest: dt.datetime, tail: int) -> list[Place]:
    """Neighbours that are all new: after the one before them, and before the archived one that follows it."""
    after = None if way.fresh else _after(way, latest, tail)
    step = STEP if after is None else (after[1] - tail) // (len(some) + 1)
    if step < 1:
        raise _NoRoom
    places = []
    for number, comment in enumerate(some, 1):
        latest = max(latest, rows.sortable(comment.moment) or latest)
        if after is not None:
            latest = min(latest, after[0])
        places.append((latest, tail + step * number))
    return places


def _after(way: Way, latest: dt.datetime, tail: int) -> Place | None:
    """The archived comment that follows on the page. One query."""
    archived = Comment.objects.filter(post=way.post, archived=True).order_by("created_at", "position")
    if tail:
        archived = archived.filter(Q(created_at__gt=latest) | Q(created_at=latest, position__gt=tail))
    return archived.values_list("created_at", "position").first()
