"""A few plain words of a text, for lists, feeds and the heads of pages."""

import re
import unicodedata
from html import unescape

from forum.text.characters import DECEIVING

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
_ANY = re.compile("<")
_MARGIN = 50  # characters past the cut that are read, more than the longest entity has: half of one is not yet a letter
_STANDS = re.compile("<(?:hr|img|pre)[ />]")  # seen without a word
_UNSEEN = re.compile(rf"{DECEIVING.pattern}|[\s\u2800]")
_NAMED = re.compile('<blockquote class="quote"')
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”\u2019)]*\s+")


def excerpt(html: str, length: int) -> str:
    """Return at most `length` characters of sanitised HTML as plain text, cut at a word; reads no more than it needs.

    Quotations are other people's words: they are left out unless there is nothing else.
    """
    return _cut(_beginning(html, length), length)


def opening(html: str, sentences: int, length: int) -> str:
    """Return the first sentences of sanitised HTML as plain text, at most `length` characters; reads no more."""
    text = _beginning(html, length)
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    if len(ends) < sentences:
        return _cut(text, length)
    return _cut(text[: ends[sentences - 1]].rstrip(), length)


def _beginning(html: str, length: int) -> str:
    """Return the words as far as `_cut` looks at them, or further, without quotations unless there is nothing else."""
    return _text(html, leave_out=_ANY, enough=length + _MARGIN) or _text(html, leave_out=None, enough=length + _MARGIN)


def own(html: str) -> str:
    """Return all words of sanitised HTML on one line, but those that it quotes of other comments; linear."""
    return _text(html, leave_out=_NAMED)


def whole(html: str) -> str:
    """Return all words of sanitised HTML on one line; linear."""
    return _text(html, leave_out=None)


def is_seen(html: str) -> bool:
    """Tell whether sanitised HTML shows anything: a word that is not all blanks, a rule or a piece of code; linear."""
    return _STANDS.search(html) is not None or bool(_UNSEEN.sub("", whole(html)))


def paragraphs(html: str) -> list[str]:
    """Return each paragraph, item or piece of code of sanitised HTML as plain text on one line; linear."""
    found = [""]
    for match in _PIECE.finditer(html):
        if match[2] is None:
            found[-1] += match[0]
        elif match[2] == "br":
            found[-1] += " "
        elif match[2] not in _INLINE:
            if match[1] and match[2] == "figcaption":  # whose words they are, and no words of the article
                found.pop()
            found.append("")
    texts = (" ".join(unescape(piece).split()) for piece in found)
    return [text for text in texts if text]


def _text(html: str, *, leave_out: re.Pattern[str] | None, enough: int | None = None) -> str:
    words: list[str] = []
    open_tags = left_out = read = 0
    look = enough
    for match in _PIECE.finditer(html):
        tag = match[2]
        if tag is None:
            if left_out:
                continue
            words.append(match[0])
            read += len(match[0])
            if enough is not None and look is not None and read > look:
                text = _plain(words)
                if len(text) > enough:
                    return text
                look = 2 * read  # blanks and entities are many characters of HTML
            continue
        if tag in ("blockquote", "figure"):  # a figure is a quotation with its caption
            open_tags += -1 if match[1] else 1
            if left_out > open_tags:
                left_out = 0
            elif not left_out and not match[1] and leave_out and leave_out.match(match[0]):
                left_out = open_tags
        words.append("" if tag in _INLINE else " ")
    return _plain(words)


def _plain(words: list[str]) -> str:
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
