"""The lines that say who wrote a comment and when: their notation is learnt from the page, never assumed."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from forum.archive.limits import Refused
from forum.archive.readers import pairings, shapes, untaken
from forum.archive.readers.pairings import Attribution
from forum.archive.readers.shapes import Written

_HUGGED_SHARE: Final = 0.9
_MOST: Final = 0.6
_BELOW_SHARE: Final = 0.7
_WIDE: Final = 5
_BARE: Final = ("NAME []", "NAME on []")
_LEAST: Final = 2
_LEAST_UNDATED: Final = 3
_LEAST_CONSTANT: Final = 4
_LONG: Final = 200
_TAIL_WORDS: Final = 8
_OF_ARTICLE: Final = re.compile(r"\b(?:comments?|responses)\b", re.IGNORECASE)
_COUNTED: Final = re.compile(r"\b(?:\d{1,6}|no) comments?\b", re.IGNORECASE)
_SENTENCE_GOES_ON: Final = re.compile(r",?[ \t]+(?!(?:said|says|wrote):?[ \t]*$)[a-z]")


@dataclass(frozen=True, slots=True)
class Notation:
    """The attributions of a page and how they are written."""

    description: str
    lines: tuple[Attribution, ...]
    rejected: tuple[int, ...] = ()
    """Indexes of lines that are written alike but stand inside a paragraph or go on as a sentence."""
    split: bool = False
    """The name stands before the text and the time after it."""
    introduces: bool = False
    """"NAME says:" can stand before a text only."""
    untaken: tuple[int, ...] = ()
    """Indexes of lines that are dated alike, though no name could be read in them."""


def learn(lines: Sequence[str], first: int, gap: int) -> Notation:
    """The notation that repeats most from line `first` on; refuses a page where nothing repeats.

    `gap` is the line below the widest blank space of the page: what stands above it is the article's, where most
    attributions stand below.
    """
    found = _learn(lines, first, gap)
    begin = found.lines[0].line
    begin = gap if first < gap < begin else begin
    return replace(found, untaken=untaken.find(lines, found.lines, found.rejected, begin))


def _learn(lines: Sequence[str], first: int, gap: int) -> Notation:
    written = [found for n in range(first, len(lines)) if (found := shapes.read(n, lines[n]))]
    written = _with_numbers_of_names(lines, _below(lines, written, gap))
    usual = Counter((w.shape, _plain(w.tail)) for w in written if w.kind == "whole")
    wholes = _most_alike(
        [w for w in written if w.uid or (w.kind == "whole" and not w.long and _is_whole(w, usual))], written
    )
    halves = _most_alike([w for w in written if w.kind == "date"], written)
    names = [w for w in written if w.kind == "name"]
    for dates in (halves, _without_constant_name(wholes)):
        pairs = (
            pairings.pair(lines, dates, names, gap or first)
            if len(dates) > len(wholes) or dates is not halves
            else None
        )
        if pairs and len(pairs.lines) >= max(_LEAST, len(wholes)):
            return Notation(pairs.description, pairs.lines, pairs.rejected, pairs.split, pairs.says)
    if len(wholes) >= _LEAST:
        return _of_wholes(lines, wholes, names)
    spoken = _most_alike([w for w in names if (w.says or w.uid) and not w.long], names)
    if len(spoken) >= _LEAST_UNDATED and len(spoken) > len(halves):
        return _of_wholes(lines, spoken, [])
    raise Refused(
        "No line that names an author and a date repeats, so nothing tells comments from the article. "
        "Save the page again with the authors and dates of its comments showing, or as HTML."
    )


def _is_whole(one: Written, usual: Counter[tuple[str, str]]) -> bool:
    """Whether nothing stands behind the date but what stands behind several; a number of comments is an article's."""
    if _OF_ARTICLE.search(one.tail[:_LONG]):
        return False
    return shapes.is_plain_tail(one.tail) or usual[one.shape, _plain(one.tail)] >= _LEAST_UNDATED


