"""Sees to it that what answers what can be drawn: no parent is missing, and none stands under its own reply."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

from forum.archive import keys
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
    """Find parents that are missing, not imported, or in a loop, and names that differ in their capitals alone.

    Goes through the comments once, however deep the thread; about 200 bytes of memory a comment.
    """
    doubts, names = Doubts(), _Names()
    index: dict[str, int] = {}
    lines: array[int] = array("l")
    answered: dict[int, str] = {}
    spam: set[int] = set()
    for number, comment in enumerate(thread.comments):
        lines.append(comment.lines[0])
        if comment.key in index:
            _rename(doubts, number, comment, index, lines)
        else:
            index[comment.key] = number
        if comment.parent:
            answered[number] = comment.parent
        if comment.state == "spam":
            spam.add(number)
        doubts.anomalies += names.look_at(comment)
    parents = array("l", [_NONE]) * len(lines)
    pings = {ping.key for ping in thread.pings}
    for number, key in answered.items():
        parents[number] = parent = index.get(key, _MISSING)
        if parent == _MISSING:
            what = "it answers a pingback or trackback" if key in pings else "its parent is not in the file"
            _leave(doubts, number, lines, what)
        elif parent in spam and number not in spam:
            _leave(doubts, number, lines, "its parent is spam, which is not imported")
    for number in _loops(parents, doubts.alone):
        _leave(doubts, number, lines, "its parent stands under it: a loop")
    return doubts


def _rename(doubts: Doubts, number: int, comment: Comment, index: dict[str, int], lines: "array[int]") -> None:
    """Give a comment whose id another has a key of its own, the same in every run."""
    nth = 2
    while (again := f"{comment.key[:190]}#{nth}") in index:
        nth += 1
    doubts.again[number] = again
    index[again] = number
    what = f"its id is that of the comment at line {lines[index[comment.key]]}"
    doubts.anomalies.append(Anomaly(comment.lines[0], what, "kept as a comment of its own"))


class _Names:
    """Names that differ in their capitals alone are told, and stay two."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._told: set[str] = set()

    def look_at(self, comment: Comment) -> Iterator[Anomaly]:
        """What is odd about the name of one comment."""
        name = keys.normal_name(comment.author)
        other = self._first.setdefault(name.casefold(), name)
        if other != name and name not in self._told:
            self._told.add(name)
            what = f"“{name}” and “{other}” differ in capitals alone"
            yield Anomaly(comment.lines[0], what, "kept as two people")


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
