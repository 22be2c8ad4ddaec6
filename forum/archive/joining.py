"""The second pass of an import: puts comments under what they answer, where that came later than they did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import transaction

from comments.mending import attach, detach
from comments.models import Comment
from forum.archive import knowing
from posts.actions import locked, touch

if TYPE_CHECKING:
    from forum.archive.items import Basis
    from forum.archive.opening import Way
    from forum.users.models import Source


def join(way: Way, source: Source, *, commit: bool) -> int:
    """Give the waiting comments of a thread their parents, some hundred in a transaction; returns how many.

    Whatever a moderator decided stays, and nothing is put under its own reply.
    """
    number = 0
    for some in knowing.lots(way.later):
        known = knowing.known_items(source, [key for child, parent, _ in some for key in (child, parent)])
        pairs = [
            (known[child].comment or 0, known[parent].comment or 0, basis)
            for child, parent, basis in some
            if child in known and parent in known and _fit(known[child], known[parent], way)
        ]
        if not commit:
            number += len(pairs)
            continue
        with transaction.atomic():
            number += _join(way, pairs, {known[child].comment or 0 for child, _, _ in some if child in known})
    way.later = []
    return number


def _fit(child: knowing.Known, parent: knowing.Known, way: Way) -> bool:
    return None not in (child.comment, parent.comment) and child.post == parent.post == way.post


def _join(way: Way, pairs: list[tuple[int, int, Basis]], waiting: set[int]) -> int:
    if way.post is None:
        return 0
    locked(way.post)
    here = Comment.objects.in_bulk({pk for child, parent, _ in pairs for pk in (child, parent)} | waiting)
    number = attach(_sound(way, pairs, here))
    left = waiting - {child for child, _, _ in pairs}
    parentless = [
        row for pk, row in here.items() if pk in left and row.parent_id is None and row.parent_basis in _CLAIMS
    ]
    if parentless:
        detach(parentless)
    if number or parentless:
        touch([way.post])
    return number


_CLAIMS = {"format", "indentation", "named", "quote", "guess"}
"""What a comment says of a parent that it has not, once the whole file is here."""


def _sound(
    way: Way, pairs: list[tuple[int, int, Basis]], here: dict[int, Comment]
) -> Iterator[tuple[Comment, Comment, Comment.Basis]]:
    """The pairs that still stand, and close no loop with what moderators moved meanwhile."""
    moved = Comment.objects.filter(post=way.post, parent_basis=Comment.Basis.MODERATOR).exists()
    for child, parent, basis in pairs:
        row, above = here.get(child), here.get(parent)
        if row is None or above is None or row.parent_id is not None:
            continue
        if row.parent_basis == Comment.Basis.MODERATOR or (moved and above.is_under(row.pk)):
            continue
        yield row, above, Comment.Basis(basis)
