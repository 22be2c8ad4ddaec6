"""How a quotation of another comment is drawn, the same in new and in imported words."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

NOT_SHOWN = "A quotation of a comment that is no longer shown."


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a quotation says about the comment it quotes."""

    byline: str
    url: str
    shown: bool


Resolve = Callable[[int], Quoted | None]
"""Finds the quoted comment by its id; None when there is none."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Safe HTML and the ids of the comments it quotes, in order of first mention."""

    html: str
    quotes: tuple[int, ...] = ()


def source_line(quoted: Quoted | None) -> str:
    """Return the first line of a quotation as HTML: who wrote it, or that it is gone."""
    if quoted is None or not quoted.shown:
        return f'<p class="quote-source">{NOT_SHOWN}</p>'
    return f'<p class="quote-source"><a href="{escape(quoted.url)}">{escape(quoted.byline)} wrote</a></p>'


def is_shown(quoted: Quoted | None) -> bool:
    """Tell whether the quoted words may be read."""
    return quoted is not None and quoted.shown
