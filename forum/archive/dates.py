"""Dates and times as pages print them: found in a line, read without inventing, zoned only if stated."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forum.archive.items import Moment, Precision
from forum.archive.limits import Refused

_MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?,?[ \t]+)?"
_DATE: Final = re.compile(
    rf"(?<![\w.]){_WEEKDAY}(?:"
    rf"(?P<mdy_m>{_MONTH})\.?[ \t]+(?P<mdy_d>\d{{1,2}})(?:st|nd|rd|th)?,?[ \t]+(?P<mdy_y>\d{{4}})"
    rf"|(?P<dmy_d>\d{{1,2}})(?:st|nd|rd|th)?\.?[ \t]+(?:of[ \t]+)?(?P<dmy_m>{_MONTH})"
    r"\.?,?[ \t]+(?P<dmy_y>\d{4})"
    r"|(?P<iso_y>\d{4})[-/](?P<iso_m>\d{1,2})[-/](?P<iso_d>\d{1,2})"
    r"|(?P<num_a>\d{1,2})(?P<num_s>[./-])(?P<num_b>\d{1,2})(?P=num_s)(?P<num_y>\d{4}|\d{2})"
    r")(?!\d)",
    re.IGNORECASE,
)
_CLOCK: Final = (
    r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2}))?(?:[ \t]*(?P<ap>[ap])(?:\.m\.|m(?-i:(?![a-z]))))?"
    r"(?:[ \t]+\(?(?P<zone>UTC|GMT|[ECMP][SD]T)\b\)?)?"
)
_AFTER: Final = re.compile(rf"(?P<join>,?[ \t]*(?:(?:at|@|[-\u2013\u2014|])[ \t]*)?){_CLOCK}(?!\d)", re.IGNORECASE)
_BEFORE: Final = re.compile(rf"(?<![\d:]){_CLOCK}(?P<join>,?[ \t]*(?:on|[-\u2013\u2014|])?[ \t]*)$", re.IGNORECASE)
_RELATIVE: Final = re.compile(
    r"\b(?:an?|\d+)\s+(?:second|minute|hour|day|week|month|year)s?\s+ago\b|^yesterday\b", re.IGNORECASE
)
_ZONES: Final = {
    **{"UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5},
    **{"MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
}
_OLDEST: Final = 1990
_LOOK: Final = 300
_PRINTED: Final = 120


@dataclass(frozen=True, slots=True)
class Printed:
    """A date, with its time of day if one stands beside it, and where in the line it stands."""

    start: int
    end: int
    text: str
    shape: str
    """The manner of writing, alike for all dates written in that manner."""
    year: int
    first: int
    second: int
    """Month and day; for numbers alone, in the order printed."""
    numbers_only: bool
    hour: int | None = None
    minute: int = 0
    seconds: int | None = None
    zone: str = ""


def find(line: str) -> Printed | None:
    """The date in the first 300 characters that has a time of day beside it, or else the first date."""
    head = line[:_LOOK]
    found = [_with_clock(head, match) for match in _DATE.finditer(head)]
    return next((date for date in found if date.hour is not None), found[0] if found else None)


def is_relative(line: str) -> bool:
    """Whether the line tells its time only from the moment the page was saved ("3 hours ago")."""
    return len(line) <= _LOOK and bool(_RELATIVE.search(line)) and not _DATE.search(line)


def month_first(dates: Iterable[Printed]) -> bool | None:
    """Whether dates such as 03-04-2004 give the month first, by them all; None when nothing tells."""
    numeric = [date for date in dates if date.numbers_only]
    if any(date.first > 12 for date in numeric):
        return False
    return True if any(date.second > 12 for date in numeric) else None


def moment(date: Printed, *, months_first: bool | None, printed: str = "") -> Moment:
    """What a printed date says; a date that does not exist, or could be two, keeps its text alone."""
    text = (printed or date.text) if len(printed or date.text) <= _PRINTED else " ".join(date.text.split())
    local = _local(date, months_first)
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


def _with_clock(line: str, match: re.Match[str]) -> Printed:
    kind = next(kind for kind in ("mdy", "dmy", "iso", "num") if match[f"{kind}_y"])
    date = _date_parts(kind, match)
    if after := _AFTER.match(line, match.end()):
        return _clocked(date, after, line, match.start(), after.end(), f"{kind} {_join(after)} {{}}")
    if before := _BEFORE.search(line, 0, match.start()):
        return _clocked(date, before, line, before.start(), match.end(), f"{{}} {_join(before)} {kind}")
    return date


def _date_parts(kind: str, match: re.Match[str]) -> Printed:
    names = ("a", "b") if kind == "num" else ("m", "d")
    first, second = (match[f"{kind}_{name}"] for name in names)
    year = match[f"{kind}_y"]
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 90 else 2000)
    return Printed(
        start=match.start(),
        end=match.end(),
        text=match.group(),
        shape=kind + (match["num_s"] or ""),
        year=full,
        first=int(first) if first.isdigit() else _MONTH_NAMES.index(first[:3].lower()) + 1,
        second=int(second),
        numbers_only=kind == "num",
    )


def _clocked(date: Printed, clock: re.Match[str], line: str, start: int, end: int, shape: str) -> Printed:
    hour = _hour(int(clock["h"]), (clock["ap"] or "").lower())
    return replace(
        date,
        start=start,
        end=end,
        text=line[start:end],
        shape=shape.format("12" if clock["ap"] else "24"),
        hour=hour,
        minute=int(clock["m"]),
        seconds=int(clock["s"]) if clock["s"] else None,
        zone=(clock["zone"] or "").upper(),
    )


def _join(match: re.Match[str]) -> str:
    return " ".join(match["join"].split()).lower() or "beside"


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
    return local if date.year >= _OLDEST and local <= _tomorrow() else None


def _tomorrow() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)


def _offset(zone: str) -> timedelta:
    return timedelta(hours=_ZONES[zone])


def _in_utc(local: datetime, zone: timezone | ZoneInfo) -> str:
    return local.replace(tzinfo=zone).astimezone(UTC).isoformat()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Refused(f"The time zone “{name}” is not known; write a name such as America/New_York.") from None
