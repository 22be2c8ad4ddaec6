"""What one member's page of a thread shows beside the words: own votes, marks, and whom they have muted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from forum.voices.models import Mark, Vote

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comments.threads import Thread
    from forum.users.models import User
    from posts.models import Post


@dataclass(slots=True, kw_only=True, eq=False)
class Personal:
    """Votes by the id of the comment; the kinds of marks by the id of the comment; the ids of muted members."""

    votes: dict[int, int] = field(default_factory=dict)
    marks: dict[int, set[str]] = field(default_factory=dict)
    post_vote: int = 0
    post_marks: set[str] = field(default_factory=set)
    muted: set[int] = field(default_factory=set)

    @property
    def folded(self) -> set[int]:
        """The comments whose branches the member has folded."""
        return {pk for pk, kinds in self.marks.items() if Mark.Kind.FOLDED in kinds}


NOBODY = Personal()  # what a guest's page shows, so that it can be kept for all guests


def personal_of(user: User | AnonymousUser, post: Post, thread: Thread) -> Personal:
    """What ``user`` sees beside the words of this page. Two queries; none for a guest."""
    if not user.is_authenticated:
        return NOBODY
    shown = [node.comment.pk for node in thread.walk()]
    found = Personal()
    for comment, value in _votes(user, post, shown):
        if comment is None:
            found.post_vote = value
        else:
            found.votes[comment] = value
    for comment, about, kind in _marks(user, post, shown):
        if about is not None:
            found.muted.add(about)
        elif comment is not None:
            found.marks.setdefault(comment, set()).add(kind)
        else:
            found.post_marks.add(kind)
    return found


def _votes(user: User, post: Post, shown: list[int]) -> list[tuple[int | None, int]]:
    mine = Vote.objects.filter(member=user)
    both = mine.filter(comment__in=shown) | mine.filter(post=post)
    return list(both.values_list("comment_id", "value"))


def _marks(user: User, post: Post, shown: list[int]) -> list[tuple[int | None, int | None, str]]:
    mine = Mark.objects.filter(member=user)
    muted = mine.filter(kind=Mark.Kind.MUTED, about__isnull=False)
    found = mine.filter(comment__in=shown) | mine.filter(post=post) | muted
    return list(found.values_list("comment_id", "about_id", "kind"))
