"""Finds the lines that are dated as attributions are and were taken for none, so that the report can tell them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from forum.archive.readers import shapes
from forum.archive.readers.pairings import Attribution

_CLEAR: Final = 0.9
_MOST_WORDS: Final = 20

_Manner = tuple[str, bool, bool, bool]
"""How the date is written, whether it begins the line, whether it ends it, and whether a full stop follows."""


def find(lines: Sequence[str], taken: Sequence[Attribution], rejected: Iterable[int], first: int) -> tuple[int, ...]:
    """The lines from `first` on that stand as clear of text as attributions do, with a date in the same manner.

    They are names that no form could hold, or dates below somebody's words: in either case a person should look.
    """
    own = {n for one in taken for n in (*range(one.line, one.last + 1), one.foot) if n is not None}
    manners = Counter(manner for n in own if (manner := _manner(lines[n])))
    if not manners:
        return ()
    usual = manners.most_common(1)[0][0]
    known = own.union(rejected)
    above = all(one.line == one.last and one.foot is None for one in taken) and _are_clear(lines, own, -1)
    below = _are_clear(lines, own, 1)
    return tuple(
        n
        for n in range(first, len(lines))
        if n not in known
        and not (above and _is_filled(lines, n - 1))
        and not (below and _is_filled(lines, n + 1))
        and _manner(lines[n]) == usual
    )


def _manner(line: str) -> _Manner | None:
    date = shapes.date_in(line)
    if date is None:
        return None
    before, after = line[: date.start], line[date.end :]
    begins, ends = shapes.names_nobody(before), shapes.is_plain_tail(after)
    if not (begins or ends) or len((before + after).split()) > _MOST_WORDS:
        return None
    return date.shape, begins, ends, after.strip() == "."


def _are_clear(lines: Sequence[str], own: set[int], step: int) -> bool:
    clear = [n + step in own or not _is_filled(lines, n + step) for n in own]
    return sum(clear) >= _CLEAR * len(clear)


def _is_filled(lines: Sequence[str], number: int) -> bool:
    return 0 <= number < len(lines) and bool(lines[number].strip())
