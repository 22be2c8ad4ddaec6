"""Keeps the threads of a plan, so that a file is read once: few in memory, many in a temporary file."""

from __future__ import annotations

import os
import pickle
import tempfile
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from forum.archive import spool
from forum.archive.items import Thread
from forum.archive.parents import Settled

IN_MEMORY: Final = 2_000
"""Comments in memory at most, of all threads together; of longer threads each is on disk already."""
THREADS: Final = 50
"""Threads in memory at most, and threads at most that are on disk each by itself."""
ON_DISK: Final = 512 * 1024 * 1024
"""Bytes of the temporary file at most: past that nothing is kept, and the file is read again each time."""


class Kept:
    """The threads that were added, in order, to be gone through again and again.

    On disk a thread costs some 100 bytes of memory. The file has no name and goes with the last reference; where no
    room is left for it nothing is kept. Not for several threads of a process at once.
    """

    def __init__(self) -> None:
        self.whole = True
        """Whether all that was added is here."""
        self._threads: list[Thread | tuple[int, int]] = []
        """Each thread, or where it begins in the file and how many bytes it takes."""
        self._comments = self._alone = 0
        self._file = -1
        self._close: Callable[[], object] = lambda: None
        self._end = 0

    @property
    def in_memory(self) -> bool:
        """Whether it is small enough to be at hand without a file of its own."""
        return self.whole and self._file < 0

    def add(self, thread: Thread) -> None:
        """Keep one more, unless it or one before was too much."""
        if not self.whole:
            return
        self._threads.append(thread)
        alone = isinstance(thread.comments, Settled)
        self._alone += alone
        self._comments += 0 if alone else len(thread.comments)
        try:
            if self._file >= 0:
                self._write(len(self._threads) - 1)
            elif self._comments > IN_MEMORY or len(self._threads) > THREADS:
                self._leave_memory()
        except OSError:  # no room on the disk
            self.whole = False
        if not self.whole or self._alone > THREADS or self._end > ON_DISK:
            self.whole, self._threads = False, []
            self._close()

    def __len__(self) -> int:
        return len(self._threads)

    def __iter__(self) -> Iterator[Thread]:
        for kept in self._threads:
            yield kept if isinstance(kept, Thread) else self._read(*kept)

    def _leave_memory(self) -> None:
        with tempfile.TemporaryFile(prefix="archive-") as file:
            self._file = os.dup(file.fileno())
        self._close = weakref.finalize(self, os.close, self._file)
        for number in range(len(self._threads)):
            self._write(number)

    def _write(self, number: int) -> None:
        """Put a thread into the file, but for one whose comments are on disk by themselves."""
        thread = self._threads[number]
        if not isinstance(thread, Thread) or isinstance(thread.comments, Settled):
            return
        if thread.post.own is not None or len(thread.comments) > spool.IN_MEMORY or len(thread.pings) > spool.IN_MEMORY:
            self.whole = False
            return
        comments = [spool.values_of(comment) for comment in thread.comments]
        pings = [spool.values_of(ping) for ping in thread.pings]
        data = pickle.dumps((replace(thread, comments=(), pings=()), comments, pings), pickle.HIGHEST_PROTOCOL)
        written = 0
        while written < len(data):
            written += os.pwrite(self._file, data[written:], self._end + written)
        self._threads[number] = (self._end, len(data))
        self._end += len(data)

    def _read(self, begin: int, size: int) -> Thread:
        thread: Thread
        written = os.pread(self._file, size, begin)
        thread, comments, pings = pickle.loads(written)  # noqa: S301 - we wrote it, into a file without a name
        found = tuple(spool.comment_of(values) for values in comments)
        return replace(thread, comments=found, pings=tuple(spool.comment_of(values) for values in pings))
