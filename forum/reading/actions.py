"""The only writer of visits: looking at a thread, and saying that all of it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.utils import timezone

from comments.models import Comment
from comments.muted import branches_of, within
from forum.prepared import Given, Prepared
from forum.reading.models import Visit
from forum.reading.news import MOST, PAUSE, Came, News, came_after, in_sight, new_in, published, told, under
from forum.sparing import spared

if TYPE_CHECKING:
    from comments.threads import Thread
    from forum.users.models import User
    from posts.models import Post

KEPT = 2_000  # comments of a thread remembered one by one; past that those read first count as new again
VISIT = Prepared(lambda: Visit.objects.filter(member=Given("member"), post=Given("post")))
MINUTE = dt.timedelta(minutes=1)  # a visit that changes nothing is written down no more often


def look(
    *,
    member: User,
    post: Post,
    thread: Thread,
    onward: str,
    muted: Collection[int] = (),
    folded: Collection[int] = (),
    silenced: Collection[int] = (),
    keep: bool = True,
) -> News:
    """What is new to a member on this page, which counts as shown from now on where no fold hides it.

    At the first visit nothing is new. Marks stay until the visit is over, so a reload takes none away. The authors
    ``muted`` say nothing new, nor do muted branches, of which the page shows ``silenced``. ``keep=False`` writes
    nothing. Two queries; four where the page is a part of a thread in which something came, five where others of its
    branches are muted.
    """
    now = timezone.now()
    visit = VISIT.first(member=member.pk, post=post.pk)
    if visit is None:
        if keep:
            _write(Visit(member=member, post=post, floor=post.version, top=post.version, viewed_at=now))
        return News(kept=True)
    before = (visit.floor, visit.top, dict(visit.shown))
    page = published(thread)
    came = came_after(post, visit.floor, page, but={member.pk, *muted})
    if silenced or len(page) < post.comment_count:
        ignored = under(thread, silenced) if len(page) >= post.comment_count else _silenced(member, post, came)
        came = [(pk, version) for pk, version in came if pk not in ignored]
    if now - visit.viewed_at > PAUSE:
        _end(visit, came)
    new = {pk: version for pk, version in came if version > visit.floor and visit.read.get(str(pk)) != version}
    fresh = [comment.id for comment in page if comment.id in new] if new else []
    seen = in_sight(thread, folded) if fresh else set()
    visit.shown.update({str(pk): new[pk] for pk in fresh if pk in seen})
    visit.top = post.version
    if keep and ((visit.floor, visit.top, visit.shown) != before or now - visit.viewed_at > MINUTE):
        visit.viewed_at = now
        _write(visit)
    left = any(visit.shown.get(str(pk)) != version for pk, version in new.items() if pk not in fresh)
    return told(fresh, new, onward if left else "")


def _silenced(member: User, post: Post, came: Sequence[Came]) -> set[int]:
    """Which of those that came stand in branches that the member has muted, on whatever page these begin."""
    return within(branches_of(member, post), [pk for pk, _ in came]) if came else set()


def _write(visit: Visit) -> None:
    """Writes a visit down, if it can, and if the thread is still there: an import may have been taken back."""
    with spared("a visit"), suppress(IntegrityError):
        if visit.pk is None:
            Visit.objects.bulk_create([visit], ignore_conflicts=True)
        else:
            visit.save(update_fields=["floor", "read", "top", "shown", "viewed_at"])


def _end(visit: Visit, came: Sequence[Came]) -> None:
    """Counts what was shown as read, and lifts the floor to the earliest comment that was not."""
    read = visit.read | visit.shown
    last = visit.top if len(came) <= MOST else min(visit.top, came[-1][1] - 1)
    left = [version - 1 for pk, version in came if read.get(str(pk)) != version]
    visit.floor = min([last, *left])
    later = [(pk, version) for pk, version in read.items() if version > visit.floor]
    visit.read, visit.shown = dict(later[-KEPT:]), {}


def read_all(*, member: User, post: Post) -> None:
    """Says that the member has read the thread as it stands. Nothing in it is new then."""
    everything = {"floor": post.version, "read": {}, "top": post.version, "shown": {}, "viewed_at": timezone.now()}
    with suppress(IntegrityError):  # as above
        Visit.objects.update_or_create(member=member, post=post, defaults=everything)


def next_new(*, member: User, post: Post, muted: Collection[int] = ()) -> int | None:
    """The id of the first comment, in the order of time, that is new and was not shown in this visit yet."""
    visit = Visit.objects.filter(member=member, post=post).first()
    if visit is None:
        return None
    known = visit.read | visit.shown
    came = list(new_in(post, visit.floor, but={member.pk, *muted})[: MOST + 1])
    ignored = _silenced(member, post, came)
    left = [pk for pk, version in came if known.get(str(pk)) != version and pk not in ignored]
    return Comment.objects.filter(pk__in=left).order_by("created_at", "position").values_list("pk", flat=True).first()
