"""Tells who answers whom on a page: by nesting, by links, by what stands indented below, by depth."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from forum.archive.items import Basis, Kind, State
from forum.archive.readers import html_rows
from forum.archive.readers.html_labels import Region
from forum.archive.readers.html_parts import Parts
from forum.archive.readers.html_rows import Row
from forum.archive.readers.html_tree import Node
from forum.archive.readers.html_units import Unit
from forum.archive.readers.html_words import joined, lines_of, text_of
from forum.archive.readers.indentation import Place

_REPLY_TO: Final = re.compile(
    r"in reply to|replied to|reply to|als antwort auf|antwort auf|en réponse à|répond à|en respuesta a|in risposta a"
    r"|in antwoord op|em resposta a",
    re.IGNORECASE,
)
_DEPTH: Final = re.compile(r"(?:^|[-_])(?:depth|level|lvl|indent|indentation|nest|nested|tier)[-_]?(\d{1,3})$")
_MARGIN: Final = re.compile(r"(?:margin|padding)-left\s*:\s*(\d{1,5})(?:\.\d+)?\s*(px|em|%|rem)", re.IGNORECASE)
_CHILDREN: Final = re.compile(
    r"(?:^|[-_])(?:children|child|indented|indent|replies|reply|nested|thread|sub\w*|level\w*|depth\w*)(?:$|[-_])"
)
_MENTION: Final = re.compile(r"[ \t]*@?[ \t]*$")
# No longer than ids are, so that a link of a megabyte is not read from each of its letters to the end.
NUMBER: Final = re.compile(r"(?:\d{1,64}|(?=[a-f]{0,64}\d)[0-9a-f]{12,64})$")


@dataclass(eq=False)
class Found:
    """One comment in the making."""

    unit: Unit
    parts: Parts
    anchor: str
    number: str
    kind: Kind
    state: State
    parent: "Found | None" = None
    basis: Basis = "none"
    cited: "list[tuple[int, Found]]" = field(default_factory=list)
    """The block quotations in its words, by their number, that say which comment they quote."""


@dataclass
class Threading:
    """Who answers whom, and by what."""

    threaded: bool
    odd: list[tuple[Found, str]]
    lost: list[Found]
    """Those that answer something which the page does not show."""


def relate(found: Sequence[Found], rows: Sequence[Row] = ()) -> Threading:
    """Set the parents that the page shows: by links, by nesting, by what stands indented below, by depth.

    `rows` are those of a table that pictures push to the right.
    """
    of_unit = {one.unit: one for one in found}
    for one in found:
        if one.unit.parent is not None:
            one.parent, one.basis = of_unit[one.unit.parent], "format"
    _by_containers(found)
    threaded = any(one.parent for one in found)
    depths = {one: _depth(one.unit) for one in found}
    shown = len({depth for depth in depths.values() if depth is not None})
    lost: list[Found] = []
    if not threaded and shown > 1:
        _by_depth(found, depths)
        threaded = True
    elif not threaded and rows and (places := html_rows.places(rows, _rows_of(found, rows))):
        lost = list(_by_places(found, places))
        threaded = True
    threaded = _by_links(found, threaded=threaded) or threaded
    # A layout that numbers the depths would have shown the replies, had there been any.
    threaded = threaded or (bool(found) and all(_depth_class(one.unit) is not None for one in found))
    return Threading(threaded, list(_against_depth(found)), [one for one in lost if one.parent is None])


def _by_containers(found: Sequence[Found]) -> None:
    """Comments in an element that stands directly below another comment answer it."""
    owner = {node: one for one in found for node in one.unit.nodes}
    levels: Counter[Node] = Counter(one.unit.nodes[0].parent for one in found if one.unit.nodes[0].parent is not None)
    for one in found:
        node = one.unit.nodes[0]
        while node.parent is not None and node.parent not in owner:
            if node not in owner and levels[node.parent] and _is_children(node):
                before = _owner_before(node, owner)
                if before is not None and before is not one.parent:
                    one.parent, one.basis = before, "format"
                break
            node = node.parent


def _is_children(node: Node) -> bool:
    return node.tag in ("ul", "ol", "dl") or any(_CHILDREN.search(label) for label in (*node.classes, node.label))


def _owner_before(node: Node, owner: "dict[Node, Found]") -> "Found | None":
    siblings = node.parent.elements if node.parent is not None else []
    for other in reversed(siblings[: siblings.index(node)]):
        if other in owner:
            return owner[other]
        if lines_of([other]):
            return None
    return None


def _depth(unit: Unit) -> int | None:
    """How deep the layout says the comment stands, by a class or by its margin."""
    found = _depth_class(unit)
    if found is not None:
        return found
    for node in (*unit.nodes, *unit.nodes[0].ancestors()):
        if match := _MARGIN.search(node.get("style")):
            return int(match[1])
        if node not in unit.nodes:
            break
    return None


def _depth_class(unit: Unit) -> int | None:
    for node in unit.nodes:
        for name in node.classes:
            if match := _DEPTH.search(name):
                return int(match[1])
    return None


def _by_depth(found: Sequence[Found], depths: "dict[Found, int | None]") -> None:
    """The parent is the last comment before that stands less deep."""
    above: list[tuple[int, Found]] = []
    for one in found:
        depth = depths[one] or 0
        while above and above[-1][0] >= depth:
            above.pop()
        if above:
            one.parent, one.basis = above[-1][1], "indentation"
        above.append((depth, one))


def _rows_of(found: Sequence[Found], rows: Sequence[Row]) -> list[int | None]:
    """The number of the row that each comment stands in."""
    number = {row.node: n for n, row in enumerate(rows)}
    every = ((node, *node.ancestors()) for node in (one.unit.nodes[0] for one in found))
    return [next((number[node] for node in around if node in number), None) for around in every]


def _by_places(found: Sequence[Found], places: Sequence[Place]) -> Iterator[Found]:
    """Set the parents that the levels show, and give those of which a level is missing."""
    for one, place in zip(found, places, strict=True):
        if place.parent is not None:
            one.parent, one.basis = found[place.parent], "indentation"
        elif place.unknown:
            yield one


def _by_links(found: Sequence[Found], *, threaded: bool) -> bool:
    """Links "in reply to" outside the words count everywhere; a link at their beginning, where nothing is nested."""
    by_number = {one.number: one for one in reversed(found) if one.number}
    any_set = False
    for one in found:
        one.cited = list(_cited(one, by_number))
        answered = _named_parent(one, by_number)
        if answered is not None:
            one.parent, one.basis, any_set = answered, "format", True
        elif not threaded and one.parent is None and (answered := _mentioned(one, by_number)) is not None:
            one.parent, one.basis = answered, "named"
        elif not threaded and one.parent is None and one.cited:
            one.parent, one.basis = one.cited[0][1], "quote"
    return any_set


def _named_parent(one: Found, by_number: "dict[str, Found]") -> "Found | None":
    region = one.unit.region()
    for node in region.walk():
        for name in ("data-parent-id", "data-parent", "data-parent-comment-id", "data-reply-to"):
            if (told := by_number.get(node.get(name))) is not None and told is not one:
                return told
        if node.tag != "a" or "#" not in node.get("href"):
            continue
        match = NUMBER.search(node.get("href").rsplit("#", 1)[1])
        told = by_number.get(match.group()) if match else None
        if told is None or told is one:
            continue
        labels = " ".join((*node.classes, node.get("rel"), *(node.parent.classes if node.parent else ())))
        around = text_of([node.parent], region.skipped)[:200] if node.parent and node.parent not in region.nodes else ""
        if (
            re.search(r"in-reply-to|reply-?to|parent", labels)
            or _REPLY_TO.search(text_of([node]))
            or _REPLY_TO.search(around)
        ):
            return told
    return None


def _mentioned(one: Found, by_number: "dict[str, Found]") -> "Found | None":
    """The comment that a link with the author's name, first of all words, leads to."""
    before = ""
    for top in one.parts.body:
        for node in top.walk():
            if node.tag == "a" and "#" in node.get("href") and text_of([node], one.parts.skipped):
                match = NUMBER.search(node.get("href").rsplit("#", 1)[1])
                told = by_number.get(match.group()) if match else None
                before = _words_before(one, node)
                named = (
                    told is not None and joined(text_of([node])).lstrip("@").casefold() == told.parts.author.casefold()
                )
                return told if told is not one and named and _MENTION.fullmatch(before) else None
    return None


