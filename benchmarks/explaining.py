"""The plans of queries, as the database itself tells them: for the values given, and those it settles on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection

Params = Sequence[Any] | Mapping[str, Any] | None
CHOOSES_AFTER: Final = 5
"""Plans that PostgreSQL makes for the values given before it may keep to one for all (its manual, under PREPARE)."""


def plan_of(sql: str, params: Params) -> str:
    """The plan for these values."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}", params)
        return _text(cursor.fetchall())


def settled_plan_of(sql: str, params: Params) -> str:
    """What PostgreSQL follows once the statement has come often: a plan for all values where it thinks that no dearer.

    Runs the statement once, so it is for reading alone. SQLite has the one plan, and so has PostgreSQL where nothing is
    prepared, as the settings will have it behind a pooler. Raises LookupError where the statement is not found again.
    """
    here: Any = connection  # the stubs do not know of what it wraps
    if here.vendor == "sqlite" or here.connection.prepare_threshold is None:
        return plan_of(sql, params)
    import psycopg  # only where its database is

    here.connection.execute(sql, params, prepare=True)
    sent, values = _as_sent(sql, params)
    with psycopg.ClientCursor(here.connection) as cursor:
        cursor.execute(
            "SELECT name FROM pg_prepared_statements WHERE statement = %s ORDER BY prepare_time DESC", [sent]
        )
        found = cursor.fetchone()
        if found is None:
            raise LookupError(f"PostgreSQL has not prepared {sent}")
        [name] = found
        given = f"({', '.join(['%s'] * len(values))})" if values else ""
        for _ in range(CHOOSES_AFTER + 1):
            cursor.execute(f"EXPLAIN EXECUTE {name}{given}", values)  # type: ignore[arg-type]
        return _text(cursor.fetchall())


def _as_sent(sql: str, params: Params) -> tuple[str, list[Any]]:
    """The statement as psycopg sends it, with numbers for places, and the values in their order."""
    if not params:
        return sql, []
    numbers: dict[str, int] = {}
    nameless = itertools.count()

    def number(mark: re.Match[str]) -> str:
        if mark[1] == "%":
            return "%"
        place = mark[2] or str(next(nameless))
        return f"${numbers.setdefault(place, len(numbers) + 1)}"

    sent = re.sub(r"%(%|s|\((\w+)\)s)", number, sql)
    return sent, [params[name] for name in numbers] if isinstance(params, Mapping) else list(params)


def _text(rows: Sequence[tuple[Any, ...]]) -> str:
    return "\n".join(" ".join(str(part) for part in row) for row in rows)
