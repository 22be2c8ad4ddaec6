"""Reads comments for the pages of a thread: the columns that a page shows, and whose words they are, in one query.

The SQL is written here and not by Django, which writes each query anew, asks twice more for names and makes a row by
way of all its fields: the 200 comments of a page took 7 ms and take one. A row is a ``Comment`` all the same. What no
page shows, its words as they were typed above all, is read when somebody asks for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models.base import ModelState

from comments.models import NOWHERE, SHELVED, Comment
from forum.bylines import byline_by
from forum.prepared import rows_of

if TYPE_CHECKING:
    from posts.models import Post

ORDERS = {  # the columns of an index, one for each
    "oldest": ("created_at", "position"),
    "newest": ("-created_at", "-position"),
    "best": ("-best", "position"),  # archived comments take no votes and stand after the living, as on their page
}
SHOWN = (
    *("id", "post_id", "parent_id", "branch", "position", "score", "best", "reply_count", "came_with", "parent_basis"),
    *("anchor", "archived", "created_at", "printed_date", "printed_at", "zone", "html", "state", "revised_at"),
    *("quoted_count", "author_id", "person_id"),
)
# As ``byline_by`` takes it.
BYLINE = "c.author_id, c.person_id, a.username, p.name, p.removed_at IS NOT NULL, c.archived"
BYLINES = "LEFT JOIN users_user a ON a.id = c.author_id LEFT JOIN users_person p ON p.id = c.person_id"
EXPECTED = 10  # ids that PostgreSQL expects in a list it does not know
_NAMES = SHOWN.index("author_id")
_COLUMNS = ", ".join(f"c.{name}" for name in SHOWN)
# Moments are read as text: on SQLite what Django makes of them took a sixth of the time of a row.
_MOMENTS = {
    "sqlite": "c.{0} || '+00:00'",
    "postgresql": "(c.{0} AT TIME ZONE 'UTC')::text || '+00:00'",
}


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on comments, which it calls ``c``, and the values that stand in it."""

    sql: str
    values: tuple[Any, ...] = ()


IN_PLACE = Where(f"c.branch <> {SHELVED}")  # those that have a place in the thread


def past(order: str, after: Comment | None) -> list[Where]:
    """The condition that they come after ``after`` in this order, found by the index and never by counting."""
    if after is None:
        return []
    (first, way), (second, then) = ((name.lstrip("-"), "<" if name[0] == "-" else ">") for name in ORDERS[order])
    value = _value(getattr(after, first))
    # The first column alone is said again, so that the index finds where to start.
    sql = f"(c.{first} {way} %s OR (c.{first} = %s AND c.{second} {then} %s)) AND c.{first} {way}= %s"
    return [Where(sql, (value, value, getattr(after, second), value))]


def bound(column: str, sign: str, value: dt.datetime | float) -> Where:
    """The condition that a column is at most, or at least, some value: ``sign`` is <= or >=."""
    return Where(f"c.{column} {sign} %s", (_value(value),))


def among(column: str, values: Collection[int]) -> Where:
    """The condition that a column holds one of these ids; however many they are, the SQL is the same.

    PostgreSQL takes a list that it does not know yet for one of ten ids. A shorter one is given as ten, the last again
    and again: else a plan for it alone seems so much cheaper that it plans anew each time, for five times the work.
    """
    ids = list(values)
    if connection.vendor == "sqlite":
        return Where(f"{column} IN (SELECT value FROM json_each(%s))", (as_value(ids),))  # noqa: S608
    return Where(f"{column} = ANY(%s)", (as_value(ids + ids[-1:] * (EXPECTED - len(ids))),))


def as_value(ids: Collection[int]) -> Any:
    """Ids as one value of a statement: on SQLite JSON, as Python itself writes numbers; an array on PostgreSQL."""
    return str([*ids]) if connection.vendor == "sqlite" else [*ids]


def find(post: Post, *wanted: Where, order: str = "oldest", limit: int | None = None) -> list[Comment]:
    """The first ``limit`` comments of the thread that answer all conditions, in this order. One query."""
    where = " AND ".join(["c.post_id = %s", *(one.sql for one in wanted)])
    values = [post.pk, *(value for one in wanted for value in one.values)]
    end = f"WHERE {where} ORDER BY {by(order)}"
    if limit is not None:
        end += " LIMIT %s"
        values.append(limit)
    if connection.vendor == "sqlite":
        return read(post, f"comments_comment c {BYLINES} {end}", values)
    # The comments first and their names then, or a planner may sort; and what looks names up may lose the order.
    found = read(post, f"(SELECT {_COLUMNS} FROM comments_comment c {end}) c {BYLINES}", values)  # noqa: S608
    put_in_order(found, order)
    return found