def _cited(one: Found, by_number: "dict[str, Found]") -> "Iterator[tuple[int, Found]]":
    """The quotations that name a comment of the page in `cite`, or link to it."""
    region = Region(one.parts.body, one.parts.skipped)
    for number, block in enumerate(node for node in region.walk() if node.tag == "blockquote"):
        links = [block.get("cite"), *(node.get("href") for node in block.walk() if node.tag == "a")]
        for link in links:
            match = NUMBER.search(link.rsplit("#", 1)[1]) if "#" in link else None
            told = by_number.get(match.group()) if match else None
            if told is not None and told is not one:
                yield number, told
                break


def _words_before(one: Found, node: Node) -> str:
    lines = lines_of(one.parts.body, one.parts.skipped)
    pieces = [piece for line in lines for piece in line.pieces if piece.start < node.start]
    return "".join(piece.value for piece in pieces)


def _against_depth(found: Sequence[Found]) -> Iterator[tuple[Found, str]]:
    """Comments whose place in the nesting is not the depth their class names."""
    level: dict[Found, int] = {}
    for one in found:
        level[one] = level.get(one.parent, 0) + 1 if one.parent is not None else 1
        told = _depth_class(one.unit)
        if told is not None and told != level[one] and one.basis == "format":
            yield one, f"nested {level[one]} deep, but its class says {told}"
