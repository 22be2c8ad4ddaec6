"""Finds keys by words in SQLite: FTS5 walks its lists backwards and stops when it has enough."""

from __future__ import annotations

import time
from typing import Final

from django.db import OperationalError, connection

from forum.search.wanted import Phrase, TooSlow, Wanted

SECONDS: Final = 1.0
_STEPS: Final = 1_000
"""Steps of SQLite's machine between two looks at the clock."""

SQL: Final = (
    "SELECT rowid FROM search_words WHERE search_words MATCH %s AND rowid >= %s AND rowid < %s"
    " ORDER BY rowid DESC LIMIT %s"
)


def newest(wanted: Wanted, limit: int) -> list[int]:
    """The latest keys that fit, latest first. Raises TooSlow."""
    ends = time.monotonic() + SECONDS
    connection.ensure_connection()
    connection.connection.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
    try:
        with connection.cursor() as cursor:
            cursor.execute(SQL, [match(wanted), wanted.begin, wanted.end, limit])
            return [row[0] for row in cursor.fetchall()]
    except OperationalError as error:
        if "interrupted" in str(error):
            raise TooSlow from error
        raise
    finally:
        connection.connection.set_progress_handler(None, _STEPS)


def match(wanted: Wanted) -> str:
    """The query in the language of FTS5; every word is quoted, so none is read as a part of that language."""
    every = " AND ".join(f"({' OR '.join(_quoted(phrase) for phrase in group)})" for group in wanted.every)
    none = " OR ".join(_quoted(phrase) for phrase in wanted.none)
    return f"({every}) NOT ({none})" if none else every


def _quoted(phrase: Phrase) -> str:
    return f'"{" ".join(phrase)}"'
