"""Runs the tests on SQLite and on PostgreSQL at once: `python -m tests.both [what pytest takes]`.

The two runs share nothing but the processors, of which each needs one. SQLite's output is shown as it comes,
PostgreSQL's after it. What asks no database runs beside SQLite alone.
"""

import os
import subprocess
import sys
import tempfile


def main(arguments: list[str]) -> int:
    """Gives an exit status that is 0 only where both are."""
    pytest = [sys.executable, "-m", "pytest", *arguments]
    with tempfile.TemporaryFile() as said:
        other = subprocess.Popen(
            [sys.executable, "-m", "tests.postgresql", *pytest],
            stdout=said,
            stderr=said,
            env=os.environ | {"BESIDE_SQLITE": "1"},
        )
        try:
            first = subprocess.run(pytest).returncode
            print("\nOn PostgreSQL:", flush=True)
            second = other.wait()
        finally:
            other.terminate()
            other.wait()
        said.seek(0)
        sys.stdout.buffer.write(said.read())
        sys.stdout.flush()
    return first or second


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
