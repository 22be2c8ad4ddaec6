"""Reads what people type into a search box; any text at all has a meaning, and what was left out is told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from forum.search.folding import words
from forum.search.wanted import Phrase

LONGEST: Final = 200  # characters
MOST: Final = 12  # words and conditions

_QUOTES: Final = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb", '"""""')
_PIECE: Final = re.compile(r'(?P<minus>-?)(?:(?P<name>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+))')
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_ID: Final = re.compile(r"#?([1-9]\d{0,17})", re.ASCII)

VALUES: Final = {
    "is": {"post": "post", "posts": "post", "comment": "comment", "comments": "comment", "question": "question"},
    "era": {"then": "then", "now": "now", "both": "both"},
}


@dataclass(frozen=True)
class Condition:
    """An operator: what it is, what it was given, and whether it was turned round with a minus."""

    name: str
    value: str
    against: bool = False


@dataclass
class Query:
    """What was typed: ``phrases`` must stand there, ``against`` must not; ``told`` says what was left out."""

    phrases: list[Phrase] = field(default_factory=list)
    against: list[Phrase] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    begin: dt.date | None = None
    end: dt.date | None = None
    told: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for."""
        return not (self.phrases or self.against or self.conditions or self.begin or self.end)

    def values(self, name: str, *, against: bool = False) -> list[str]:
        """What an operator was given, as often as it stands there."""
        return [c.value for c in self.conditions if (c.name, c.against) == (name, against)]


def parse(text: str) -> Query:
    """Read a search; never fails. Linear."""
    query = Query()
    pieces = list(_pieces(_shortened(text.translate(_QUOTES), query)))
    for piece in pieces[:MOST]:
        _take(piece, query)
    if len(pieces) > MOST:
        query.told.append(f"A search holds {MOST} words and conditions. The rest was left out.")
    return query


def _shortened(text: str, query: Query) -> str:
    if len(text) <= LONGEST:
        return text
    query.told.append(f"A search holds {LONGEST} characters. The rest was left out.")
    cut = text[: LONGEST + 1]
    return cut.rpartition(" ")[0] or cut[:LONGEST]


def _pieces(text: str) -> Iterator[re.Match[str]]:
    return _PIECE.finditer(text)


def _take(piece: re.Match[str], query: Query) -> None:
    name = (piece["name"] or "").lower()
    value = (piece["quoted"] if piece["quoted"] is not None else piece["word"]).strip()
    if name in ("before", "after"):
        _take_date(name, value, bool(piece["minus"]), query)
    elif name in ("author", "tag", "in", *VALUES):
        _take_condition(name, value, bool(piece["minus"]), query)
    else:
        _take_words(piece, query)


def _take_words(piece: re.Match[str], query: Query) -> None:
    found = tuple(words(piece[0]))[:MOST]
    if found:
        (query.against if piece["minus"] else query.phrases).append(found)
    elif piece[0].strip("-\"'*^:()+,.;!?&|/<> \t\r\n"):
        query.told.append(f"“{piece[0]}” holds no letter or digit, so it was left out.")


def _take_condition(name: str, value: str, against: bool, query: Query) -> None:
    if name in VALUES:
        known = VALUES[name].get(value.lower())
        if known is None:
            query.told.append(f"{name}: takes one of {', '.join(dict.fromkeys(VALUES[name].values()))}.")
            return
        value = known
    elif name == "in":
        found = _ID.fullmatch(value)
        if found is None:
            query.told.append("in: takes the number of a thread, such as in:12, the first number in its address.")
            return
        value = found[1]
    elif not words(value):
        query.told.append(f"{name}: takes a {'name' if name == 'author' else 'tag'}, such as {_EXAMPLES[name]}.")
        return
    query.conditions.append(Condition(name, value, against))


_EXAMPLES: Final = {"author": 'author:name or author:"John Smith"', "tag": "tag:history"}


def _take_date(name: str, value: str, against: bool, query: Query) -> None:
    """A year, a month or a day means its first moment: after from then on, before until then."""
    at = None if against else _first_day(value)
    if at is None:
        query.told.append(f"{name}: takes a date such as 2007, 2007-03 or 2007-03-22.")
    elif name == "after":
        query.begin = max(at, query.begin or at)
    else:
        query.end = min(at, query.end or at)


def _first_day(value: str) -> dt.date | None:
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    try:
        return dt.date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None
