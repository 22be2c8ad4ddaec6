"""What the markup of a thread needs to know of the page around it and of whoever reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from comments.personal import NOBODY, Personal
from forum.reading.news import NO_FOLDS, NO_NEWS, Folds, News

if TYPE_CHECKING:
    from comments.models import Comment
    from posts.models import Post

DRAWN, DRAWN_ON_PHONES = 8, 4  # levels whose indent is drawn; static/css/thread.css names each


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """What markup needs to know of whoever reads: nothing of it may show on a page kept for guests."""

    pk: int | None = None
    moderates: bool = False
    may_reply: bool = False
    may_change: bool = False
    may_edit: bool = False  # what they said here
    may_mark: bool = False  # which comment is the answer
    zone: dt.tzinfo | None = None
    order: str = "oldest"  # in which they read where the address names none


GUEST = Viewer()


def guest_under(post: Post) -> Viewer:
    """Whoever is not signed in, as they read a thread: they may answer, and sign in for it, where it is open."""
    return Viewer(may_reply=post.is_public and not post.is_locked)


class Rights(NamedTuple):
    """What whoever reads may do beside any comment of a page: rows of buttons are kept by it."""

    member: bool
    moderates: bool
    may_reply: bool
    may_change: bool
    may_edit: bool
    may_mark: bool
    may_fold: bool


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
    fresh: frozenset[int] = frozenset()  # what of the news stands on this page
    gap: str = ""  # what stands where readers see different things, while the thread is drawn ahead for all of them
    kept: bool = False  # in a file of its own, where nothing can be done
    leads: bool = False  # from each comment to the next ones: among its siblings, at the top, and among the new
    next_top: int = 0  # the comment at the top after the one that is drawn, 0 for none
    next_new: dict[int, int] = field(default_factory=dict)  # for each comment the next new one, where any is new
    under: dict[int, int] = field(default_factory=dict)  # how many stand under each that is answered, -1: not all here
    mixed: bool = True  # whether both eras may stand on it
    mutes: bool = False  # whether anything on it may be muted
    # The same for every comment, and asked for beside each.
    author: int | None = field(init=False)
    person: int | None = field(init=False)
    answer: int | None = field(init=False)
    rights: Rights = field(init=False)

    def __post_init__(self) -> None:
        post, viewer, member = self.post, self.viewer, self.viewer.pk is not None
        self.author, self.person, self.answer = post.author_id, post.person_id, post.answer_id
        self.rights = Rights(
            member=member,
            moderates=viewer.moderates,
            may_reply=viewer.may_reply,
            may_change=viewer.may_change,
            may_edit=viewer.may_edit,
            may_mark=viewer.may_mark,
            may_fold=not self.flat,
        )
