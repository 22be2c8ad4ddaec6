"""Who answers whom on pages that show it by how far each comment is indented."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from forum.archive.readers.pairings import Attribution

_UNITS: Final = (4, 2, 3, 5, 1)
_NEARLY: Final = 0.9
_FEW: Final = 2

UNKNOWN: Final = ("indented below a comment that is not on the page", "its parent is unknown")
"""What is told of a comment whose parent is unknown, and what was done about it."""


@dataclass(frozen=True, slots=True)
class Place:
    """The level of a comment, from 0, and the index of the one it answers: unknown when a level is missing.

    It is unknown too where the lines of one attribution disagree, so that one has lost its indentation.
    """

    level: int
    parent: int | None
    unknown: bool = False


def places(attributions: Sequence[Attribution]) -> list[Place] | None:
    """The place of each attribution in the tree, in page order; None where all stand at one level."""
    levels = _levels([attribution.indent for attribution in attributions])
    if len(set(levels)) == 1:
        return None
    usual = Counter(attribution.shift for attribution in attributions).most_common(1)[0][0]
    lost = {number for number, attribution in enumerate(attributions) if attribution.shift != usual}
    return by_levels(levels, lost)


def by_levels(levels: Sequence[int], lost: Collection[int] = ()) -> list[Place]:
    """The place of each by its level, in page order; the parent of those `lost`, by their index, is unknown."""
    found: list[Place] = []
    above: list[int | None] = []
    for number, level in enumerate(levels):
        parent = above[level - 1] if number not in lost and 0 < level <= len(above) else None
        found.append(Place(level, parent, unknown=level > 0 and parent is None))
        above = [*above[:level], *[None] * (level - len(above)), number]
    return found


def _levels(indents: Sequence[int]) -> list[int]:
    """How deep each stands; the first line of a page has often lost its indentation and is no measure."""
    base = min(indents)
    if Counter(indents)[base] == 1 and indents[0] == base and len(indents) > _FEW:
        base = min(indents[1:])
    depths = [max(0, indent - base) for indent in indents]
    unit = _unit([depth for depth in depths if depth])
    return [depth // unit for depth in depths]


def _unit(depths: Sequence[int]) -> int:
    """The width of one level: the least depth, where nearly all are multiples of it, or else a usual width."""
    if not depths:
        return 1
    least = min(Counter(depths).items(), key=lambda each: (each[1] * 20 < len(depths), each[0]))[0]
    for unit in (least, *_UNITS):
        if sum(depth % unit == 0 for depth in depths) >= _NEARLY * len(depths):
            return unit
    return 1
