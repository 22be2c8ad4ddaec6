"""What the readers of exports share: keys and times of items, notes that stay few, and lines that are in no item."""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Final

from forum.archive import keys
from forum.archive.items import Anomaly, Lines, Moment, Stretch

_OLDEST: Final = 1990
_THIS_YEAR: Final = datetime.now().year
"""When the process began: earlier years need no second look."""
_EACH: Final = 5
_KINDS: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WIDEST: Final = timedelta(hours=15)
_QUARTER: Final = timedelta(minutes=15)


class Notes:
    """Anomalies: the same one is told line by line while it is rare, and else once, with its number.

    Of more than a hundred kinds the rest are told as one: what is odd may be whatever the file says.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], list[int]] = {}
        self._numbers: dict[tuple[str, str], int] = {}

    def say(self, line: int, what: str, done: str) -> None:
        """Note what is odd at a line and what is done about it; `what` is the same for all that are alike."""
        if len(self._seen) >= _KINDS and (what, done) not in self._seen:
            what, done = "more that is out of the ordinary", "not listed one by one"
        lines = self._seen.setdefault((what, done), [])
        self._numbers[what, done] = self._numbers.get((what, done), 0) + 1
        if len(lines) < _EACH:
            lines.append(line)

    def short(self, text: str, most: int, what: str, line: int) -> str:
        """The text, shortened and told when it has more characters than there is room for."""
        if len(text) <= most:
            return text
        self.say(line, f"a {what} of more than {most} characters", "shortened")
        return text[: most - 1] + "…"

    def anomalies(self) -> tuple[Anomaly, ...]:
        """All of them, in the order of the file."""
        told = []
        for (what, done), lines in self._seen.items():
            number = self._numbers[what, done]
            if number <= _EACH:
                told += [Anomaly(line, what, done) for line in lines]
            else:
                told.append(Anomaly(lines[0], f"{what} ({number:,} times, the first here)", done))
        return tuple(sorted(told, key=lambda anomaly: anomaly.line))


class Stretches:
    """Lines that are in no item, in the order of the file; neighbours of one kind become one stretch."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, int, str, int]] = []

    def add(self, lines: Lines, what: str, *, number: int = 1) -> None:
        """Put lines at the end, which hold so many items of that kind (0: none that can be counted)."""
        first, last = lines
        if self._runs:
            begin, end, before, counted = self._runs[-1]
            if before == what and first <= end + 1:
                self._runs[-1] = (begin, max(end, last), what, counted + number)
                return
        if first <= last:
            self._runs.append((first, last, what, number))

    def all(self) -> tuple[Stretch, ...]:
        """The stretches, each with the number of items in it where they can be counted."""
        return tuple(
            Stretch((first, last), f"{what} ({number:,} of them)" if number > 1 else what)
            for first, last, what, number in self._runs
        )


class Keys:
    """The keys of items that have an id in their file, such as `wxr:comment:12`."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._numbers: dict[int, int] = {}
        self._others: set[str] = set()
        self._without = keys.StableKeys(kind)

    def of(self, told: str) -> str:
        """The key of the item with that id."""
        return f"{self._kind}:{int(told) if _is_number(told) else told[:100]}"

    def key(self, told: str, notes: Notes, line: int, *, author: str, printed: str, body: str) -> str:
        """The key of a new item; one without an id, or with that of another one, has one made of its words."""
        if told and self._is_new(told):
            return self.of(told)
        notes.say(line, "an id that stood before" if told else "no id", "known by its words")
        return f"{self._kind}:{self._without.key(author=author, printed=printed, body=body)}"

    def _is_new(self, told: str) -> bool:
        if not _is_number(told):
            is_new = told[:100] not in self._others
            self._others.add(told[:100])
            return is_new
        # One bit a number: they stand close together, and there may be millions.
        page, bit = int(told) >> 8, 1 << (int(told) & 255)
        before = self._numbers.get(page, 0)
        self._numbers[page] = before | bit
        return not before & bit


def moment(printed: str, in_utc: str) -> tuple[Moment, str]:
    """The time that a local time and the same in UTC tell ("0000-…" tells none), and what is doubtful about it.

    Both are written as 2004-05-06 07:08:09; either may be missing.
    """
    local, utc = _read(printed), _read(in_utc)
    if local is None and utc is None:
        return Moment(printed=printed), "a date that is none" if printed else "no date"
    if local is None:
        assert utc is not None  # noqa: S101 - for the type checker; one of them is there
        told = utc.isoformat()
        return Moment(in_utc, told, "second", "UTC", f"{told}+00:00"), "no local time" if printed else ""
    if utc is None:
        return Moment(printed, local.isoformat(), "second"), ""
    ahead = local - utc
    if abs(ahead) > _WIDEST or ahead % _QUARTER:
        return Moment(printed, local.isoformat(), "second"), "a local time and a UTC time that do not fit together"
    return Moment(printed, local.isoformat(), "second", _zone(ahead), f"{utc.isoformat()}+00:00"), ""


def order(told: Moment) -> int:
    """Seconds by which items are put in order; -1 when the time is not known."""
    if not (told.instant or told.local):
        return -1
    at = datetime.fromisoformat(told.instant or told.local)
    return int(((at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH).total_seconds())


def in_order(orders: Sequence[int]) -> list[int] | None:
    """The numbers of items by time, those without one after what stands before them; None when they stand so."""
    known = (at for at in orders if at >= 0)
    if all(one <= next_one for one, next_one in pairwise(known)):
        return None
    filled, latest = array("q"), -1
    for at in orders:
        latest = at if at >= 0 else latest
        filled.append(latest)
    return sorted(range(len(filled)), key=filled.__getitem__)


def _read(text: str) -> datetime | None:
    """A time of WordPress or Disqus without its zone; None for none, and for one before 1990 or to come."""
    if not text or text.startswith("0000"):
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, OverflowError):
        return None
    if _OLDEST <= at.year < _THIS_YEAR:
        return at
    return at if at.year >= _OLDEST and at <= datetime.now() + timedelta(days=1) else None


def _is_number(told: str) -> bool:
    return told.isdecimal() and told.isascii() and len(told) < 19


@cache
def _zone(ahead: timedelta) -> str:
    minutes = int(ahead.total_seconds()) // 60
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if minutes else "UTC"
