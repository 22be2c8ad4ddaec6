"""Copies of the whole database, right while people write, and the way back."""

import fcntl
import os
import pwd
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.db import DatabaseError, connection

from forum.operating import schema
from forum.pagecache.models import renew_edition

SQLITE, POSTGRESQL = b"SQLite format 3\0", b"PGDMP"  # how copies begin
MENDING = "Stop the site, and put back a copy: manage.py restore FILE --replace."

_DAMAGES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)  # by somebody else
_KNOWN_TO_WRITE = (b"\1", b"\2")  # what may stand in the header at the place of who may write the file
_LOCKED_BYTES = 0x40000002, 510  # where SQLite locks a file that it reads, and how many bytes

# What newer code has made goes as well: it would hold on to what is replaced, and its migration would find it there.
# Its tables are those of the apps that have migrations here. Who shares the database with the site keeps theirs.
_EMPTY = b"""
SET client_min_messages = warning;
BEGIN;
DO $$
DECLARE
  found regclass;
BEGIN
  IF to_regclass('django_migrations') IS NULL THEN
    RETURN;
  END IF;
  FOR found IN
    SELECT oid FROM pg_class
    WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p')
      AND EXISTS (SELECT 1 FROM django_migrations WHERE starts_with(relname, app || '_'))
  LOOP
    EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', found);
  END LOOP;
END
$$;
"""


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


def _user() -> str:
    """Who runs this: a name, or in some containers a number."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


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
    except DatabaseError as error:
        connection.close()
        if is_damage(error):
            return _is_locked(Path(name()))
        if code_of(error) & 0xFF not in _HELD:
            raise
        return True
    finally:
        connection.close()
    return False


def _is_locked(file: Path) -> bool:
    """The same of a file that SQLite cannot read: whoever has it open holds a lock on it, whatever stands there."""
    first, many = _LOCKED_BYTES
    with file.open("r+b") as handle:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, many, first)
        except OSError:
            return True
    return False


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite, or Django after it, says that the file is damaged or no database at all."""
    code = code_of(error)
    if code == sqlite3.SQLITE_READONLY:
        return _is_written_by_nobody(Path(name()))
    return code & 0xFF in _DAMAGES or (code == sqlite3.SQLITE_ERROR and str(error) == "unsupported file format")


def code_of(error: BaseException | None) -> int:
    """What SQLite calls the fault, 0 where it is none of SQLite's."""
    cause = getattr(error, "__cause__", None)
    return int(getattr(error, "sqlite_errorcode", getattr(cause, "sqlite_errorcode", 0)))


def _is_written_by_nobody(file: Path) -> bool:
    """Whether the header names a version that no SQLite writes: it takes such a file for one that is only read."""
    with suppress(OSError), file.open("rb") as handle:
        return handle.read(19)[18:] not in _KNOWN_TO_WRITE
    return False


def make(target: Path) -> None:
    """Writes the database into a file that only its owner may read; takes about 2 s for a gigabyte."""
    try:
        if target.exists():
            raise CopyError(f"{target} exists already.")
        if not target.parent.is_dir():
            raise CopyError(f"There is no folder {target.parent}.")
        with _unfinished(target) as file:
            if connection.vendor == "sqlite":
                _copy_sqlite(file)
            else:
                _run("pg_dump", ["--format=custom", "--no-owner", f"--file={file}"])
    except PermissionError:
        raise CopyError(
            f"{_user()} may not make files in {target.parent}."
            f" Name another folder, or make one as root: install -d -o {_user()} -m 700 FOLDER."
        ) from None


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A file under another name until it is whole and on the disk, so that nobody takes half a copy for one."""
    file = target.with_name(f"{target.name}.unfinished")
    file.unlink(missing_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield file
        _keep(file)
        file.replace(target)
        with suppress(PermissionError):  # a folder into which one may write and not look
            _keep(target.parent)
    finally:
        file.unlink(missing_ok=True)


def _keep(path: Path) -> None:
    """Returns when the disk has what was written into the file, or which names are in the folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_back(source: Path) -> None:
    """Replaces everything in the database by a copy of its own kind, whole or not at all."""
    check_kind(source)
    if connection.vendor == "sqlite":
        _put_back_sqlite(source)
    else:
        _check_age(_made_in_postgresql(source))
        _put_back_postgresql(source)
    connection.close()
    renew_edition()


def check_kind(source: Path) -> None:
    """Raises CopyError unless the file can be read, and is none of PostgreSQL for a site that has SQLite."""
    try:
        if not source.is_file():
            raise CopyError(f"There is no file {source}.")
        is_of_postgresql = begins(source, POSTGRESQL)
    except PermissionError:
        raise CopyError(
            f"{_user()} may not read {source}. As root: install -o {_user()} -m 600 {source} FILE,"
            f" with FILE in a folder of {_user()}, and put back that."
        ) from None
    if connection.vendor == "sqlite" and is_of_postgresql:
        raise CopyError(
            f"{source} is a copy of a PostgreSQL database, which goes back only into PostgreSQL: set DATABASE_URL."
        )


def begins(source: Path, with_: bytes) -> bool:
    """Whether the file is one of this kind."""
    with source.open("rb") as file:
        return file.read(len(with_)) == with_


def check(source: Path) -> None:
    """Raises CopyError unless the file is a sound copy of a site that had SQLite, with this code or an older one."""
    with _reading(source) as copy:
        _check(copy, source)
        _check_age(copy.execute("SELECT app, name FROM django_migrations"))


def _check_age(made: Iterable[tuple[str, str]]) -> None:
    """Raises CopyError if any of the migrations that the copy has is unknown: newer code has made it."""
    if newer := schema.unknown_among(made):
        raise CopyError(
            f"the copy is newer than the code, which does not know the migration {newer[0]}. Take the newer code first."
        )


