"""Dates and times as pages print them: found in a line, read without inventing, zoned only if stated."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forum.archive.date_words import (
    AFTER,
    BEFORE,
    CLOCK_FIRST,
    CLOCK_LAST,
    DATE,
    GLUED,
    MONTHS,
    NO_YEAR,
    RELATIVE,
    WEEKDAY,
    YEAR_LAST,
    ZONES,
)
from forum.archive.items import Moment, Precision
from forum.archive.limits import Refused

_OLDEST: Final = 1990
_LOOK: Final = 300
_NUMBERS: Final = ("num", "nun")
_LAST_HOUR: Final = 23
_AGO: Final = re.compile("ago|vor |hace|il y a|yesterday|today|just now", re.IGNORECASE)
_DIGIT: Final = re.compile(r"\d")
_PRINTED: Final = 120


@dataclass(frozen=True, slots=True)
class Printed:
    """A date, with its time of day if one stands beside it, and where in the line it stands."""

    start: int
    end: int
    text: str
    shape: str
    """The manner of writing, alike for all dates written in that manner."""
    year: int = 0
    """0 where the page does not print it."""
    first: int = 0
    second: int = 0
    """Month and day; for numbers alone, in the order printed."""
    numbers_only: bool = False
    hour: int | None = None
    minute: int = 0
    seconds: int | None = None
    zone: str = ""
    relative: bool = False
    """Told from the moment of saving ("3 hours ago"), so that it says no day."""

    @property
    def is_clock(self) -> bool:
        """Whether it is a time of day without a day."""
        return self.first == 0 and self.hour is not None


def find(line: str) -> Printed | None:
    """The date in the first 300 characters that has a time of day beside it, or else the first date."""
    head = line[:_LOOK]
    if not _DIGIT.search(head):
        return None
    found = [_with_clock(head, match) for match in DATE.finditer(head)]
    told = next((each for each in found if each.hour is not None), found[0] if found else None)
    if told is None and (glued := GLUED.search(head)):
        told = _with_clock(head, glued)
    if told is None:
        without_year = (_with_clock(head, match) for match in NO_YEAR.finditer(head))
        told = next((_with_last_year(head, each) for each in without_year if each.hour is not None), None)
    return told


def find_clock(line: str) -> Printed | None:
    """A time of day that stands alone at the beginning or the end of a line of 120 characters at most."""
    if len(line) > _PRINTED or not _DIGIT.search(line):
        return None
    for pattern in (CLOCK_FIRST, CLOCK_LAST):
        match = pattern.match(line) if pattern is CLOCK_FIRST else pattern.search(line)
        if match and _is_clock(match) and _hour(int(match["h"]), (match["ap"] or "").lower()) <= _LAST_HOUR:
            return _printed(
                "clock", match, line[match.start("h") : match.end()].rstrip(" \t.:)]"), match, shape="time {2}"
            )
    return None


def find_relative(line: str) -> Printed | None:
    """The time that the line tells from the moment of saving ("3 hours ago"), when it bears no date."""
    head = line[:_LOOK]
    match = RELATIVE.search(head) if _AGO.search(head) else None
    if match is None or DATE.search(head):
        return None
    return Printed(match.start(), match.end(), match.group(), shape="relative", relative=True)


def is_relative(line: str) -> bool:
    """Whether the line tells its time only from the moment the page was saved ("3 hours ago")."""
    return len(line) <= _LOOK and find_relative(line) is not None


def month_first(dates: Iterable[Printed]) -> bool | None:
    """Whether dates such as 03-04-2004 give the month first, by them all; None when nothing tells."""
    numeric = [date for date in dates if date.numbers_only]
    if any(date.first > 12 for date in numeric):
        return False
    return True if any(date.second > 12 for date in numeric) else None


def moment(date: Printed, *, months_first: bool | None, printed: str = "", near: str = "") -> Moment:
    """What a printed date says; a date that does not exist, or could be two, keeps its text alone.

    `near` is the ISO date of the article: a day without a year is the first such day from then on.
    """
    text = (printed or date.text) if len(printed or date.text) <= _PRINTED else " ".join(date.text.split())
    if date.relative:
        return Moment(printed=text, precision="relative")
    local = _local(date if date.year else replace(date, year=_year_near(date, near)), months_first)
    if local is None:
        return Moment(printed=text)
    precision: Precision = "day" if date.hour is None else "minute" if date.seconds is None else "second"
    day = local.date().isoformat()
    told = Moment(printed=text, local=day if precision == "day" else local.isoformat(), precision=precision)
    if date.zone and precision != "day":
        return replace(told, zone=date.zone, instant=_in_utc(local, timezone(_offset(date.zone))))
    return told


def place(told: Moment, zone_name: str) -> tuple[Moment, str]:
    """The moment in the zone the operator names, and what is doubtful about it ("" when nothing is)."""
    if not zone_name or not told.local or told.instant or told.precision not in ("minute", "second"):
        return told, ""
    zone = _zone(zone_name)
    local = datetime.fromisoformat(told.local)
    here, later = local.replace(tzinfo=zone), local.replace(tzinfo=zone, fold=1)
    if here.utcoffset() == later.utcoffset():
        return replace(told, zone=zone_name, instant=_in_utc(local, zone)), ""
    back = here.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    doubt = "falls in an hour that occurs twice" if back == local else "falls in an hour that the clock skips"
    return replace(told, zone=zone_name), doubt


def may_be(local: datetime) -> bool:
    """Whether words can have been dated so: no earlier than 1990, and no more than a day ahead of now."""
    return local.year >= _OLDEST and local <= datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)


def _with_clock(line: str, match: re.Match[str]) -> Printed:
    kind = next(name[:-2] for name, text in match.groupdict().items() if text and name.endswith(("_d", "_a")))
    if (after := AFTER.match(line, match.end())) and _is_clock(after):
        return _printed(kind, match, line[match.start() : after.end()], after, shape="{} {} {}")
    if (before := BEFORE.search(line, 0, match.start())) and _is_clock(before):
        return _printed(kind, match, line[before.start() : match.end()], before, shape="{2} {1} {0}")
    return _printed(kind, match, match.group(), None, shape="{}")


def _is_clock(match: re.Match[str]) -> bool:
    """Minutes after a colon, or else a word that says that the number is an hour."""
    after_at = match["dot"] == "." and (match.groupdict().get("join") or "").strip().lower() in ("at", "um", "om", "kl")
    return match["dot"] in (":", "h") or after_at or bool(match["ap"] or match["uhr"])


def _with_last_year(line: str, date: Printed) -> Printed:
    match = YEAR_LAST.match(line, date.end)
    if match is None:
        return date
    text = line[date.start : match.end()]
    return replace(date, end=match.end(), text=text, year=int(match["y"]), shape=f"{date.shape} year")


def _printed(kind: str, match: re.Match[str], text: str, clock: re.Match[str] | None, *, shape: str) -> Printed:
    parts = match.groupdict()
    times = clock.groupdict() if clock else dict.fromkeys(("h", "m", "s", "ap", "zone", "zone_name"))
    names = ("a", "b") if kind in _NUMBERS else ("m", "d")
    first, second = (parts.get(f"{kind}_{name}") or "0" for name in names)
    begin = min(match.start(), clock.start()) if clock else match.start()
    if kind == "clock":
        begin = match.start("h")
    written = (kind if clock else kind + (parts.get(f"{kind}_s") or ""), _join(clock) if clock else "")
    return Printed(
        start=begin,
        end=begin + len(text),
        text=text,
        shape=shape.format(*written, "12" if times["ap"] else "24"),
        year=_full_year(parts.get(f"{kind}_y") or ""),
        first=int(first) if first.isdigit() else MONTHS[first.lower()],
        second=int(second),
        numbers_only=kind in _NUMBERS,
        hour=_hour(int(times["h"]), (times["ap"] or "").lower()) if times["h"] else None,
        minute=int(times["m"] or 0),
        seconds=int(times["s"]) if times["s"] else None,
        zone=(times["zone"] or times["zone_name"] or "").upper(),
    )


def _full_year(printed: str) -> int:
    digits = printed.lstrip("'\u2019")
    if len(digits) != 2:
        return int(digits or 0)
    return int(digits) + (1900 if int(digits) >= 90 else 2000)


def _join(match: re.Match[str]) -> str:
    return " ".join(WEEKDAY.sub("", match.groupdict().get("join") or "").split()).lower() or "beside"


def _hour(hour: int, half: str) -> int:
    if half == "a" and hour == 12:
        return 0
    return hour + 12 if half == "p" and hour < 12 else hour


def _local(date: Printed, months_first: bool | None) -> datetime | None:
    if date.numbers_only and months_first is None and date.first != date.second:
        return None
    swap = date.numbers_only and months_first is False
    month, day = (date.second, date.first) if swap else (date.first, date.second)
    try:
        local = datetime(date.year, month, day, date.hour or 0, date.minute, date.seconds or 0)
    except ValueError:
        return None
    return local if may_be(local) else None


def _year_near(printed: Printed, near: str) -> int:
    """The year in which a day without one falls next, counted from a month before the article's."""
    if not near or not printed.first:
        return 0
    article = date.fromisoformat(near[:10])
    return article.year + (printed.first < article.month - 1 and article.month - printed.first > 6)


def _offset(zone: str) -> timedelta:
    if zone in ZONES:
        return timedelta(minutes=ZONES[zone])
    digits = zone.replace(":", "")
    minutes = int(digits[-4:-2]) * 60 + int(digits[-2:])
    return timedelta(minutes=min(minutes, 14 * 60) * (-1 if digits[-5] == "-" else 1))


def _in_utc(local: datetime, zone: timezone | ZoneInfo) -> str:
    return local.replace(tzinfo=zone).astimezone(UTC).isoformat()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Refused(f"The time zone “{name}” is not known; write a name such as America/New_York.") from None
