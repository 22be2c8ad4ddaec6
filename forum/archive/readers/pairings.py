"""Attributions of two lines, and those parted by the text between: which name belongs to which date."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from forum.archive.dates import Printed
from forum.archive.readers import furniture, shapes
from forum.archive.readers.shapes import Written

_NEAR: Final = 3
"""A name stands at most this many lines from its date."""
_NEARLY: Final = 0.9
_MOST: Final = 0.6
_NUMBERED: Final = re.compile(r"^#?\d{1,5}[.):]?[ \t]+")
_MARKED: Final = re.compile(r"[ \t]*[:,|\u2022\u00b7\u2013\u2014-]$")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who wrote a comment and when, on one line, two, or around the text; offsets count within a line."""

    line: int
    """Index of the first line, from 0."""
    last: int
    name: str
    date: Printed | None
    end: int
    """Where the attribution ends in its last line; what follows on that line is not part of it."""
    debris: str = ""
    """What is glued to it though the page's notation has nothing there: the beginning of the next text."""
    tail: str = ""
    """Words set apart by a blank that belong to the notation ("via mobile") but not to every line."""
    indent: int = 0
    """In columns, of the line that has most likely kept its indentation; `begin` in characters, of the first."""
    shift: int = 0
    """By how many columns the other line of the attribution stands further in."""
    begin: int = 0
    number: str = ""
    source_id: str = ""
    foot: int | None = None
    """The line with the time after the text, where the attribution is split."""


@dataclass(frozen=True, slots=True)
class Found:
    """The attributions that one way of pairing finds."""

    description: str
    lines: tuple[Attribution, ...]
    rejected: tuple[int, ...] = ()
    split: bool = False
    says: bool = False


@dataclass(frozen=True, slots=True)
class _Halves:
    """The dates of a page that stand alone, the lines that name somebody, and the page itself."""

    lines: Sequence[str]
    dates: Sequence[Written]
    names: Sequence[Written]
    first: int
    """The line from which the comments can begin."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of pairing: what it is called, how it pairs, whether the text stands between."""

    says: bool
    description: str
    pairs: Callable[[_Halves], Iterator[tuple[Written, "Written | int"]]]
    split: bool = False


def pair(lines: Sequence[str], dates: list[Written], names: list[Written], first: int) -> Found:
    """The way of pairing that finds a name for most dates; of equals, the one whose names stand nearer."""
    dated = {one.line for one in dates}
    manners = Counter((name.shape, name.lead) for name in names)
    usual = manners.most_common(1)[0][0] if manners else ("", "")
    spoken = [name for name in names if name.line not in dated and (name.shape, name.lead) == usual]
    halves = _Halves(lines, dates, spoken, first)
    tried = [(way, list(way.pairs(halves))) for way in _WAYS]
    most = max(len(pairs) for _, pairs in tried)
    good = [(way, pairs) for way, pairs in tried if len(pairs) >= _NEARLY * most]
    way, pairs = min(good, key=lambda each: (not each[0].says, _distance(each[1]), -len(each[1])))
    found = _with_plain_names(sorted((_attribution(lines, *both, way) for both in pairs), key=lambda a: a.line))
    rejected = sorted({one.line for one in dates} - {date.line for date, _ in pairs})
    date = date_words(pairs[0][0].date) if pairs else ""
    named = " ".join(filter(None, (usual[1], usual[0]))) if way.says else "NAME"
    words = way.description.replace("DATE", date, 1).replace("NAMED", named)
    says = way.says and any(name.says for name in spoken)
    return Found(words, found, tuple(rejected), way.split, says)


def date_words(date: Printed | None) -> str:
    """How a manner of writing dates is called in a report."""
    if date is None:
        return "no date"
    kinds = {"mdy": "MONTH DAY, YEAR", "dmy": "DAY MONTH YEAR", "iso": "YEAR-MONTH-DAY", "num": "DATE", "ymd": "DATE"}
    more = {"mdn": "MONTH DAY", "dmn": "DAY MONTH", "dash": "DAY-MONTH-YEAR", "relative": "RELATIVE TIME"}
    named = kinds | more
    words = [
        next((text for kind, text in named.items() if word.startswith(kind)), "TIME" if word.isdigit() else word)
        for word in date.shape.split()
        if word != "beside"
    ]
    return " ".join(words)


# -- the ways --------------------------------------------------------------------------------------------


def _spoken_above(halves: _Halves) -> Iterator[tuple[Written, Written]]:
    named = {name.line: name for name in halves.names}
    for date in halves.dates:
        above = next((n for n in _near(halves.lines, date.line, -1) if n in named), None)
        if above is not None:
            yield date, named[above]


def _spoken_below(halves: _Halves) -> Iterator[tuple[Written, Written]]:
    named = {name.line: name for name in halves.names}
    if _marks(halves)[:1] == ["name"]:
        return
    for date in halves.dates:
        below = next((n for n in _near(halves.lines, date.line, 1) if n in named), None)
        if below is not None:
            yield date, named[below]


