"""Finds the comments of a page: the group of alike elements that have a name, a date and words."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from forum.archive.readers import html_parts
from forum.archive.readers.html_groups import HEADS, ID, Group, groups_of, id_of, is_only_mark
from forum.archive.readers.html_labels import Region
from forum.archive.readers.html_parts import Parts
from forum.archive.readers.html_tags import HEADINGS
from forum.archive.readers.html_tree import Node, Tree
from forum.archive.readers.html_words import lines_of, text_of

_END: Final = re.compile(
    r"respond|comment-?form|comments-(?:open|closed)(?:-.*)?|post-?comment|nocomments|comment-?nav.*"
)
_ENDS: Final = re.compile(
    r"\b(?:(?:post|leave|add|write|submit|verify) (?:a|your) (?:comment|reply)"
    r"|kommentar (?:schreiben|hinterlassen)|trackbacks?)",
    re.IGNORECASE,
)
_SAMPLE: Final = 24
_MORE: Final = 0.75
_TRIED: Final = 3
_MOST_GROUPS: Final = 60

_Places = dict["Node | None", tuple[list[Node], dict[Node, int]]]
"""The elements in one element, and which of them each is."""


@dataclass(eq=False)
class Unit:
    """One comment: its elements, which stand side by side, and the comments nested in them."""

    nodes: list[Node]
    inner: "list[Unit]" = field(default_factory=list)
    parent: "Unit | None" = None
    anchor: str = ""

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.nodes[0].start

    @property
    def end(self) -> int:
        """Where it ends, with the comments in it."""
        return self.nodes[-1].end

    def region(self) -> Region:
        """What is its own."""
        return Region(self.nodes, {node for unit in self.inner for node in unit.nodes})


@dataclass
class _Candidate(Group):
    """A group with the comments it would make, and how many of them are whole."""

    units: list[Unit] = field(default_factory=list)
    complete: float = 0.0


def find(tree: Tree) -> list[Unit]:
    """The comments of the page in its order, each with what stands in it; none when nothing repeats that could be."""
    found = sorted(groups_of(tree), key=lambda group: (group.rank, -len(group.members)))
    groups = [_Candidate(one.rank, one.label, one.members) for one in found[:_MOST_GROUPS]]
    best: _Candidate | None = None
    for group in groups:
        # A group of lesser standing wins only if it has many more comments than any of better standing.
        if best is not None and len(group.members) * _MORE <= best.complete:
            continue
        group.units = _units(group)
        group.complete = _completeness(group.units, strict=group.rank > 3)
        if group.complete and (best is None or _beats(group, best)):
            best = group
    if best is None:
        return []
    units = best.units
    for group in groups:
        if group is not best and group.rank < 3:
            units = _joined(units, group)
    return relate([_whole(unit) for unit in units if unit.inner or _has_words(unit)])


def _whole(unit: Unit) -> Unit:
    """The unit as the outermost element that bears its number: an item of a list, and the article in it, are one."""
    match = ID.fullmatch(unit.anchor)
    if match is None or len(unit.nodes) > 1 or is_only_mark(unit.nodes):
        return unit
    outer = unit.nodes[0]
    for node in outer.ancestors():
        around = ID.fullmatch(id_of(node))
        if around and around["number"] == match["number"]:
            outer = node
    return Unit([outer], anchor=unit.anchor)


def _is_left_open(unit: Unit) -> bool:
    """Whether the page forgot to end the element, so that what comes next seems to stand in it."""
    return all(node.tag in ("div", "article", "section") and node.stop == node.end for node in unit.nodes)


def _has_words(unit: Unit) -> bool:
    region = unit.region()
    return bool(lines_of(region.nodes, region.skipped))


def _beats(group: _Candidate, best: _Candidate) -> bool:
    if group.rank == best.rank and group.complete >= best.complete * _MORE and best.complete >= group.complete * _MORE:
        return (group.units[0].start, -len(group.units)) < (best.units[0].start, -len(best.units))
    if group.rank == best.rank:
        return group.complete > best.complete
    return group.complete * _MORE > best.complete


def relate(units: list[Unit]) -> list[Unit]:
    """The units with those nested in each put where they belong; in the order of the page."""
    units.sort(key=lambda unit: (unit.start, -unit.end))
    around: list[Unit] = []
    for unit in units:
        unit.inner = []
        while around and not (around[-1].start <= unit.start and unit.end <= around[-1].end):
            around.pop()
        unit.parent = next((one for one in reversed(around) if not _is_left_open(one)), None)
        if around:
            around[-1].inner.append(unit)
        around.append(unit)
    return units


def _units(group: Group) -> list[Unit]:
    """The comments whose elements the members of a group are, or mark the beginnings of."""
    members = group.members
    if not is_only_mark(members):
        return relate([Unit([node], anchor=id_of(node)) for node in members])
    # What is called a comment and stands in a line is as often a link to the comments.
    heads = len(members) > 1 and all(node.tag in HEADS for node in members)
    return relate(list(from_marks(members))) if group.rank == 0 or heads else []


def from_marks(marks: Sequence[Node]) -> Iterator[Unit]:
    """Where a mark only begins a comment: it and what follows up to the next mark, or else the element around it."""
    holding: Counter[Node] = Counter(around for mark in marks for around in (mark, *mark.ancestors()))
    tags: set[str] = set()
    places: _Places = {}
    for mark in marks:
        top = mark
        nodes = _run(top, holding, tags, places)
        while not is_complete(Region(nodes)) and top.parent is not None and holding[top.parent] == 1:
            if top.parent.tag in ("body", "html", "#document"):
                break
            top = top.parent
            nodes = [top] if is_complete(Region([top])) else _run(top, holding, tags, places)
        tags.update(node.tag for node in nodes)
        yield Unit(nodes, anchor=id_of(mark))


def _run(top: Node, holding: "Counter[Node]", tags: set[str], places: _Places) -> list[Node]:
    """The element and those that follow it, up to one that holds a mark, or with which something else begins."""
    nodes = [top]
    siblings, at = places.get(top.parent) or ([], {})
    if top.parent is not None and not siblings:
        siblings = top.parent.elements
        at = {node: number for number, node in enumerate(siblings)}
        places[top.parent] = siblings, at
    for node in islice(siblings, at.get(top, 0) + 1, None):
        other = node.tag in HEADINGS and (node.tag not in tags or _ENDS.search(text_of([node])))
        if holding[node] or other or _begins_the_end(node):
            break
        nodes.append(node)
    return nodes


def _begins_the_end(node: Node) -> bool:
    """Whether the form for a comment, or the like, begins here."""
    if any(inside.tag in ("textarea", "form") for inside in node.walk()):
        return True
    return bool(_END.fullmatch(node.label) or any(_END.fullmatch(name) for name in node.classes))


def is_complete(region: Region) -> bool:
    parts = html_parts.read(region)
    return _is_complete(parts)


def _is_complete(parts: Parts) -> bool:
    return bool(parts.author) and parts.dated and html_parts.has_words(parts)


def _completeness(units: list[Unit], *, strict: bool) -> float:
    """How many of the units have a name, a date and words; of many, reckoned from some."""
    if not units:
        return 0
    step = max(1, len(units) // _SAMPLE)
    sample = units[::step]
    points = 0.0
    for unit in sample:
        parts = html_parts.read(unit.region())
        if _is_complete(parts):
            points += 1
        elif not strict and html_parts.has_words(parts) and parts.author:
            points += 0.5
    if strict and (points < 2 or points < 0.6 * len(sample)):
        return 0
    return points * len(units) / len(sample) if points * 2 >= len(sample) or points >= 2 else points / 4


def _joined(units: list[Unit], group: _Candidate) -> list[Unit]:
    """The comments and, of another group, those that are comments too: such as replies called by another name."""
    known = {node for unit in units for node in unit.nodes}
    if known.issuperset(group.members) or is_only_mark(group.members):
        return units
    others = [unit for unit in (group.units or _units(group)) if known.isdisjoint(unit.nodes)]
    around = _Around(units)
    if all(around.is_part(unit) for unit in others[:_TRIED]):
        return units
    more = [unit for unit in others if not around.is_part(unit) and is_complete(unit.region())]
    return relate([*units, *more]) if len(more) * 2 >= len(others) else units


class _Around:
    """Tells of an element whether it is a comment of its own, among the comments known."""

    def __init__(self, units: list[Unit]) -> None:
        self.units = units
        self.starts = [unit.start for unit in units]

    def is_part(self, unit: Unit) -> bool:
        """Whether it holds comments, or is the part of one without which that would be none."""
        begin = bisect_left(self.starts, unit.start)
        if begin < len(self.units) and self.units[begin].end <= unit.end:
            return True
        other = self.units[begin - 1] if begin else None
        while other is not None and other.end < unit.end:
            other = other.parent
        if other is None:
            return False
        return not is_complete(Region(other.nodes, {*other.region().skipped, *unit.nodes}))
