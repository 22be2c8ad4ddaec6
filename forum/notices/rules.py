"""Whom no notice reaches, whatever the reason: those who have muted the thread, the branch or the author."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q

from forum.voices.models import Mark
from posts.models import Post

if TYPE_CHECKING:
    from comments.models import Comment

LEVELS = 1_000  # that a muted branch reaches down: an act must not wait while all of a deep thread is walked


def not_muting(members: Iterable[int], *, post: Post, words: Comment | Post) -> set[int]:
    """Those of ``members`` who have muted neither the thread, nor a branch these words stand in, nor their author.

    One query; one more when somebody has muted a branch of this thread, which looks ``LEVELS`` up.
    """
    asked = set(members)
    if not asked:
        return asked
    about = Q(post=post) | Q(comment__post=post)
    if words.author_id is not None:
        about |= Q(about=words.author_id)
    muted = list(Mark.objects.filter(about, kind=Mark.Kind.MUTED, member__in=asked).values_list("member", "comment"))
    branches = {comment for _, comment in muted if comment is not None}
    above = set(words.ancestry(levels=LEVELS)) if branches and not isinstance(words, Post) else set()
    return asked - {member for member, comment in muted if comment is None or comment in above}
