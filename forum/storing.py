"""Writes one row by a statement that Django writes once in a process: to write it anew takes longer than to run it.

What many wait for at the lock of a thread is stored in this way. Rows are what ``save`` makes of them, without its
signals, to which nothing of the site listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import connection, models

from forum.inserting import fitting

_Values = Callable[[models.Model], list[Any]]


def insert(row: models.Model) -> None:
    """Stores a new row and tells it its id, as ``save(force_insert=True)`` does. One statement."""
    sql, values = _insertion(type(row), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, values(row))
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


def insert_keyed(row: models.Model) -> None:
    """Stores a new row that has its key, as ``save(force_insert=True)`` does. One statement, which reads nothing.

    What ``save`` fills in by itself, such as the moment of now, must be there.
    """
    sql, values = _insertion(type(row), connection.vendor, keyed=True)
    with connection.cursor() as cursor:
        cursor.execute(sql, values(row))
    row._state.adding, row._state.db = False, connection.alias


def insert_new(rows: Sequence[models.Model]) -> None:
    """Stores new rows of one model but those that a constraint has one of already, as ``bulk_create`` with
    ``ignore_conflicts`` does. They are not told their ids. One statement, repeated for each.
    """
    if not rows:
        return
    sql, values = _insertion(type(rows[0]), connection.vendor, new=True)
    with connection.cursor() as cursor:
        cursor.executemany(sql, [values(row) for row in rows])


def update(row: models.Model, *names: str, of: str = "pk") -> None:
    """Stores these fields of a row, as ``save(update_fields=names)`` does. One statement.

    ``of`` is another field than its key where they are to be stored in all rows that have the same in it.
    """
    sql, values = _change(type(row), names, of, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, values(row))


@contextmanager
def together() -> Iterator[None]:
    """Sends statements to PostgreSQL without waiting for the answer of each, up to the next that reads something.

    An error is told by a later statement, or at the end. How many rows a statement changed is not told at all, so
    that the ``save`` of a row that is there, which goes by it, has no place in here. In SQLite there is nobody to wait
    for, and where nothing is prepared there may be a pooler, of which nobody knows whether it takes that.
    """
    if connection.vendor != "postgresql":
        yield
        return
    from psycopg import Pipeline  # with its library, only where its database is

    line = connection.connection
    with ExitStack() as inside:
        if line.prepare_threshold is not None and Pipeline.is_supported():
            inside.enter_context(connection.wrap_database_errors)
            inside.enter_context(line.pipeline())
        yield


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
