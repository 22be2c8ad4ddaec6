"""Reads how deep comments stand in rows of a table that pictures push to the right, 40 pixels a level."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from forum.archive.readers import indentation
from forum.archive.readers.html_tree import Node, Tree
from forum.archive.readers.indentation import Place

_PIXELS: Final = 40
_NEAR: Final = 4
"""Elements around a row in which the row around it is looked for: body and table, cell and row."""
_LEVEL: Final = re.compile(r"[0-9]{1,3}")
_WIDTH: Final = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that such a picture begins, and its level, from 0; None where the width of the picture is none."""

    node: Node
    level: int | None
    called: bool
    """Whether the markup calls its first cell indented, and does not only draw it so."""


def find(tree: Tree) -> list[Row]:
    """The rows that one picture begins, or that the markup calls indented, in the order of the page."""
    found: defaultdict[str, list[tuple[Node, Node]]] = defaultdict(list)
    for node in tree.root.walk():
        cells = node.elements if node.tag == "tr" else []
        if len(cells) < 2 or cells[0].tag != "td":
            continue
        if _is_called(cells[0]):
            found[""].append((node, cells[0]))
        elif (picture := _alone_in(cells[0])) is not None:
            found[picture.get("src")].append((node, cells[0]))
    most = max(found.values(), key=len, default=[])
    outer = [_row_around(node) for node, _ in most]
    holding = Counter(outer)
    return [
        Row(around if around is not None and holding[around] == 1 else node, _level(cell), _is_called(cell))
        for (node, cell), around in zip(most, outer, strict=True)
    ]


def places(rows: Sequence[Row], stand: Sequence[int | None]) -> list[Place] | None:
    """The place of each comment, of which `stand` tells the row that it stands in, by its number.

    None where all stand at one level or one at none, and where the rows are not those of the comments: one has none, or
    two have one. A row without a comment is one that is not shown: what is indented below it answers none that is.
    """
    levels = [row.level for row in rows if row.level is not None]
    if len(levels) < len(rows) or 0 not in levels or len(set(levels)) < 2:
        return None
    if None in stand or len(set(stand)) < len(stand):
        return None
    number = {row: n for n, row in enumerate(stand)}
    every = indentation.by_levels(levels)
    mine = [(place, number.get(place.parent)) for place in (every[row] for row in stand if row is not None)]
    return [replace(place, parent=parent, unknown=place.level > 0 and parent is None) for place, parent in mine]


def _is_called(cell: Node) -> bool:
    return "ind" in cell.classes or bool(cell.get("indent"))


def _alone_in(cell: Node) -> Node | None:
    """The picture that is all that stands in the cell, unless it has a height to be seen by."""
    inside = [child for child in cell.children if isinstance(child, Node) or child.value.strip()]
    if len(inside) != 1 or not isinstance(inside[0], Node) or inside[0].tag != "img":
        return None
    return inside[0] if inside[0].get("height") in ("", "0", "1") else None


def _level(cell: Node) -> int | None:
    """The level that the cell tells or the width of its picture shows; None where they differ, or it is no level."""
    picture, told = _alone_in(cell), cell.get("indent")
    width = picture.get("width") if picture is not None else ""
    if told and not _LEVEL.fullmatch(told):
        return None
    if told and (not width or width == str(int(told) * _PIXELS)):
        return int(told)
    if told or not _WIDTH.fullmatch(width) or int(width) % _PIXELS:
        return None
    return int(width) // _PIXELS


def _row_around(node: Node) -> Node | None:
    """The row of a table around, in which another table draws this one."""
    return next((around for around in islice(node.ancestors(), _NEAR) if around.tag == "tr"), None)
