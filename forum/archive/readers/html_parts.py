"""The parts of one comment in markup: who, when, the words, and what the layout prints around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from forum.archive.readers import html_dates
from forum.archive.readers.html_dates import Found
from forum.archive.readers.html_labels import (
    META_LINE,
    Region,
    author_node,
    layout,
    marked_body,
    name_in,
    stamp_of_time,
)
from forum.archive.readers.html_names import BY, NUMBERED, SAYS, clean_name, is_furniture
from forum.archive.readers.html_tags import HEADINGS
from forum.archive.readers.html_tree import Node, Text
from forum.archive.readers.html_words import Line, Skipped, joined, lines_of, text_of

_OLDEST = 1990
LONGEST_DATE = 60
_SMALL = 1_000  # characters of the markup of a time


@dataclass
class Parts:
    """What was told from one comment's markup."""

    author: str = ""
    found: Found | None = None
    stamp: str = ""
    printed: str = ""
    """What stands in the place of a date that could not be read."""
    body: list[Node] = field(default_factory=list)
    skipped: set[Node | Text] = field(default_factory=set)
    """What in the body is not of it."""

    @property
    def dated(self) -> bool:
        """Whether any time was found."""
        return self.found is not None or bool(self.stamp)


def read(region: Region) -> Parts:
    """The parts of a comment, first by what the markup calls them, then by what is left when the known is taken off."""
    body = marked_body(region)
    around = region.without(*body) if body else region
    parts = Parts()
    used: set[Node | Text] = set()
    lines = lines_of(around.nodes, around.skipped)
    author = author_node(around)
    if author is not None:
        parts.author = name_in(author, around.skipped)
        used.add(author)
    _read_date(around, lines, parts, used, whole=not body)
    if not parts.author:
        _read_attribution(lines, parts, used, whole=not body)
    parts.body = body or region.nodes
    parts.skipped = set(region.skipped)
    if body:
        parts.body = [*_titles(around, parts, used, body), *body]
    else:
        parts.skipped |= _around_the_words(region, lines, used, parts.author)
    parts.skipped |= set(_repeated_title(parts.body, parts.skipped))
    parts.skipped |= set(layout(parts.body, parts.skipped))
    return parts


def read_byline(region: Region, used: set[Node | Text], *, whole: bool = True) -> Parts:
    """Author and date of an article from what stands around its words, or at the edges of its words when not `whole`.

    Adds what it read to `used`.
    """
    parts = Parts()
    region = region.without(*(node for node in region.walk() if _is_of_a_change(node)))
    every = lines_of(region.nodes, region.skipped)
    edges = every if whole else [*every[:3], *every[3:][-3:]]
    seen = [line for line in edges if len(line.text) < META_LINE]
    author = author_node(region) if whole else None
    if author is not None:
        parts.author = name_in(author, region.skipped)
        used.add(author)
    seen = seen[:60] if whole else [line for line in seen if _is_mostly_date(line.text)]
    _read_date(region if whole else Region([]), seen, parts, used, whole=False)
    if not parts.author:
        near = [line for line in edges if BY.search(line.text) and (line in seen or BY.match(line.text))]
        by = next((line for line in near if _words(line.text) < 16), None)
        if by is not None and (parts.dated or _words(by.text) < 7):
            parts.author = clean_name(by.text)
            used.update(by.pieces)
    return parts


def _words(text: str) -> int:
    """How many words, without the marks that layouts put between them."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def has_words(parts: Parts) -> bool:
    """Whether a body is left."""
    return bool(lines_of(parts.body, parts.skipped))


def _read_date(region: Region, lines: list[Line], parts: Parts, used: set[Node | Text], *, whole: bool) -> None:
    for node in region.walk():
        stamp = stamp_of_time(node) or _hovered(node, region.skipped)
        if not stamp and node.tag != "time":
            continue
        text = text_of([node], region.skipped)
        found = html_dates.find(text) if text and len(text) < META_LINE else None
        if not stamp and not found:
            continue
        if stamp and not found and text and len(text) < LONGEST_DATE:
            found = Found(0, len(text), text, None)
        parts.stamp, parts.found = stamp, found
        used.add(node)
        break
    if parts.found is not None and parts.found.date is not None:
        return
    line = _dated_line(lines, whole=whole)
    if line is not None and (found := html_dates.find(line.text)):
        parts.found = found if parts.found is None or found.date else parts.found
        used.update(line.pieces)


def _hovered(node: Node, skipped: Skipped) -> str:
    """The date that a layout shows over one such as "3 hours ago", as machines write it; else nothing."""
    small = node.tag != "time" and node.end - node.start < _SMALL and "title" in node.raw
    title = node.get("title") if small else ""
    text = text_of([node], skipped) if title else ""
    told = html_dates.find(text) if text and len(text) < LONGEST_DATE else None
    if told is None or told.date is not None or not is_furniture(text[: told.start] + text[told.end :]):
        return ""
    return html_dates.stamp_in(title)


def _dated_line(lines: list[Line], *, whole: bool) -> Line | None:
    """The line with the comment's date: one that is mostly date; in a whole comment, near its beginning or end."""
    dated = [(n, line) for n, line in enumerate(lines) if len(line.text) < META_LINE and html_dates.find(line.text)]
    if not dated:
        return None

    def rank(numbered: tuple[int, Line]) -> tuple[bool, int, int, bool, int]:
        number, line = numbered
        found = html_dates.find(line.text)
        assert found is not None  # noqa: S101 - chosen by it above
        rest = line.text[: found.start] + " " + line.text[found.end :]
        words = [word for word in rest.split() if not is_furniture(word)]
        edge = min(number, len(lines) - 1 - number)
        introduced = bool(BY.search(rest)) or bool(SAYS.search(rest))
        return (
            len(words) > 8,
            max(0, min(len(words), 9) - 3 * introduced),
            (min(edge, 3) if whole else 0),
            not _has_clock(found),
            number,
        )

    best = min(dated, key=rank)
    return None if whole and rank(best)[0] else best[1]


