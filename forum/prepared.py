"""Queries that Django writes once in a process and that run with other values after that.

Writing the SQL of a query takes Django longer than most databases take to answer it: for the post of a page 1.5 ms
of 1.7. What a query asks for is said with QuerySets as everywhere; only what differs from page to page is ``Given``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Expression, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable

from forum.users.roles import may_moderate

if TYPE_CHECKING:
    from forum.users.models import User

Row = TypeVar("Row")
Found = TypeVar("Found")
LARGEST = 2**63 - 1  # of the ids that a database can count
STATEMENTS = 500  # written by hand, that a process keeps with names for their values


def rows_of(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that is written by hand, with ``%s`` where its values stand. One query."""
    statement, names = _named(sql)
    return statement.rows(dict(zip(names, values, strict=True)))


class _Statement:
    """A statement with names for its values, as Django's cursors take it and as each database itself does."""

    def __init__(self, sql: str, names: Iterable[str]) -> None:
        self.sql = sql
        self.names = tuple(dict.fromkeys(names))
        self.for_sqlite = sql % {name: f":{name}" for name in self.names}
        self.for_postgresql = sql % {name: f"${number}" for number, name in enumerate(self.names, 1)}

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows that it gives with these values. One query.

        The database is asked past Django's cursors, which take nearly as long as SQLite does to answer; but not where
        somebody counts the queries, nor within a transaction that has failed, nor on PostgreSQL within any.
        """
        here = connections[DEFAULT_DB_ALIAS]
        found = self._rows_of_postgresql(values) if here.vendor == "postgresql" else self._rows_of_sqlite(here, values)
        if found is None:
            with here.cursor() as cursor:
                cursor.execute(self.sql, values)
                found = cursor.fetchall()
        return found

    def _rows_of_sqlite(self, here: Any, values: Mapping[str, Any]) -> list[tuple[Any, ...]] | None:
        if here.connection is None or here.queries_logged or here.execute_wrappers or here.needs_rollback:
            return None
        with here.wrap_database_errors:
            found: list[tuple[Any, ...]] = here.connection.execute(self.for_sqlite, values).fetchall()
        return found

    def _rows_of_postgresql(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]] | None:
        from forum import direct  # with its library, only where its database is

        return direct.rows(self.for_postgresql, [values[name] for name in self.names])


@lru_cache(STATEMENTS)
def _named(sql: str) -> tuple[_Statement, list[str]]:
    """The statement with a name for each value, and the names."""
    pieces = sql.split("%s")
    names = [f"value_{number}" for number in range(len(pieces) - 1)]
    named = "".join(f"{piece}%({name})s" for piece, name in zip(pieces, names, strict=False)) + pieces[-1]
    return _Statement(named, names), names


class Given(Expression):
    """The place of a value in a prepared query, under the name by which it is given; a moment in the database's own
    form, as ``connection.ops`` makes it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A mark, and among the values this object itself, until there is one."""
        return "%s", [self]


class AnyMember:
    """Stands for whoever is signed in and does not moderate, where a QuerySet asks who reads."""

    pk = Given("member")
    is_authenticated = True
    is_staff = False


class Prepared(Generic[Row]):
    """The rows of a query: models with what ``select_related`` loads and their annotations, or the plain values."""

    def __init__(self, query: Callable[[], QuerySet[Any, Row]]) -> None:
        self._query = query
        self._written: dict[str, _Written] = {}

    def __call__(self, **given: Any) -> list[Row]:
        """Runs the query with these values. One query."""
        written = self._written.get(connection.vendor)
        if written is None:
            written = self._written[connection.vendor] = _Written(self._query())
        return [written.row(row) for row in written.statement.rows({**written.fixed, **given})]

    def first(self, **given: Any) -> Row | None:
        """The first row, or None."""
        rows = self(**given)
        return rows[0] if rows else None


class Placed(Generic[Found]):
    """Finds the one row with an id that has a place for whoever reads, as the ``placed_for`` of its QuerySet says.

    ``loaded`` says what is loaded with it.
    """

    def __init__(self, rows: Callable[[], Any], loaded: Callable[[Any], QuerySet[Any, Found]]) -> None:
        def prepared(narrow: Callable[[Any], Any]) -> Prepared[Found]:
            return Prepared(lambda: loaded(narrow(rows())).filter(pk=Given("pk")))

        self._for_guests = prepared(lambda found: found.placed_for(AnonymousUser()))
        self._for_members = prepared(lambda found: found.placed_for(AnyMember()))
        self._for_moderators = prepared(lambda found: found)

    def __call__(self, pk: int, user: User | AnonymousUser) -> Found | None:
        """The row, or None. One query; none for a number that no table counts."""
        if pk > LARGEST:
            return None
        if may_moderate(user):
            return self._for_moderators.first(pk=pk)
        if user.is_authenticated:
            return self._for_members.first(pk=pk, member=user.pk)
        return self._for_guests.first(pk=pk)


class _Written:
    """The SQL of a query for one kind of database, and how its rows are read: as ``ModelIterable`` reads them."""

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        compiler: Any = query.query.get_compiler(using=query.db)
        sql, values = compiler.as_sql()
        self.fixed: dict[str, Any] = {}
        named: str = sql.replace("%%", "%%%%") % tuple(self._place(value) for value in values)
        given = [value.name for value in values if isinstance(value, Given)]
        self.statement = _Statement(named, [*self.fixed, *given])
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        of_moments = getattr(connection.ops, "convert_datetimefield_value", None)
        self.conversions = [
            (place, _moment if convert == of_moments else convert, column)
            for place, (converters, column) in compiler.get_converters(columns).items()
            for convert in converters
        ]
        self.row: Callable[[Sequence[Any]], Any] = self._plain
        if issubclass(query._iterable_class, ModelIterable):
            self.model = _Model(compiler.klass_info, columns, query.db)
            self.annotations = compiler.annotation_col_map or {}
            self.row = self._model

    def _place(self, value: Any) -> str:
        """What stands in the SQL for a value.

        What is the same each time stands there itself: without it PostgreSQL cannot tell that a plan for all values may
        take an index of a part of the table, and plans the statement anew each time.
        """
        if isinstance(value, Given):
            return f"%({value.name})s"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, str):
            return "'{}'".format(str(value).replace("'", "''").replace("%", "%%"))
        name = f"fixed_{len(self.fixed)}"
        self.fixed[name] = value
        return f"%({name})s"

    def _values(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for place, convert, column in self.conversions:
            if values[place] is not None:
                values[place] = convert(values[place], column, connection)
        return values

    def _plain(self, row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(self._values(row))

    def _model(self, row: Sequence[Any]) -> Any:
        values = self._values(row)
        made = self.model.made(values)
        for name, place in self.annotations.items():
            setattr(made, name, values[place])
        return made


def _moment(value: dt.datetime | str, *_: Any) -> dt.datetime:
    """A moment of SQLite, which keeps them in UTC, as Django reads it; in a fifth of the time."""
    read = dt.datetime.fromisoformat(value) if isinstance(value, str) else value  # words where it is computed
    return read if read.tzinfo else read.replace(tzinfo=dt.UTC)


class _Model:
    """Which columns of a row are the fields of a model, and which those of the models that are loaded with it."""

    def __init__(self, info: Mapping[str, Any], columns: Sequence[Any], db: str) -> None:
        self.model, self.db = info["model"], db
        self.start, self.end = info["select_fields"][0], info["select_fields"][-1] + 1
        self.names = [column.target.attname for column in columns[self.start : self.end]]
        self.pk = self.start + self.names.index(self.model._meta.pk.attname)
        self.related = [
            (related["local_setter"], related["remote_setter"], _Model(related, columns, db))
            for related in info.get("related_klass_infos", ())
        ]

    def made(self, values: Sequence[Any]) -> Any:
        """The model; None where a join has found no row.

        Its fields are set at once, which takes a fifth of the time of ``from_db``; those that are missing are loaded
        when somebody asks for them, as there.
        """
        if values[self.pk] is None:
            return None
        made = self.model.__new__(self.model)
        state = ModelState()
        state.adding, state.db = False, self.db
        made.__dict__ = {"_state": state, **dict(zip(self.names, values[self.start : self.end], strict=True))}
        for set_here, set_there, other in self.related:
            found = other.made(values)
            set_here(made, found)
            if found is not None:
                set_there(found, made)
        return made
