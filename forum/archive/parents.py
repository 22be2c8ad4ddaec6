"""Sees to it that what answers what can be drawn: no parent is missing, and none stands under its own reply."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

from forum.archive.items import Anomaly, Comment, Thread

_NONE, _MISSING = -1, -2


@dataclass(slots=True)
class Doubts:
    """What of a thread cannot stay as the file has it, by the index of the comment."""

    alone: set[int] = field(default_factory=set)
    """Comments that cannot answer what they name."""
    again: dict[int, str] = field(default_factory=dict)
    """Comments whose key another had before, and the key they are given instead."""
    anomalies: list[Anomaly] = field(default_factory=list)

    def settle(self, number: int, comment: Comment) -> Comment:
        """The comment as it can stay."""
        if number in self.alone:
            comment = replace(comment, parent=None, parent_basis="none")
        return replace(comment, key=self.again[number]) if number in self.again else comment


def examine(thread: Thread) -> Doubts:
    """Find parents that are missing, not imported, or in a loop. Linear, however deep the thread; about 150 bytes
    of memory a comment."""
    doubts = Doubts()
    index, lines = _index(thread, doubts)
    parents = array("l", [_NONE]) * len(lines)
    pings = {ping.key for ping in thread.pings}
    spam: set[int] = set()
    for number, comment in enumerate(thread.comments):
        if comment.state == "spam":
            spam.add(number)
        if comment.parent:
            parents[number] = index.get(comment.parent, _MISSING)
            if parents[number] == _MISSING:
                is_ping = comment.parent in pings
                what = "it answers a pingback or trackback" if is_ping else "its parent is not in the file"
                _leave(doubts, number, lines, what)
    for number, parent in enumerate(parents):
        if parent in spam and number not in spam:
            _leave(doubts, number, lines, "its parent is spam, which is not imported")
    for number in _loops(parents, doubts.alone):
        _leave(doubts, number, lines, "its parent stands under it: a loop")
    return doubts


def _index(thread: Thread, doubts: Doubts) -> tuple[dict[str, int], "array[int]"]:
    """The number of each key, and the first line of each comment."""
    index: dict[str, int] = {}
    lines: array[int] = array("l")
    times: dict[str, int] = {}
    for number, comment in enumerate(thread.comments):
        lines.append(comment.lines[0])
        if comment.key not in index:
            index[comment.key] = number
            continue
        times[comment.key] = times.get(comment.key, 1) + 1
        doubts.again[number] = again = f"{comment.key[:190]}#{times[comment.key]}"
        index[again] = number
        what = f"its id is that of the comment at line {lines[index[comment.key]]}"
        doubts.anomalies.append(Anomaly(comment.lines[0], what, "kept as a comment of its own"))
    return index, lines


def _leave(doubts: Doubts, number: int, lines: "array[int]", what: str) -> None:
    doubts.alone.add(number)
    doubts.anomalies.append(Anomaly(lines[number], what, "kept at the top level"))


def _loops(parents: "array[int]", alone: set[int]) -> Iterator[int]:
    """In each loop the comment that comes first in the file, which has to let go."""
    seen = array("l", [0]) * len(parents)  # the walk that came by, counted from 1
    for start in range(len(parents)):
        number, walk = start, start + 1
        while number >= 0 and not seen[number]:
            seen[number] = walk
            number = _NONE if number in alone else parents[number]
        if number >= 0 and seen[number] == walk:
            loop = [number]
            while (after := parents[loop[-1]]) != number:
                loop.append(after)
            yield min(loop)


class Settled(Sequence[Comment]):
    """Comments that are kept elsewhere, changed one by one as they are read."""

    def __init__(self, comments: Sequence[Comment], change: Callable[[int, Comment], Comment]) -> None:
        self._comments, self._change = comments, change

    def __iter__(self) -> Iterator[Comment]:
        for number, comment in enumerate(self._comments):
            yield self._change(number, comment)

    def __len__(self) -> int:
        return len(self._comments)

    @overload
    def __getitem__(self, at: int) -> Comment: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Comment]: ...
    def __getitem__(self, at: int | slice) -> Comment | Sequence[Comment]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        number = at + len(self) if at < 0 else at
        return self._change(number, self._comments[number])
