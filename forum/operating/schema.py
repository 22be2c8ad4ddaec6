"""Whether the database is one that this code can work with, and in one sentence why not."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

EMPTY = "The database has no tables yet. Run manage.py prepare first."


def trouble() -> str:
    """Why the database cannot be served, or nothing. Reads all migrations, which takes 0.1 s."""
    if said := hindrance():
        return said
    if is_empty():
        return EMPTY
    if missing := missing_in():
        number = "1 migration is" if missing == 1 else f"{missing} migrations are"
        return f"The database is older than the code: {number} missing. Run manage.py prepare first."
    return ""


def missing_in(asked: BaseDatabaseWrapper | None = None) -> int:
    """How many migrations the database lacks: the site's own, or another that is open."""
    executor = MigrationExecutor(asked or connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_empty() -> bool:
    """Whether nothing was ever made in it. One query."""
    return not MigrationRecorder(connection).has_table()


def hindrance() -> str:
    """Why the database cannot even be prepared, or nothing."""
    if (encoding := _encoding()) != "UTF8":
        return (
            f"The database keeps letters as {encoding}, which cannot hold all that people write."
            " Make it anew: createdb -O rejoinder -E UTF8 -T template0 rejoinder."
        )
    if newer := unknown_in():
        return (
            f"The database is newer than the code, which does not know the migration {newer[0]}."
            " Take the newer code, or put back the copy from before the upgrade."
        )
    return ""


def _encoding() -> str:
    if connection.vendor != "postgresql":
        return "UTF8"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        return str(cursor.fetchone()[0])


def unknown_in(asked: BaseDatabaseWrapper | None = None) -> list[str]:
    """Migrations that were made there and that no file describes, of the apps that the site has."""
    return unknown_among(MigrationRecorder(asked or connection).applied_migrations())


def unknown_among(made: Iterable[tuple[str, str]]) -> list[str]:
    """The same of migrations that are named by app and name."""
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update((label, name) for label, name in migration.replaces)
    labels = {app.label for app in apps.get_app_configs()}
    return sorted(f"{label}.{name}" for label, name in set(made) - known if label in labels)