def _made_in_postgresql(source: Path) -> list[tuple[str, str]]:
    """The migrations that a copy of PostgreSQL has, by app and name; no server is asked."""
    rows = _run("pg_restore", ["--data-only", "--table=django_migrations", "--file=-", str(source)]).splitlines()
    heads = (number for number, row in enumerate(rows) if re.match(r"COPY \S*django_migrations \(", row))
    if (head := next(heads, None)) is None:
        raise CopyError(f"{source} is not a copy of a site's database.")
    columns = rows[head].partition("(")[2].partition(")")[0].split(", ")
    places = columns.index("app"), columns.index("name")
    fields = (row.split("\t") for row in takewhile(lambda row: row != "\\.", rows[head + 1 :]))
    return [(field[places[0]], field[places[1]]) for field in fields]


@contextmanager
def _reading(source: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        yield copy


def _copy_sqlite(target: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        try:
            _take_over(connection.connection, copy)
            sound = _is_sound(copy)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            sound = False
        if not sound:
            raise CopyError(f"it is damaged. {MENDING}")
        _check(copy, target)


def _take_over(source: sqlite3.Connection, file: sqlite3.Connection) -> None:
    """SQLite's own way of copying into a file of its own: one consistent state, however many write meanwhile."""
    source.backup(file, pages=-1)  # all in one step, or a busy site would make it begin again and again
    file.execute("PRAGMA journal_mode=DELETE")


def _put_back_sqlite(source: Path) -> None:
    """Writes into the file that is there, whose owner and readers stay; a damaged one is left for a new one."""
    check(source)
    try:
        connection.ensure_connection()
        with _reading(source) as copy:
            copy.backup(connection.connection, pages=-1)
    except (sqlite3.DatabaseError, DatabaseError) as error:
        if not is_damage(error):
            raise
        _replace_file(source)


def _replace_file(source: Path) -> None:
    """Puts a new file in the place of one that SQLite cannot read, and asks nothing of the old one."""
    connection.close()
    old = Path(name()).resolve()
    owner = old.stat()
    with _unfinished(old) as file:
        with _reading(source) as copy, closing(sqlite3.connect(file)) as new:
            _take_over(copy, new)
        if (owner.st_uid, owner.st_gid) != (file.stat().st_uid, file.stat().st_gid):
            os.chown(file, owner.st_uid, owner.st_gid)  # root may put back what is the site's
        # Before the new file has the name: SQLite would write the log of the old one into it.
        for log in _beside(old):
            log.unlink(missing_ok=True)


def _beside(file: Path) -> list[Path]:
    """What SQLite may keep beside its file."""
    return [file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal")]


def close_to_others() -> None:
    """Lets nobody but their owner read the files of SQLite, if that is who asks: earlier code made them for all."""
    if connection.vendor != "sqlite":
        return
    file = Path(name()).resolve()
    for path in (file, *_beside(file)):
        with suppress(FileNotFoundError):
            found = path.stat()
            if found.st_uid == os.geteuid() and found.st_mode & 0o077:
                path.chmod(0o600)


def _check(copy: sqlite3.Connection, file: Path) -> None:
    try:
        sound = _is_sound(copy)
        copy.execute("SELECT 1 FROM posts_post, django_migrations LIMIT 1").fetchone()
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        raise CopyError(f"{file} is not a sound copy of a site's database.")


def _is_sound(database: sqlite3.Connection) -> bool:
    found: tuple[str] = database.execute("PRAGMA integrity_check").fetchone()
    return found == ("ok",)


def _put_back_postgresql(source: Path) -> None:
    """Empties the database and fills it from the copy, in one transaction that ends only when all of that was read."""
    whole = ["--clean", "--if-exists", "--no-owner", "--file=-", str(source)]
    careful = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
    with (
        _running("pg_restore", whole, stdout=subprocess.PIPE) as reader,
        _running("psql", careful, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as writer,
        suppress(BrokenPipeError),  # psql has stopped, and says why
        writer.stdin as script,
    ):
        script.write(_EMPTY)
        shutil.copyfileobj(reader.stdout, script)
        if reader.wait() == 0:
            script.write(b"COMMIT;\n")


@contextmanager
def _running(program: str, arguments: Sequence[str], **pipes: int) -> Iterator[Any]:
    """One of PostgreSQL's programs beside what is done here; raises CopyError where it fails."""
    path, where = _program(program)
    with (
        TemporaryFile() as said,
        subprocess.Popen([path, *arguments], env=where, stderr=said, **pipes) as process,  # type: ignore[call-overload]  # noqa: S603
    ):
        yield process
        if process.wait():
            said.seek(0)
            raise CopyError(f"{program} failed: {said.read().decode(errors='replace').strip()}")


def _run(program: str, arguments: Sequence[str]) -> str:
    """Gives what one of PostgreSQL's programs says of the site's database."""
    path, where = _program(program)
    done = subprocess.run([path, *arguments], env=where, capture_output=True, text=True)  # noqa: S603  ours, no shell
    if done.returncode:
        raise CopyError(f"{program} failed: {done.stderr.strip()}")
    return done.stdout


def _program(name: str) -> tuple[str, dict[str, str]]:
    """Where one of PostgreSQL's programs is, and an environment with the site's database, its password too."""
    path = shutil.which(name)
    if path is None:
        raise CopyError(f"{name} is missing. As root: apt-get install postgresql-client")
    database: dict[str, Any] = connection.settings_dict
    known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    where = {variable: str(database[key]) for variable, key in known.items() if database.get(key)}
    if mode := database.get("OPTIONS", {}).get("sslmode"):
        where["PGSSLMODE"] = mode
    return path, {**os.environ, **where}
