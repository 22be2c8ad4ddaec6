"""Which posts bear which tags, how many published ones do, and what the lists of a tag go by.

Called inside the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.db.models.functions import Greatest

from forum import storing
from forum.refusals import Conflict
from forum.states import State
from posts.models import Bearing, Post, Tag

MOST = 5  # tags of one post


def choose(post: Post, tags: Iterable[Tag]) -> bool:
    """Gives ``post``, as it is now and locked, these tags in place of those it has; returns whether anything changed.

    Raises Conflict for too many, and for a tag that is not offered, unless the post has it already.
    """
    asked = {tag.pk for tag in tags}
    now = set(Bearing.objects.filter(post=post).values_list("tag_id", flat=True))
    if asked == now:
        return False
    if len(asked) > MOST:
        raise Conflict(f"A post has at most {MOST} tags. Take some out.")
    known = locked(asked | now)
    for pk in asked - now:
        if pk not in known or not known[pk].active:
            raise Conflict("One of the tags is no longer offered. Choose another.")
    Bearing.objects.filter(post=post, tag__in=now - asked).delete()
    Bearing.objects.bulk_create([borne(post, pk) for pk in sorted(asked - now)])
    if post.state == State.PUBLISHED:
        _step(now - asked, -1)
        _step(asked - now, 1)
    return True


def bear(post: Post, tags: Iterable[Tag]) -> None:
    """Gives a post that has none these tags, offered or not, as it bore them where it came from."""
    asked = {tag.pk for tag in tags}
    locked(asked)
    Bearing.objects.bulk_create([borne(post, pk) for pk in sorted(asked)])
    if post.state == State.PUBLISHED:
        _step(asked, 1)


def borne(post: Post, tag: int) -> Bearing:
    """The row that says that a post bears a tag, with what it repeats of the post; not stored yet."""
    return Bearing(
        post_id=post.pk,
        tag_id=tag,
        listed=post.state == State.PUBLISHED,
        active_at=post.active_at,
        created_at=post.created_at,
        score=post.score,
    )


def count(post: Post, *, was: str, now: str) -> None:
    """Lists and counts a post under its tags, or no longer, when it goes from one state to another.

    One query, or four.
    """
    step = (now == State.PUBLISHED) - (was == State.PUBLISHED)
    tags = set(Bearing.objects.filter(post=post).values_list("tag_id", flat=True)) if step else set()
    if tags:
        Bearing.objects.filter(post=post).update(listed=now == State.PUBLISHED)
        locked(tags)
        _step(tags, step)


def spoken_in(post: Post) -> None:
    """Moves a post in the lists of its tags to when it was last spoken in. One statement."""
    storing.update(Bearing(post_id=post.pk, active_at=post.active_at), "active_at", of="post")


def voted(post: int, score: int) -> None:
    """Moves a post in the lists of its tags to its score. One statement."""
    Bearing.objects.filter(post=post).update(score=score)


def locked(tags: Iterable[int]) -> dict[int, Tag]:
    """The rows by their ids, locked in one order, so that no two posts wait for one another."""
    return {tag.pk: tag for tag in Tag.objects.select_for_update().filter(pk__in=set(tags)).order_by("pk")}


def counted(tag: Tag) -> int:
    """How many published posts bear ``tag``, counted anew."""
    return Bearing.objects.filter(tag=tag, post__state=State.PUBLISHED).count()


def _step(tags: Iterable[int], step: int) -> None:
    Tag.objects.filter(pk__in=tags).update(post_count=Greatest(F("post_count") + step, 0))
