"""The lines that say who wrote a comment and when: their notation is learnt from the page, never assumed."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from forum.archive import dates
from forum.archive.dates import Printed
from forum.archive.limits import MAX_NAME, Refused

_NAME_WORDS: Final = 8
_NAME_WORDS_INTRODUCED: Final = 20
"""After "by" a name may be the title of another page, as trackbacks have it."""
_LEAD: Final = re.compile(
    r"[ \t]*(?P<lead>(?:(?:posted|written|submitted|sent|comment(?:ed)?)[ \t]+)?by:?[ \t]+|\d+[.)]?[ \t]+)?",
    re.IGNORECASE,
)
_SEPARATOR: Final = re.compile(r"(?:[ \t]*(?P<mark>[|\u2014\u2013,:@-])|[ \t]+(?P<word>on|at))?[ \t]*$", re.IGNORECASE)
_NO_NAME: Final = re.compile(
    r"[ \t]*(?:(?:posted|written|submitted|commented|updated|published)\b[ \t]*)?(?:(?:on|at)\b)?[ \t:,]*$",
    re.IGNORECASE,
)
_NAME_AFTER: Final = re.compile(
    r"[ \t]*[,/|\u2013\u2014-]?[ \t]*(?P<by>by:?[ \t]+)?(?P<name>\S.*?)"
    r"(?P<says>[ \t]+(?:said|says|wrote)[ \t]*(?::|\.\.\.|…)?)?[ \t]*$",
    re.IGNORECASE,
)
_SAYS: Final = re.compile(r"\s*\S.{0,79}?\s(?:said|says|wrote)\s*(?::|\.\.\.|…)\s*$", re.IGNORECASE)
_PLAIN_TAIL: Final = re.compile(r"(?:\.|:|,?[ \t]*(?:said|says|wrote):?)?[ \t]*$", re.IGNORECASE)
_SENTENCE_GOES_ON: Final = re.compile(r",?[ \t]+(?!(?:said|says|wrote):?[ \t]*$)[a-z]")
_LONGEST_NAME_PART: Final = 200
_HUGGED_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Attribution:
    """One attribution line; offsets count from the start of its line."""

    line: int
    """Index of the line, from 0."""
    name: str
    date: Printed
    end: int
    """Where the attribution ends; what follows on the line is not part of it."""
    debris: str
    """What is glued to it though the page's notation has nothing there: the beginning of the next text."""
    tail: str
    """Words set apart by a blank that belong to the notation ("via mobile") but not to every line."""
    indent: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    line: int
    name: str
    date: Printed
    shape: str
    formal: bool
    """Whether more than a name and a date shows that this is no sentence: "by", a number, the date first."""
    tail: str
    tail_at: int
    indent: int


@dataclass(frozen=True, slots=True)
class Notation:
    """The attribution lines of a page and how they are written."""

    description: str
    lines: tuple[Attribution, ...]
    rejected: tuple[int, ...]
    """Indexes of lines that are written alike but stand inside a paragraph or go on as a sentence."""


def learn(lines: Sequence[str], first: int) -> Notation:
    """The notation that repeats most from line `first` on; refuses a page whose notation is not read yet."""
    candidates = [c for n in range(first, len(lines)) if (c := _candidate(n, lines[n]))]
    shapes = Counter(c.shape for c in candidates if _PLAIN_TAIL.match(c.tail))
    shape, count = shapes.most_common(1)[0] if shapes else ("", 0)
    _refuse_unread(lines, first, count)
    same = [c for c in candidates if c.shape == shape]
    tails = {tail for tail, times in Counter(c.tail.strip() for c in same).items() if times > 1}
    kept, rejected = _apart_from_words(same, lines, tails)
    attributions = tuple(_attribution(c, tails) for c in kept)
    _refuse_indented(attributions)
    return Notation(_describe(shape), attributions, tuple(c.line for c in rejected))


def _candidate(number: int, line: str) -> _Candidate | None:
    date = dates.find(line)
    if date is None:
        return None
    indent = len(line) - len(line.lstrip(" \t"))
    before, after = line[: date.start], line[date.end :]
    if not _NO_NAME.match(before):
        return _name_first(number, before, after, date, indent)
    return _date_first(number, before, after, date, indent)


def _name_first(number: int, before: str, after: str, date: Printed, indent: int) -> _Candidate | None:
    lead = _LEAD.match(before)
    separator = _SEPARATOR.search(before)
    if lead is None or separator is None:
        return None
    name = before[lead.end() : separator.start()].strip()
    if not _could_be_name(name, _NAME_WORDS_INTRODUCED if lead["lead"] else _NAME_WORDS):
        return None
    word = re.sub(r"\d+", "N", " ".join((lead["lead"] or "").lower().split()))
    mark = (separator["mark"] or separator["word"] or "").lower()
    shape = " ".join(part for part in (word, "NAME", mark, f"[{date.shape}]") if part)
    return _Candidate(number, name, date, shape, bool(word), after, date.end, indent)


