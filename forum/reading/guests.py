"""What a guest has read, kept by the guest's own browser in one signed cookie, and only after the guest asked."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.utils import timezone

from forum.reading.news import PAUSE, News, came_after, new_in, published, told

if TYPE_CHECKING:
    from comments.threads import Thread
    from posts.models import Post

SALT = "forum.reading"
THREADS = 60  # remembered by the cookie, those looked at last: about 1,500 characters
LENGTH = 4_000  # of a cookie that is worth reading
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

# The id of a post: the version read before this visit, the version seen in it, and the minute of the last look.
Seen = dict[int, tuple[int, int, int]]


def read(cookie: str | None) -> Seen | None:
    """What the cookie says; None where there is none that this site has signed."""
    if not cookie or len(cookie) > LENGTH:
        return None
    try:
        rows: list[Any] = signing.loads(cookie, salt=SALT)
        return {post: (floor, top, minute) for post, floor, top, minute in rows}
    except (signing.BadSignature, TypeError, ValueError):  # not ours, or from before a release
        return None


def written(seen: Seen) -> str:
    """The cookie that says it, of those threads that were looked at last."""
    last = sorted(seen.items(), key=lambda item: item[1][2])[-THREADS:]
    return signing.dumps([[post, *said] for post, said in last], salt=SALT, compress=True)


def has_read(seen: Seen, post: Post) -> None:
    """Says in ``seen`` that the guest has read the thread as it stands."""
    seen[post.pk] = (post.version, post.version, _minute(timezone.now()))


def look(*, seen: Seen, post: Post, thread: Thread, onward: str) -> News:
    """What is new to a guest on this page; moves what ``seen`` says of the thread. One query at most.

    A visit reads the whole thread as it stands: a cookie has no room for single comments.
    """
    minute = _minute(timezone.now())
    if post.pk not in seen:
        has_read(seen, post)
        return News(kept=True)
    floor, top, last = seen[post.pk]
    if minute - last > PAUSE.total_seconds() / 60:
        floor = top
    seen[post.pk] = (floor, post.version, minute)
    page = published(thread)
    new = {pk for pk, _ in came_after(post, floor, page, but=())}
    fresh = [comment.pk for comment in page if comment.pk in new]
    return told(fresh, new, f"{onward}?after={max(fresh, default=0)}" if len(new) > len(fresh) else "")


def next_new(*, seen: Seen, post: Post, after: int) -> int | None:
    """The id of the first new comment with a higher id than ``after``."""
    if post.pk not in seen:
        return None
    later = new_in(post, seen[post.pk][0], but=()).filter(pk__gt=after)
    return later.order_by("pk").values_list("pk", flat=True).first()


def _minute(moment: dt.datetime) -> int:
    return int((moment - EPOCH).total_seconds() // 60)