def _below(lines: Sequence[str], written: list[Written], gap: int) -> list[Written]:
    """Those below the gap, where most are; below one that is not very wide, only where all are."""
    below = [w for w in written if w.line >= gap]
    dated, dated_below = (sum(w.kind != "name" for w in group) for group in (written, below))
    wide = not any(_filled(lines, n) for n in range(gap - _WIDE, gap))
    return below if dated_below >= max(1, (_BELOW_SHARE if wide else 1) * dated) else written


def _with_numbers_of_names(lines: Sequence[str], written: list[Written]) -> list[Written]:
    """Where most lines of a manner bear no running number, what looks like it before the others is a name's: "7 of 9".

    A name that is a number and nothing else ("1984") is found by it too, where names stand beside dates.
    """
    named = [found for w in written if w.number and (found := shapes.with_number(w, lines[w.line]))]
    plain = Counter((w.kind, _manner(w)) for w in written if not w.number)
    numbered = Counter((w.kind, _manner(w)) for w in named)
    few = {manner for manner, times in numbered.items() if times < _MOST * (times + plain[manner])}
    own = {w.line: w for w in named if (w.kind, _manner(w)) in few}
    return [own.get(w.line, w) for w in written]


def _most_alike(some: list[Written], written: Sequence[Written]) -> list[Written]:
    """Those of `written` in the manner that most of `some` have; times told as relative may mix with dates."""
    manners = Counter(_manner(w) for w in some)
    if not manners:
        return []
    shape, date = manners.most_common(1)[0][0]
    mixed = date == "relative" or manners[shape, "relative"] >= _LEAST
    return [
        w
        for w in written
        if _manner(w) == (shape, date) or (mixed and w.shape == shape and w.date is not None and w.kind == some[0].kind)
    ]


def _manner(one: Written) -> tuple[str, str]:
    return one.shape, one.date.shape if one.date else ""


def _without_constant_name(wholes: list[Written]) -> list[Written]:
    """Where every line has the same "name" it may be a word of the layout ("Comment posted …") and name nobody."""
    constant = len(wholes) >= _LEAST_CONSTANT and len({one.name for one in wholes}) == 1
    return [replace(one, kind="date") for one in wholes] if constant else []


# -- attributions of one line ----------------------------------------------------------------------------


def _of_wholes(lines: Sequence[str], wholes: list[Written], names: Sequence[Written]) -> Notation:
    same = _with_the_usual_lead(_with_undated(_without_sentences(wholes), names), lines)
    tails = {tail for tail, times in Counter(_plain(w.tail) for w in same).items() if times > 1}
    kept, rejected = _apart_from_words(same, lines, tails)
    attributions = tuple(pairings.with_plain_names([_attribution(w, tails) for w in kept]))
    if not any(w.date for w in kept) and len(kept) < _LEAST_UNDATED:
        raise Refused(
            "The lines that name an author stand inside sentences, so nothing tells comments from the article."
        )
    says = _share(w.says and w.tail_at == len(lines[w.line].rstrip()) for w in kept) >= _MOST
    return Notation(
        f"{_describe(kept or same)}, on one line", attributions, tuple(w.line for w in rejected), introduces=says
    )


def _without_sentences(wholes: list[Written]) -> list[Written]:
    """A name as long as a title is believed where a time of day, a number or a mark shows that it is no sentence."""
    stops = _share(one.tail.strip() == "." for one in wholes)

    def is_sentence(one: Written) -> bool:
        if one.date is None:
            return False
        marked = one.number or one.shape not in _BARE or one.date.hour is not None
        return (one.long and not (marked and shapes.is_plain_tail(one.tail))) or (
            one.date.relative and one.tail.strip() == "." and stops < _MOST
        )

    return [one for one in wholes if not is_sentence(one)]


def _with_undated(wholes: list[Written], names: Sequence[Written]) -> list[Written]:
    """Where members' numbers are printed, lines without a date are attributions too (folded comments)."""
    if sum(w.uid for w in wholes) < _MOST * len(wholes):
        return wholes
    leads = {w.lead for w in wholes}
    known = {w.name for w in wholes}
    more = [w for w in names if w.lead in leads and (w.uid or w.name in known)]
    return sorted({w.line: w for w in (*wholes, *more)}.values(), key=lambda w: w.line)