def _date_first(number: int, before: str, after: str, date: Printed, indent: int) -> _Candidate | None:
    match = _NAME_AFTER.match(after) if len(after) < _LONGEST_NAME_PART else None
    if match is None or not _could_be_name(match["name"]):
        return None
    parts = (" ".join(before.lower().split()), f"[{date.shape}]", "by" if match["by"] else "", "NAME")
    says = "says" if match["says"] else ""
    shape = " ".join(part for part in (*parts, says) if part)
    end = date.end + match.end()
    return _Candidate(number, match["name"], date, shape, True, "", end, indent)


def _could_be_name(name: str, most_words: int = _NAME_WORDS) -> bool:
    return 0 < len(name) <= MAX_NAME and len(name.split()) <= most_words


def _apart_from_words(
    same: list[_Candidate], lines: Sequence[str], tails: set[str]
) -> tuple[list[_Candidate], list[_Candidate]]:
    """Where nearly all attributions stand clear of other text, the few that do not are somebody's words.

    A line that goes on as a sentence does ("… said that") is a mention of a comment, not its attribution.
    """
    seen: set[tuple[str, str]] = set()
    kept: list[_Candidate] = []
    rejected: list[_Candidate] = []
    own = {c.line for c in same}
    words = {n for c in same for n in (c.line - 1, c.line + 1) if n not in own and _filled(lines, n)}
    clear_above = _share(c.line - 1 not in words for c in same) >= _HUGGED_SHARE
    clear_below = _share(c.line + 1 not in words for c in same) >= _HUGGED_SHARE
    for candidate in same:
        hugged = (clear_above and candidate.line - 1 in words) or (clear_below and candidate.line + 1 in words)
        known = (candidate.name, candidate.date.text) in seen
        goes_on = candidate.tail.strip() not in tails and bool(_SENTENCE_GOES_ON.match(candidate.tail))
        spoken = goes_on or (hugged and not known)
        (rejected if spoken and not candidate.formal else kept).append(candidate)
        seen.add((candidate.name, candidate.date.text))
    return kept, rejected


def _filled(lines: Sequence[str], number: int) -> bool:
    return 0 <= number < len(lines) and bool(lines[number].strip())


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def _attribution(candidate: _Candidate, tails: set[str]) -> Attribution:
    tail = candidate.tail
    usual = tail.strip() in tails or bool(_PLAIN_TAIL.match(tail))
    apart = candidate.formal and tail[:1] in (" ", "\t") and len(tail.split()) <= _NAME_WORDS
    return Attribution(
        line=candidate.line,
        name=candidate.name,
        date=candidate.date,
        end=candidate.tail_at + (len(tail) if usual or apart else 0),
        debris="" if usual or apart else tail,
        tail=tail.strip() if apart and not usual else "",
        indent=candidate.indent,
    )


def _refuse_unread(lines: Sequence[str], first: int, found: int) -> None:
    says = alone = relative = 0
    for line in lines[first:]:
        says += bool(len(line) < 120 and _SAYS.match(line))
        alone += _stands_alone(line)
        relative += len(line) < 120 and dates.is_relative(line)
    if max(says, alone, relative) > found:
        if says >= max(alone, relative):
            what = f"{says} lines say “NAME says:” with the date on another line"
        elif alone >= relative:
            what = f"{alone} dates stand on lines of their own, apart from the name"
        else:
            what = f"{relative} lines tell their time from the moment of saving (“3 hours ago”)"
        raise Refused(f"The comments are written in a notation that is not read yet: {what}.")
    if found < 2:
        raise Refused("No line that names an author and a date repeats, so nothing tells comments from the article.")


def _stands_alone(line: str) -> bool:
    date = dates.find(line) if len(line) < 120 else None
    return bool(date and _NO_NAME.match(line[: date.start]) and not line[date.end :].strip(" \t.:|"))


def _refuse_indented(attributions: Sequence[Attribution]) -> None:
    depths = Counter(a.indent for a in attributions)
    if len(depths) > 1:
        levels = ", ".join(str(depth) for depth in sorted(depths)[:6])
        raise Refused(
            "The page threads its comments by indentation, which is not read yet: "
            f"attributions begin after {levels} blanks."
        )


def _describe(shape: str) -> str:
    kinds = {"mdy": "MONTH DAY, YEAR", "dmy": "DAY MONTH YEAR", "iso": "YEAR-MONTH-DAY", "num": "DATE"}
    inner = shape.partition("[")[2].partition("]")[0]
    words = [
        next(
            (text for kind, text in kinds.items() if word.startswith(kind)),
            "TIME" if word.isdigit() else word,
        )
        for word in inner.split()
        if word != "beside"
    ]
    return re.sub(r"\[.*\]", " ".join(words).replace(" ,", ","), shape)
