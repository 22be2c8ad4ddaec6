"""How long and how large the measuring is, from the environment."""

import os
from typing import Final


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not value.isdecimal():
        raise SystemExit(f"{name} is {value!r}, but it must be a whole number.")
    return int(value)


SECONDS: Final = _number("BENCH_SECONDS", 6)
"""Of each load."""
RUNS: Final = _number("BENCH_RUNS", 3)
"""Of each load; the middle one counts."""
LARGE: Final = _number("BENCH_LARGE", 100_000)
"""Comments in the large threads, which are held against ``SMALL`` ones."""
SMALL: Final = _number("BENCH_SMALL", 1_000)
SITE_POSTS: Final = _number("BENCH_SITE_POSTS", 0)
"""Further threads on the site, with ``SITE_COMMENTS`` in them: 50000 make a million comments."""
SITE_COMMENTS: Final = _number("BENCH_SITE_COMMENTS", SITE_POSTS * 20)
POSTERS: Final = _number("BENCH_POSTERS", 200)
SLOW: Final = _number("BENCH_SLOW", 200)
CONNECTIONS: Final = 16  # of wrk: as many as gunicorn has threads
