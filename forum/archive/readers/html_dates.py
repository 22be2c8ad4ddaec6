"""Dates as blogs of several languages print them, and as markup repeats them for machines."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from forum.archive import dates
from forum.archive.items import Moment
from forum.archive.readers.html_tree import Node

_MONTHS: Final = (
    "januar jänner jaenner janvier enero gennaio januari janeiro jan janv ene genn gen jän",
    "februar feber février fevrier febrero febbraio februari fevereiro feb fév févr febr fev",
    "märz maerz mars marzo maart março marco mär mrz mar mrt",
    "april avril abril aprile apr avr abr",
    "mai mayo maggio mei maio may mag",
    "juni juin junio giugno junho jun giu",
    "juli juillet julio luglio julho jul juil lug",
    "august août aout agosto augustus aug ago",
    "september septembre septiembre setiembre settembre setembro sept sep set",
    "oktober octobre octubre ottobre outubro okt oct ott out",
    "november novembre noviembre novembro nov",
    "dezember décembre decembre diciembre dicembre december dezembro dez déc dec dic",
)
_ENGLISH: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_NUMBER: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NUMBER.update({name.lower(): number for number, name in enumerate(_ENGLISH, 1)})
_MONTH: Final = "|".join(sorted(_NUMBER, key=len, reverse=True))
_YEAR = r"[.,]?[ \t]+(?:(?:de|del|do)[ \t]+)?(?P<{0}y>(?:19|20)\d\d)"
_FOREIGN: Final = re.compile(
    r"(?<![\w.])(?:"
    rf"(?P<ad>\d{{1,2}})(?:\.|er|ère|º|ª|°|th|st|nd|rd)?[ \t]*[ \t/-]?(?:(?:de|d['\u2019])[ \t]*)?"
    rf"(?P<am>{_MONTH})(?:{_YEAR.format('a')}|[/-](?P<cy>(?:19|20)\d\d))"
    rf"|(?P<bm>{_MONTH})\.?[ \t]+(?P<bd>\d{{1,2}})(?:st|nd|rd|th|\.|º)?{_YEAR.format('b')}"
    r")(?!\d)",
    re.IGNORECASE,
)
_CLOCK: Final = (
    r"(?P<h>[01]?\d|2[0-3])(?:(?:[:.]|[ \t]?h[ \t]?)(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?)"
    r"(?:[ \t]*(?P<ap>[ap])\.?[ \t]?m\b\.?)?(?:[ \t]*(?:uhr|hs?\b|uur))?"
)
_JOIN = (
    r"(?:[ \t]*[,;|·•@/(\u2013—-]?[ \t]*(?:\b(?:at|um|gegen|à|a[ \t]l[ae]s?|alle(?:[ \t]ore)?|ore|om|às|as"
    r"|kl\.?|hours?)(?=[ \t\d]))?[ \t]*)"
)
_CLOCK_AFTER: Final = re.compile(_JOIN + _CLOCK + r"(?!\d)", re.IGNORECASE)
_CLOCK_BEFORE: Final = re.compile(
    r"(?<![\d:])" + _CLOCK + r"(?:[ \t]*[,;|·\u2013—-]?[ \t]*(?:\b(?:on|am|le|el|il|del|op|em)\b)?[ \t]*)$",
    re.IGNORECASE,
)
_AGO: Final = re.compile(
    r"\b(?:(?:an?|\d+|about|over)\s+(?:(?:an?|\d+)\s+)?(?:second|minute|min|hour|day|week|month|year|yr)s?\.?\s+ago"
    r"|vor\s+(?:\w+\s+)?\w+\s+(?:sekunde|minute|stunde|tag|woche|monat|jahr)\w*"
    r"|il\s+y\s+a\s+\w+\s+(?:seconde|minute|heure|jour|semaine|mois|an)\w*"
    r"|hace\s+\w+\s+(?:segundo|minuto|hora|día|semana|mes|año)\w*"
    r"|\d+\s+\w+\s+(?:fa|geleden|atrás)|yesterday|gestern|hier\b|ayer)\b",
    re.IGNORECASE,
)
_ISO: Final = re.compile(
    r"\s*(?P<date>\d{4}-?\d\d-?\d\d)(?:[T ](?P<time>\d\d:?\d\d(?::?\d\d)?)(?:\.\d+)?\s*"
    r"(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?\s*(?![\d:])"
)
_ZONE: Final = re.compile(r"[^()\n]{0,4}\([^()\n]{0,40}(?:time|gmt|utc)[^()\n]{0,20}\)", re.IGNORECASE)
_EPOCH: Final = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_MAYBE: Final = re.compile(r"\d|ago|vor|hace|ayer|hier|gestern|yesterday|il y a", re.IGNORECASE)
_TO_THE_MINUTE: Final = len("2004-05-04T09:15")
_LOOK: Final = 300
_STAMPS: Final = (
    "data-timestamp",
    "data-time",
    "data-utime",
    "data-epoch",
    "data-created",
    "data-date",
    "data-datetime",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a line of text: where it stands, and what it says."""

    start: int
    end: int
    printed: str
    date: dates.Printed | None
    """None where the time is told from the moment at which the page was saved."""


def find(line: str) -> Found | None:
    """The date in the line, with the time of day beside it, in any of the languages read."""
    # The same short line is looked at under several suspicions.
    return _find(line[:_LOOK])


@lru_cache(maxsize=4096)
def _find(head: str) -> Found | None:
    if not _MAYBE.search(head):
        return None
    english, foreign = dates.find(head), _foreign(head)
    if foreign and (
        english is None or english.hour is None or foreign.end - foreign.start > english.end - english.start
    ):
        return foreign
    if english:
        return _with_zone(head, _with_clock(head, english))
    ago = _AGO.search(head)
    return Found(ago.start(), ago.end(), ago.group(), None) if ago and len(head) < _LOOK else None


