"""Cuts the text of an item into lines and pieces of lines, and covers places in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from django.utils.safestring import SafeString

from forum.archive.blackout import BAR

PAGE: Final = 24_000  # characters shown at once
GLANCE: Final = 1_000  # characters shown of a neighbour
PIECE: Final = 2_000  # characters of a line shown as one

_TURNING: Final = re.compile("[\u061c\u202a-\u202e\u2066-\u2069]")
_ADDRESSES: Final = re.compile(
    r"""[\w.+%-]{1,64}(?:@|%40|&\#64;|&\#x40;|&commat;)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}  # mail
    | (?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)                                       # network
    | (?<![\w:])(?:[0-9a-fA-F]{1,4}:){3,7}(?::|[0-9a-fA-F]{1,4})(?![\w:])
    | (?<![\w:])(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,6}(?![\w:])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Covered:
    """Characters from ``start`` to ``end`` that are not for everyone, and what they are."""

    start: int
    end: int
    what: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A line by its place in the text, or a part of a long one; ``number`` is 0 where the line has none."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """Some characters of a line; ``hides`` names what they are where only staff may see them."""

    text: str
    hides: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file, or a piece of a long one; ``number`` counts from 1, and is 0 where it is not known."""

    number: int
    parts: tuple[Part, ...]

    @property
    def html(self) -> SafeString:
        """The characters, a bar with a word on what it covers, and for staff what it would cover, marked."""
        return SafeString("".join(_html(part) for part in self.parts))  # every part is escaped


def addresses(text: str) -> list[tuple[int, int]]:
    """Where the text has addresses of mail and of the network; linear."""
    return [match.span() for match in _ADDRESSES.finditer(text)]


def pieces(text: str, first: int) -> Iterator[Piece]:
    """Each line, numbered from ``first`` on unless that is 0; a long one in several pieces with the same number."""
    begin = 0
    for number, line in enumerate(text.split("\n")):
        for cut in range(0, max(len(line), 1), PIECE):
            yield Piece(first + number if first else 0, begin + cut, begin + min(cut + PIECE, len(line)))
        begin += len(line) + 1


def window(found: Sequence[Piece], start: int, near: int) -> tuple[Sequence[Piece], int, int]:
    """A page of pieces from ``start``, or the first ``near`` or last ``-near``; how many come before and after it."""
    if near:
        chosen = found[near:] if near < 0 else found[:near]
        chosen = _few(chosen[::-1])[::-1] if near < 0 else _few(chosen)
        left = len(found) - len(chosen)
        return (chosen, left, 0) if near < 0 else (chosen, 0, left)
    rest = found[start:]
    limit = rest[0].start + PAGE if rest else 0
    chosen = [piece for piece in rest if piece.end <= limit]
    return chosen, start, len(rest) - len(chosen)


def _few(found: Sequence[Piece]) -> Sequence[Piece]:
    """The first of these up to so many characters, and one at least."""
    room = GLANCE
    few: list[Piece] = []
    for piece in found:
        room -= piece.end - piece.start
        if few and room < 0:
            break
        few.append(piece)
    return few


def line(text: str, piece: Piece, covered: Sequence[Covered], *, whole: bool) -> Line:
    """A line in which what is covered is a bar, or for those who see it ``whole`` is marked."""
    parts: list[Part] = []
    done = piece.start
    for one in covered:
        first, last = max(one.start, done), min(one.end, piece.end)
        if first >= last:
            continue
        if first > done:
            parts.append(Part(_visible(text[done:first])))
        parts.append(Part(_visible(text[first:last]) if whole else BAR, one.what))
        done = last
    if done < piece.end:
        parts.append(Part(_visible(text[done : piece.end])))
    return Line(piece.number, tuple(parts))


def _html(part: Part) -> str:
    text = escape(part.text)
    if not part.hides:
        return text
    if part.text == BAR:
        return f'<span aria-hidden="true">{text}</span><span class="sr">({part.hides})</span>'
    return f'<mark title="{part.hides}"><b>{text}</b></mark>'


def _visible(text: str) -> str:
    """Marks that turn the direction of writing become their names."""
    return _TURNING.sub(lambda match: f"[U+{ord(match.group()):04X}]", text)
