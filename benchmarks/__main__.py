"""Measures on a database of its own that is thrown away: `make bench`."""

import logging
import os
import statistics
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from forum.users.models import User  # noqa: E402
from posts.models import Post  # noqa: E402
from tests.making import Row, make_post, make_rows, say  # noqa: E402

ROUNDS = 30
SHAPES: dict[str, Callable[[int], int | None]] = {
    "all at the top": lambda number: None,
    "one chain, 1,000 deep": lambda number: number - 1 if number % 1_000 else None,
    "like a talk": lambda number: None if number % 7 == 0 else number - 1 - number % 3,
}


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


def main() -> None:
    """Measures one thing after the other."""
    logging.getLogger("forum").setLevel(logging.ERROR)
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)
    call_command("load_fixture", verbosity=0)
    guest, member = Client(), Client()
    ann = User.objects.create_user("ann", "ann@example.org")
    member.force_login(ann)
    seed = Post.objects.get()
    print(f"{connection.vendor}, {ROUNDS} rounds each, without a web server\n")
    measure("front page, guest", lambda: guest.get("/"))
    measure("source thread, guest", lambda: guest.get(seed.get_absolute_url()))
    measure("source thread, member", lambda: member.get(seed.get_absolute_url()))
    measure("source thread, feed", lambda: guest.get(f"/posts/{seed.pk}/feed/"))
    for shape, parent in SHAPES.items():
        post = make_post(ann, title=shape)
        made = make_rows(post, [Row(parent(number), author=ann) for number in range(10_000)])
        path, last = post.get_absolute_url(), made[-1].get_absolute_url()
        measure(f"10,000 comments, {shape}", lambda path=path: guest.get(path))
        measure("  flat", lambda path=path: guest.get(f"{path}?view=flat"))
        measure("  newest first", lambda path=path: guest.get(f"{path}?order=newest"))
        measure("  the last comment's own page", lambda path=last: guest.get(path))
    quiet = make_post(ann, title="Quiet")
    numbers = iter(range(1_000_000))
    measure("a comment is written", lambda: say(quiet, ann, f"Words {next(numbers)}."))


if __name__ == "__main__":
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        main()
    finally:
        teardown_databases(databases, verbosity=0)
