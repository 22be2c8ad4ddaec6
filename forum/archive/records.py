"""The lines of an export of this forum: what each kind of record holds, and how it is written and read."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from forum.archive.limits import Refused
from forum.text.html import is_page

VERSION: Final = 1
KEY: Final = "rejoinder"
MAX_LINE: Final = 8 * 1024 * 1024  # bytes; an article, its HTML and its source text fit in
MAX_DEPTH: Final = 20
_SLUG: Final = re.compile(r"[a-z0-9_-]{1,80}", re.ASCII | re.IGNORECASE)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST_NUMBER: Final = 18  # digits that every database can count
_LAST_LINE: Final = 2**31 - 1  # as far as every database counts lines
_FIRST_YEAR: Final = 1000
_AHEAD: Final = dt.timedelta(days=1)  # the clock of another machine may be ahead
_ANY: Final = 4_000_000  # characters of a text whose column has no limit

Values = dict[str, Any]


class Wrong(ValueError):  # noqa: N818
    """Something in a record that cannot be so; the message says what."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: what it holds, what it is when it is left out, and how long it may be."""

    kind: str
    default: Any = ""
    most: int = _ANY
    needed: bool = False
    among: tuple[str, ...] = ()


_STATES: Final = ("published", "held", "hidden", "removed", "deleted")
_BASES: Final = ("", "format", "indentation", "named", "quote", "guess", "moderator", "none")
_KINDS: Final = ("post", "comment", "pingback", "trackback")
_slug = Field("slug", needed=True)
_no_slug = Field("slug")
_key = Field("text", most=200, needed=True)
_number = Field("number", None)
_moment = Field("time", None)
_when = Field("time", needed=True)
_address = Field("address", most=500)
_list = Field("list", None)
_table = Field("table", None)
_digest = Field("digest")

_WORDS: Final = {
    "by": _number,
    "living": Field("flag", default=False),
    "created_at": _when,
    "printed": Field("text", most=120),
    "local": Field("local", most=19),
    "precision": Field("text", "second", among=("second", "minute", "day", "relative", "none")),
    "zone": Field("text", most=60),
    "instant": _moment,
    "format": Field("text", "plain", among=("plain", "html", "markdown")),
    "body": Field("text"),
}
_CHANGES: Final = {
    "state": Field("text", "published", among=_STATES),
    "edited_at": _moment,
    "revised_at": _moment,
    "earlier": _list,
    "origin": _table,
}
RECORDS: Final[dict[str, dict[str, Field]]] = {
    "source": {
        "key": _slug,
        "name": Field("text", most=200, needed=True),
        "address": _address,
        "provenance": Field("text"),
        "content": Field("text"),
        "downloads": Field("flag", default=True),
    },
    "person": {
        "number": Field("number", needed=True),
        "source": _slug,
        "scope": Field("text", most=120),
        "name": Field("text", most=200),
        "digest": Field("digest", needed=True),
        "removed_at": _moment,
    },
    "run": {
        "number": Field("number", needed=True),
        "source": _slug,
        "file": Field("text", most=255, needed=True),
        "sha256": Field("digest", needed=True),
        "size": Field("number", 0),
        "format": Field("text", most=40),
        "started_at": _when,
        "ended_at": _when,
        "counts": _table,
        "options": _table,
        "report": _table,
    },
    "tag": {
        "slug": Field("slug", most=40, needed=True),
        "name": Field("text", most=40, needed=True),
        "description": Field("text", most=300),
        "active": Field("flag", default=True),
    },
    "post": {
        "source": _slug,
        "key": _key,
        "from": _no_slug,
        "kind": Field("text", "article", among=("article", "link", "question")),
        "title": Field("text", most=300),
        "address": _address,
        **_WORDS,
        "html": Field("text"),
        "tags": _list,
        "locked_at": _moment,
        "answer": _number,
        **_CHANGES,
    },
    "comment": {
        "n": Field("number", needed=True),
        "source": _no_slug,
        "key": _key,
        "parent": _number,
        "basis": Field("text", among=_BASES),
        "anchor": Field("text", most=100),
        **_WORDS,
        "quotes": _list,
        **_CHANGES,
    },
    "item": {
        "source": _slug,
        "key": _key,
        "origin": Field("table", needed=True),
    },
    "end": {
        "threads": Field("number", needed=True),
        "comments": Field("number", needed=True),
        "records": Field("number", needed=True),
    },
}
ORIGIN: Final[dict[str, Field]] = {
    "run": Field("number", needed=True),
    "lines": Field("span", needed=True, most=_LAST_LINE),
    "kind": Field("text", "comment", among=_KINDS),
    "element": Field("text", most=200),
    "digest": _digest,
    "body_digest": _digest,
    "words_digest": _digest,
    "parent_key": Field("text", most=200),
    "evidence": _table,
    "text": Field("text"),
}
QUOTE: Final[dict[str, Field]] = {
    "of": Field("number", 0),  # 0 is the post
    "passage": Field("span", None),
    "attribution": Field("span", None),
}
TOLD: Final = {
    "furniture": ("number", "number", "text"),
    "leftover": ("number", "number", "text"),
    "anomalies": ("number", "text", "text"),
}
"""What the report of a run tells under each name, thing by thing."""
EARLIER: Final[dict[str, Field]] = {
    "title": Field("text", most=300),
    "address": _address,
    "body": Field("text"),
    "written_at": _when,
    "replaced_at": _when,
    "counts": Field("flag", default=True),
    "hidden": Field("flag", default=False),
}


