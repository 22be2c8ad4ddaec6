"""What the head of every page says to a member: how many notices are unread."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest

from forum.notices import reading
from forum.sparing import spared


def unread(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """The number of unread notices as it is shown. One query, and only on a page that shows it."""
    return {"unread_notices": lambda: reading.shown_number(len(_unread(request)))}


def read_here(request: HttpRequest, *, comments: Iterable[int] = (), post: int | None = None) -> None:
    """Marks what this page shows as read by whoever asks: the comments, and what is told of the post itself.

    No query beside the one that counts, unless there is something to mark.
    """
    if not request.user.is_authenticated:
        return
    shown = set(comments)
    seen = [
        row.pk
        for row in _unread(request)
        if row.comment_id in shown or (row.comment_id is None and row.post_id == post)
    ]
    if seen:
        with spared("what was read"):
            reading.read(request.user, seen)
        request.unread_notices = [row for row in _unread(request) if row.pk not in seen]  # type: ignore[attr-defined]


def _unread(request: HttpRequest) -> list[reading.Unread]:
    """Asked once for a request."""
    if not hasattr(request, "unread_notices"):
        found = reading.unread(request.user) if request.user.is_authenticated else []
        request.unread_notices = found  # type: ignore[attr-defined]
    return request.unread_notices  # type: ignore[attr-defined, no-any-return]