def _is_of_a_change(node: Node) -> bool:
    """Whether the element says when the article was changed last, which is not when it was written."""
    names = set(node.classes)
    return bool(names & {"updated", "modified", "dt-updated"}) and not names & {
        "published",
        "entry-date",
        "dt-published",
    }


def _has_clock(found: Found) -> bool:
    return found.date is not None and found.date.hour is not None


def _is_mostly_date(text: str) -> bool:
    found = html_dates.find(text)
    dated = found is not None and found.date is not None and found.date.year >= _OLDEST
    return dated and found is not None and len(text) - (found.end - found.start) < 60


def _read_attribution(lines: list[Line], parts: Parts, used: set[Node | Text], *, whole: bool) -> None:
    """The name from the line with the date, or from a short line beside it."""
    at = next((n for n, line in enumerate(lines) if line.pieces and not used.isdisjoint(line.pieces)), None)
    if at is None:
        at = next((n for n, line in enumerate(lines) if parts.found and parts.found.printed in line.text), None)
    near = [at] if at is not None else []
    near += [n for n in ((at or 0) - 1, (at or 0) + 1) if at is not None and 0 <= n < len(lines)]
    near += [0, len(lines) - 1]
    for n in dict.fromkeys(n for n in near if 0 <= n < len(lines)):
        text = lines[n].text
        found = html_dates.find(text)
        if found is None or found.start:  # else the number is that of "2 hours ago"
            text = NUMBERED.sub("", text)
        if n != at and not (SAYS.search(text) or BY.match(text) or len(text.split()) <= 5):
            continue
        if n != at and whole and not (SAYS.search(text) or BY.match(text)) and len(lines) < 3:
            continue
        name = clean_name(text)
        if name and not is_furniture(name):
            parts.author = name
            used.update(lines[n].pieces)
            return


def _around_the_words(region: Region, lines: list[Line], used: set[Node | Text], author: str) -> set[Node | Text]:
    """Everything in a comment that is not its words, where no element holds the words alone."""
    out: set[Node | Text] = set(used)
    marked = {piece for line in lines for piece in line.pieces if _in(piece, used)}
    for line in lines:
        if marked.isdisjoint(line.pieces):
            continue
        rest = "".join(p.value for p in line.pieces if p not in marked)
        found = html_dates.find(joined(rest))
        if found:
            rest = joined(rest)[: found.start] + " " + joined(rest)[found.end :]
        rest = rest.replace(author, " ") if author else rest
        if is_furniture(rest) or is_furniture(SAYS.sub("", rest)):
            out.update(line.pieces)
    out.update(_pictures(region, out))
    return out


def _pictures(region: Region, around: set[Node | Text]) -> Iterator[Node]:
    """Pictures of people, which stand beside their names: in one element with them, or before them."""
    tops = set(region.nodes)
    beside = {node for piece in around for node in _up(piece, region) if node not in tops}
    first = min((piece.start for piece in around), default=0)
    for node in region.walk():
        if node.tag == "img" and (node.end <= first or not beside.isdisjoint(node.ancestors())):
            yield node


def _up(piece: Node | Text, region: Region) -> Iterator[Node]:
    """The elements of the region around a piece of it."""
    for top in region.nodes:
        node = top if top.holds(piece) else None
        while node is not None:
            yield node
            node = next((child for child in node.elements if child is not piece and child.holds(piece)), None)


def _in(piece: Text, nodes: set[Node | Text]) -> bool:
    return piece in nodes or any(isinstance(n, Node) and n.holds(piece) for n in nodes)


def _titles(region: Region, parts: Parts, used: set[Node | Text], body: list[Node]) -> list[Node]:
    """A heading that the author gave his comment, which stands outside the words."""
    found = []
    for node in region.walk():
        if node.tag in HEADINGS or "subject" in node.classes:
            text = text_of([node], region.skipped)
            named = parts.author and parts.author in text
            if text and not named and not is_furniture(text) and not html_dates.find(text) and node not in used:
                found.append(node)
    return [node for node in found[:1] if not _begins_with(body, text_of([node], region.skipped))]


def _begins_with(body: list[Node], title: str) -> bool:
    """Whether the text begins with the words of its title, which a machine has then taken from it."""
    said, words = _plain(text_of(body)[:400]), _plain(title.rstrip(".… "))
    return bool(words) and said.startswith(words)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _repeated_title(nodes: list[Node], skipped: Skipped) -> Iterator[Node]:
    """A title at the beginning of the words that the words repeat."""
    for top in nodes:
        first = next((n for n in top.walk() if n.tag in HEADINGS or "subject" in n.classes), None)
        if first is None or first is top:
            continue
        text = text_of([first], skipped)
        said = _plain(text_of(nodes, {*skipped, first})[:400])
        if text and said.startswith(_plain(text.rstrip(".… "))) and _plain(text):
            yield first
