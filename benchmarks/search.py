"""Measures searching in a million comments: `python -m benchmarks.search make`, then `… run`, then `… drop`.

Made once and measured often. DATABASE_URL names the database, which must be one whose name begins with test_; without
it a SQLite file is made in a folder for what may be thrown away.
"""

import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / "rejoinder-search-benchmark"
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER}/test_search.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402

django.setup()

import datetime as dt  # noqa: E402
import logging  # noqa: E402

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.data import take_stock  # noqa: E402
from comments.models import Comment  # noqa: E402
from forum.search import finding  # noqa: E402
from forum.search.query import parse  # noqa: E402
from forum.users.models import Person, Source, User  # noqa: E402
from posts.models import Post  # noqa: E402

THREADS, PEOPLE, VOCABULARY = 10_000, 10_000, 60_000
BATCH = 5_000
ROUNDS = 15
BEGIN = dt.datetime(2007, 1, 1, tzinfo=dt.UTC)
MEDIAN = 50  # milliseconds

QUERIES = {  # w0 is the commonest word, w59999 the rarest
    "a common word": "w30",
    "a very common word": "w2",
    "a word of the middle": "w800",
    "a rare word": "w40000",
    "two common words": "w20 w50",
    "a common and a rare word": "w5 w20000",
    "a phrase": '"w3 w7"',
    "a rare phrase": '"w300 w400"',
    "a word by an author": "w40 author:person7",
    "words by an author": "author:person7",
    "a word in a thread": "w10 in:THREAD",
    "a word in a month": "w30 after:2012-03 before:2012-04",
    "a word in the first year": "w30 before:2008",
    "a word without another": "w60 -w1",
    "a word from archives": "w30 era:then",
    "nothing at all": "w30 zzzz",
}


def words(random_: random.Random, cumulative: list[float], names: list[str]) -> str:
    """The words of one comment: half of them have fewer than 40, a few have hundreds."""
    many = min(600, max(3, int(random_.lognormvariate(3.7, 0.8))))
    return " ".join(random_.choices(names, cum_weights=cumulative, k=many))


