"""Copies of the whole database, right while people write, and the way back."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection

from forum.pagecache.models import renew_edition

SQLITE, POSTGRESQL = b"SQLite format 3\0", b"PGDMP"  # how copies begin


class CopyError(Exception):
    """The copy could not be made or read; the message is for the operator."""


def name() -> str:
    """What the site's database is called: the path of a SQLite file, or a name on a PostgreSQL server."""
    return str(connection.settings_dict["NAME"])


def database() -> str:
    """The site's database in words, without a password."""
    if connection.vendor == "sqlite":
        return f"the SQLite database {name()}"
    told = connection.settings_dict
    host, port = told["HOST"] or "this machine", f":{told['PORT']}" if told["PORT"] else ""
    return f"the PostgreSQL database {name()} on {host}{port}"


def is_in_use() -> bool:
    """Whether anybody else has the database open, as a site that runs has at all times."""
    if connection.vendor == "sqlite":
        return _is_file_in_use()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return bool(cursor.fetchone()[0])


def _is_file_in_use() -> bool:
    """SQLite leaves WAL only for whoever has the file alone; the next connection enters it again."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
            cursor.execute("PRAGMA journal_mode = DELETE")
    except OperationalError:
        return True
    finally:
        connection.close()
    return False


def make(target: Path) -> None:
    """Writes the database into a file that only its owner may read; takes about 2 s for a gigabyte."""
    if target.exists():
        raise CopyError(f"{target} exists already.")
    if not target.parent.is_dir():
        raise CopyError(f"There is no folder {target.parent}.")
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
    """Replaces everything in the database by a copy of its own kind, whole or not at all."""
    check_kind(source)
    if connection.vendor == "sqlite":
        _put_back_sqlite(source)
    else:
        arguments = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error", str(source)]
        _run("pg_restore", arguments)
    connection.close()
    renew_edition()


def check_kind(source: Path) -> None:
    """Raises CopyError unless the file is there, and is none of PostgreSQL for a site that has SQLite."""
    if not source.is_file():
        raise CopyError(f"There is no file {source}.")
    if connection.vendor == "sqlite" and begins(source, POSTGRESQL):
        raise CopyError(
            f"{source} is a copy of a PostgreSQL database, which goes back only into PostgreSQL: set DATABASE_URL."
        )


def begins(source: Path, with_: bytes) -> bool:
    """Whether the file is one of this kind."""
    with source.open("rb") as file:
        return file.read(len(with_)) == with_


def check(source: Path) -> None:
    """Raises CopyError unless the file is a sound copy of a site that had SQLite."""
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        _check(copy, source)


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
