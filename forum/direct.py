"""Asks PostgreSQL by its own library, without the cursors of Django and psycopg.

A cursor spends 50 to 100 µs on each statement beside what the server takes: it looks what types there are, writes the
statement anew, and waits in steps. A page that asks three times is a tenth cheaper without that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import Error
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.pq.abc import PGconn, PGresult

MOST = 300  # statements that a connection keeps planned

# SQLSTATEs, and classes of them (PostgreSQL's manual, appendix A).
_FORGOTTEN = b"26000"  # a planned statement is not there
_OF_THE_STATEMENT = (b"0A", b"22", b"42")
_FOR_A_MOMENT = (b"42703", b"42P01")  # a column or a table is missing, as while a new version of the site comes
_planned: WeakKeyDictionary[Connection[Any], dict[str, bytes | None]] = WeakKeyDictionary()
"""The names of the statements that a connection has planned, by what they say; none for what no server understands."""
_names = count()  # none is given twice: a connection may still have what is forgotten here


def rows(sql: str, values: Iterable[Any]) -> list[tuple[Any, ...]] | None:
    """The rows that a statement gives, read as a cursor reads them; ``$1`` stands for the first value. One query.

    None where it must be asked by a cursor: where nothing is prepared since a pooler may mix connections up, within a
    transaction, which an error would end, before it is known that the connection lives, where somebody counts the
    queries, for a value of another kind than numbers, words, moments and lists of numbers, and where the statement is
    wrong: a cursor says what. A value has the type of its place, whatever it is in Python. Raises DatabaseError.
    """
    lasting = _lasting()
    found = _answer(lasting, sql, values) if lasting is not None else None
    if found is None:
        return None
    reader = Transformer(lasting)
    reader.set_pgresult(found)
    return reader.load_rows(0, found.ntuples, tuple)


def numbers(sql: str, values: Iterable[int | str]) -> list[int] | None:
    """The whole numbers of all rows, one after the other; None as in ``rows``. One query."""
    lasting = _lasting()
    found = _answer(lasting, sql, values) if lasting is not None else None
    if found is None:
        return None
    columns = range(found.nfields)
    return [int(found.get_value(row, column) or 0) for row in range(found.ntuples) for column in columns]


@lru_cache(maxsize=MOST)
def numbered(sql: str) -> str:
    """The statement with ``$1`` in the place of its first ``%s``, and so on."""
    return sql % tuple(f"${number}" for number in range(1, sql.count("%s") + 1))


def _lasting() -> Connection[Any] | None:
    """The connection of this thread, where it can be asked."""
    here: Any = connections[DEFAULT_DB_ALIAS]  # the stubs do not know of its checks
    lasting: Connection[Any] | None = here.connection
    if (
        lasting is None
        or lasting.prepare_threshold is None
        or not here.autocommit  # a transaction that psycopg begins with its first statement
        or lasting.pgconn.transaction_status != TransactionStatus.IDLE
        or here.queries_logged
        or here.execute_wrappers
        or (here.health_check_enabled and not here.health_check_done)
    ):
        return None
    return lasting


def _answer(lasting: Connection[Any], sql: str, values: Iterable[Any]) -> PGresult | None:
    line, planned = lasting.pgconn, _planned.setdefault(lasting, {})
    try:
        said = [_text(value) for value in values]
    except (LookupError, TypeError, ValueError):  # a value of another kind
        return None
    try:
        name = planned[sql] if sql in planned else _plan(line, planned, sql)
        if name is None:
            return None
        found = line.exec_prepared(name, said)  # type: ignore[arg-type]  # None is NULL, which the stubs leave out
    except Error:  # no connection
        return None
    if found.status == ExecStatus.TUPLES_OK:
        return found
    state = _state_of(found)
    if state == _FORGOTTEN:
        # psycopg forgets all statements of a connection when something is rolled back, and these with its own.
        planned.clear()
    elif state:  # it may have been planned for a table that has other columns now
        _forget(line, planned, sql)
    return None


def _plan(line: PGconn, planned: dict[str, bytes | None], sql: str) -> bytes | None:
    """Has the server plan a statement; gives its name, None where it cannot."""
    if len(planned) >= MOST:
        _forget(line, planned, next(iter(planned)))
    name = b"direct_%d" % next(_names)
    made = line.prepare(name, sql.encode())
    if made.status == ExecStatus.COMMAND_OK:
        planned[sql] = name
        return name
    state = _state_of(made)
    if state.startswith(_OF_THE_STATEMENT) and state not in _FOR_A_MOMENT:
        planned[sql] = None
    return None


def _state_of(answer: PGresult) -> bytes:
    """The SQLSTATE of an answer that is an error about the statement or its values, b"" where there is no server.

    Raises any other error, as a cursor does: what took too long, or was stopped, must not be asked once more.
    """
    state = bytes(answer.error_field(DiagnosticField.SQLSTATE) or b"")
    if state and not state.startswith((_FORGOTTEN, *_OF_THE_STATEMENT)):
        with connections[DEFAULT_DB_ALIAS].wrap_database_errors:
            raise error_from_result(answer)
    return state


def _forget(line: PGconn, planned: dict[str, bytes | None], sql: str) -> None:
    name = planned.pop(sql)
    if name is not None:
        with suppress(Error):  # no connection, which whoever asks next is told
            line.exec_(b"DEALLOCATE " + name)


def _word(value: str) -> bytes:
    if "\0" in value:
        raise ValueError("PostgreSQL would read it to there")
    return value.encode()


_AS_TEXT: dict[type, Callable[[Any], bytes | None]] = {
    int: b"%d".__mod__,
    float: lambda value: repr(value).encode(),
    bool: lambda value: b"true" if value else b"false",
    str: _word,
    dt.datetime: lambda value: value.isoformat().encode(),
    list: lambda value: f"{{{','.join(map(int.__repr__, value))}}}".encode(),
    type(None): lambda value: None,
}


def _text(value: Any) -> bytes | None:
    """A value as PostgreSQL reads it, whatever type its place in the statement has."""
    return _AS_TEXT[type(value)](value)
