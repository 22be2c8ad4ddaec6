"""A sequence of comments that leaves memory for a temporary file once it is long."""

from __future__ import annotations

import marshal
import os
import tempfile
import weakref
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final, overload

from forum.archive.items import Comment, Moment, Quote

IN_MEMORY: Final = 2_000
IN_MEMORY_CHARACTERS: Final = 8 * 1024 * 1024
"""So many comments, and so much of their text, stay in memory; from the next one on all of them are on disk."""

_NAMES: Final = tuple(field.name for field in fields(Comment))
_MOMENT: Final = _NAMES.index("moment")
_QUOTES: Final = _NAMES.index("quotes")
_VALUES: Final = attrgetter(*_NAMES)
_MOMENT_VALUES: Final = attrgetter(*(field.name for field in fields(Moment)))
_QUOTE_VALUES: Final = attrgetter(*(field.name for field in fields(Quote)))
_TOGETHER: Final = 1024 * 1024
"""Bytes that are written and, in order, read at once."""


class Spool(Sequence[Comment]):
    """Comments in the order in which they were appended; to be gone through again and again.

    Past `IN_MEMORY` of them each costs eight bytes of memory. The file has no name, so that nothing is left behind
    even by a process that is killed, and goes with the last reference. Not for several threads at once.
    """

    def __init__(self, comments: Iterable[Comment] = ()) -> None:
        self._held: list[Comment] = []
        self._held_characters = 0
        self._file = -1
        self._ends = array("Q", [0])
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        for comment in comments:
            self.append(comment)

    def append(self, comment: Comment) -> None:
        """Put one more at the end."""
        self._held_characters += len(comment.body) + len(comment.source)
        if self._file < 0 and len(self._held) < IN_MEMORY and self._held_characters < IN_MEMORY_CHARACTERS:
            self._held.append(comment)
            return
        if self._file < 0:
            self._leave_memory()
        self._put(comment)

    def picked(self, numbers: Sequence[int]) -> Sequence[Comment]:
        """Those with these numbers (counted from 0), in that order; shares the file."""
        return _Picked(self, numbers)

    def __len__(self) -> int:
        return len(self._held) if self._file < 0 else len(self._ends) - 1

    def __iter__(self) -> Iterator[Comment]:
        return iter(self._held) if self._file < 0 else self._read()

    @overload
    def __getitem__(self, at: int) -> Comment: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Comment, ...]: ...
    def __getitem__(self, at: int | slice) -> Comment | tuple[Comment, ...]:
        if isinstance(at, slice):
            return tuple(self[number] for number in range(*at.indices(len(self))))
        if self._file < 0:
            return self._held[at]
        return self._get(range(len(self))[at])

    def _leave_memory(self) -> None:
        with tempfile.TemporaryFile(prefix="archive-") as file:
            self._file = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._file)
        held, self._held = self._held, []
        for comment in held:
            self._put(comment)

    def _put(self, comment: Comment) -> None:
        written = _written(comment)
        self._ends.append(self._ends[-1] + len(written))
        self._waiting.append(written)
        self._waiting_bytes += len(written)
        if self._waiting_bytes > _TOGETHER:
            self._write()

    def _write(self) -> None:
        """Put what waits into the file, before anything is read."""
        data = memoryview(b"".join(self._waiting))
        self._waiting, self._waiting_bytes = [], 0
        while data:
            data = data[os.write(self._file, data) :]

    def _get(self, number: int) -> Comment:
        if self._waiting:
            self._write()
        begin, end = self._ends[number], self._ends[number + 1]
        return _as_comment(os.pread(self._file, end - begin, begin))

    def _read(self) -> Iterator[Comment]:
        """All that is there at the beginning, in order; does not mind what others read meanwhile."""
        self._write()
        number, count = 0, len(self)
        while number < count:
            begin = self._ends[number]
            end = max(number + 1, min(count, bisect_right(self._ends, begin + _TOGETHER) - 1))
            data = os.pread(self._file, self._ends[end] - begin, begin)
            for at in range(number, end):
                yield _as_comment(data[self._ends[at] - begin : self._ends[at + 1] - begin])
            number = end


class _Picked(Sequence[Comment]):
    """Some of the comments of a spool, in an order of their own."""

    def __init__(self, spool: Spool, numbers: Sequence[int]) -> None:
        self._spool = spool
        self._numbers = array("Q", numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Comment]:
        return (self._spool[number] for number in self._numbers)

    @overload
    def __getitem__(self, at: int) -> Comment: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Comment, ...]: ...
    def __getitem__(self, at: int | slice) -> Comment | tuple[Comment, ...]:
        if isinstance(at, slice):
            return tuple(self._spool[number] for number in self._numbers[at])
        return self._spool[self._numbers[at]]


def values_of(comment: Comment) -> list[Any]:
    """The comment as plain values, which ``comment_of`` reads."""
    values = list(_VALUES(comment))
    values[_MOMENT] = _MOMENT_VALUES(comment.moment)
    values[_QUOTES] = [_QUOTE_VALUES(quote) for quote in comment.quotes]
    return values


def comment_of(values: list[Any]) -> Comment:
    """The comment that has these values, which are changed."""
    values[_MOMENT] = Moment(*values[_MOMENT])
    values[_QUOTES] = tuple(Quote(*quote) for quote in values[_QUOTES])
    return Comment(*values)


def _written(comment: Comment) -> bytes:
    return marshal.dumps(values_of(comment))


def _as_comment(written: bytes) -> Comment:
    return comment_of(marshal.loads(written))  # noqa: S302 - we wrote it ourselves, into a file that has no name
