"""What a layout prints at the edges of every comment: buttons, counts, numbers, the author's name again."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from forum.archive import keys
from forum.archive.readers import shapes
from forum.archive.readers.drafts import Draft
from forum.archive.readers.page import Page

_SHARE: Final = 0.3
_TIMES: Final = 3
_WORDS: Final = 6
_SHARE_UNKNOWN: Final = 0.6
_TIMES_UNKNOWN: Final = 4
_WORDS_AROUND: Final = 2
"""Beside the name, as in "Picture of NAME"."""
_ROUNDS: Final = 8


def take_off(page: Page, drafts: Sequence[Draft]) -> None:
    """Set aside the lines at the edges of the texts that the layout printed and nobody wrote."""
    for last in (False, True):
        for _ in range(_ROUNDS):
            if not (_take_off_words(page, drafts, last=last) or _take_off_names(page, drafts, last=last)):
                break


def _take_off_words(page: Page, drafts: Sequence[Draft], *, last: bool) -> bool:
    """Lines at this edge that repeat: words of buttons in some comments, any few words in most."""
    edges = [(draft, number) for draft in drafts if (number := _edge(page, draft, last=last)) is not None]
    alike = Counter(_plain(page.lines[number]) for _, number in edges)
    needed = max(_TIMES, _SHARE * len(drafts))
    known = sum(times for text, times in alike.items() if text and shapes.is_layout(text)) >= needed
    often = {text for text, times in alike.items() if _is_layout_by_number(text, times, len(drafts))}

    def is_layout(draft: Draft, number: int) -> bool:
        text = _plain(page.lines[number])
        if known and text and shapes.is_layout(text):
            return alike[text] > 1 or not _is_all(page, draft, number)
        return text in often and not _is_all(page, draft, number)

    return _take(page, edges, is_layout, last=last, what="printed by the layout")


def _take_off_names(page: Page, drafts: Sequence[Draft], *, last: bool) -> bool:
    """The author's own name, or that of the next, where the layout prints it at this edge of many texts."""
    following = {id(draft): after.attribution.name for draft, after in pairwise(drafts)} if last else {}
    edges = [(draft, number) for draft in drafts if (number := _edge(page, draft, last=last)) is not None]

    def is_own(draft: Draft, number: int) -> bool:
        return keys.normal_name(page.lines[number]) == keys.normal_name(draft.attribution.name)

    def is_next(draft: Draft, number: int) -> bool:
        return keys.normal_name(page.lines[number]) == keys.normal_name(following.get(id(draft), ""))

    def has_name(draft: Draft, number: int) -> bool:
        name, line = following.get(id(draft)) or draft.attribution.name, page.lines[number]
        return name in line and len(line.split()) <= len(name.split()) + _WORDS_AROUND

    for is_name, share in ((is_own, _SHARE), (is_next, _SHARE), (has_name, _SHARE_UNKNOWN)):
        if sum(is_name(*edge) for edge in edges) >= max(_TIMES, share * len(drafts)):
            return _take(page, edges, is_name, last=last, what="the author's name, printed by the layout")
    return False


def _take(
    page: Page, edges: Sequence[tuple[Draft, int]], holds: Callable[[Draft, int], bool], *, last: bool, what: str
) -> bool:
    taken = [(draft, number) for draft, number in edges if holds(draft, number)]
    page.set_aside([number for _, number in taken], what)
    for draft, number in taken:
        if last:
            draft.end = page.starts[number]
        else:
            draft.begin = min(page.starts[number] + len(page.lines[number]) + 1, draft.end)
    return bool(taken)


def _is_layout_by_number(text: str, times: int, comments: int) -> bool:
    return bool(text) and times >= max(_TIMES_UNKNOWN, _SHARE_UNKNOWN * comments)


def _is_all(page: Page, draft: Draft, number: int) -> bool:
    """Whether the comment would say nothing without this line: then it is what the comment says."""
    rest = (
        page.text[draft.begin : page.starts[number]]
        + page.text[page.starts[number] + len(page.lines[number]) : draft.end]
    )
    return not rest.strip()


def _plain(line: str) -> str:
    """A short line with its numbers alike, or nothing when it has more words than a button."""
    words = line.split()
    return re.sub(r"\d+", "0", " ".join(words)).casefold() if len(words) <= _WORDS else ""


def _edge(page: Page, draft: Draft, *, last: bool) -> int | None:
    """The first or last line of the draft's text, unless its attribution stands on it."""
    text = page.text[draft.begin : draft.end]
    if not text.strip():
        return None
    inside = len(text.rstrip()) - 1 if last else len(text) - len(text.lstrip())
    number = page.line_at(draft.begin + inside)
    own = draft.attribution
    return None if own.line <= number <= own.last or number == own.foot else number
