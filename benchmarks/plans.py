"""Every query of every page of threads and lists, with its plan: `python -m benchmarks.plans`, on either database.

What is marked sorts rows or reads through a table, but for sources, which are few. That is no fault where only few rows
can be meant, and one where their number follows what exists.
"""

import re
import sys
from collections.abc import Iterator
from typing import Final

from benchmarks.place import set_up

FOLDER: Final = set_up()

from django.db import connection  # noqa: E402

from benchmarks.data import Query, Site, make, members, pages_of_large_threads, queries_of  # noqa: E402
from benchmarks.explaining import settled_plan_of  # noqa: E402
from benchmarks.load import Member  # noqa: E402

_MARKS: Final = {
    "sqlite": {
        "sorts": r"TEMP B-TREE FOR (?:RIGHT PART OF )?ORDER BY",
        "scans": r"SCAN (?!.*USING|CONSTANT|\d|f\d|up\b|users_source)",
    },
    "postgresql": {"sorts": r"\bSort\b", "scans": r"Seq Scan on \w+"},
}
_SHORT: Final = 300


def pages(site: Site) -> Iterator[tuple[str, str]]:
    """The pages and their addresses."""
    yield "seed", site.path(site.seed)
    for order in ("newest", "best"):
        yield f"seed, {order} first", f"{site.path(site.seed)}?order={order}"
    yield "thread of 200", site.path(site.page)
    for name, (large, _) in pages_of_large_threads(site).items():
        yield f"large thread, {name}", large
    for order in ("newest", "best"):
        yield f"large thread, {order} first", f"{site.path(site.large)}?order={order}"
    yield "feed of a thread", f"/posts/{site.large}/feed/"
    for name in ("/", "/?order=new", "/?order=top", "/?order=top&within=week", "/?show=unanswered", "/feed/", "/tags/"):
        yield f"list {name}", name


def report(name: str, path: str, member: Member | None) -> int:
    """Prints the queries of a page and their plans; returns how many are marked."""
    found = queries_of(path, member)
    print(f"\n{name}, {'signed in' if member else 'guest'}: {path}, {len(found)} queries")
    marked = 0
    for number, query in enumerate(found, 1):
        plan = _plan(query)
        marks = [mark for mark, pattern in _MARKS[connection.vendor].items() if re.search(pattern, plan)]
        marked += bool(marks)
        words = " ".join(query[0].split())
        print(f"  {number}. {' and '.join(marks).upper() or 'by index':<16} {words[:_SHORT]}")
        print("\n".join(f"       {line}" for line in plan.splitlines()))
    return marked


def _plan(query: Query) -> str:
    sql, params = query
    if not sql.lstrip().upper().startswith(("SELECT", "WITH", "(")):
        return "no reading"
    return settled_plan_of(sql, params)


def main() -> None:
    """Reports all pages, for a guest and for a member."""
    site = make(FOLDER, lambda words: print(words, file=sys.stderr))
    [member] = members(1)
    marked = 0
    for name, path in pages(site):
        for who in (None, member):
            marked += report(name, path, who)
    print(f"\n{connection.vendor}: {marked} queries sort or read through a table.")


if __name__ == "__main__":
    main()
