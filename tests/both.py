"""Runs the tests on SQLite and on PostgreSQL at once: `python -m tests.both [what pytest takes]`.

There are three runs, which share nothing but the processors: on SQLite without a browser and with one, which waits much
of its time, and on PostgreSQL. The first run's output is shown as it comes, that of the others after it. What asks no
database, or finds the same on either, runs on SQLite alone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

NOTHING_CHOSEN = 5  # what pytest ends with where no test fits what was asked for


@dataclass
class Run:
    """One of them, and the file that it speaks into."""

    name: str
    process: "subprocess.Popen[bytes]"
    said: IO[bytes]

    def ended(self) -> int:
        """Waits until it has, shows what it said, and gives its exit status."""
        status = self.process.wait()
        self.said.seek(0)
        print(f"\n{self.name}:", flush=True)
        sys.stdout.buffer.write(self.said.read())
        sys.stdout.flush()
        return status


def main(arguments: list[str]) -> int:
    """Gives an exit status that is 0 only where each run's is, or it had no test to run and another had."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-m", dest="marked", default="")
    chosen, arguments = parser.parse_known_args(arguments)
    pytest = [sys.executable, "-m", "pytest", *arguments]
    with ExitStack() as stack:
        others = [
            _started(stack, "In a browser, on SQLite", [*pytest, "-m", _both(chosen.marked, "browser")], {}),
            _started(
                stack,
                "On PostgreSQL",
                [sys.executable, "-m", "tests.postgresql", *pytest, "-m", chosen.marked],
                {"BESIDE_SQLITE": "1"},
            ),
        ]
        # It gives way to PostgreSQL's, which takes longest: what is left at the end runs on one processor.
        first = subprocess.run(["nice", *pytest, "-m", _both(chosen.marked, "not browser")]).returncode
        ends = [first, *(other.ended() for other in others)]
    return next((end for end in ends if end not in (0, NOTHING_CHOSEN)), min(ends))


def _both(marked: str, besides: str) -> str:
    return f"({marked}) and {besides}" if marked else besides


def _started(stack: ExitStack, name: str, command: list[str], besides: dict[str, str]) -> Run:
    said = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  the stack closes it
    process = subprocess.Popen(command, stdout=said, stderr=said, env=os.environ | besides)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return Run(name, process, said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
