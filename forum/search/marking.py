"""Shows where the words of a search stand in a text: everything is escaped, and only our own marks are added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from forum.search.folding import places
from forum.search.wanted import Phrase

BEFORE: Final = 80  # characters shown before the first word that was found
LENGTH: Final = 260

Span = tuple[int, int]


def marked(text: str, phrases: Sequence[Phrase]) -> SafeString:
    """The whole text with the words that were looked for marked."""
    return _marked(text, spans(text, phrases), 0, len(text))


def snippet(text: str, phrases: Sequence[Phrase]) -> SafeString:
    """Some of the text around the first of the words, cut between words."""
    found = spans(text, phrases)
    begin = _word_begin(text, max(0, found[0][0] - BEFORE)) if found else 0
    end = _word_end(text, max(begin + LENGTH, found[0][1] if found else 0))
    shown = _marked(text, found, begin, end)
    return format_html("{}{}{}", "…" if begin else "", shown, "…" if end < len(text) else "")


def spans(text: str, phrases: Sequence[Phrase]) -> list[Span]:
    """Where the phrases stand, from the first on, joined where they touch; linear in text and phrases."""
    stand = list(places(text))
    by_first: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        by_first.setdefault(phrase[0], []).append(phrase)
    found: list[Span] = []
    for number, place in enumerate(stand):
        for phrase in by_first.get(place.word, ()):
            last = number + len(phrase)
            if tuple(at.word for at in stand[number:last]) == phrase:
                found.append((place.start, stand[last - 1].end))
    return _joined(sorted(found))


def _joined(found: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _marked(text: str, found: Sequence[Span], begin: int, end: int) -> SafeString:
    parts: list[tuple[str, str]] = []
    at = begin
    for start, stop in found:
        if start >= begin and stop <= end:
            parts.append((text[at:start], text[start:stop]))
            at = stop
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", parts), text[at:end])


def _word_begin(text: str, at: int) -> int:
    """The begin of the next word, if one begins soon: some scripts have no spaces."""
    if at == 0:
        return 0
    space = text.find(" ", at, at + BEFORE // 2)
    return space + 1 if space >= 0 else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - LENGTH // 4, at)
    return space if space >= 0 else at
