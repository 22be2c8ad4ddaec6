"""The shape of a thread before it is written: who answers whom, and what has a place in it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forum.states import STAYING

if TYPE_CHECKING:
    from forum.archive.items import Thread


@dataclass(frozen=True, slots=True)
class Shape:
    """By the number of each comment (from 1): whom it answers (0: the post), its place, its replies with a place."""

    parents: array[int]
    placed: bytearray
    replies: array[int]


def shape_of(thread: Thread) -> Shape:
    """The shape of an export's thread; the plan has broken loops. Linear, 20 bytes a comment."""
    size = len(thread.comments) + 1
    parents, waiting = array("q", bytes(8 * size)), array("q", bytes(8 * size))
    placed, replies = bytearray(size), array("q", bytes(8 * size))
    for number, comment in enumerate(thread.comments, 1):
        parent = int(comment.parent.rpartition("#")[2]) if comment.parent else 0
        parents[number] = parent if parent < size else 0
        waiting[parents[number]] += 1
        placed[number] = comment.state in STAYING
    leaves = [number for number in range(1, size) if not waiting[number]]
    for number in leaves:  # grows while it is read: a comment follows its last reply
        parent = parents[number]
        placed[number] = placed[number] or replies[number] > 0
        replies[parent] += placed[number]
        waiting[parent] -= 1
        if parent and not waiting[parent]:
            leaves.append(parent)
    return Shape(parents, placed, replies)
