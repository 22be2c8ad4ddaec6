"""What a reader of one format is, and how sure it is of a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forum.archive.items import SavedFile, Thread


@dataclass(frozen=True, slots=True)
class Guess:
    """How certain (0 to 1) a reader is that a file is of its format, and why."""

    certainty: float
    reason: str


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: --format takes `key`, `recognise` sees the first 64 KB, `read` gives thread by thread."""

    key: str
    label: str
    recognise: Callable[[bytes], Guess]
    read: Callable[[SavedFile], Iterator[Thread]]
