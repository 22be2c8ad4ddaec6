"""Ranks what was found by how well it fits; the same sums in both databases, because Python does them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from forum.search import marks
from forum.search.wanted import Phrase

USUAL: Final = 500
"""Characters of a text of usual length: longer ones must say a word more often to rank as high."""
IN_TITLE: Final = 1.0
TOGETHER: Final = 1.0


def ranked(texts: Mapping[int, str], phrases: Sequence[Phrase]) -> list[int]:
    """The keys of these entries, those that fit best first, the later first among equals.

    One pass over each text for each phrase.
    """
    lines = [f" {' '.join(phrase)} " for phrase in phrases]
    together = f" {' '.join(word for phrase in phrases for word in phrase)} " if len(phrases) > 1 else ""
    scores = {key: _score(text, lines, together) for key, text in texts.items()}
    return sorted(texts, key=lambda key: (-scores[key], -key))


def _score(text: str, lines: Sequence[str], together: str) -> float:
    _, title, rest = text.split(f" {marks.STOP} ", 2) if f" {marks.POST} " in text else ["", "", text]
    length = 1.5 * (0.5 + 0.5 * len(rest) / USUAL)
    score = 0.0
    for line in lines:
        often = rest.count(line)
        score += often / (often + length) + IN_TITLE * (line in f" {title} ")
    return score + TOGETHER * bool(together and together in text)
