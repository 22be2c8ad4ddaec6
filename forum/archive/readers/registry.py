"""What a reader of one format is, and how sure it is of a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forum.archive.items import Rest, SavedFile, Thread


@dataclass(frozen=True, slots=True)
class Guess:
    """How certain (0 to 1) a reader is that a file is of its format, and why."""

    certainty: float
    reason: str


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: --format takes `key`, `recognise` sees the first 64 KB, `read` gives thread by thread.

    `streams`: it reads piece by piece, so that the size of the file is no matter; every other reader is given files
    of `limits.MAX_BYTES` at most. A reader of many threads ends with one `Rest`.
    """

    key: str
    label: str
    recognise: Callable[[bytes], Guess]
    read: Callable[[SavedFile], Iterator[Thread | Rest]]
    streams: bool = False
