"""How a quotation of a comment or of the post is drawn, the same in new and in imported words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

NOT_SHOWN = "A quotation of a comment that is no longer shown."
POST_NOT_SHOWN = "A quotation of the post, which is no longer shown."
POST = 0  # stands for the post where a comment is named by its id

_LEFT_OUT = re.compile(r"\[?(?:…|\.\.\.)\]?")
_NAMED_BY = 5  # words at each end of a passage that its address names
_LONGEST_END = 80  # characters of them


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a quotation says about the words it quotes.

    ``words`` is what readers of them read now, on one line; None when a quotation is not held against them.
    ``edited_at`` and ``history`` are when they were last edited and where that can be seen ("" for nowhere).
    """

    byline: str
    url: str
    shown: bool
    words: str | None = None
    what: str = "comment"
    anchor: str = ""
    edited_at: dt.datetime | None = None
    history: str = ""


Resolve = Callable[[int], Quoted | None]
"""Finds the quoted comment by its id, or the post by ``POST``; None when there is none."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Safe HTML and the ids of the comments it quotes (``POST`` for the post), in order of first mention."""

    html: str
    quotes: tuple[int, ...] = ()


def not_shown(of: int) -> str:
    """The sentence in place of words that are quoted and no longer shown."""
    return POST_NOT_SHOWN if of == POST else NOT_SHOWN


def source_line(
    quoted: Quoted | None, *, of: int = -1, passage: Sequence[str] = (), written: dt.datetime | None = None
) -> str:
    """Return the first line of a quotation as HTML: who wrote it, or that it is gone, and whether it has changed.

    ``passage`` holds the quoted paragraphs, each on one line, and ``written`` says when they were quoted.
    """
    if quoted is None or not quoted.shown:
        return f'<p class="quote-source">{not_shown(of)}</p>'
    kept = quoted.words is None or is_in(passage, quoted.words)
    address = quoted.url + (_spot(quoted, passage) if kept else "")
    who = quoted.byline if of == POST else f"{quoted.byline} wrote"
    line = f'<p class="quote-source"><a href="{escape(address)}">{escape(who)}</a></p>'
    return line if kept else line + _note(quoted, written)


def is_shown(quoted: Quoted | None) -> bool:
    """Tell whether the quoted words may be read."""
    return quoted is not None and quoted.shown


def is_in(passage: Sequence[str], words: str) -> bool:
    """Tell whether each paragraph of a passage stands in ``words``; "…" and "[...]" stand for words left out."""
    pieces = [one_line(piece) for paragraph in passage for piece in _LEFT_OUT.split(paragraph)]
    whole = [one_line(paragraph) for paragraph in passage]
    return all(piece in words for piece in pieces) or all(piece in words for piece in whole)


def one_line(text: str) -> str:
    """The text with one space wherever there is any blank."""
    return " ".join(text.split())


def _note(quoted: Quoted, written: dt.datetime | None) -> str:
    words = f"hese words are not in the {quoted.what} as it stands now."
    if written is None or quoted.edited_at is None or quoted.edited_at <= written:
        return f'<p class="quote-note">T{words}</p>'
    since = f'<a href="{escape(quoted.history)}">Changed since</a>' if quoted.history else "Changed since"
    return f'<p class="quote-note">{since}: t{words}</p>'


def _spot(quoted: Quoted, passage: Sequence[str]) -> str:
    """The end of an address that leads to the very words, where the browser knows how."""
    paragraphs = [one_line(paragraph) for paragraph in passage if paragraph.strip()]
    if quoted.words is None or not paragraphs:
        return ""
    ends = [" ".join(paragraphs[0].split()[:_NAMED_BY]), " ".join(paragraphs[-1].split()[-_NAMED_BY:])]
    if len(paragraphs) == 1 and len(paragraphs[0]) <= _LONGEST_END:
        ends = [paragraphs[0]]
    if any(len(end) > _LONGEST_END for end in ends) or any(mark in end for end in ends for mark in ("…", "...")):
        return f"#{quoted.anchor}" if quoted.anchor else ""
    return f"#{quoted.anchor}:~:text=" + ",".join(quote(end, safe="").replace("-", "%2D") for end in ends)