@dataclass(slots=True)
class Book:
    """What the threads of a file refer to by number or key, as far as the file has been read."""

    sources: dict[str, Values] = field(default_factory=dict)
    persons: dict[int, Values] = field(default_factory=dict)
    runs: dict[int, Values] = field(default_factory=dict)
    tags: dict[str, Values] = field(default_factory=dict)
    items: list[Values] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Owned:
    """A post or comment as its record has it, and what the record refers to."""

    values: Values
    book: Book


# -- writing ---------------------------------------------------------------------------------------------


def head(states: str) -> str:
    """The first line of a file; it says nothing of when or where it was made, so that equal sites give equal files."""
    return _dumped({KEY: VERSION, "states": states})


def line(kind: str, values: Values) -> str:
    """A record as one line; what is as it is when left out is left out."""
    return _dumped({"type": kind, **short(RECORDS[kind], values)})


def short(fields: dict[str, Field], values: Values) -> Values:
    """The values in the order of the fields, without those that say nothing."""
    return {
        name: in_order(values[name]) if known.kind == "table" else values[name]
        for name, known in fields.items()
        if name in values and (known.needed or values[name] not in (known.default, [], {}))
    }


def in_order(value: Any) -> Any:
    """The same with the names of every object in one order: databases keep them as they like."""
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value)}
    return [in_order(one) for one in value] if isinstance(value, list) else value


def moment(at: dt.datetime | None) -> str | None:
    """A moment in UTC, to the microsecond."""
    return None if at is None else at.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _dumped(values: Values) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


# -- reading ---------------------------------------------------------------------------------------------


def parsed(raw: bytes, number: int) -> Values:
    """The object in a line of JSON; refuses all that is none, with the number of the line."""
    if len(raw) > MAX_LINE:
        raise Refused(f"Line {number} has more than {MAX_LINE:,} bytes. No export has such a line.")
    try:
        found = _DECODER.decode(raw.decode("utf-8"))
        if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
            _check_depth(found)
    except UnicodeDecodeError:
        raise Refused(f"Line {number} is not UTF-8. The file was changed since it was exported.") from None
    except Wrong as wrong:
        raise Refused(f"Line {number}: {wrong}.") from None
    except RecursionError:
        raise Refused(f"Line {number} is nested too deeply. No export has such a line.") from None
    except ValueError as error:
        raise Refused(f"Line {number} is not JSON ({error}). The file was changed since it was exported.") from None
    if not isinstance(found, dict):
        raise Refused(f"Line {number} holds no record. Each line of an export is one object.")
    return found


def check_head(found: Values) -> str:
    """Which states the file holds, from its first line; refuses another version."""
    version = found.get(KEY)
    if type(version) is not int or version < 1:
        raise Refused('Line 1 names no version. An export begins with {"rejoinder":1}.')
    if version > VERSION:
        raise Refused(
            f"This export is of version {version}; this forum reads up to {VERSION}. Bring this forum up to date, "
            "then import it again."
        )
    if set(found) - {KEY, "states"} or found.get("states") not in ("public", "all"):
        raise Refused("Line 1 does not say which states the export holds: public, or all.")
    return str(found["states"])


def record(found: Values, number: int) -> tuple[str, Values]:
    """The kind of a record and its values, complete and each of its kind; refuses with the number of the line."""
    kind = found.pop("type", None)
    if not isinstance(kind, str) or kind not in RECORDS:
        raise Refused(f"Line {number} is a record that is not known here: “{str(kind)[:40]}”.")
    try:
        values = _checked(RECORDS[kind], found)
        _check_parts(values)
    except Wrong as wrong:
        raise Refused(f"Line {number}: {wrong}.") from None
    return kind, values


def _check_parts(values: Values) -> None:
    if values.get("origin") is not None:
        values["origin"] = _checked(ORIGIN, values["origin"])
    for name, kinds in TOLD.items():
        told = (values.get("report") or {}).get(name, [])
        if not isinstance(told, list) or not all(_is_row(one, kinds) for one in told):
            raise Wrong(f"“report” tells of “{name}” as no import does")
    if not all(map(_is_number, (values.get("counts") or {}).values())):
        raise Wrong("“counts” holds something that is no whole number from 0")
    if "earlier" in values:
        values["earlier"] = [_checked(EARLIER, one) for one in values["earlier"] or ()]
    if "tags" in values:
        values["tags"] = [_value("tags", Field("slug", needed=True), one) for one in values["tags"] or ()]
    if "quotes" in values:
        values["quotes"] = [_checked(QUOTE, one) for one in values["quotes"] or ()]
        _check_passages(values["quotes"], len(values["body"]))


