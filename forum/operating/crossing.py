"""A copy of a SQLite database put into PostgreSQL: a site that began on the one goes on with the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper

from forum.inserting import insert_values
from forum.operating import copies, schema
from forum.pagecache.models import renew_edition

_COPY = "copy"  # what Django calls the copy while it is read
_LOT = 500  # rows; a comment may have 100 kB


def is_needed(source: Path) -> bool:
    """Whether the site has PostgreSQL and the file is a copy of SQLite."""
    return connection.vendor == "postgresql" and copies.begins(source, copies.SQLITE)


def cross(source: Path) -> None:
    """Replaces everything in PostgreSQL by what the copy holds, whole or not at all; ids stay what they are.

    The copy must have been made with the code that runs. Raises CopyError where it was not, is not sound, or has a
    row that PostgreSQL refuses.
    """
    copies.check(source)
    with _opened(source) as copy:
        if schema.missing_in(copy):
            raise copies.CopyError(
                "the copy is older than the code. Run manage.py prepare on the SQLite database, and copy it again."
            )
        if said := schema.hindrance():
            raise copies.CopyError(said)
        call_command("migrate", interactive=False, verbosity=0)  # to the same tables as in the copy
        kept = [model for model in apps.get_models(include_auto_created=True) if _has_table(model)]
        with transaction.atomic():
            _empty(kept)
            for model in kept:
                _take(model)
            _count_on(copy, kept)
            _check_keys()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # PostgreSQL chooses its ways by figures that it does not have yet
    renew_edition()


@contextmanager
def _opened(source: Path) -> Iterator[DatabaseWrapper]:
    """The copy as Django reads it, for as long as it takes."""
    other = {"NAME": f"{source.resolve().as_uri()}?mode=ro", "OPTIONS": {"uri": True}, "CONN_MAX_AGE": 0}
    copy = DatabaseWrapper({**connection.settings_dict, **other}, _COPY)
    connections[_COPY] = copy
    try:
        yield copy
    finally:
        copy.close()
        del connections[_COPY]


def _has_table(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


def _empty(kept: list[type[models.Model]]) -> None:
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in kept)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}")


def _take(model: type[models.Model]) -> None:
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.using(_COPY).order_by("pk").values_list(*names).iterator(chunk_size=_LOT)
    try:
        while lot := [*islice(rows, _LOT)]:
            insert_values(model, names, lot)
    except DatabaseError as error:
        raise copies.CopyError(f"PostgreSQL refuses a row of {model._meta.db_table}: {error}") from error


def _count_on(copy: DatabaseWrapper, kept: list[type[models.Model]]) -> None:
    """Gives no id a second time, not even one whose row is gone: links may still name it."""
    with copy.cursor() as cursor:
        cursor.execute("SELECT name, seq FROM sqlite_sequence WHERE seq > 0")
        last = dict(cursor.fetchall())
    with connection.cursor() as cursor:
        for model in kept:
            table, key = model._meta.db_table, model._meta.pk
            if table in last and isinstance(key, models.AutoField | models.BigAutoField):
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, key.column, last[table]])


def _check_keys() -> None:
    """Looks at the keys to other rows here, not at the end of the transaction, where nobody would say what is wrong."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError as error:
        raise copies.CopyError(f"a row of the copy names another that is not there: {error}") from error
