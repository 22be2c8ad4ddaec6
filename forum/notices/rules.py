"""Whom no notice reaches, whatever the reason: those who have muted the thread, the branch or the author."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

from forum.prepared import Given, Prepared
from forum.voices.models import Mark
from posts.models import Post

if TYPE_CHECKING:
    from comments.models import Comment
    from forum.notices.models import Notice

LEVELS = 1_000  # that a muted branch reaches down: an act must not wait while all of a deep thread is walked


def not_muting(members: Iterable[int], *, post: Post, words: Comment | Post) -> set[int]:
    """Those of ``members`` who have muted neither the thread, nor a branch these words stand in, nor their author.

    One query; one more when somebody has muted a branch of this thread, which looks ``LEVELS`` up.
    """
    asked = set(members)
    if not asked:
        return asked
    members_given = {f"member{number}": member for number, member in enumerate(asked)}
    muted = _muted(len(asked))(post=post.pk, author=words.author_id or 0, **members_given)
    branches = {comment for _, comment in muted if comment is not None}
    above = set(words.ancestry(levels=LEVELS)) if branches and not isinstance(words, Post) else set()
    return asked - {member for member, comment in muted if comment is None or comment in above}


def is_heard(notice: Notice) -> bool:
    """Whether its member has muted nothing of what it tells of. Of a decision they are told all the same.

    As many queries as ``not_muting``; none for a decision.
    """
    words = notice.comment or notice.post
    return notice.action_id is not None or bool(not_muting([notice.member_id], post=notice.post, words=words))


@cache
def _muted(members: int) -> Prepared[tuple[int, int | None]]:
    """Who of so many members has muted a thread, its author, or a branch in it."""
    about = Q(post=Given("post")) | Q(comment__post=Given("post")) | Q(about=Given("author"))
    asked = reduce(or_, (Q(member=Given(f"member{number}")) for number in range(members)))
    return Prepared(lambda: Mark.objects.filter(asked, about, kind=Mark.Kind.MUTED).values_list("member", "comment"))
