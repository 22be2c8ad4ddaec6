"""A few plain words of a text, for lists, feeds and the heads of pages."""

import re
import unicodedata
from html import unescape

_PIECE = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>|[^<>]+")
_INLINE = {
    "a",
    "b",
    "cite",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "kbd",
    "q",
    "s",
    "samp",
    "strong",
    "sub",
    "sup",
    "u",
}
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”\u2019)]*\s+")


def excerpt(html: str, length: int) -> str:
    """Return at most `length` characters of sanitised HTML as plain text, cut at a word; linear.

    Quotations are other people's words: they are left out unless there is nothing else.
    """
    text = _text(html, with_quotations=False) or _text(html, with_quotations=True)
    return _cut(text, length)


def opening(html: str, sentences: int, length: int) -> str:
    """Return the first sentences of sanitised HTML as plain text, at most `length` characters of them; linear."""
    text = _text(html, with_quotations=False) or _text(html, with_quotations=True)
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    if len(ends) < sentences:
        return _cut(text, length)
    return _cut(text[: ends[sentences - 1]].rstrip(), length)


def _text(html: str, *, with_quotations: bool) -> str:
    words: list[str] = []
    quoted = 0
    for match in _PIECE.finditer(html):
        tag = match[2]
        if tag is None:
            words.append(match[0] if with_quotations or not quoted else "")
            continue
        if tag in ("blockquote", "figure"):  # a figure is a quotation with its caption
            quoted += -1 if match[1] else 1
        words.append("" if tag in _INLINE else " ")
    return " ".join(unescape("".join(words)).split())


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    end = text.rfind(" ", 0, length)
    if end <= 0:
        end = length - 1
        # A mark without its letter would sit on the dots.
        while end > 0 and unicodedata.combining(text[end]):
            end -= 1
    return text[:end].rstrip(" ,;:.-\u2013\u2014") + "…"
