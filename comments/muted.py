"""Which comments stand in branches that a member has muted."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import connection

from forum.voices.models import Mark

if TYPE_CHECKING:
    from forum.users.models import User
    from posts.models import Post

LEVELS = 200  # that are looked up from each comment for a muted branch


def branches_of(member: User, post: Post) -> list[int]:
    """The comments of a thread whose branches ``member`` has muted. One query."""
    marks = Mark.objects.filter(member=member, kind=Mark.Kind.MUTED, comment__post=post)
    return [pk for pk in marks.values_list("comment", flat=True) if pk is not None]


def within(branches: Collection[int], comments: Collection[int]) -> set[int]:
    """Which of these comments stand in the branches, at most ``LEVELS`` below their tops. One query, if any."""
    if not branches or not comments:
        return set()
    tops = ", ".join(["%s"] * len(branches))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE up(start, id, parent_id, level) AS (
                SELECT id, id, parent_id, 0 FROM comments_comment WHERE id IN ({", ".join(["%s"] * len(comments))})
                UNION ALL
                SELECT up.start, c.id, c.parent_id, level + 1 FROM up JOIN comments_comment c ON c.id = up.parent_id
                WHERE up.id NOT IN ({tops}) AND level < {LEVELS}
            )
            SELECT start FROM up WHERE id IN ({tops})
            """,  # noqa: S608  placeholders alone
            [*comments, *branches, *branches],
        )
        return {start for (start,) in cursor.fetchall()}
