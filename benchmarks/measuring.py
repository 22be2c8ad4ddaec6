"""Times acts in this process on a database that is thrown away; imported first, for it sets Django up."""

import os
import statistics
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import connection  # noqa: E402

ROUNDS = 30


def measure(name: str, act: Callable[[], object]) -> None:
    """Prints the median and the worst time of an act, in milliseconds, and its queries."""
    act()
    queries: list[str] = []

    def noted(execute: Callable[..., object], sql: str, *rest: object) -> object:
        queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(noted):
        act()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    middle, worst = statistics.median(times), max(times)
    print(f"{name:<44} {middle:8.1f} ms   worst {worst:8.1f} ms   {len(queries):3d} queries", flush=True)
