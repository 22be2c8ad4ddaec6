"""A page of text as a reader takes it apart: its lines, their offsets, and what was noted of each."""

from bisect import bisect_right
from collections.abc import Callable

from forum.archive.items import Anomaly, Stretch

WHOLE_FILE = 0


class Page:
    """The lines of a text, counted from 0, and the notes a reader makes of them, counted from 1."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.starts = _starts(self.lines)
        self.anomalies: list[Anomaly] = []
        self.furniture: list[Stretch] = []
        self.leftover: list[Stretch] = []

    def filled(self, first: int, end: int) -> list[int]:
        """The lines from `first` up to, not including, `end` that are not blank."""
        return [n for n in range(first, min(end, len(self.lines))) if self.lines[n].strip()]

    def line_at(self, offset: int) -> int:
        """The line that holds the offset; costs a binary search."""
        return bisect_right(self.starts, offset) - 1

    def say(self, line: int, what: str, done: str) -> None:
        """Note what is odd at a line and what is done about it."""
        self.anomalies.append(Anomaly(line + 1, what, done))

    def say_of_all(self, what: str, done: str) -> None:
        """Note what is odd about the whole file."""
        self.anomalies.append(Anomaly(WHOLE_FILE, what, done))

    def say_of_each(self, lines: list[int], what: str, whats: str, done: str) -> None:
        """Note the same of several lines: each for itself when they are few, or else once for all."""
        if len(lines) <= 5:
            for line in lines:
                self.say(line, what, done)
        else:
            self.say(lines[0], f"{len(lines)} {whats}, the first here", done)

    def set_aside(self, lines: list[int], what: Callable[[str], str] | str) -> None:
        """Note lines as page furniture."""
        for line in lines:
            told = what if isinstance(what, str) else what(self.lines[line])
            self.furniture.append(Stretch((line + 1, line + 1), told))


def _starts(lines: list[str]) -> list[int]:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return starts
