"""What a reader finds in a file: plain values that know nothing of the database."""

import hashlib
from dataclasses import dataclass, field
from typing import Literal

Basis = Literal["format", "indentation", "named", "quote", "guess", "none"]
Precision = Literal["second", "minute", "day", "relative", "none"]
Lines = tuple[int, int]
"""First and last line in the file, counted from 1, both included."""


@dataclass(frozen=True, slots=True)
class SavedFile:
    """The bytes of a file under the name it came with."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The digest of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


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


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, in page order; `parent` and the quotes name other comments by their key."""

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
    """A post with its comments, and an account of every other line of the file."""

    post: Post
    comments: tuple[Comment, ...]
    notation: str = ""
    attribution_lines: int = 0
    quoted_attributions: int = 0
    anomalies: tuple[Anomaly, ...] = ()
    furniture: tuple[Stretch, ...] = ()
    leftover: tuple[Stretch, ...] = ()
    line_count: int = 0
    blank_lines: frozenset[int] = field(default=frozenset(), repr=False)