def _with_the_usual_lead(same: list[Written], lines: Sequence[str]) -> list[Written]:
    """What stands before most names ("by") is none of theirs; before a few, it is."""
    led = _share(bool(w.lead) for w in same)
    kept = [w for w in same if w.lead or led < _HUGGED_SHARE]
    if led < _MOST:
        own = {w.line for w in kept if w.lead and pairings.kind_of(w) == "comment"}
        kept = [replace(shapes.with_lead(w, lines[w.line]), formal=False) if w.line in own else w for w in kept]
    return kept


def _apart_from_words(
    same: list[Written], lines: Sequence[str], tails: set[str]
) -> tuple[list[Written], list[Written]]:
    """Where nearly all attributions stand clear of other text, the few that do not are somebody's words.

    A line that goes on as a sentence does ("… said that") is a mention of a comment, not its attribution; one behind a
    mark of quotation is cited, and one with a number of comments behind its date is an article's.
    """
    seen: set[tuple[str, str]] = set()
    kept: list[Written] = []
    rejected: list[Written] = []
    own = {w.line for w in same}
    words = {n for w in same for n in (w.line - 1, w.line + 1) if n not in own and _filled(lines, n)}
    clear_above = _share(w.line - 1 not in words for w in same) >= _HUGGED_SHARE
    clear_below = _share(w.line + 1 not in words for w in same) >= _HUGGED_SHARE
    cited_are_few = _share(w.name.startswith(">") for w in same) < _MOST
    for one in same:
        hugged = (clear_above and one.line - 1 in words) or (clear_below and one.line + 1 in words)
        known = (one.name, one.date.text if one.date else "") in seen
        goes_on = _plain(one.tail) not in tails and bool(_SENTENCE_GOES_ON.match(one.tail))
        spoken = not one.formal and (goes_on or (hugged and not known))
        cited = one.name.startswith(">") and cited_are_few
        (rejected if spoken or cited or _is_of_article(one.tail) else kept).append(one)
        seen.add((one.name, one.date.text if one.date else ""))
    return kept, rejected


def _is_of_article(tail: str) -> bool:
    """Whether a number of comments is set apart behind the date ("| 58 comments"), as it is under articles alone."""
    return tail[:1] in (" ", "\t") and bool(_COUNTED.search(tail[:_LONG]))


def _attribution(one: Written, tails: set[str]) -> Attribution:
    tail = one.tail
    usual = _plain(tail) in tails or shapes.is_plain_tail(tail)
    apart = one.formal and tail[:1] in (" ", "\t") and len(tail.split()) <= _TAIL_WORDS
    return Attribution(
        line=one.line,
        last=one.line,
        name=one.name,
        date=one.date,
        end=one.tail_at + (len(tail) if usual or apart else 0),
        debris="" if usual or apart else tail,
        tail=tail.strip() if apart and not usual else "",
        indent=one.indent,
        begin=one.begin,
        number=one.number,
        source_id=shapes.source_id(tail) if usual or apart else "",
        kind=pairings.kind_of(one),
    )


def _plain(tail: str) -> str:
    """The tail with its numbers alike, so that "#12" and "#13" are one."""
    return re.sub(r"\d+", "0", tail.strip()) if len(tail) < _LONG else tail


def _filled(lines: Sequence[str], number: int) -> bool:
    return 0 <= number < len(lines) and bool(lines[number].strip())


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def _describe(same: Sequence[Written]) -> str:
    dated = next((w for w in same if w.date), None)
    one = dated or same[0]
    lead = Counter(w.lead for w in same).most_common(1)[0][0]
    number = "N." if _share(bool(w.number) for w in same) >= _MOST else ""
    shape = one.shape.replace("NAME", f"{lead} NAME".strip())
    words = f"{number} {shape}".strip().replace("[]", pairings.date_words(one.date))
    return words.replace(" ,", ",")