def _check_passages(quotes: list[Values], length: int) -> None:
    """Passages stand in the words, one after another."""
    spans = sorted(tuple(one[name]) for one in quotes for name in ("passage", "attribution") if one[name])
    done = 0
    for start, end in spans:
        if not (done <= start <= end <= length):
            raise Wrong(f"the quotation at characters {start} to {end} overlaps another or leaves the text")
        done = end
    if any(one["attribution"] and not one["passage"] for one in quotes):
        raise Wrong("a quotation has an attribution and no passage")


def _checked(fields: dict[str, Field], found: Any) -> Values:
    if not isinstance(found, dict):
        raise Wrong("a list holds something that is no object")
    if strange := sorted(set(found) - set(fields)):
        raise Wrong(f"nothing called “{strange[0][:40]}” is known here")
    values: Values = {}
    for name, known in fields.items():
        if name in found:
            values[name] = _value(name, known, found[name])
        elif known.needed:
            raise Wrong(f"“{name}” is missing")
        else:
            values[name] = known.default
    return values


def _value(name: str, known: Field, value: Any) -> Any:
    if value is None and not known.needed and known.default is None:
        return None
    if not _IS[known.kind](value):
        raise Wrong(f"“{name}” is no {_NAMED[known.kind]}")
    if known.kind == "time":
        return _time(name, value)
    if value == "" and known.needed:
        raise Wrong(f"“{name}” is empty")
    if known.kind == "span" and value[1] > known.most:
        raise Wrong(f"“{name}” ends at {value[1]:,}; at most {known.most:,} is counted")
    if isinstance(value, str) and len(value) > known.most:
        raise Wrong(f"“{name}” has {len(value):,} characters; at most {known.most:,} are kept")
    if known.kind == "local" and value:
        _check_local(name, value)
    if known.among and value not in known.among:
        raise Wrong(f"“{name}” is none of {', '.join(one or 'nothing' for one in known.among)}")
    return value


def _time(name: str, value: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(value)
    except ValueError:
        raise Wrong(f"“{name}” is no moment such as 2026-03-01T12:00:00.000000Z") from None
    if at.utcoffset() != dt.timedelta(0) or at.year < _FIRST_YEAR:
        raise Wrong(f"“{name}” is no moment in UTC")
    if at > dt.datetime.now(dt.UTC) + _AHEAD:
        raise Wrong(f"“{name}” is a moment that is still to come")
    return at.astimezone(dt.UTC)


def _check_local(name: str, value: str) -> None:
    try:
        at = dt.datetime.fromisoformat(value)
    except ValueError:
        raise Wrong(f"“{name}” is no moment such as 2026-03-01T12:00:00") from None
    if at.tzinfo is not None or at.year < _FIRST_YEAR:
        raise Wrong(f"“{name}” is no moment as a clock shows it")
    if at.replace(tzinfo=dt.UTC) > dt.datetime.now(dt.UTC) + _AHEAD:
        raise Wrong(f"“{name}” is a moment that is still to come")


def _is_text(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if "\0" in value:
        raise Wrong("a text holds a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Wrong("a text holds half of a surrogate pair") from None
    return True


def _inside(value: Values) -> str:
    """What an object holds, as text in which a NUL character shows."""
    return json.dumps(value, ensure_ascii=False).replace("\\u0000", "\0")


def _is_number(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_span(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)) and value[0] <= value[1]


def _is_row(value: Any, kinds: tuple[str, ...]) -> bool:
    return (
        isinstance(value, list)
        and len(value) == len(kinds)
        and all(_IS[kind](one) for kind, one in zip(kinds, value, strict=True))
    )


_IS: Final = {
    "text": _is_text,
    "slug": lambda value: _is_text(value) and (value == "" or _SLUG.fullmatch(value) is not None),
    "digest": lambda value: _is_text(value) and (value == "" or _DIGEST.fullmatch(value) is not None),
    "time": _is_text,
    "local": _is_text,
    "number": _is_number,
    "address": lambda value: _is_text(value) and (value == "" or is_page(value)),
    "flag": lambda value: type(value) is bool,
    "list": lambda value: isinstance(value, list),
    "table": lambda value: isinstance(value, dict) and _is_text(_inside(value)),
    "span": _is_span,
}
_NAMED: Final = {
    "text": "text",
    "slug": "key of small letters, digits and hyphens",
    "digest": "SHA-256 in hexadecimal",
    "time": "moment",
    "local": "moment",
    "number": "whole number from 0",
    "address": "address of a page, which begins with https:// or http://",
    "flag": "true or false",
    "list": "list",
    "table": "object",
    "span": "pair of numbers in order",
}


def _pairs(pairs: list[tuple[str, Any]]) -> Values:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Wrong("a name stands twice in one object")
    return found


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise Wrong("a number is too large")
    return int(digits)


def _fraction(digits: str) -> float:
    if len(digits) > _LONGEST_NUMBER + 2:
        raise Wrong("a number has too many digits")
    return float(digits)


def _no(name: str) -> NoReturn:
    raise Wrong(f"{name} is no number")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_whole, parse_float=_fraction, parse_constant=_no
)


def _check_depth(found: Any) -> None:
    level = [found]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise Wrong("the record is nested too deeply")
