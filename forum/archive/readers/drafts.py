"""Cuts the lower part of a page into comments at its attributions, and tells repeated ones as quotations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from forum.archive import keys
from forum.archive.items import Basis, Moment, Quote, Stretch
from forum.archive.readers import furniture, shapes
from forum.archive.readers.attributions import Notation
from forum.archive.readers.page import Page
from forum.archive.readers.pairings import Attribution

_WIDE: Final = 4
_TO_THE_MINUTE: Final = ("minute", "second")
"""A name with the same day alone, or the same "2 days ago", comes up again without being quoted."""


@dataclass
class Draft:
    """A comment in the making; offsets are characters of the whole text."""

    attribution: Attribution
    told: Moment
    begin: int
    end: int
    quotes: "list[Quoted]" = field(default_factory=list)
    key: str = ""
    parent: "Draft | None" = None
    basis: Basis = "none"


@dataclass
class Quoted:
    """A quotation in the making: the words, then or before them the attribution that was repeated."""

    of: Draft
    start: int
    end: int
    attribution: tuple[int, int]

    def within(self, begin: int, end: int) -> Quote:
        """The same with offsets in the body that stands from `begin` to `end`."""
        found = (self.start, self.end, *self.attribution)
        start, stop, first, last = (min(max(offset, begin), end) - begin for offset in found)
        return Quote(self.of.key, start, stop, first, last)


@dataclass(frozen=True, slots=True)
class _Again:
    """A repeated attribution that may quote, until it is known whose comment it stands in."""

    line: Attribution
    told: Moment
    quote: Quoted


def attributed_after(page: Page, notation: Notation, gap: int) -> bool:
    """Text after the last attribution, other than a footer, says that attributions stand before texts.

    Where the comments begin is known too (`gap`, 0 when not): no text before the first attribution says the same, and
    with text there a few words like a title, after the last one, are a footer that is not known as such. A page that
    ends with a line written like an attribution, though none, ends with an attribution all the same.
    """
    lines = notation.lines
    below = [n for n in page.filled(lines[-1].last + 1, len(page.lines)) if not shapes.is_layout(page.lines[n])]
    above = page.filled(gap, lines[0].line) if 0 < gap <= lines[0].line else []
    words = [n for n in above if not furniture.is_heading(page.lines[n]) and not shapes.is_layout(page.lines[n])]
    ends_with_one = bool(below) and below[-1] in (*notation.rejected, *notation.untaken)
    if below and not ends_with_one and not furniture.is_footer(page.lines[below[0]]):
        return bool(words) and furniture.could_be_title(page.lines[below[0]]) and _stands_apart(page, lines, below[0])
    return bool(words) or not 0 < gap <= lines[0].line


def _stands_apart(page: Page, lines: Sequence[Attribution], below: int) -> bool:
    """Whether more blank lines part a line from the last attribution than part text from any other."""
    gaps = [page.filled(a.last + 1, b.line + 1)[0] - a.last for a, b in pairwise(lines)]
    return below - lines[-1].last > max(gaps, default=0)


def split_after(page: Page, lines: Sequence[Attribution], moments: Sequence[Moment], first: int) -> list[Draft]:
    """The comments from line `first` on, on a page where the attribution ends a comment."""
    drafts: list[Draft] = []
    done: dict[tuple[str, str], Draft] = {}
    begin = page.starts[first]
    quotes: list[_Again] = []
    for n, (line, told) in enumerate(zip(lines, moments, strict=True)):
        start, end = _span(page, line)
        earlier = done.get(_key(line, told)) if told.precision in _TO_THE_MINUTE else None
        closed_later = n + 1 < len(lines)
        since = quotes[-1].quote.attribution[1] if quotes else begin
        if earlier and closed_later and (quote := _repeated_above(page, earlier, since, start, end)):
            quotes.append(_Again(line, told, quote))
            continue
        while earlier and quotes and _is_said_once_more(page, earlier, quotes[0].quote, begin):
            again = quotes.pop(0)
            drafts.append(Draft(again.line, again.told, begin, again.quote.attribution[0]))
            begin = _after(page, again.line)
        for again in quotes:
            _say_quoted(page, again.line, again.quote)
        draft = Draft(line, told, begin, start, [again.quote for again in quotes])
        drafts.append(draft)
        done.setdefault(_key(line, told), draft)
        if line.debris:
            _say_debris(page, line, "the next comment begins with it")
        begin, quotes = _after(page, line), []
    return drafts


def _after(page: Page, line: Attribution) -> int:
    """Where the text that follows an attribution begins: on the next line, or with what is glued to it."""
    end = _span(page, line)[1]
    return end if line.debris else min(end + 1, len(page.text))


def _is_said_once_more(page: Page, earlier: Draft, quote: Quoted, begin: int) -> bool:
    """Whether what would be quoted is all of the author's own words of that minute: then it is one more comment."""
    return quote.of is earlier and _are_alike(page, begin, quote.attribution[0], earlier)


def _are_alike(page: Page, begin: int, end: int, of: Draft) -> bool:
    return keys.words(page.text[begin:end]) == keys.words(page.text[of.begin : of.end])


