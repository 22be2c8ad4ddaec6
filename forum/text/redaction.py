"""Finds a name in a text, and puts other words in place of passages so that the change can be taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_TAG = re.compile(r"""<[^<>"]*(?:"[^"]*"[^<>"]*)*>""")


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
    """Where ``name`` stands in the text of sanitised HTML, never inside a tag."""
    tags = [found.span() for found in _TAG.finditer(html)]
    found = places(html, escape(name, quote=False))
    return [(start, end) for start, end in found if not any(a < end and start < b for a, b in tags)]


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