def rows(many: int) -> Iterator[dict[str, object]]:
    """Comments in the order in which they were said over nineteen years, the first half of them from archives."""
    random_ = random.Random(2026)  # noqa: S311  the same for everybody, not a secret
    names = [f"w{number}" for number in range(VOCABULARY)]
    cumulative = list(accumulate(1 / (number + 2.7) for number in range(VOCABULARY)))
    threads = list(accumulate(1 / (number + 10) for number in range(THREADS)))
    people = list(accumulate(1 / (number + 10) for number in range(PEOPLE // 2)))
    step = dt.timedelta(days=19 * 365) / many
    for number in range(1, many + 1):
        old = number <= many // 2
        who = random_.choices(range(1, PEOPLE // 2 + 1), cum_weights=people)[0]
        html = f"<p>{words(random_, cumulative, names)}</p>"
        yield {
            "pk": number,
            "post_id": random_.choices(range(1, THREADS + 1), cum_weights=threads)[0],
            "author_id": None if old else who,
            "person_id": who if old else None,
            "archived": old,
            "created_at": BEGIN + step * number,
            "position": number,
            "printed_date": "some day" if old else "",
            "body": html[3:-4],
            "html": html,
        }


def make(many: int) -> None:
    """Makes the tables and fills them, each time the same; builds the index by the site's own command."""
    FOLDER.mkdir(exist_ok=True)
    call_command("migrate", verbosity=0)
    if Comment.objects.exists():
        raise SystemExit("There are comments already. Drop them first.")
    source = Source.objects.create(key="made", name="Made up")
    half = range(1, PEOPLE // 2 + 1)
    User.objects.bulk_create(
        (User(pk=n, username=f"member{n}", name_key=f"member{n}", email=f"{n}@example.org") for n in half), BATCH
    )
    Person.objects.bulk_create((Person(pk=n, source=source, name=f"person{n}", digest=f"{n:064}") for n in half), BATCH)
    posts = (
        Post(pk=n, author_id=1, title=f"Thread {n}", created_at=BEGIN, active_at=BEGIN) for n in range(1, THREADS + 1)
    )
    Post.objects.bulk_create(posts, BATCH)
    began, lot = time.monotonic(), []
    for number, row in enumerate(rows(many), 1):
        lot.append(Comment(**row))
        if len(lot) == BATCH or number == many:
            write(lot)
            lot = []
            print(f"\r{number:,} comments, {time.monotonic() - began:.0f} s", end="", flush=True)
    print()
    began = time.monotonic()
    call_command("rebuild_search")
    print(f"the index: {time.monotonic() - began:.0f} s")
    take_stock()


def write(lot: list[Comment]) -> None:
    """Writes comments as fast as each database can."""
    if connection.vendor == "sqlite":
        with transaction.atomic():
            Comment.objects.bulk_create(lot, BATCH)
        return
    fields = Comment._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY comments_comment ({columns}) FROM STDIN") as copy:
        for comment in lot:
            copy.write_row([getattr(comment, field.attname) for field in fields])


def processor() -> float:
    """Milliseconds that this process has computed, and the process of PostgreSQL that serves it where it is here.

    Beside the clock, which alone decides: where the two lie apart, the machine did other work or waited for a disk.
    """
    spent = time.process_time() * 1000
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            times = Path(f"/proc/{cursor.fetchone()[0]}/stat")
        if times.exists():
            spent += (
                sum(map(int, times.read_text().rpartition(")")[2].split()[11:13])) * 1000 / os.sysconf("SC_CLK_TCK")
            )
    return spent


def measure(name: str, text: str) -> float:
    """Prints the middle time and the computing of a search by relevance and by time, and its page.

    Gives the middle time of the slower order.
    """
    middles = []
    shown = []
    for order in ("relevance", "time"):
        query = parse(text)
        found = finding.find(query, order=order)
        times = []
        spent = processor()
        for _ in range(ROUNDS):
            began = time.perf_counter()
            finding.find(query, order=order)
            times.append((time.perf_counter() - began) * 1000)
        computing = (processor() - spent) / ROUNDS
        middles.append(statistics.median(times))
        count = "too slow" if found.too_slow else f"{len(found.things)} of {found.count}{'+' * found.count_is_least}"
        shown.append(f"{order} {middles[-1]:6.1f} (computing {computing:5.1f}) {count:<12}")
    began = time.perf_counter()
    assert Client().get("/search/", {"q": text}).status_code == 200  # noqa: S101
    page = (time.perf_counter() - began) * 1000
    print(f"{name:<26} {'   '.join(shown)}   page {page:6.1f}", flush=True)
    return max(middles)


def is_made() -> bool:
    """Whether there is anything to search in; makes no file to find out."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return False
    return Comment._meta.db_table in connection.introspection.table_names() and Comment.objects.exists()


def run() -> None:
    """Measures each query; ends with 1 when the median over the queries, by the clock, is above MEDIAN."""
    if not is_made():
        raise SystemExit("There are no comments to search in. Make them: python -m benchmarks.search make")
    logging.getLogger("forum").setLevel(logging.ERROR)
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)
    settings.ALLOWED_HOSTS = ["testserver"]
    thread = Comment.objects.get(pk=Comment.objects.count() // 2).post_id
    print(f"{connection.vendor}, {Comment.objects.count():,} comments, {ROUNDS} rounds each, milliseconds\n")
    times = [measure(name, text.replace("THREAD", str(thread))) for name, text in QUERIES.items()]
    within = f"{sum(one <= MEDIAN for one in times)} of {len(times)} within {MEDIAN}"
    print(f"\nthe median of the slower order: {statistics.median(times):.1f}; {within}")
    if statistics.median(times) > MEDIAN:
        sys.exit(1)


def drop() -> None:
    """Takes the tables away, or the file."""
    if connection.vendor == "sqlite":
        for path in FOLDER.glob("test_search.sqlite3*"):
            path.unlink()
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def main(arguments: list[str]) -> None:
    """Does one of the three; without a name, the measuring."""
    match arguments:
        case [] | ["run"]:
            run()
        case ["make"]:
            make(1_000_000)
        case ["make", many] if re.fullmatch(r"[1-9][0-9]{0,8}", many):
            make(int(many))
        case ["drop"]:
            drop()
        case _:
            raise SystemExit("Say make, or make with a number of comments, run or drop.")


if __name__ == "__main__":
    main(sys.argv[1:])
