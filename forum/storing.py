"""Writes one row by a statement that Django writes once in a process: to write it anew takes longer than to run it.

What many wait for at the lock of a thread is stored in this way. Rows are what ``save`` makes of them, without its
signals, to which nothing of the site listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection, models
from django.db.models import BigIntegerField, Func, Value

from forum.inserting import fitting

KINDS = 100  # of statements that were sent together, whose words a process keeps
_Values = Callable[[models.Model], list[Any]]
_waiting: ContextVar[list[tuple[str, Sequence[Sequence[Any]]]] | None] = ContextVar("waiting", default=None)
"""The statements that are to go together, each with the values of its rows; None where none waits for others."""


class NextKey(Func):
    """The id for a new row of a model, asked for by the query that locks what the row belongs to; NULL in SQLite.

    A query that had to wait for the lock asks again behind it, so that ids follow the order in which it was held.
    """

    function, output_field = "nextval", BigIntegerField()

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(
            Func(Value(model._meta.db_table), Value(model._meta.pk.column), function="pg_get_serial_sequence")
        )

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[str | int, ...]]:
        """NULL: there only the row itself brings its id."""
        return "NULL", ()


def insert(row: models.Model) -> None:
    """Stores a new row, as ``save(force_insert=True)`` does, and tells it its id if it has none. One statement.

    Of a row that has one nothing is read, so that it may go ``together`` with others. What ``save`` fills in by
    itself, such as the moment of now, must be there.
    """
    keyed = row.pk is not None
    sql, values = _insertion(type(row), connection.vendor, keyed=keyed)
    if keyed:
        run(sql, values(row))
    else:
        with connection.cursor() as cursor:
            cursor.execute(sql, values(row))
            row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


def insert_new(rows: Sequence[models.Model]) -> None:
    """Stores new rows of one model but those that a constraint has one of already, as ``bulk_create`` with
    ``ignore_conflicts`` does. They are not told their ids. One statement, repeated for each.
    """
    if not rows:
        return
    sql, values = _insertion(type(rows[0]), connection.vendor, new=True)
    run(sql, *map(values, rows))


def update(row: models.Model, *names: str, of: str = "pk") -> None:
    """Stores these fields of a row, as ``save(update_fields=names)`` does. One statement.

    ``of`` is another field than its key where they are to be stored in all rows that have the same in it.
    """
    sql, values = _change(type(row), names, of, connection.vendor)
    run(sql, values(row))


def run(sql: str, *rows: Sequence[Any]) -> None:
    """Runs a statement that reads nothing, once for the values of each row; in ``together``, at its end."""
    if not rows:
        return
    waiting = _waiting.get()
    if waiting is None:
        _run(sql, rows)
    else:
        waiting.append((sql, rows))


@contextmanager
def together() -> Iterator[None]:
    """Stores what these functions store in the block at its end; in PostgreSQL by one statement.

    There all of it happens at once: no two may be about one row, nor can one find what another has stored. Whatever
    is asked in the block finds nothing of it, unless it was sent.
    """
    if _waiting.get() is not None:
        yield
        return
    was = _waiting.set([])
    try:
        yield
        send()
    finally:
        _waiting.reset(was)


def send() -> None:
    """Stores what waits to go together, for whoever must find it in the database now. One statement, if any."""
    waiting = _waiting.get()
    if not waiting:
        return
    if connection.vendor == "postgresql":
        sql = _joined(tuple(sql for sql, rows in waiting for _ in rows))
        _run_as_one(sql, [value for _, rows in waiting for values in rows for value in values])
    else:
        for sql, rows in waiting:
            _run(sql, rows)
    waiting.clear()


def _run(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(sql, rows[0])
        else:
            cursor.executemany(sql, rows)


def _run_as_one(sql: str, values: Sequence[Any]) -> None:
    """The same for what PostgreSQL is sent as one, which is so long that psycopg would look for each ``%s`` anew."""
    if connection.queries_logged or connection.execute_wrappers:  # who are told of statements look for them
        _run(sql, [values])
        return
    from psycopg import RawCursor  # with its library, only where its database is

    from forum.direct import numbered

    connection.ensure_connection()
    raw: Any = RawCursor(connection.connection)
    with connection.make_cursor(raw) as cursor:
        cursor.execute(numbered(sql), values)


@lru_cache(maxsize=KINDS)
def _joined(statements: tuple[str, ...]) -> str:
    """One statement that carries all of these out, which PostgreSQL does whether or not anything is read of them."""
    *others, last = statements
    named = ", ".join(f"part_{number} AS ({sql})" for number, sql in enumerate(others))
    return f"WITH {named} {last}" if named else last


@cache
def _insertion(
    model: type[models.Model], vendor: str, *, new: bool = False, keyed: bool = False
) -> tuple[str, _Values]:
    """The statement for one kind of database, and what reads its values from a row.

    ``new``: if there is none yet; ``keyed``: with its own key, which else the database makes.
    """
    fields = [field for field in model._meta.concrete_fields if keyed or not field.primary_key]
    columns, marks = ", ".join(map(_quoted, fields)), ", ".join(["%s"] * len(fields))
    then = "ON CONFLICT DO NOTHING" if new else "" if keyed else f"RETURNING {_quoted(model._meta.pk)}"
    return f"INSERT INTO {_table(model)} ({columns}) VALUES ({marks}) {then}", _values_of(fields)  # noqa: S608


@cache
def _change(model: type[models.Model], names: tuple[str, ...], of: str, vendor: str) -> tuple[str, _Values]:
    """The same for a row that is there."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f"{_quoted(field)} = %s" for field in fields)
    own: Any = model._meta.pk if of == "pk" else model._meta.get_field(of)
    return f"UPDATE {_table(model)} SET {changes} WHERE {_quoted(own)} = %s", _values_of([*fields, own])  # noqa: S608


def _values_of(fields: list[Any]) -> _Values:
    """What reads the values of these fields as the database takes them."""
    get, fit = attrgetter(*(field.attname for field in fields)), fitting(fields)
    return lambda row: fit(get(row))


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(field: Any) -> str:
    return connection.ops.quote_name(field.column)
