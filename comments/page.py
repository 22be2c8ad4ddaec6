"""What the markup of a thread needs to know of the page around it and of whoever reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comments.personal import NOBODY, Personal
from forum.reading.news import NO_FOLDS, NO_NEWS, Folds, News

if TYPE_CHECKING:
    from comments.models import Comment
    from posts.models import Post

DRAWN = 8  # levels whose indent is drawn; static/css/thread.css names each


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """What markup needs to know of whoever reads: nothing of it may show on a page kept for guests."""

    pk: int | None = None
    moderates: bool = False
    may_reply: bool = False
    may_change: bool = False
    may_mark: bool = False  # which comment is the answer
    zone: dt.tzinfo | None = None
    order: str = "oldest"  # in which they read where the address names none


GUEST = Viewer()


@dataclass(slots=True)
class Ways:
    """Where a reader may go on from a comment: ids on this page, 0 where there is none."""

    sibling: int = 0
    top: int = 0
    new: int = 0


@dataclass(slots=True, kw_only=True)
class Page:
    """The page around a thread: the post, the viewer, the order, the evidence of inferred replies, and the rules."""

    post: Post
    viewer: Viewer = GUEST
    personal: Personal = NOBODY
    news: News = NO_NEWS
    folds: Folds = NO_FOLDS
    order: str = "oldest"
    flat: bool = False
    evidence: dict[int, str] = field(default_factory=dict)
    rules: dict[int, str] = field(default_factory=dict)
    quoting: dict[int, list[tuple[int, str]]] = field(default_factory=dict)  # who quotes each comment
    here: set[int] = field(default_factory=set)  # the comments that have their place on this page
    top: Comment | None = None  # whose branch this page is: its own replies go on at the foot of the page
    starts_at: str = ""  # the cursor of this page, so that a branch leads back to the same spot
    above: int | None = 0  # levels above the first one shown; None where nobody has counted them
    era: str = ""  # "then" or "now" where only one is shown
    follows: Comment | None = None  # the comment before the first one of this page, where there is one
    ways: dict[int, Ways] = field(default_factory=dict)
    fresh: frozenset[int] = frozenset()  # what of the news stands on this page
    kept: bool = False  # in a file of its own, where nothing can be done
