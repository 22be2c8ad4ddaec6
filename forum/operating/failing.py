"""What is said where the database is away, full, damaged, or not prepared: a sentence and not a trace."""

from __future__ import annotations

import sqlite3
import time

from django.db import Error, OperationalError, connection

from forum.operating import copies, schema
from forum.sparing import READ_ONLY

LATELY = 300.0  # seconds for which damage that was met is told

# Faults of the database as a whole: what SQLite calls them, and PostgreSQL (SQLSTATEs, or how they begin). Of a lock or
# a limit of time only a trace tells who waited, and where.
_FULL, _DAMAGED = "53100", ("XX001", "XX002")
_STATES = ("08", "53", "57P", "58", READ_ONLY, *_DAMAGED)
_FULL_CODES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
_CODES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)

_damage_met = -LATELY  # when, by this process's clock


def sentence(error: Error) -> str:
    """Why a command failed by the database; nothing where the fault is not the operator's to mend."""
    try:
        said = schema.trouble()
    except Error as now:
        error, said = now, ""
    # A statement that is wrong in itself is one of these too on SQLite, and says so by its code.
    at_fault = copies.code_of(error) == sqlite3.SQLITE_ERROR
    if said or not (is_of_all(error) or (isinstance(error, OperationalError) and not at_fault)):
        return said
    return _said(error)


def cause(error: Error) -> str:
    """What a line of the log says instead of a trace; nothing where the trace says more. Asks no database."""
    return _said(error) if is_of_all(error) else ""


def _said(error: Error) -> str:
    database, why = copies.database(), " ".join(str(error).split()).rstrip(".")
    database = f"{database[0].upper()}{database[1:]}"
    if is_damage(error):
        return f"{database} is damaged ({why}). {copies.MENDING}"
    return f"{database} cannot be used: {why}.{_next(error)}"


def _next(error: Error) -> str:
    """What to look at, where the database does not say it itself."""
    if is_full(error):
        return " Make room on its disk."
    if not is_read_only(error):
        return ""
    if connection.vendor == "sqlite":
        return " Look whether its disk is mounted for reading alone, and whether the file is the site's user's."
    return " Look whether the server is a standby, or has default_transaction_read_only set."


def is_of_all(error: BaseException | None) -> bool:
    """Whether the database as a whole is at fault, and not what was asked of it."""
    if is_damage(error):
        return True
    state = _state_of(error)
    if state is None:  # none was told where no server answered
        return isinstance(error, OperationalError)
    return state.startswith(_STATES) or copies.code_of(error) & 0xFF in _CODES


def is_damage(error: BaseException | None) -> bool:
    """Whether the database says that it is damaged."""
    return copies.is_damage(error) or _state_of(error) in _DAMAGED


def is_full(error: BaseException | None) -> bool:
    """Whether there is no room to write; SQLite makes a file even to read, and has another name for that."""
    return copies.code_of(error) in _FULL_CODES or _state_of(error) == _FULL


def is_read_only(error: BaseException | None) -> bool:
    """Whether the database may be read and not written."""
    return copies.code_of(error) & 0xFF == sqlite3.SQLITE_READONLY or _state_of(error) == READ_ONLY


def _state_of(error: BaseException | None) -> str | None:
    """The SQLSTATE of PostgreSQL, None where it had no time to tell one, and empty where it is none of PostgreSQL's."""
    state: str | None = getattr(getattr(error, "__cause__", None), "sqlstate", "")
    return state


def note_damage() -> None:
    """Remembers that a page has met damage: the few rows that a probe reads may be sound."""
    global _damage_met
    _damage_met = time.monotonic()


def was_damage_met() -> bool:
    """Whether this process has met damage in the last minutes."""
    return time.monotonic() - _damage_met < LATELY


def status(command: str) -> int:
    """The exit status that this command documents for what it refuses."""
    return 2 if command in ("import_archive", "export_archive", "undo_import", "load_fixture") else 1
