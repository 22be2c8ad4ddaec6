"""Measures the site as production serves it and prints one table: `make bench`, or with names of rows to measure."""

import os
import signal
import sys

from benchmarks.place import set_up
from benchmarks.serving import program

FOLDER = set_up()

from django.db import connection  # noqa: E402

from benchmarks import bench, report, rows  # noqa: E402
from benchmarks.sizes import RUNS, SECONDS  # noqa: E402


def say(words: str) -> None:
    """What is being done, beside the table."""
    print(words, file=sys.stderr, flush=True)


def main(names: list[str]) -> int:
    """Prints the table; 1 where a target is missed."""
    unknown = set(names) - set(rows.ALL)
    if unknown:
        raise SystemExit(f"Unknown: {', '.join(unknown)}. There are: {', '.join(rows.ALL)}.")
    for needed in ("wrk", "nginx"):
        program(needed)
    measured: list[report.Row] = []
    with bench.running(FOLDER, say) as running:
        for name in names or rows.ALL:
            try:
                for row in rows.ALL[name](running):
                    measured.append(row)
                    say(f"    {row.figure}")
            except SystemExit as failure:  # the rest is worth knowing all the same
                measured.append(report.Row(name, f"failed: {failure}", target=report.Target("", met=False)))
    synchronous = os.environ.get("SQLITE_SYNCHRONOUS") or "FULL"
    database = f"SQLite, synchronous={synchronous}" if connection.vendor == "sqlite" else "PostgreSQL"
    print(f"\n{database}; 2 processes of gunicorn, {RUNS} runs of {SECONDS} s each\n")
    print(report.table(measured))
    missed = [row.what for row in measured if row.target and not row.target.met]
    print(f"\n{len(missed)} targets missed: {'; '.join(missed)}." if missed else "\nAll targets are met.")
    return int(bool(missed))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that all servers and files go first
    sys.exit(main(sys.argv[1:]))
