"""HTML as a tree whose every node knows its place in the file: read in one pass, and without recursion."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Final

from forum.archive.limits import Refused
from forum.archive.readers.html_tags import BLOCKS, ENDED, RAW, VOID

LONGEST_NAME: Final = 80
MAX_DEPTH: Final = 600
MAX_ELEMENTS: Final = 400_000

_ATTRIBUTES = r"""(?:[^\s=>/"'][^\s=>/]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+|[\s/"'=])*+"""
# Whatever is left open ends with the file, so that no beginning of a tag is looked at twice.
_MARKUP: Final = re.compile(
    rf"""<(?:!--(?P<comment>.*?)(?:--!?>|\Z)
    |(?P<close>/)(?P<closed>[a-zA-Z][^\s/>]*+)[^>]*+(?:>|\Z)
    |(?P<tag>[a-zA-Z][^\s/>]*+)(?P<attributes>{_ATTRIBUTES})(?:>|\Z)
    |[!?/][^>]*+(?:>|\Z))""",
    re.VERBOSE | re.DOTALL,
)
_BEGINS: Final = re.compile(r"<(?:[a-zA-Z!?]|/[^>])")
_ATTRIBUTE: Final = re.compile(
    r"""([^\s=>/"'][^\s=>/]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?+""", re.DOTALL
)
_RAW_END: Final = {tag: re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE) for tag in RAW}
_CLOSES_P: Final = BLOCKS - {"caption", "tbody", "td", "tfoot", "th", "thead", "tr", "body", "html"} | {"hr"}
# A tag at the left closes an open one in the middle, unless one at the right stands between them.
_CLOSED_BY: Final[dict[str, tuple[AbstractSet[str], AbstractSet[str]]]] = {
    "li": ({"li"}, {"ol", "ul", "menu", "dir"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "tr": ({"tr"}, {"table"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "tbody": ({"tbody", "thead", "tfoot"}, {"table"}),
    "option": ({"option"}, {"select"}),
    "a": ({"a"}, BLOCKS),
}
_WALLS: Final = frozenset({"table", "td", "th", "caption"})
_DIGITS: Final = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")


class Node:
    """An element, with the offsets of its tags in the text."""

    # One of them for every element of the page: what is seldom asked for is kept aside.
    __slots__ = ("__dict__", "children", "depth", "end", "inner", "parent", "raw", "start", "stop", "tag")

    def __init__(self, tag: str, raw: str, start: int, inner: int, parent: "Node | None") -> None:
        self.tag = tag
        self.raw = raw
        self.start = start
        self.inner = inner
        self.stop = self.end = inner
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.children: list[Node | Text] = []

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The attributes by their names in small letters; of two alike the first."""
        found: dict[str, str] = {}
        for name, *values in _ATTRIBUTE.findall(self.raw):
            found.setdefault(name.lower(), unescape("".join(values)))
        return found

    def get(self, name: str) -> str:
        """The attribute, or nothing."""
        return self.attributes.get(name, "") if self.raw else ""

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The class names, in small letters, but for those that are too long to mean anything."""
        return tuple(name for name in self.get("class").lower().split() if len(name) <= LONGEST_NAME)

    @property
    def label(self) -> str:
        """The id in small letters, if it is short enough to mean anything."""
        name = self.get("id").lower()
        return name if len(name) <= LONGEST_NAME else ""

    @property
    def elements(self) -> "list[Node]":
        """The elements directly in this one."""
        return [child for child in self.children if isinstance(child, Node)]

    def walk(self) -> "Iterator[Node]":
        """This element and all in it, in the order of the file."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.elements))

    def ancestors(self) -> "Iterator[Node]":
        """The elements around this one, from within."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def holds(self, other: "Node | Text") -> bool:
        """Whether the other stands in this element, or is this element."""
        return self.start <= other.start and other.end <= self.end

    @property
    def name(self) -> str:
        """How the element is told to people: `li#comment-12`, or `div.comment` where it has no id."""
        if self.get("id"):
            return f"{self.tag}#{self.get('id')[:80]}"
        return f"{self.tag}.{self.classes[0][:80]}" if self.classes else self.tag


class Text:
    """Words between tags, as they are read."""

    __slots__ = ("end", "start", "value")

    def __init__(self, value: str, start: int, end: int) -> None:
        self.value = value
        self.start = start
        self.end = end


class Tree:
    """The whole document."""

    def __init__(self, text: str, root: Node, *, is_cut: bool) -> None:
        self.text = text
        self.root = root
        self.is_cut = is_cut
        """Whether the file ends within a tag, or before the ends of the page and of what stands in it."""
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    @property
    def line_count(self) -> int:
        """The number of lines of the file."""
        return len(self._starts)

    def line(self, offset: int) -> int:
        """The line, counted from 1, that holds the offset; costs a binary search."""
        return bisect_right(self._starts, offset)


def parse(text: str) -> Tree:
    """Read the text; refuses one nested deeper, or of more elements, than any page is. Time grows with the length."""
    builder = _Builder(text)
    at = 0
    while found := _BEGINS.search(text, at):
        builder.words(at, found.start())
        match = _MARKUP.match(text, found.start())
        assert match is not None  # noqa: S101 - what begins like markup is markup, if need be to the end of the file
        at = builder.take(match)
    builder.words(at, len(text))
    is_cut = builder.is_cut
    return Tree(text, builder.finish(), is_cut=is_cut)


def unescape(text: str) -> str:
    """The text with its character references read; a number that stands for no character is left as it is."""
    if "&" not in text:
        return text
    return html.unescape(_DIGITS.sub("\ufffd", text))


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.root = self.open = Node("#document", "", 0, 0, None)
        self.count = 0
        self.breaks_off = False

    def words(self, start: int, end: int) -> None:
        if end > start:
            self.open.children.append(Text(unescape(self.text[start:end]), start, end))

    def take(self, match: re.Match[str]) -> int:
        """Put one piece of markup into the tree; returns where to go on."""
        self.breaks_off = not match.group().endswith(">")
        if match["tag"]:
            return self._begin(match)
        if match["close"]:
            self._end(match["closed"].lower(), match.start(), match.end())
        return match.end()

    @property
    def is_cut(self) -> bool:
        """Whether the text breaks off here. Sloppy pages leave out ends too, but hardly that of the page as well."""
        tags = {node.tag for node in (self.open, *self.open.ancestors())}
        return self.breaks_off or (bool(tags & {"html", "body"}) and bool(tags & ENDED))

    def finish(self) -> Node:
        """Close what is open still, and give the whole."""
        node: Node | None = self.open
        while node is not None:
            node.stop = node.end = len(self.text)
            node = node.parent
        return self.root

    def _begin(self, match: re.Match[str]) -> int:
        tag, end = match["tag"].lower(), match.end()
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise Refused(f"The page has more than {MAX_ELEMENTS:,} elements. Save the part with the thread alone.")
        self._make_room(tag, match.start())
        node = Node(tag, match["attributes"], match.start(), end, self.open)
        self.open.children.append(node)
        if tag in VOID:
            return end
        if tag in _RAW_END:
            found = _RAW_END[tag].search(self.text, end)
            node.stop = found.start() if found else len(self.text)
            self.breaks_off = self.breaks_off or found is None
            if node.stop > end and tag == "title":
                node.children.append(Text(unescape(self.text[end : node.stop]), end, node.stop))
            closed = self.text.find(">", node.stop)
            node.end = closed + 1 if found and closed >= 0 else len(self.text)
            return node.end
        if node.depth > MAX_DEPTH:
            line = self.text.count("\n", 0, match.start()) + 1
            raise Refused(
                f"At line {line} the page is nested more than {MAX_DEPTH:,} elements deep; no page needs that."
            )
        self.open = node
        return end

    def _make_room(self, tag: str, at: int) -> None:
        """Close the elements that cannot hold this one, as browsers do."""
        if tag in _CLOSES_P:
            self._close({"p"}, BLOCKS - {"p"}, at)
        if tag in _CLOSED_BY:
            self._close(*_CLOSED_BY[tag], at)

    def _close(self, tags: AbstractSet[str], walls: AbstractSet[str], at: int) -> None:
        node: Node | None = self.open
        while node is not None and node.tag not in tags:
            if node.tag in walls:
                return
            node = node.parent
        if node is not None:
            self._close_to(node, at, at)

    def _end(self, tag: str, start: int, end: int) -> None:
        node: Node | None = self.open
        block = tag in BLOCKS
        while node is not None and node.tag != tag:
            # The end of bold type ends no block around it, and nothing in a cell ends the table.
            if node.tag in _WALLS and tag not in ("table", "tr", "tbody", "thead", "tfoot", "body", "html"):
                return
            if not block and node.tag in BLOCKS:
                return
            if tag in ("li", "dt", "dd") and node.tag in ("ol", "ul", "dl", "menu", "dir"):
                return
            if tag == "p" and node.tag in BLOCKS:
                return
            node = node.parent
        if node is not None:
            self._close_to(node, start, end)

    def _close_to(self, node: Node, stop: int, end: int) -> None:
        inside = self.open
        while inside is not node:
            inside.stop = inside.end = stop
            assert inside.parent is not None  # noqa: S101 - `node` is one of the open elements
            inside = inside.parent
        node.stop, node.end = stop, end
        self.open = node.parent or self.root
