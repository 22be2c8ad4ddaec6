"""Attributions of two lines, and those parted by the text between: which name belongs to which date."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from forum.archive.dates import Printed
from forum.archive.items import Kind
from forum.archive.readers import shapes
from forum.archive.readers.shapes import Written
from forum.archive.readers.ways import WAYS, Halves, Pair, Way

_NEARLY: Final = 0.9
_MOST: Final = 0.6
_BRACKETS: Final = re.compile(r"^[\[(<](?P<name>.+)[\])>]$")
_BULLET: Final = re.compile(r"^[*\u2022\u00b7\u00bb>|+~\u2013\u2014-]+[ \t]*")
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
    kind: Kind = "comment"
    """A "Pingback by" is no comment."""
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


def pair(lines: Sequence[str], halves: list[Written], names: list[Written], first: int) -> Found:
    """The way of pairing that finds a name for most dates; of equals, the one whose names stand nearer."""
    dated = {one.line for one in halves}
    names = _with_leads_of_names(lines, names)
    manners = Counter((name.shape, name.lead) for name in names)
    usual = manners.most_common(1)[0][0] if manners else ("", "")
    spoken = [
        name
        for name in names
        if name.line not in dated and name.shape == usual[0] and (name.lead == usual[1] or kind_of(name) != "comment")
    ]
    known = Halves(lines, halves, spoken, first)
    tried = [(way, list(way.pairs(known))) for way in WAYS]
    most = max(len(pairs) for _, pairs in tried)
    good = [(way, pairs) for way, pairs in tried if len(pairs) >= _NEARLY * most]
    way, _ = min(good, key=lambda each: (not each[0].says, _distance(each[1]), -len(each[1])))
    pairs = list(way.pairs(replace(known, long=True)))
    found = _apart(sorted((_attribution(lines, *both, way) for both in pairs), key=lambda a: a.line))
    rejected = sorted(dated - {date.line for date, _ in pairs})
    says = way.says and any(name.says for name in spoken)
    words = _describe(way, usual, pairs)
    return Found(words, _with_times_below(lines, with_plain_names(found)), tuple(rejected), way.split, says)


def _with_leads_of_names(lines: Sequence[str], names: list[Written]) -> list[Written]:
    """Where most names are written without "by", what looks like it before the others is their own: "Von Trapp says".

    So it is where one name alone has it, however often that one speaks.
    """
    if not names:
        return names
    shape, lead = Counter((name.shape, name.lead) for name in names).most_common(1)[0][0]
    alike = [name for name in names if name.shape == shape and kind_of(name) == "comment"]
    single = len({name.name for name in alike if name.lead == lead}) == 1
    if lead and not (single and any(not name.lead for name in alike)):
        return names
    own = {name.line for name in alike if name.lead}
    return [shapes.with_lead(name, lines[name.line]) if name.line in own else name for name in names]


def _apart(found: list[Attribution]) -> list[Attribution]:
    """Those that share no line with the one before: a name has one date."""
    kept = found[:1]
    for one in found[1:]:
        last = kept[-1].last if kept[-1].foot is None else kept[-1].foot
        if one.line > last:
            kept.append(one)
    return kept


def _describe(way: Way, usual: tuple[str, str], pairs: Sequence[Pair]) -> str:
    named = " ".join(filter(None, (usual[1], usual[0]))) if way.says else "NAME"
    date = date_words(pairs[0][0].date) if pairs else ""
    return way.description.replace("DATE", date, 1).replace("NAMED", named)


def kind_of(one: Written) -> Kind:
    """Whether the line names a pingback or trackback, another site that linked here."""
    return (
        "pingback"
        if one.lead.startswith("pingback")
        else "trackback"
        if one.lead.startswith("trackback")
        else "comment"
    )


def date_words(date: Printed | None) -> str:
    """How a manner of writing dates is called in a report."""
    if date is None:
        return "no date"
    kinds = {"mdy": "MONTH DAY, YEAR", "dmy": "DAY MONTH YEAR", "iso": "YEAR-MONTH-DAY", "num": "DATE", "ymd": "DATE"}
    more = {
        "mdn": "MONTH DAY",
        "nun": "DATE",
        "dmn": "DAY MONTH",
        "dash": "DAY-MONTH-YEAR",
        "relative": "RELATIVE TIME",
        "time": "TIME",
    }
    named = kinds | more
    words = [
        next((text for kind, text in named.items() if word.startswith(kind)), "TIME" if word.isdigit() else word)
        for word in date.shape.split()
        if word != "beside" and not (word.isdigit() and date.is_clock)
    ]
    return " ".join(words)


def with_plain_names(found: list[Attribution]) -> list[Attribution]:
    """Running numbers, marks and brackets that stand at most names are none of theirs."""
    names = [a.name for a in found]
    for pattern, rest in ((_BULLET, ""), (_NUMBERED, ""), (_MARKED, ""), (_BRACKETS, r"\g<name>")):
        cut = [pattern.sub(rest, name) or name for name in names]
        if sum(a != b for a, b in zip(cut, names, strict=True)) >= _MOST * len(names):
            names = cut
    return [a if a.name == name else replace(a, name=name) for a, name in zip(found, names, strict=True)]


def _with_times_below(lines: Sequence[str], found: list[Attribution]) -> tuple[Attribution, ...]:
    """Where a line with the time of day alone stands below most dates, it belongs to them."""
    below = {a.line: time for a in found if a.foot is None and (time := _time_below(lines, a))}
    if len(below) < max(1, _MOST * len(found)):
        return tuple(found)
    return tuple(_with_time(lines, a, a.date, below[a.line]) if a.date and a.line in below else a for a in found)


def _time_below(lines: Sequence[str], one: Attribution) -> Printed | None:
    if one.date is None or one.date.hour is not None or one.last + 1 >= len(lines):
        return None
    line = lines[one.last + 1]
    written = shapes.read(one.last + 1, line)
    return written.date if written and written.kind == "date" and written.date and written.date.is_clock else None


def _with_time(lines: Sequence[str], one: Attribution, date: Printed, time: Printed) -> Attribution:
    date = replace(
        date,
        text=f"{date.text} {time.text}",
        hour=time.hour,
        minute=time.minute,
        seconds=time.seconds,
        zone=time.zone,
    )
    return replace(one, last=one.last + 1, end=len(lines[one.last + 1]), date=date)


def _distance(pairs: Sequence[Pair]) -> float:
    gaps = [abs(date.line - (name if isinstance(name, int) else name.line)) for date, name in pairs]
    return sorted(gaps)[len(gaps) // 2] if gaps else 0


def _attribution(lines: Sequence[str], date: Written, name: Written | int, way: Way) -> Attribution:
    at = name if isinstance(name, int) else name.line
    first, last = min(at, date.line), max(at, date.line)
    if way.split:
        last = first
    return Attribution(
        line=first,
        last=last,
        name=shapes.plain_name(lines[at], long=True) if isinstance(name, int) else name.name,
        date=date.date,
        end=len(lines[last]),
        indent=shapes.columns(lines[last]),
        shift=shapes.columns(lines[first]) - shapes.columns(lines[last]),
        begin=len(lines[first]) - len(lines[first].lstrip(" \t")),
        number=date.number if isinstance(name, int) else name.number,
        kind="comment" if isinstance(name, int) else kind_of(name),
        foot=date.line if way.split else None,
    )
