"""Accounts for every line of a file: in which part of a thread it stands, or that it found no place."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from forum.archive import keys
from forum.archive.items import Lines, Rest, Thread

KINDS: Final = ("unplaced", "title", "byline", "article", "comments", "pings", "furniture", "remainder", "blank")
_UNPLACED, _TITLE, _BYLINE, _ARTICLE, _COMMENTS, _PINGS, _FURNITURE, _REMAINDER, _BLANK = range(len(KINDS))


class Ledger:
    """What each line of one file was taken for, in one byte a line, so that a file of any size is accounted for."""

    def __init__(self) -> None:
        self._kinds = bytearray()

    def enter(self, thread: Thread) -> None:
        """Enter the lines of one thread."""
        for comment in thread.comments:
            self._put(comment.lines, _COMMENTS)
        for ping in thread.pings:
            self._put(ping.lines, _PINGS)
        post = thread.post
        if post.body:
            self._put(post.lines, _ARTICLE)
        self.enter_rest(thread)
        for line in post.byline_lines:
            self._put((line, line), _BYLINE)
        if post.title_line:
            self._put((post.title_line, post.title_line), _TITLE)
        self._blank(thread.blank_lines)

    def enter_rest(self, rest: Thread | Rest) -> None:
        """Enter the lines that are in no post and no comment."""
        for stretch in rest.furniture:
            self._put(stretch.lines, _FURNITURE)
        for stretch in rest.leftover:
            self._put(stretch.lines, _REMAINDER, only_if_free=True)
        if isinstance(rest, Rest):
            self._blank(rest.blank_lines)

    def close(self, line_count: int) -> list[Lines]:
        """End the file at this line; returns the runs of lines that found no place, which there should not be.

        They are entered as remainder, so that the numbers add up.
        """
        self._reach(line_count)
        del self._kinds[line_count + 1 :]
        runs = list(self._unplaced())
        for first, last in runs:
            self._kinds[first : last + 1] = bytes([_REMAINDER]) * (last - first + 1)
        return runs

    def tally(self) -> dict[str, int]:
        """How many lines went where; the numbers add up to the lines of the file."""
        counted = Counter(self._kinds)
        counted[_UNPLACED] -= bool(self._kinds)  # there is no line 0
        return {name: counted[kind] for kind, name in enumerate(KINDS) if kind != _UNPLACED or counted[kind] > 0}

    def _put(self, lines: Lines, kind: int, *, only_if_free: bool = False) -> None:
        first, last = lines
        if first < 1 or last < first:
            return
        self._reach(last)
        if only_if_free:
            for number in range(first, last + 1):
                self._kinds[number] = self._kinds[number] or kind
        elif last == first:
            self._kinds[first] = kind
        else:
            self._kinds[first : last + 1] = bytes([kind]) * (last - first + 1)

    def _blank(self, lines: Iterable[int]) -> None:
        for line in lines:
            self._reach(line)
            self._kinds[line] = _BLANK

    def _reach(self, line: int) -> None:
        if line >= len(self._kinds):
            self._kinds.extend(bytes(max(line + 1 - len(self._kinds), len(self._kinds) // 8)))

    def _unplaced(self) -> Iterator[Lines]:
        at = self._kinds.find(_UNPLACED, 1)
        while at > 0:
            end = at
            while end + 1 < len(self._kinds) and self._kinds[end + 1] == _UNPLACED:
                end += 1
            yield at, end
            at = self._kinds.find(_UNPLACED, end + 1)


def tally(thread: Thread) -> dict[str, int]:
    """How many lines of a file with one thread went where; the numbers add up to the lines of the file."""
    ledger = Ledger()
    ledger.enter(thread)
    ledger.close(thread.line_count)
    return ledger.tally()


def unplaced(thread: Thread) -> list[Lines]:
    """Runs of lines with text of a file with one thread that found no place: there should be none."""
    ledger = Ledger()
    ledger.enter(thread)
    return ledger.close(thread.line_count)


def counts(thread: Thread) -> dict[str, Any]:
    """The numbers of a thread that a person checks first. Goes through the comments once."""
    bases: Counter[str] = Counter()
    states: Counter[str] = Counter()
    authors: set[str] = set()
    quotations, zone = 0, None
    for comment in thread.comments:
        if comment.parent:
            bases[comment.parent_basis] += 1
        states[comment.state] += 1
        authors.add(keys.normal_name(comment.author))
        quotations += len(comment.quotes)
        zone = zone or comment.moment.zone or None
    kinds = Counter(ping.kind for ping in thread.pings)
    found: dict[str, Any] = {
        "comments": len(thread.comments),
        "claimed_comments": thread.post.claimed_comments,
        "attribution_lines": thread.attribution_lines,
        "quoted_attributions": thread.quoted_attributions,
        "authors": len(authors),
        "replies": dict(sorted(bases.items())),
        "quotations": quotations,
        "states": dict(sorted(states.items())),
        "pings": dict(sorted(kinds.items())),
        "zone": zone,
    }
    if thread.line_count:
        found["lines"] = {"file": thread.line_count, **tally(thread)}
    return found
