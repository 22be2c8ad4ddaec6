"""The plans of queries, as the database itself tells them: for the values given, and those it settles on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

CHOOSES_AFTER: Final = 5
"""Plans that PostgreSQL makes for the values given before it may keep to one for all (its manual, under PREPARE)."""


def plan_of(sql: str, params: Sequence[Any] | None) -> str:
    """The plan for these values."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}", params)
        return _text(cursor.fetchall())


def settled_plan_of(sql: str, params: Sequence[Any] | None) -> str:
    """What PostgreSQL follows once the statement has come often: a plan for all values where it thinks that no dearer.

    Runs the statement once, so it is for reading alone. SQLite has the one plan.
    """
    if connection.vendor == "sqlite":
        return plan_of(sql, params)
    import psycopg  # only where its database is

    here: Any = connection  # the stubs do not know of what it wraps
    here.connection.execute(sql, params, prepare=True)
    number = itertools.count(1)
    sent = re.sub("%(s|%)", lambda mark: f"${next(number)}" if mark[1] == "s" else "%", sql) if params else sql
    with psycopg.ClientCursor(here.connection) as cursor:
        cursor.execute(
            "SELECT name FROM pg_prepared_statements WHERE statement = %s ORDER BY prepare_time DESC", [sent]
        )
        [name] = cursor.fetchone() or [""]
        if not name:  # as the settings will have it behind a pooler
            return plan_of(sql, params)
        values = f"({', '.join(['%s'] * len(params))})" if params else ""
        for _ in range(CHOOSES_AFTER + 1):
            cursor.execute(f"EXPLAIN EXECUTE {name}{values}", params)  # type: ignore[arg-type]
        return _text(cursor.fetchall())


def _text(rows: Sequence[tuple[Any, ...]]) -> str:
    return "\n".join(" ".join(str(part) for part in row) for row in rows)
