"""Which posts bear which tags, and how many published ones do: called inside the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import F
from django.db.models.functions import Greatest

from forum.refusals import Conflict
from forum.states import State
from posts.models import Post, Tag

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST = 5  # tags of one post
Bearing = Post.tags.through


def choose(post: Post, tags: Iterable[Tag]) -> bool:
    """Gives ``post`` these tags in place of those it has; returns whether anything changed.

    Raises Conflict for too many, and for a tag that is not offered, unless the post has it already.
    """
    asked = {tag.pk for tag in tags}
    now = set(Bearing.objects.filter(post=post).values_list("tag_id", flat=True))
    if asked == now:
        return False
    if len(asked) > MOST:
        raise Conflict(f"A post has at most {MOST} tags. Take some out.")
    known = {tag.pk: tag for tag in _locked(asked | now)}
    for pk in asked - now:
        if pk not in known or not known[pk].active:
            raise Conflict("One of the tags is no longer offered. Choose another.")
    Bearing.objects.filter(post=post, tag__in=now - asked).delete()
    Bearing.objects.bulk_create([Bearing(post_id=post.pk, tag_id=pk) for pk in sorted(asked - now)])
    if post.state == State.PUBLISHED:
        _step(now - asked, -1)
        _step(asked - now, 1)
    return True


def bear(post: Post, tags: Iterable[Tag]) -> None:
    """Gives a post that has none these tags, offered or not, as it bore them where it came from."""
    asked = {tag.pk for tag in tags}
    list(_locked(asked))
    Bearing.objects.bulk_create([Bearing(post_id=post.pk, tag_id=pk) for pk in sorted(asked)])
    if post.state == State.PUBLISHED:
        _step(asked, 1)


def count(post: Post, *, was: str, now: str) -> None:
    """Counts a post under its tags, or no longer, when it goes from one state to another. One query, or three."""
    step = (now == State.PUBLISHED) - (was == State.PUBLISHED)
    tags = set(Bearing.objects.filter(post=post).values_list("tag_id", flat=True)) if step else set()
    if tags:
        list(_locked(tags))
        _step(tags, step)


def counted(tag: Tag) -> int:
    """How many published posts bear ``tag``, counted anew."""
    return Bearing.objects.filter(tag=tag, post__state=State.PUBLISHED).count()


def _locked(tags: Iterable[int]) -> QuerySet[Tag]:
    """The rows, locked in one order, so that no two posts wait for one another."""
    return Tag.objects.select_for_update().filter(pk__in=tags).order_by("pk")


def _step(tags: Iterable[int], step: int) -> None:
    Tag.objects.filter(pk__in=tags).update(post_count=Greatest(F("post_count") + step, 0))