def get(post: Post, pk: int) -> Comment | None:
    """One comment of the thread, wherever it stands. One query."""
    found = of_ids(post, [pk])
    return found[0] if found else None


def of_ids(post: Post, pks: Collection[int]) -> list[Comment]:
    """These comments of the thread, wherever they stand, in no order. One query, if any.

    Asked for an order, SQLite would sooner walk through the thread than look the ids up; and on a site of small threads
    without one too, for it takes this one for small. The plus keeps it from any index of the thread.
    """
    if not pks:
        return []
    one = among("c.id", pks)
    return read(post, f"comments_comment c {BYLINES} WHERE {one.sql} AND +c.post_id = %s", [*one.values, post.pk])


def first_replies(
    post: Post, parents: Sequence[int], order: str, limit: int, *, within: Where | None = None
) -> list[Comment]:
    """The first ``limit`` replies to each parent that stand ``within`` a bound, parent by parent. One query.

    A window function would read every reply to cut the list; this reads only what it returns.
    """
    if not parents:
        return []
    where = f"c.post_id = %s AND {in_branch(order, 'f.value')}{f' AND {within.sql}' if within else ''}"
    family = f"FROM comments_comment c WHERE {where} ORDER BY {by(order)} LIMIT %s"
    if connection.vendor == "sqlite":  # it knows no LATERAL, but looks up ids that a subquery finds
        source = f"json_each(%s) f CROSS JOIN comments_comment c ON c.id IN (SELECT c.id {family})"
    else:
        source = f"unnest(%s::bigint[]) f(value) CROSS JOIN LATERAL (SELECT {_COLUMNS} {family}) c"
    values = [as_value(parents), post.pk, *(within.values if within else ()), limit]
    found = read(post, f"{source} {BYLINES}", values)
    put_in_order(found, order)
    places = {pk: number for number, pk in enumerate(parents)}
    found.sort(key=lambda comment: places[comment.branch])
    return found


def in_branch(order: str, parent: str = "%s", table: str = "c") -> str:
    """The condition that comments answer a parent, as SQL, for reading them in this order along its index.

    PostgreSQL expects one reply to whatever it is asked for, and then takes the index with the fewest levels and sorts.
    So each of the two indexes says what it leaves out, and no query that does not say the same can take it: the one by
    time what has no place, the one by votes what there is not. (Of words that name a range SQLite would walk it.)
    """
    never = NOWHERE if order == "best" else SHELVED
    return f"{table}.branch = {parent} AND NOT ({table}.branch = {never})"


def put_in_order(comments: list[Comment], order: str) -> None:
    """Puts comments into an order in place."""
    if order == "best":
        comments.sort(key=lambda comment: place(comment, order))
    else:
        comments.sort(key=attrgetter("created_at", "position"), reverse=order == "newest")


def place(comment: Comment, order: str) -> tuple[dt.datetime | float, int]:
    """What a comment is sorted by; in the order of "newest" the other way round."""
    return (-comment.best if order == "best" else comment.created_at), comment.position


def by(order: str, table: str = "c") -> str:
    """The columns of this order, as SQL."""
    columns = (f"{table}.{name[1:]} DESC" if name[0] == "-" else f"{table}.{name}" for name in ORDERS[order])
    return ", ".join(columns)


def _value(value: dt.datetime | float) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, dt.datetime) else value


def read(post: Post, source: str, values: Sequence[Any]) -> list[Comment]:
    """The comments of a ``source`` that calls them ``c`` and joins ``BYLINES``: SQL, with ``%s`` for its values."""
    rows = rows_of(f"{_select(connection.vendor)} {source}", values)
    alias, moment, new = connection.alias, dt.datetime.fromisoformat, Comment.__new__
    found = []
    for row in rows:
        fields = dict(zip(SHOWN, row))  # noqa: B905  the names of people follow
        fields["archived"] = fields["archived"] == 1  # SQLite knows numbers
        fields["created_at"] = moment(fields["created_at"])
        if fields["revised_at"] is not None:
            fields["revised_at"] = moment(fields["revised_at"])
        fields["read_byline"] = byline_by(*row[_NAMES:])
        # A model whose other fields are loaded when somebody asks for them, as after ``only``.
        state = fields["_state"] = ModelState()
        state.adding, state.db, state.fields_cache = False, alias, {"post": post}
        made = new(Comment)
        made.__dict__ = fields
        found.append(made)
    return found


@cache
def _select(vendor: str) -> str:
    """The begin of each query; that it reads numbers and text alone, no converter of Django has anything to do."""
    special = {name: _MOMENTS[vendor].format(name) for name in ("created_at", "revised_at")}
    shown = [special.get(name, f"c.{name}") for name in SHOWN[:_NAMES]]
    return f"SELECT {', '.join([*shown, BYLINE])} FROM"
