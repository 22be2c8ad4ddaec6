"""What a member has been told and not read yet, and the marking of it as read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone

from forum.notices.models import Notice
from forum.prepared import Given, Prepared

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from forum.users.models import User

MOST = 100  # unread notices that are looked at for a number: more are "99+"


def _unread() -> QuerySet[Notice, tuple[int, int | None, int]]:
    reader: Any = Given("member")
    found = Notice.objects.shown_to(reader).unread().order_by("-made_at")
    return found.values_list("pk", "comment_id", "post_id")[:MOST]


_UNREAD = Prepared(_unread)


class Unread(NamedTuple):
    """What is needed to know whether a page shows what an unread notice tells of."""

    pk: int
    comment_id: int | None
    post_id: int


def unread(member: User) -> list[Unread]:
    """The latest unread notices, at most MOST. One query, on the index of what is unread."""
    return [Unread(*row) for row in _UNREAD(member=member.pk)]


def shown_number(count: int) -> str:
    """The number as the head of a page shows it; "" for none."""
    if not count:
        return ""
    return f"{MOST - 1}+" if count >= MOST else str(count)


def read(member: User, notices: Iterable[int]) -> None:
    """Marks these notices of a member as read."""
    Notice.objects.filter(member=member, pk__in=list(notices)).unread().update(read_at=timezone.now())


def read_all(member: User, *, up_to: int | None = None) -> int:
    """Marks all notices as read, or those that were there when a page was made; returns how many."""
    waiting = Notice.objects.filter(member=member).unread()
    if up_to is not None:
        waiting = waiting.filter(pk__lte=up_to)
    return waiting.update(read_at=timezone.now())
