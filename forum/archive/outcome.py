"""What an import did, or in a dry run would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forum.archive.models import Run
    from posts.models import Post

MOST = 1_000
"""Lines, names and posts that are kept one by one; all are counted."""


@dataclass(slots=True)
class Lines:
    """Where something happened: how often, and the first lines of it."""

    number: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Once more, at this line."""
        self.number += 1
        if len(self.first) < MOST:
            self.first.append(line)

    def __bool__(self) -> bool:
        return self.number > 0


@dataclass(frozen=True, slots=True)
class Double:
    """A thread, told by its line, whose words are here already, under a post that its title and names do not tell."""

    line: int
    title: str
    url: str


@dataclass(slots=True)
class Outcome:
    """What an import did, or in a dry run would do."""

    posts: list[Post] = field(default_factory=list)
    """The first of the posts that it found here or made; none in a dry run of what is not here."""
    run: Run | None = None
    created_posts: int = 0
    created_comments: int = 0
    created_persons: int = 0
    created_pings: int = 0
    updated_posts: int = 0
    left: int = 0
    """Posts and comments that were here already, or were taken away here; none is touched."""
    recognised: int = 0
    """Of these, those that other copies brought under another key."""
    attached: int = 0
    """Comments that were here, and now stand under what they answer."""
    changed: list[int] = field(default_factory=list)
    """Lines at which the file now has other words under the same key; what is here stays."""
    taken: Lines = field(default_factory=Lines)
    """Lines whose words took the place of those of an earlier copy."""
    suppressed: Lines = field(default_factory=Lines)
    """Lines of words that were taken away before, here or in another archive: they came in as removed."""
    left_out: Lines = field(default_factory=Lines)
    """Lines of words that cannot be shown."""
    spam: int = 0
    names_off: int = 0
    """Names that were taken off in some archive before, and stay off."""
    unknown_tags: dict[str, int] = field(default_factory=dict)
    elsewhere: str = ""
    """The key of another source from which threads of the file are here, where nobody has chosen its own."""
    doubles: list[Double] = field(default_factory=list)
    """Threads that would be here twice, or are."""
    clashes: list[str] = field(default_factory=list)
    """Names that look like the name of a member. They stay persons and are nobody's account."""

    @property
    def told_elsewhere(self) -> str:
        """Says that threads of the file are here from another source; nothing where they are not."""
        return self.elsewhere and (
            f"Threads of this file are here already, from the source “{self.elsewhere}”. Name that key in its"
            " corrections, so that only what is new is added; with another one all of them will be here twice."
        )

    @property
    def wrote(self) -> bool:
        """Whether anything was written."""
        made = self.created_posts or self.created_comments or self.created_pings
        return bool(made or self.updated_posts or self.attached or self.taken or self.recognised)

    def as_dict(self) -> dict[str, Any]:
        """The numbers, for programs."""
        return {
            "created": {
                "posts": self.created_posts,
                "comments": self.created_comments,
                "persons": self.created_persons,
                "pings": self.created_pings,
            },
            "changed": {"posts": self.updated_posts, "comments": self.taken.number, "attached": self.attached},
            "left": self.left,
            "recognised": self.recognised,
            "differing": self.changed,
            "suppressed": {"number": self.suppressed.number, "lines": self.suppressed.first},
            "left_out": {"number": self.left_out.number, "lines": self.left_out.first},
            "spam": self.spam,
            "names_off": self.names_off,
            "unknown_tags": sorted(self.unknown_tags),
            "doubles": [{"line": one.line, "title": one.title, "url": one.url} for one in self.doubles],
            "clashes": self.clashes,
        }