def split_before(page: Page, lines: Sequence[Attribution], moments: Sequence[Moment]) -> list[Draft]:
    """The comments of a page where the attribution begins a comment; the last one ends before the footer."""
    drafts: list[Draft] = []
    done: dict[tuple[str, str], Draft] = {}
    stops = [page.starts[line.line] for line in lines[1:]] + [_footer(page, lines)]
    for line, told, stop in zip(lines, moments, stops, strict=True):
        start, end = _span(page, line)
        earlier = done.get(_key(line, told)) if told.precision in _TO_THE_MINUTE else None
        quote = _repeated_below(page, earlier, drafts[-1], start, end, stop) if earlier else None
        if quote:
            _say_quoted(page, line, quote)
            drafts[-1].quotes.append(quote)
            drafts[-1].end = stop
            continue
        draft = Draft(line, told, end, stop)
        drafts.append(draft)
        done.setdefault(_key(line, told), draft)
        if line.debris:
            _say_debris(page, line, "this comment begins with it")
    return drafts


def split_around(page: Page, lines: Sequence[Attribution], moments: Sequence[Moment]) -> list[Draft]:
    """The comments of a page that prints the name before the text and the time after it."""
    drafts = []
    ends = [line.line for line in lines[1:]] + [len(page.lines)]
    for line, told, end in zip(lines, moments, ends, strict=True):
        foot = line.last if line.foot is None else line.foot
        drafts.append(Draft(line, told, _span(page, line)[1], page.starts[foot]))
        between = page.filled(foot + 1, end)
        words = [n for n in between if not shapes.is_layout(page.lines[n]) and not furniture.is_footer(page.lines[n])]
        page.leftover.extend(Stretch((n + 1, n + 1), "between two comments") for n in words)
        page.set_aside([n for n in between if n not in words], "printed by the layout")
    return drafts


def _span(page: Page, line: Attribution) -> tuple[int, int]:
    return page.starts[line.line] + line.begin, page.starts[line.last] + line.end


def _key(line: Attribution, told: Moment) -> tuple[str, str]:
    return keys.normal_name(line.name), told.local or told.printed


def _repeated_above(page: Page, earlier: Draft, since: int, start: int, end: int) -> Quoted | None:
    """The quotation that a repeated attribution closes: no text before it, or words of that comment."""
    text = page.text[since:start]
    if not text.strip():
        return Quoted(earlier, end, end, (start, end))
    said = _joined(page.text[earlier.begin : earlier.end])
    for match in re.finditer(r"(?m)^[^\n]*\S", text):
        part = _joined(text[match.start() :])
        if part.strip() and part in said:
            return Quoted(earlier, since + match.start(), since + len(text.rstrip()), (start, end))
    return None


def _repeated_below(page: Page, earlier: Draft, current: Draft, start: int, end: int, stop: int) -> Quoted | None:
    """The same where attributions stand before: words of that comment below it, or no text above it.

    Who says the same again in one minute, and then once more, quotes nobody: each is a comment of its own.
    """
    own = _key(current.attribution, current.told) == _key(earlier.attribution, earlier.told)
    if current is earlier or (own and not current.quotes and _are_alike(page, current.begin, start, earlier)):
        return None
    said = _joined(page.text[earlier.begin : earlier.end])
    text = page.text[end:stop]
    last = 0
    for match in re.finditer(r"(?m)\S(?=[ \t]*$)", text):
        part = _joined(text[: match.end()])
        if part not in said:
            break
        last = match.end()
    if last and text[:last].strip():
        lead = len(text) - len(text.lstrip())
        return Quoted(earlier, end + lead, end + last, (start, end))
    if not page.text[current.begin : start].strip():
        return Quoted(earlier, end, end, (start, end))
    return None


def _joined(text: str) -> str:
    """The words of a text, each between blanks, so that one text is sought in another word by word."""
    return f" {' '.join(keys.words(text))} "


def _footer(page: Page, lines: Sequence[Attribution]) -> int:
    """Where the last comment ends: before the first footer line or a space wider than any other, or with the file."""
    filled = page.filled(lines[0].line, len(page.lines))
    gaps = [(number, number - above) for above, number in pairwise(filled)]
    widest = max((gap for number, gap in gaps if number <= lines[-1].last), default=0)
    for number, gap in gaps:
        if number <= lines[-1].last:
            continue
        known = furniture.is_footer(page.lines[number]) and not shapes.is_layout(page.lines[number])
        if known or gap > max(widest, _WIDE):
            page.set_aside(page.filled(number, len(page.lines)), "footer")
            return page.starts[number]
    return len(page.text)


def _say_quoted(page: Page, line: Attribution, quote: Quoted) -> None:
    first = quote.of.attribution.line + 1
    how = "with the words quoted" if quote.start < quote.end else "alone, the words quoted are lost"
    page.say(line.line, f"the attribution of line {first} again, {how}", "taken for a quotation of that comment")


def _say_debris(page: Page, line: Attribution, done: str) -> None:
    page.say(line.line, f"remains of a stripped link after the attribution: “{line.debris.strip()[:60]}”", done)
