"""What one member's page of a thread shows beside the words: own votes, marks, and whom they have muted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comments.rows import among
from comments.threads import held_by
from forum.prepared import rows_of
from forum.voices.models import Mark

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
    waits: bool = False  # whether comments wait in the thread that this member may read; known where it was asked

    @property
    def folded(self) -> set[int]:
        """The comments whose branches the member has folded."""
        return {pk for pk, kinds in self.marks.items() if Mark.Kind.FOLDED in kinds}


NOBODY = Personal()  # what a guest's page shows, so that it can be kept for all guests


def personal_of(user: User | AnonymousUser, post: Post, thread: Thread, *, waiting: bool = False) -> Personal:
    """What ``user`` sees beside the words of this page. One query; none for a guest.

    ``waiting``: the page was drawn for all, so it is asked whether anything waits that this member may read.
    """
    if not user.is_authenticated:
        return NOBODY
    found = Personal()
    shown = among("comment_id", [node.comment.id for node in thread.walk()])
    values = [user.pk, post.pk, user.pk, *shown.values, user.pk, post.pk, user.pk, *shown.values, user.pk]
    sql = MINE.format(shown=shown.sql)
    held = held_by(user) if waiting else None
    if held is not None:
        sql += WAITING.format(held=held.sql)
        values += [post.pk, *held.values]
    for comment, about, value, kind in rows_of(sql, values):
        if kind == HELD:
            found.waits = True
        elif about is not None:
            found.muted.add(about)
        elif comment is None and value:
            found.post_vote = value
        elif comment is None:
            found.post_marks.add(kind)
        elif value:
            found.votes[comment] = value
        else:
            found.marks.setdefault(comment, set()).add(kind)
    return found


# Each by an index of its own: votes and marks on the post and on the comments of the page, and whom the member mutes.
# PostgreSQL takes a bare NULL for text, and text for no id.
MINE = """
    SELECT comment_id, CAST(NULL AS bigint), value, '' FROM "voices_vote" WHERE member_id = %s AND post_id = %s
    UNION ALL SELECT comment_id, NULL, value, '' FROM "voices_vote" WHERE member_id = %s AND {shown}
    UNION ALL SELECT comment_id, NULL, 0, kind FROM "voices_mark" WHERE member_id = %s AND post_id = %s
    UNION ALL SELECT comment_id, NULL, 0, kind FROM "voices_mark" WHERE member_id = %s AND {shown}
    UNION ALL SELECT NULL, about_id, 0, kind FROM "voices_mark"
        WHERE member_id = %s AND kind = 'muted' AND about_id IS NOT NULL
"""
HELD = "held"  # no kind of marks
WAITING = f"""
    UNION ALL SELECT id, CAST(NULL AS bigint), 0, '{HELD}' FROM (
        SELECT c.id FROM comments_comment c WHERE c.post_id = %s AND {{held}} LIMIT 1
    ) c
"""  # noqa: S608  a word of ours