def _spoken_before_text(halves: _Halves) -> Iterator[tuple[Written, Written]]:
    """Name, text, date: the date that comes next after each name, before any other name."""
    marks = sorted([*halves.dates, *halves.names], key=lambda one: one.line)
    order = _marks(halves)
    if order[:1] == ["date"] and order[-1:] == ["name"]:
        return
    for name, date in pairwise(marks):
        if name.kind == "name" and date.kind == "date" and any(_filled(halves.lines, name.line + 1, date.line)):
            yield date, name


def _plain_above(halves: _Halves) -> Iterator[tuple[Written, int]]:
    return _plain(halves, -1)


def _plain_below(halves: _Halves) -> Iterator[tuple[Written, int]]:
    return _plain(halves, 1) if _goes_on(halves) else iter(())


def _plain_before_text(halves: _Halves) -> Iterator[tuple[Written, int]]:
    """Name, text, date: the name is the first line below the date before."""
    if _goes_on(halves):
        return
    begin = halves.first
    for date in halves.dates:
        words = [n for n in range(begin, date.line) if _says(halves.lines[n])]
        if len(words) > 1 and shapes.plain_name(halves.lines[words[0]]):
            yield date, words[0]
        begin = date.line + 1


def _goes_on(halves: _Halves) -> bool:
    """Whether anything is said below the last date."""
    below = halves.lines[halves.dates[-1].line + 1 :] if halves.dates else ()
    return any(_says(line) and not furniture.is_footer(line) for line in below)


def _says(line: str) -> bool:
    return bool(line.strip()) and not shapes.is_layout(line)


def _plain(halves: _Halves, step: int) -> Iterator[tuple[Written, int]]:
    """A short line at the distance that is usual on this page, on one side of the date."""
    near = [(date, next(_near(halves.lines, date.line, step), None)) for date in halves.dates]
    usual = Counter(abs(n - date.line) for date, n in near if n is not None)
    distance = usual.most_common(1)[0][0] if usual else 0
    for date, n in near:
        if n is not None and abs(n - date.line) == distance and shapes.plain_name(halves.lines[n]):
            yield date, n


_WAYS: Final[tuple[_Way, ...]] = (
    _Way(True, "NAMED / DATE, on two lines", _spoken_above),
    _Way(True, "DATE / NAMED, on two lines", _spoken_below),
    _Way(True, "NAMED … DATE, around the text", _spoken_before_text, split=True),
    _Way(False, "NAMED / DATE, on two lines", _plain_above),
    _Way(False, "DATE / NAMED, on two lines", _plain_below),
    _Way(False, "NAMED … DATE, around the text", _plain_before_text, split=True),
)


# -- what they share -------------------------------------------------------------------------------------


def _near(lines: Sequence[str], line: int, step: int) -> Iterator[int]:
    """The lines with words on one side of a line, nearest first, passing over the layout's."""
    for n in range(line + step, line + step * (_NEAR + 1), step):
        if 0 <= n < len(lines) and _says(lines[n]):
            yield n
            return


def _marks(halves: _Halves) -> list[str]:
    return [one.kind for one in sorted([*halves.dates, *halves.names], key=lambda one: one.line)]


def _with_plain_names(found: list[Attribution]) -> tuple[Attribution, ...]:
    """Running numbers and marks that stand at most names are none of theirs."""
    for pattern in (_NUMBERED, _MARKED):
        cut = [replace(a, name=pattern.sub("", a.name) or a.name) for a in found]
        if sum(a.name != b.name for a, b in zip(cut, found, strict=True)) >= _MOST * len(found):
            found = cut
    return tuple(found)


def _filled(lines: Sequence[str], first: int, end: int) -> Iterator[bool]:
    return (bool(lines[n].strip()) for n in range(first, end))


def _distance(pairs: Sequence[tuple[Written, "Written | int"]]) -> float:
    gaps = [abs(date.line - (name if isinstance(name, int) else name.line)) for date, name in pairs]
    return sorted(gaps)[len(gaps) // 2] if gaps else 0


def _attribution(lines: Sequence[str], date: Written, name: "Written | int", way: _Way) -> Attribution:
    at = name if isinstance(name, int) else name.line
    first, last = min(at, date.line), max(at, date.line)
    if way.split:
        last = first
    return Attribution(
        line=first,
        last=last,
        name=shapes.plain_name(lines[at]) if isinstance(name, int) else name.name,
        date=date.date,
        end=len(lines[last]),
        indent=shapes.columns(lines[last]),
        shift=shapes.columns(lines[first]) - shapes.columns(lines[last]),
        begin=len(lines[first]) - len(lines[first].lstrip(" \t")),
        number=date.number if isinstance(name, int) else name.number,
        foot=date.line if way.split else None,
    )
