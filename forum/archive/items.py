"""What a reader finds in a file: plain values that know nothing of the database."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from forum.archive.limits import check_size

if TYPE_CHECKING:
    from forum.archive.records import Owned

Basis = Literal["format", "indentation", "named", "quote", "guess", "moderator", "none"]
Precision = Literal["second", "minute", "day", "relative", "none"]
Format = Literal["plain", "html", "markdown"]
Kind = Literal["comment", "pingback", "trackback"]
State = Literal["published", "held", "hidden", "removed", "deleted", "spam"]
"""Spam is told in the plan and never loaded."""
Lines = tuple[int, int]
"""First and last line in the file, counted from 1, both included."""


_PIECE = 1024 * 1024


class SavedFile:
    """A file under the name it came with: its bytes, or a path when it is too large to be held in memory."""

    def __init__(self, name: str, data: bytes = b"", *, path: Path | None = None) -> None:
        self.name = name
        self._data = data
        self._path = path

    def open(self) -> BinaryIO:
        """The bytes from the beginning, to be read piece by piece."""
        return io.BytesIO(self._data) if self._path is None else self._path.open("rb")

    def head(self, length: int) -> bytes:
        """The first `length` bytes."""
        with self.open() as file:
            return file.read(length)

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self._data) if self._path is None else self._path.stat().st_size

    @property
    def data(self) -> bytes:
        """All the bytes at once; refuses a file that is too large for that."""
        check_size(self.size)
        return self._data if self._path is None else self._path.read_bytes()

    @cached_property
    def sha256(self) -> str:
        """The digest of the bytes, in hexadecimal. Reads the file once."""
        digest = hashlib.sha256()
        with self.open() as file:
            for piece in pieces(file):
                digest.update(piece)
        return digest.hexdigest()


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """What is left of an open file, a megabyte at a time."""
    while piece := file.read(_PIECE):
        yield piece


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the page prints it, and what may be concluded from it.

    `local` is ISO without a zone, or empty; `zone` is empty unless the file or the operator states it;
    `instant` is ISO in UTC, or empty unless the zone is known.
    """

    printed: str = ""
    local: str = ""
    precision: Precision = "none"
    zone: str = ""
    instant: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage of a comment that belongs to an earlier comment; offsets are characters of the quoter's body.

    `start` equals `end` when only the attribution stands; without one, the attribution offsets are None.
    """

    of: str
    start: int
    end: int
    attribution_start: int | None = None
    attribution_end: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Paragraphs of the article (counted from 0, both included) that are quoted, and from where if known."""

    first_paragraph: int
    last_paragraph: int
    source: str | None
    lines: Lines


@dataclass(frozen=True, slots=True)
class Post:
    """The article, question or link that a thread begins with."""

    key: str
    title: str
    author: str
    moment: Moment
    body: str
    lines: Lines
    """The lines of the body; title and byline have their own."""
    title_line: int | None = None
    byline_lines: tuple[int, ...] = ()
    blocks: tuple[Block, ...] = ()
    source_id: str = ""
    address: str = ""
    claimed_comments: int | None = None
    format: Format = "plain"
    state: State = "published"
    living: bool = False
    """Only in exports of this forum: it was written here, and came from no archive."""
    identity: str = ""
    """E-mail address or id of the author where the source has one; kept as a keyed digest, never shown."""
    tags: tuple[str, ...] = ()
    element: str = ""
    source: str = ""
    """The text of its lines or element in the file, without addresses of mail and network."""
    own: Owned | None = field(default=None, repr=False, compare=False)
    """Its record, where the file is an export of this forum: everything that is the same wherever it is imported."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, in page order; `parent` and the quotes name other comments by their key.

    `parent` may name a later comment, or one that is not in the file; the plan sees to both.
    """

    key: str
    author: str
    moment: Moment
    body: str
    lines: Lines
    digest: str
    """SHA-256 of its lines in the file, so that a changed source is noticed."""
    source_id: str = ""
    parent: str | None = None
    parent_basis: Basis = "none"
    quotes: tuple[Quote, ...] = ()
    format: Format = "plain"
    kind: Kind = "comment"
    state: State = "published"
    living: bool = False
    identity: str = ""
    element: str = ""
    """Where it stands in markup, such as `li#comment-12`; empty where lines say it all."""
    source: str = ""
    own: Owned | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something out of the ordinary, at a line (0: the whole file), and what was done about it."""

    line: int
    what: str
    done: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of the file that are in no post or comment, and what they are."""

    lines: Lines
    what: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A post with its comments, and an account of the lines around them.

    `comments` may be kept on disk: go through it in order, as often as need be, and do not make a list of it.
    `threaded`: the source itself shows who answers whom, so that no reply is inferred. `line_count` and
    `blank_lines` are given where the file holds this one thread; else the reader ends with a `Rest`.
    """

    post: Post
    comments: Sequence[Comment]
    notation: str = ""
    threaded: bool = False
    pings: Sequence[Comment] = ()
    """Pingbacks and trackbacks: other sites that linked here. They are told and kept, but are no comments."""
    attribution_lines: int = 0
    quoted_attributions: int = 0
    anomalies: tuple[Anomaly, ...] = ()
    furniture: tuple[Stretch, ...] = ()
    leftover: tuple[Stretch, ...] = ()
    line_count: int = 0
    blank_lines: frozenset[int] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a file with many threads: the last thing its reader gives."""

    line_count: int
    furniture: tuple[Stretch, ...] = ()
    leftover: tuple[Stretch, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    blank_lines: frozenset[int] = field(default=frozenset(), repr=False)
