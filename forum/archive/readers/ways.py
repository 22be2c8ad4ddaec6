"""The ways in which a name and a date of one comment stand apart, as a table, and how each pairs them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from forum.archive.readers import furniture, shapes
from forum.archive.readers.shapes import Written

_NEAR: Final = 4
"""A name stands at most this many lines from its date."""

_DIGITS: Final = re.compile(r"(?<!\w)\d+(?!\w)")

Pair = tuple[Written, Written | int]
"""A date, and the line that names its author: read as such, or the index of a line that is a name and nothing else."""


@dataclass(frozen=True, slots=True)
class Halves:
    """The dates of a page that stand alone, the lines that name somebody, and the page itself."""

    lines: Sequence[str]
    dates: Sequence[Written]
    names: Sequence[Written]
    first: int
    """The line from which the comments can begin."""
    long: bool = False
    """Whether names may be as long as titles: once it is known where names stand, they may."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of pairing: what it is called, how it pairs, whether the text stands between."""

    says: bool
    description: str
    pairs: Callable[[Halves], Iterator[Pair]]
    split: bool = False


def _spoken_above(halves: Halves) -> Iterator[Pair]:
    named = {name.line: name for name in halves.names}
    for date in halves.dates:
        above = _near(halves.lines, date.line, -1)
        if above in named:
            yield date, named[above]


def _spoken_below(halves: Halves) -> Iterator[Pair]:
    named = {name.line: name for name in halves.names}
    if _marks(halves)[:1] == ["name"]:
        return
    for date in halves.dates:
        below = _near(halves.lines, date.line, 1)
        if below in named:
            yield date, named[below]


def _spoken_before_text(halves: Halves) -> Iterator[Pair]:
    """Name, text, date: the date that comes next after each name, before any other name."""
    marks = sorted([*halves.dates, *halves.names], key=lambda one: one.line)
    order = _marks(halves)
    if order[:1] == ["date"] and order[-1:] == ["name"]:
        return
    for name, date in pairwise(marks):
        if name.kind == "name" and date.kind == "date" and any(_filled(halves.lines, name.line + 1, date.line)):
            yield date, name


def _plain_above(halves: Halves) -> Iterator[Pair]:
    return _plain(halves, -1)


def _plain_below(halves: Halves) -> Iterator[Pair]:
    return _plain(halves, 1) if _goes_on(halves) else iter(())


def _plain_before_text(halves: Halves) -> Iterator[Pair]:
    """Name, text, date: the name is the first line below the date before."""
    if _goes_on(halves):
        return
    begin = halves.first
    for date in halves.dates:
        words = [n for n in range(begin, date.line) if _says(halves.lines[n])]
        if (
            words
            and any(_filled(halves.lines, words[0] + 1, date.line))
            and shapes.plain_name(halves.lines[words[0]], long=halves.long)
        ):
            yield date, words[0]
        begin = date.line + 1


def _goes_on(halves: Halves) -> bool:
    """Whether anything is said below the last date."""
    below = halves.lines[halves.dates[-1].line + 1 :] if halves.dates else ()
    return any(_says(line) and not furniture.is_footer(line) for line in below)


def _says(line: str) -> bool:
    return bool(line.strip()) and not shapes.is_layout(line)


def _plain(halves: Halves, step: int) -> Iterator[Pair]:
    """A short line on one side of the date, with as many blank lines between as is usual on this page."""
    near = [(date, _near(halves.lines, date.line, step)) for date in halves.dates]
    blanks = {date.line: _blanks(halves.lines, date.line, n) for date, n in near if n is not None}
    usual = Counter(blanks.values()).most_common(1)[0][0] if blanks else 0
    found = [(date, n) for date, n in near if n is not None and blanks[date.line] == usual]
    if _is_numbering([halves.lines[n] for _, n in found]):
        return
    yield from ((date, n) for date, n in found if shapes.plain_name(halves.lines[n], long=halves.long))


def _is_numbering(lines: Sequence[str]) -> bool:
    """Whether the lines differ in their numbers alone ("Comment 12"), and so name nobody."""
    return len({_DIGITS.sub("0", line.strip()) for line in lines}) == 1 and bool(_DIGITS.search(lines[0]))


def _near(lines: Sequence[str], line: int, step: int) -> int | None:
    """The nearest line with words on one side of a line, passing over the layout's."""
    around = range(line + step, line + step * (_NEAR + 1), step)
    return next((n for n in around if 0 <= n < len(lines) and _says(lines[n])), None)


def _blanks(lines: Sequence[str], one: int, other: int) -> int:
    return sum(not lines[n].strip() for n in range(min(one, other) + 1, max(one, other)))


def _marks(halves: Halves) -> list[str]:
    return [one.kind for one in sorted([*halves.dates, *halves.names], key=lambda one: one.line)]


def _filled(lines: Sequence[str], first: int, end: int) -> Iterator[bool]:
    return (bool(lines[n].strip()) for n in range(first, end))


WAYS: Final[tuple[Way, ...]] = (
    Way(True, "NAMED / DATE, on two lines", _spoken_above),
    Way(True, "DATE / NAMED, on two lines", _spoken_below),
    Way(True, "NAMED … DATE, around the text", _spoken_before_text, split=True),
    Way(False, "NAMED / DATE, on two lines", _plain_above),
    Way(False, "DATE / NAMED, on two lines", _plain_below),
    Way(False, "NAMED … DATE, around the text", _plain_before_text, split=True),
)
