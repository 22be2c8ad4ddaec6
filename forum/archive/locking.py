"""Keeps two imports of one source apart; what was killed holds nothing back."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from django.db import DatabaseError, connection

from forum.archive.limits import Refused

WAIT: Final = 5.0
"""Seconds to wait for another import of the source."""
_STEP: Final = 0.1
_NAMESPACE: Final = 0x41726368
"""The first of the two numbers of our advisory locks."""


@contextmanager
def alone(source_key: str) -> Iterator[None]:
    """Nobody else imports this source meanwhile, in this process or another. Refuses after a short wait.

    PostgreSQL and the operating system end the lock with whoever held it, however it ended.
    """
    lock = _advisory if connection.vendor == "postgresql" else _file_lock
    with lock(source_key):
        yield


@contextmanager
def _advisory(source_key: str) -> Iterator[None]:
    key = [_NAMESPACE, zlib.crc32(source_key.encode()) - (1 << 31)]
    _wait(lambda: _ask("SELECT pg_try_advisory_lock(%s, %s)", key), source_key)
    try:
        yield
    finally:
        try:
            _ask("SELECT pg_advisory_unlock(%s, %s)", key)
        except DatabaseError:  # the connection is broken, or in a transaction that failed: the lock goes with it
            if not connection.in_atomic_block:
                connection.close()


def _ask(sql: str, key: list[int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, key)
        return bool(cursor.fetchone()[0])


@contextmanager
def _file_lock(source_key: str) -> Iterator[None]:
    path = _beside_the_database(source_key)
    held: list[IO[bytes]] = []

    def try_it() -> bool:
        file = path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.fstat(file.fileno()).st_ino == path.stat().st_ino:
                held.append(file)
                return True
        except OSError:
            pass
        file.close()
        return False

    _wait(try_it, source_key)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is held: whoever waits for this very file sees that it is gone
        held[0].close()


def _beside_the_database(source_key: str) -> Path:
    name = str(connection.settings_dict["NAME"])
    in_memory = ":memory:" in name or "mode=memory" in name
    base = Path(tempfile.gettempdir()) / f"rejoinder-{os.getpid()}" if in_memory else Path(name)
    return base.with_name(f"{base.name}-import-{zlib.crc32(source_key.encode()):08x}")


def _wait(try_it: Callable[[], bool], source_key: str) -> None:
    ends = time.monotonic() + WAIT
    while not try_it():
        if time.monotonic() > ends:
            raise Refused(
                f"Another import of the source “{source_key}” is running. Nothing was written. "
                "Try again when it is done."
            )
        time.sleep(_STEP)
