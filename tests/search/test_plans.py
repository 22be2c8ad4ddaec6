"""What the databases do for a search: they follow the index of words, and never read through what is written."""

import datetime as dt
import re

import pytest
from django.db import connection

from benchmarks import explaining
from forum.search import finding, postgresql, sqlite
from forum.search.query import parse
from forum.search.rebuilding import rebuild
from posts.models import Tag
from posts.tags import bearing
from tests.conftest import cast
from tests.making import NOON, Row, make_post, make_rows, take_stock

pytestmark = pytest.mark.django_db

SEARCHES = [
    "words",
    "words 17",
    '"words 17"',
    "words -3",
    "author:ann",
    "in:THREAD words",
    "before:2027 words",
    "words era:now is:comment",
]


@pytest.fixture(scope="module")
def busy(lasting) -> int:
    with lasting():
        ann, ben = cast("ann"), cast("ben")
        for number in range(3):
            post = make_post(ann, title=f"Thread {number}")
            make_rows(post, [Row(author=ben, moment=NOON + dt.timedelta(seconds=n)) for n in range(1_000)])
        bearing.bear(post, [Tag.objects.create(slug="busy", name="Busy")])
        rebuild(repair=True)
        take_stock()
        return post.pk


def plan_of(sql, params) -> str:
    if connection.vendor == "postgresql":  # of a table this small it would rightly read all
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return explaining.plan_of(sql, params)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("text", SEARCHES)
def test_fts5_gives_its_rows_in_order(busy, text):
    wanted = finding.wanted_of(parse(text.replace("THREAD", str(busy))))
    plan = plan_of(sqlite.SQL, [sqlite.match(wanted), wanted.begin, wanted.end, 21])
    assert re.fullmatch(r"\d+ \d+ \d+ SCAN search_words VIRTUAL TABLE INDEX \d+:.*[<>].*", plan), plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.postgresql_only
@pytest.mark.parametrize("text", SEARCHES)
def test_gin_answers_and_the_newest_are_read_along_the_key(busy, text):
    wanted = finding.wanted_of(parse(text.replace("THREAD", str(busy))))
    with connection.cursor() as cursor:
        cursor.execute(postgresql.LIMITS)
    plan = plan_of(*postgresql.by_index(wanted, 501))
    assert "Bitmap Index Scan on search_words" in plan
    assert "Seq Scan" not in plan
    plan = plan_of(*postgresql.by_reading(wanted, 1_000, 501))
    assert "Index Scan Backward using search_entry_pkey" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("text", [*SEARCHES, "words author:ben", "words tag:busy", "thread is:post"])
def test_nothing_else_of_a_search_reads_through_what_is_written(busy, text):
    asked = []

    def note(execute, sql, params, many, context):
        if "comments_comment" in sql or "posts_post" in sql or "search_entry" in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    for order in ("relevance", "time"):
        with connection.execute_wrapper(note):
            assert finding.find(parse(text.replace("THREAD", str(busy))), order=order).things
    assert asked
    for sql, params in asked:
        plan = plan_of(sql, params)
        walked = r"SCAN (?!search_words)\w*(?:comment|entry)\b|Seq Scan on comments_comment\b"
        assert not re.search(walked, plan), f"{sql}\n\n{plan}"