def moment_of(found: Found, *, months_first: bool | None) -> Moment:
    """What a printed date says."""
    if found.date is None:
        return Moment(printed=found.printed, precision="relative")
    return dates.moment(found.date, months_first=months_first, printed=found.printed)


def stamp_of(node: Node) -> str:
    """What an element tells machines of a time: ISO or seconds since 1970, or nothing."""
    if not node.raw:
        return ""
    said = [node.get("datetime"), node.get("content"), *(node.get(name) for name in _STAMPS)]
    if node.tag == "abbr" or any(name.startswith(("dt-", "publish", "date", "time")) for name in node.classes):
        said.append(node.get("title"))
    if "value-title" in node.classes:
        said.append(node.get("title"))
    return next((one for one in said if one and (_ISO.match(one) or _EPOCH.fullmatch(one.strip()))), "")


def stamp_in(title: str) -> str:
    """The same from what a page shows over a time: ISO, or a date whose month has a name; else nothing."""
    if _ISO.match(title):
        return title
    found = find(title)
    if found is None or found.date is None:
        return ""
    told = dates.moment(found.date, months_first=None)
    return told.local[:_TO_THE_MINUTE] if told.precision == "minute" else told.local


def with_stamp(told: Moment, stamp: str) -> Moment:
    """The moment made exact by what machines were told: an instant only where an offset stands with it."""
    local, offset, instant = _read_stamp(stamp)
    if local is None or (len(local) < len(told.local) and told.local.startswith(local)):
        return told
    if not told.local or _agree(told.local, local):
        printed = told.printed or stamp.strip()
        if "T" not in local:
            return Moment(printed, local, "day")
        whole = local if len(local) > _TO_THE_MINUTE else f"{local}:00"
        return Moment(printed, whole, "second" if whole == local else "minute", offset, instant)
    return replace(told, zone=told.zone, instant=told.instant or instant)


def day_first(language: str, found: Iterable[Found]) -> bool | None:
    """Whether months come first in dates of numbers alone, from the dates of the page, or else its language."""
    told = [one.date for one in found if one.date is not None]
    first = dates.month_first(told)
    if first is None and language and language.lower() not in ("en", "en-us", "en_us", "en-ca", "en-ph"):
        return False
    return first


def _read_stamp(stamp: str) -> tuple[str | None, str, str]:
    """Local time, offset and instant, as far as they are stated."""
    text = stamp.strip()
    if _EPOCH.fullmatch(text):
        seconds = float(text) / (1000 if len(text.split(".")[0]) > 10 else 1)
        at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
        local = at.replace(tzinfo=None)
        return (local.isoformat(), "UTC", at.isoformat()) if dates.may_be(local) else (None, "", "")
    match = _ISO.match(text)
    if match is None:
        return None, "", ""
    offset = match["zone"] or ""
    try:
        local = datetime.fromisoformat(f"{match['date']}T{match['time'] or '00:00'}")
        if not dates.may_be(local):
            return None, "", ""
        if not offset:
            return _as_told(local, match), "", ""
        zone = "+00:00" if offset in ("Z", "UTC", "GMT") else offset
        at = datetime.fromisoformat(f"{local.isoformat()}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None, "", ""
    return _as_told(local, match), "UTC" if offset in ("Z", "UTC", "GMT") else offset, at.isoformat()


def _as_told(local: datetime, match: re.Match[str]) -> str:
    """The time to the second, the minute or the day, as it was told."""
    if not match["time"]:
        return local.date().isoformat()
    return local.isoformat(timespec="seconds" if len(match["time"].replace(":", "")) > 4 else "minutes")


def _agree(printed: str, local: str) -> bool:
    """Whether the machines' time is the printed one, as far as that goes."""
    return local.startswith(printed[:16]) or printed.startswith(local)


def _foreign(line: str) -> Found | None:
    match = _FOREIGN.search(line)
    if match is None:
        return None
    kind = "a" if match["am"] else "b"
    year = match["ay"] or match["cy"] or match["by"]
    month = _NUMBER[match[f"{kind}m"].lower()]
    clock = _CLOCK_AFTER.match(line, match.end())
    before = None if clock else _CLOCK_BEFORE.search(line[: match.start()])
    start = before.start() if before else match.start()
    end = clock.end() if clock else match.end()
    told = f"{int(match[f'{kind}d'])} {_ENGLISH[month - 1]} {year}"
    date = dates.find(told)
    if date is None:
        return None
    return Found(start, end, line[start:end], _at(date, clock or before))


def _with_clock(line: str, date: dates.Printed) -> Found:
    """The date as found, with a time of day beside it in a manner that the reader of text does not know."""
    if date.hour is None and (clock := _CLOCK_AFTER.match(line, date.end)):
        return Found(date.start, clock.end(), line[date.start : clock.end()], _at(date, clock))
    return Found(date.start, date.end, line[date.start : date.end], date)


def _with_zone(line: str, found: Found) -> Found:
    """The date with the name of the zone that stands after it in brackets, wherever the reading of it ended."""
    match = _ZONE.match(line, max(found.end - 4, found.start))
    return replace(found, end=match.end(), printed=line[found.start : match.end()]) if match else found


def _at(date: dates.Printed, clock: re.Match[str] | None) -> dates.Printed:
    if clock is None:
        return date
    hour, half = int(clock["h"]), (clock["ap"] or "").lower()
    if half == "a" and hour == 12:
        hour = 0
    elif half == "p" and hour < 12:
        hour += 12
    return replace(date, hour=hour, minute=int(clock["m"] or 0), seconds=int(clock["s"]) if clock["s"] else None)
