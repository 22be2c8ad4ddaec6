"""Copies of the whole database, right while people write, and the way back."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from forum.pagecache.models import renew_edition


class CopyError(Exception):
    """The copy could not be made or read; the message is for the operator."""


def make(target: Path) -> None:
    """Writes the database into a file that only its owner may read; takes about 2 s for a gigabyte."""
    if target.exists():
        raise CopyError(f"{target} exists already.")
    # Under another name until it is whole, so that nobody takes half a copy for one.
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        if connection.vendor == "sqlite":
            _copy_sqlite(unfinished)
        else:
            _run("pg_dump", ["--format=custom", "--no-owner", f"--file={unfinished}"])
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)


def put_back(source: Path) -> None:
    """Replaces everything in the database by the copy, whole or not at all."""
    if not source.is_file():
        raise CopyError(f"There is no file {source}.")
    if connection.vendor == "sqlite":
        _put_back_sqlite(source)
    else:
        arguments = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error", str(source)]
        _run("pg_restore", arguments)
    connection.close()
    renew_edition()


def _copy_sqlite(target: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        # SQLite's own way of copying: one consistent state, however many write meanwhile. All pages in one step,
        # or a busy site would make it begin again and again.
        connection.connection.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
        _check(copy, target)


def _put_back_sqlite(source: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        _check(copy, source)
        copy.backup(connection.connection, pages=-1)


def _check(copy: sqlite3.Connection, file: Path) -> None:
    try:
        sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        copy.execute("SELECT 1 FROM posts_post, django_migrations LIMIT 1").fetchone()
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        raise CopyError(f"{file} is not a sound copy of a site's database.")


def _run(program: str, arguments: Sequence[str]) -> None:
    """Runs one of PostgreSQL's programs against the site's database; the password goes by the environment."""
    path = shutil.which(program)
    if path is None:
        raise CopyError(f"{program} is missing. As root: apt-get install postgresql-client")
    database: dict[str, Any] = connection.settings_dict
    known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    where = {name: str(database[key]) for name, key in known.items() if database.get(key)}
    if mode := database.get("OPTIONS", {}).get("sslmode"):
        where["PGSSLMODE"] = mode
    # --dbname is needed by pg_restore alone, which prints the script otherwise.
    into = [f"--dbname={database['NAME']}"] if program == "pg_restore" else []
    done = subprocess.run(  # noqa: S603  our own arguments, no shell
        [path, *into, *arguments], env={**os.environ, **where}, capture_output=True, text=True
    )
    if done.returncode:
        raise CopyError(f"{program} failed: {done.stderr.strip()}")
