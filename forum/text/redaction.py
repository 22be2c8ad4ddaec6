"""Finds a name in a text, and puts other words in place of passages so that the change can be taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

_TAG = re.compile(r"""<(/?[a-zA-Z][a-zA-Z0-9]*|[!?])[^<>"]*(?:"[^"]*"[^<>"]*)*>""")
_MARKUP = re.compile(_TAG.pattern + r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# Within a word or a name these may stand; any other tag ends it, and a line break is a blank.
_INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q", "s"),
        *("small", "span", "strike", "strong", "sub", "sup", "u"),
    )
)
_PARTED = "\x01"


@dataclass(frozen=True, slots=True)
class Change:
    """The characters from ``start`` to ``end`` become ``words``."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A text after its changes, and where the new words of each begin in it."""

    text: str
    starts: list[int]


def places(text: str, name: str) -> list[tuple[int, int]]:
    """Where ``name`` stands as a word or words of its own, in any case; linear."""
    pieces = [re.escape(piece) for piece in name.split()]
    if not pieces:
        return []
    pattern = re.compile(r"(?<!\w)" + r"\s".join(pieces) + r"(?!\w)", re.IGNORECASE)
    return [found.span() for found in pattern.finditer(text)]


def places_in_html(html: str, name: str) -> list[tuple[int, int]]:
    """Where ``name`` stands in the text of HTML, with entities for its letters and tags within it or without.

    Never inside a tag; linear.
    """
    text, offsets = _read(html)
    found = []
    for start, end in places(text, name):
        last = _MARKUP.match(html, offsets[end - 1])
        found.append((offsets[start], last.end() if last else offsets[end - 1] + 1))
    return found


def instead_of(found: str, words: str) -> str:
    """What takes the place of ``found`` in HTML: the words, and the tags that stood within it."""
    return words + "".join(match.group() for match in _TAG.finditer(found))


def _read(html: str) -> tuple[str, list[int]]:
    """The text of HTML, and the place of each of its characters there."""
    parts: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in _MARKUP.finditer(html):
        tag = (match[1] or "").lower().lstrip("/")
        read = unescape(match[0]) if not tag else "" if tag in _INLINE else " " if tag == "br" else _PARTED
        parts += [html[done : match.start()], read]
        offsets += [*range(done, match.start()), *[match.start()] * len(read)]
        done = match.end()
    return "".join([*parts, html[done:]]), [*offsets, *range(done, len(html))]


def change(text: str, changes: Sequence[Change]) -> Changed:
    """The text with every passage replaced; raises ValueError when two overlap or one leaves the text."""
    parts: list[str] = []
    starts: list[int] = []
    done = length = 0
    for item in sorted(changes, key=lambda item: item.start):
        if not done <= item.start <= item.end <= len(text):
            raise ValueError(f"characters {item.start} to {item.end} overlap another passage or leave the text")
        length += item.start - done
        starts.append(length)
        parts += [text[done : item.start], item.words]
        length += len(item.words)
        done = item.end
    return Changed("".join([*parts, text[done:]]), starts)


def everywhere(text: str, words: str, instead: str) -> str:
    """The text with other words wherever ``words`` stand as words of their own; linear."""
    return change(text, [Change(start, end, instead) for start, end in places(text, words)]).text


def moved(offset: int, changes: Sequence[Change], *, closes: bool = False) -> int:
    """Where ``offset`` is after the changes; one inside a replaced passage goes to its begin, or to its end."""
    shift = 0
    for item in sorted(changes, key=lambda item: item.start):
        if item.end <= offset:
            shift += len(item.words) - (item.end - item.start)
        elif item.start < offset:
            return item.start + shift + (len(item.words) if closes else 0)
    return offset + shift


def swaps(name: str, found: str) -> list[int]:
    """Which letters of ``found`` have the other case than in ``name``: enough to write it again, not to read it."""
    different = [index for index, (one, other) in enumerate(zip(name, found, strict=False)) if one != other]
    return different if cased(name, different) == found else []


def cased(name: str, different: Sequence[int]) -> str:
    """The name with the case of these letters turned round."""
    return "".join(letter.swapcase() if index in different else letter for index, letter in enumerate(name))
