"""Finds keys by words in PostgreSQL: reads on from the newest where words are common, asks GIN where they are rare.

GIN knows nothing of order: it gives every match. For a word of each third comment that is slow, while a few dozen of
the newest entries hold enough. So the newest are looked through first, and what they hold tells which way is short.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import OperationalError, connection, transaction

from forum.search.wanted import Phrase, TooSlow, Wanted

MILLISECONDS: Final = 1_000
SAMPLE: Final = 1_000
"""Entries looked through to learn how common the words are."""
READ: Final = 50_000
"""Entries looked through at most, where the sample says that they will hold enough."""
READ_FOR_PHRASES: Final = 100_000
"""The same for phrases: of them GIN knows only the words, and gives a million where they are common."""

FRONT: Final = 200
"""Characters at the front of an entry that hold all its marks."""

# A search may not take long, and may not be planned by reading through the table.
LIMITS: Final = (
    f"SELECT set_config('statement_timeout', '{MILLISECONDS}', true), set_config('work_mem', '64MB', true),"
    " set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
)
_TOO_LONG: Final = "57014"  # query_canceled


def newest(wanted: Wanted, limit: int) -> list[int]:
    """The latest keys that fit, latest first. Raises TooSlow."""
    try:
        with transaction.atomic():
            _run(LIMITS, [])
            found = _newest(wanted, limit)
            transaction.set_rollback(True)  # nothing was written, and the limits above end with it
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == _TOO_LONG:
            raise TooSlow from error
        raise
    return found


def _newest(wanted: Wanted, limit: int) -> list[int]:
    found, begin = _read(wanted, SAMPLE, limit)
    if len(found) >= limit or begin is None:
        return found
    most = READ_FOR_PHRASES if any(len(phrase) > 1 for phrase in wanted.words) else READ
    if len(found) * most >= limit * SAMPLE:
        found, begin = _read(wanted, most, limit)
        if len(found) >= limit or begin is None:
            return found
    return [row[0] for row in _run(*by_index(wanted, limit))]


def _read(wanted: Wanted, many: int, limit: int) -> tuple[list[int], int | None]:
    """What fits among the ``many`` newest, and the key where they end, or None where nothing is older."""
    sql, params = by_reading(wanted, many, limit)
    rows = _run(sql, params)
    last = _run(
        "SELECT key FROM search_entry WHERE key >= %s AND key < %s ORDER BY key DESC OFFSET %s LIMIT 1",
        [wanted.begin, wanted.end, many],
    )
    return [row[0] for row in rows], last[0][0] if last else None


def by_reading(wanted: Wanted, many: int, limit: int) -> tuple[str, list[Any]]:
    """The statement that reads the ``many`` newest entries."""
    fits, params = _fits(wanted, phrases_alone=False)
    return (
        "SELECT key FROM (SELECT key, words FROM search_entry WHERE key >= %s AND key < %s"  # noqa: S608  no values
        f" ORDER BY key DESC LIMIT %s) AS newest WHERE {fits} ORDER BY key DESC LIMIT %s",
        [wanted.begin, wanted.end, many, *params, limit],
    )


def by_index(wanted: Wanted, limit: int) -> tuple[str, list[Any]]:
    """The statement that asks GIN. Written so that the order is no reason to read the table along its key."""
    fits, params = _fits(wanted, phrases_alone=True)
    return (
        "WITH found AS MATERIALIZED (SELECT key FROM search_entry"  # noqa: S608  no values
        " WHERE array_to_tsvector(string_to_array(btrim(words), ' ')) @@ %s::tsquery"
        f" AND key >= %s AND key < %s{f' AND {fits}' if fits else ''})"
        " SELECT key FROM found ORDER BY key DESC LIMIT %s",
        [tsquery(wanted), wanted.begin, wanted.end, *params, limit],
    )


def tsquery(wanted: Wanted) -> str:
    """The query in PostgreSQL's language: of a phrase only that all its words are there, as GIN knows no order."""
    every = [f"({' | '.join(_all_of(phrase) for phrase in group)})" for group in wanted.every]
    none = [f"!{_all_of(phrase)}" for phrase in wanted.none if len(phrase) == 1]
    return " & ".join([*every, *none])


def _all_of(phrase: Phrase) -> str:
    return "(" + " & ".join(f"'{word}'" for word in phrase) + ")"


def _fits(wanted: Wanted, *, phrases_alone: bool) -> tuple[str, list[Any]]:
    """The conditions on the words themselves: all of them, or those on phrases, which the index cannot answer."""
    conditions: list[str] = []
    params: list[Any] = []
    for group, stands in [*((group, True) for group in wanted.every), *(((one,), False) for one in wanted.none)]:
        if phrases_alone and all(len(phrase) == 1 for phrase in group):
            continue
        if group[0][0].startswith("§"):  # marks stand at the front, and there can be hundreds to choose from
            condition = f"string_to_array(left(words, {FRONT}), ' ') && %s::text[]"
            values: list[Any] = [[mark for (mark,) in group]]
        else:
            condition = " OR ".join(["strpos(words, %s) > 0"] * len(group))
            values = [_line(phrase) for phrase in group]
        conditions.append(f"({condition})" if stands else f"NOT ({condition})")
        params += values
    return " AND ".join(conditions), params


def _line(phrase: Phrase) -> str:
    return f" {' '.join(phrase)} "


def _run(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
