"""What a command says where the database is away, full, damaged, or not prepared: a sentence and not a trace."""

from __future__ import annotations

import sqlite3

from django.db import Error, OperationalError

from forum.operating import copies, schema


def sentence(error: Error) -> str:
    """Why a command failed by the database; nothing where the fault is not the operator's to mend."""
    try:
        said = schema.trouble()
    except Error as now:
        error, said = now, ""
    # A statement that is wrong in itself is one of these too on SQLite, and says so by its code.
    at_fault = getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    damaged = copies.is_damage(error)
    if said or (not damaged and (at_fault or not isinstance(error, OperationalError))):
        return said
    database, why = copies.database(), " ".join(str(error).split()).rstrip(".")
    database = f"{database[0].upper()}{database[1:]}"
    return f"{database} is damaged ({why}). {copies.MENDING}" if damaged else f"{database} cannot be used: {why}."


def status(command: str) -> int:
    """The exit status that this command documents for what it refuses."""
    return 2 if command in ("import_archive", "export_archive", "undo_import", "load_fixture") else 1
