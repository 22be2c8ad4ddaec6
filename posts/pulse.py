"""The pulse of a thread: when its comments came, kept in constant space on the post and drawn as a strip.

Each era ("then" for archived comments, "now" for living ones) is a histogram of at most ``BINS`` bins that doubles
the width of its bins when a comment falls outside, so that adding one costs the same in any thread.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from forum.bylines import UNDATED

BINS = 48
LOW = 9  # comments in one bin that the strip draws full height at least: a single one stays small
KNOWN = 1_000  # strips that are not drawn anew, of 1 to 7 kB each
MINUTE = 60
_NEVER = int(UNDATED.timestamp())

Era = Literal["then", "now"]
Histogram = dict[str, Any]  # {"start": s, "step": s, "bins": [n, …], "first": s, "last": s}, in seconds since 1970


def add(pulse: dict[str, Histogram], era: Era, moment: dt.datetime) -> dict[str, Histogram]:
    """The pulse with one comment more at ``moment``."""
    at = int(moment.timestamp())
    old = pulse.get(era)
    if not old or not sum(old["bins"]):
        return {**pulse, era: {"start": at - at % MINUTE, "step": MINUTE, "bins": [1], "first": at, "last": at}}
    new = _reaching(old, at)
    new["bins"][(at - new["start"]) // new["step"]] += 1
    new["first"], new["last"] = min(old["first"], at), max(old["last"], at)
    return {**pulse, era: new}


def remove(pulse: dict[str, Histogram], era: Era, moment: dt.datetime) -> dict[str, Histogram]:
    """The pulse with the comment at ``moment`` taken out; the caller mends ``first`` and ``last`` by ``span``."""
    old = pulse.get(era)
    if not old:
        return pulse
    new = {**old, "bins": list(old["bins"])}
    index = (int(moment.timestamp()) - new["start"]) // new["step"]
    if 0 <= index < len(new["bins"]):
        new["bins"][index] = max(0, new["bins"][index] - 1)
    return {**pulse, era: new}


def span(
    pulse: dict[str, Histogram], era: Era, first: dt.datetime | None, last: dt.datetime | None
) -> dict[str, Histogram]:
    """The pulse with the ends of an era set to those of the comments that remain (None when none do)."""
    if first is None or last is None:
        return {key: histogram for key, histogram in pulse.items() if key != era}
    return {**pulse, era: {**pulse[era], "first": int(first.timestamp()), "last": int(last.timestamp())}}


def is_living(pulse: dict[str, Histogram]) -> bool:
    """Whether anything was said here, and not only on a page that was imported."""
    return _alive(pulse.get("now")) is not None


def ends_at(pulse: dict[str, Histogram], era: Era, moment: dt.datetime) -> bool:
    """Whether the first or the last comment of an era was at ``moment``, to the second."""
    histogram = pulse.get(era)
    return histogram is not None and int(moment.timestamp()) in (histogram["first"], histogram["last"])


def fits(pulse: dict[str, Histogram], moments: dict[Era, list[dt.datetime]]) -> bool:
    """Whether the pulse tells just these comments; each list in order of time."""
    if {era for era, times in moments.items() if times} != set(pulse):
        return False
    for era, histogram in pulse.items():
        times = [int(moment.timestamp()) for moment in moments[era]]  # type: ignore[index]
        counts = Counter((at - histogram["start"]) // histogram["step"] for at in times)
        bins = {number: count for number, count in enumerate(histogram["bins"]) if count}
        if counts != bins or (histogram["first"], histogram["last"]) != (times[0], times[-1]):
            return False
    return True


def build(moments: dict[Era, list[dt.datetime]]) -> dict[str, Histogram]:
    """The pulse of many comments at once; each list in order of time."""
    pulse: dict[str, Histogram] = {}
    for era, times in moments.items():
        for moment in times:
            pulse = add(pulse, era, moment)
    return pulse


def _reaching(old: Histogram, at: int) -> Histogram:
    """A copy whose bins reach ``at``."""
    start, step, bins = old["start"], old["step"], list(old["bins"])
    while at < start or at >= start + step * BINS:
        wider = step * 2
        begin = min(start, at)
        begin -= begin % wider
        merged = [0] * BINS
        if (start + step * len(bins) - 1 - begin) // wider < BINS:
            for number, count in enumerate(bins):
                merged[(start + number * step - begin) // wider] += count
            start, bins = begin, merged
        else:  # too far apart at this width: only widen, and look again
            start, bins = _widened(start, step, bins, wider)
        step = wider
    bins += [0] * (BINS - len(bins))
    return {**old, "start": start, "step": step, "bins": bins}


def _widened(start: int, step: int, bins: list[int], wider: int) -> tuple[int, list[int]]:
    begin = start - start % wider
    merged = [0] * (len(bins) // 2 + 1)
    for number, count in enumerate(bins):
        merged[(start + number * step - begin) // wider] += count
    return begin, merged


@dataclass(frozen=True)
class Pulse:
    """The pulse as it is shown: one sentence, and the strip that says the same."""

    sentence: str
    svg: SafeString


def shown(pulse: dict[str, Histogram], *, width: int = 480, height: int = 28) -> Pulse | None:
    """What a page shows of a pulse; None when nothing has been said yet."""
    then, now = (_plain(_alive(pulse.get(era))) for era in ("then", "now"))
    return _shown(then, now, width, height) if then or now else None


Plain = tuple[int, int, tuple[int, ...], int, int]  # a histogram that can be looked up


def _plain(histogram: Histogram | None) -> Plain | None:
    if histogram is None:
        return None
    return histogram["start"], histogram["step"], tuple(histogram["bins"]), histogram["first"], histogram["last"]


@lru_cache(maxsize=KNOWN)
def _shown(then: Plain | None, now: Plain | None, width: int, height: int) -> Pulse:
    eras = _histogram(then), _histogram(now)
    sentence = _sentence(*eras)
    return Pulse(sentence, _svg(*eras, sentence, width, height))


def _histogram(plain: Plain | None) -> Histogram | None:
    return dict(zip(("start", "step", "bins", "first", "last"), plain, strict=True)) if plain else None


def silence(last_then: dt.datetime, first_now: dt.datetime) -> str:
    """How long nothing was said, in the largest unit that fits: "19 years"."""
    return _largest(int((first_now - last_then).total_seconds()))


def _alive(histogram: Histogram | None) -> Histogram | None:
    return histogram if histogram and sum(histogram["bins"]) else None


def _sentence(then: Histogram | None, now: Histogram | None) -> str:
    parts = []
    if then:
        parts.append(f"{counted(sum(then['bins']))}{_how_long(then)}")
    if then and now and then["last"] != _NEVER:
        parts.append(f"then {_largest(now['first'] - then['last'])} of silence")
    if now:
        since = dt.datetime.fromtimestamp(now["first"], dt.UTC)
        count = sum(now["bins"])
        parts.append(f"then {count} since {since:%B %Y}" if then else f"{counted(count)} since {since:%B %Y}")
    return ", ".join(parts) + "."


def _how_long(then: Histogram) -> str:
    if then["first"] == _NEVER:  # the first of them, and maybe all
        return " without dates" if then["last"] == _NEVER else ""
    return f" in {_exactly(then['last'] - then['first'])}"


def _svg(then: Histogram | None, now: Histogram | None, sentence: str, width: int, height: int) -> SafeString:
    """One bar for each bin that holds something on a line as long as its era; a dotted line is the silence."""
    eras = [(name, era, (era["last"] - era["start"]) // era["step"] + 1) for name, era in _told(then, now)]
    gap = (width // 8 if len(eras) == 2 else 0) // 4 * 4
    step = max(2, min(12, (width - gap) // sum(used for _, _, used in eras)))
    most = max(LOW, *(max(era["bins"]) for _, era, _ in eras))
    drawn, left = [], 0
    for name, era, used in eras:
        if left:
            drawn.append(f'<path d="M{left + 3} {height - 0.5}h{gap - 6}"/>')
            left += gap
        drawn.append(_bar(name, left, used * step, 1, height))
        for number, count in enumerate(era["bins"][:used]):
            if count:  # by the square root: a busy hour must not flatten the rest
                tall = max(3, round(height * math.sqrt(count / most)))
                drawn.append(_bar(name, left + number * step, step, tall, height))
        left += used * step
    return format_html(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">{}</svg>',
        sentence,
        left,
        height,
        left,
        height,
        mark_safe("".join(drawn)),  # noqa: S308  numbers and two class names of our own
    )


def _told(then: Histogram | None, now: Histogram | None) -> list[tuple[str, Histogram]]:
    return [(name, era) for name, era in (("then", then), ("now", now)) if era]


def _bar(name: str, left: int, wide: int, tall: int, height: int) -> str:
    return f'<rect class="{name}" x="{left}" y="{height - tall}" width="{max(1, wide - 1)}" height="{tall}"/>'


def counted(count: int) -> str:
    """So many comments, in words."""
    return "1 comment" if count == 1 else f"{count:,} comments"


def _unit(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


UNITS = (("year", 31_556_952), ("month", 2_629_746), ("day", 86_400), ("hour", 3_600), ("minute", 60))


def _largest(seconds: int) -> str:
    for unit, size in UNITS:
        if seconds >= size:
            return _unit(seconds // size, unit)
    return "less than a minute"


def _exactly(seconds: int) -> str:
    """A length of time in its two largest neighbouring units: "22 hours 41 minutes"."""
    for number, (unit, size) in enumerate(UNITS):
        if seconds >= size:
            words = _unit(seconds // size, unit)
            if number + 1 < len(UNITS):
                next_unit, next_size = UNITS[number + 1]
                rest = seconds % size // next_size
                words += f" {_unit(rest, next_unit)}" if rest else ""
            return words
    return "less than a minute"
