"""Reads what stands under the comments of a page: the first replies to each, the first replies to those, and so on.

How many replies each comment of a level may have follows from how many comments are found above them, so a recursive
query cannot say it: each level is written out, and all of them are one query. Level by level they were as many as the
page has levels, and took PostgreSQL a quarter longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from django.db import connection

from comments.rows import BYLINES, as_value, by, in_branch, put_in_order, read

if TYPE_CHECKING:
    from comments.models import Comment
    from posts.models import Post

# The steps of a level: how much room is left, which comments above it have replies that may stand there, how many for
# each, and which these are.
LEVEL = """
    room{n}(many) AS MATERIALIZED (SELECT {most}(CAST(%s AS integer){taken}, 0)),
    above{n}(id) AS MATERIALIZED (SELECT id FROM level{before} WHERE replies > 0 LIMIT (SELECT many FROM room{n})),
    family{n}(many) AS MATERIALIZED
        (SELECT {least}({family}, many / {most}(1, (SELECT count(*) FROM above{n}))) FROM room{n}),
    level{n}(id, replies) AS MATERIALIZED (SELECT c.id, c.reply_count FROM above{n} CROSS JOIN {replies})
"""
REPLIES = """FROM comments_comment k WHERE k.post_id = %s AND {answers}
    ORDER BY {order} LIMIT (SELECT many FROM family{n})"""
# SQLite knows no LATERAL, but looks up ids that a subquery finds.
SPOKEN = {
    "sqlite": {
        "first": "SELECT value, 1 FROM json_each(%s) value",
        "most": "max",
        "least": "min",
        "replies": f"comments_comment c ON c.id IN (SELECT k.id {REPLIES})",
    },
    "postgresql": {
        "first": "SELECT value, 1 FROM unnest(%s::bigint[]) value",
        "most": "greatest",
        "least": "least",
        "replies": f"LATERAL (SELECT k.id, k.reply_count {REPLIES}) c",
    },
}
COUNTED = " - (SELECT count(*) FROM level{})"
FOUND = "SELECT id FROM level{}"
ALL = f"(WITH level0(id, replies) AS ({{}}), {{}} {{}}) x LEFT JOIN comments_comment c ON c.id = x.id {BYLINES}"


def below(post: Post, parents: Sequence[int], order: str, *, levels: int, family: int, room: int) -> list[Comment]:
    """What stands under these comments of the thread, at most ``room`` in all, all levels together in this order.

    Of each comment the first replies are taken, up to ``family`` and as many on a level as there is room for one under
    each; where there is not even that, the last comments of the level above have none. One query, if any.
    """
    if not parents or room <= 0:
        return []
    values = [as_value(parents), *[room, post.pk] * levels]
    found = read(post, _source(connection.vendor, order, levels, family), values)
    put_in_order(found, order)
    return found


@cache
def _source(vendor: str, order: str, levels: int, family: int) -> str:
    """The comments by their ids, after the steps of each level."""
    spoken, steps, numbers = SPOKEN[vendor], [], range(1, levels + 1)
    for n in numbers:
        taken = "".join(COUNTED.format(level) for level in range(1, n))
        answers = in_branch(order, f"above{n}.id", "k")
        replies = spoken["replies"].format(n=n, answers=answers, order=by(order, "k"))
        names = {"most": spoken["most"], "least": spoken["least"], "family": family}
        steps.append(LEVEL.format(n=n, before=n - 1, taken=taken, replies=replies, **names))
    return ALL.format(spoken["first"], ",".join(steps), " UNION ALL ".join(FOUND.format(n) for n in numbers))
