"""Measures the import of WordPress exports: `python -m benchmarks.loading [--comments 10000 100000] [--under 100]`.

For each number of comments it writes an export, the same each time, loads it into a fresh database by the command that
a person types, and prints the seconds from its start to its end, those of its processor, the comments a second, and
the most memory that it took. On SQLite in a folder that goes afterwards; on PostgreSQL in the database of DATABASE_URL,
which is dropped and made anew, so that its name must begin with test_.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import django

from benchmarks.make_wxr import pieces

_ROOT = Path(__file__).parents[1]


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, nargs="+", default=[10_000, 100_000], help="in each file")
    parser.add_argument("--under", type=int, default=100, help="one post; 0: all of a file")
    said = parser.parse_args()
    django.setup()
    with tempfile.TemporaryDirectory(prefix="loading-") as folder:
        for comments in said.comments:
            posts = max(1, comments // said.under) if said.under else 1
            file = Path(folder) / f"{comments}.xml"
            with file.open("w", encoding="utf-8", buffering=1024 * 1024) as export:
                export.writelines(pieces(comments, posts, words=20))
            environment = _fresh(Path(folder) / f"data-{comments}")
            seconds, used, megabytes = _measured(file, environment)
            print(
                f"{comments:,} comments under {posts:,} posts ({file.stat().st_size / 1e6:.0f} MB): {seconds:.1f} s, "
                f"{used:.1f} s of the processor, {comments / seconds:,.0f} a second, {megabytes:.0f} MB of memory",
                flush=True,
            )


def _fresh(folder: Path) -> dict[str, str]:
    """Makes a database with nothing in it; gives the environment that leads to it."""
    from django.db import connection

    if connection.vendor == "postgresql":
        name = connection.settings_dict["NAME"]
        if not name.startswith("test_"):
            raise SystemExit(f"This drops the database; {name} is not named test_….")
        quoted = connection.ops.quote_name(name)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
            cursor.execute(f"CREATE DATABASE {quoted}")
    folder.mkdir()
    environment = {**os.environ, "DATA_DIR": str(folder)}
    if connection.vendor == "sqlite":
        environment["DATABASE_URL"] = ""
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=_ROOT, env=environment, check=True)
    return environment


def _measured(file: Path, environment: Mapping[str, str]) -> tuple[float, float, float]:
    """Seconds, seconds of the processor, and megabytes of memory that the import of a file takes."""
    command = [sys.executable, "manage.py", "import_archive", str(file), "--commit"]
    nowhere, began = subprocess.DEVNULL, time.monotonic()
    running = subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=nowhere, stderr=nowhere)  # noqa: S603  ours
    _, status, used = os.wait4(running.pid, 0)
    seconds = time.monotonic() - began
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise SystemExit(f"The import ended with {running.returncode}.")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    main()
