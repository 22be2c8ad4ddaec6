"""What the databases do for the pages of an import that brought every thread of a site: they do not go through it."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.explaining import plan_of
from comments.models import Comment
from forum.archive.models import Item, Run
from forum.states import State
from forum.users.models import Source
from tests.making import Row, make_post, make_rows, store

THREADS, EACH = 60, 40


@pytest.fixture
def whole(db: None) -> Run:
    """An import of many threads, each with a comment that is hidden."""
    now = timezone.now()
    source = Source.objects.create(key="blotter", name="Blotter")
    run = Run.objects.create(source=source, file_name="all.xml", format="wxr", size=1, started_at=now, ended_at=now)
    items = []
    for number in range(THREADS):
        post = make_post(archived=True, source=source)
        rows = [Row(archived=True, state=State.HIDDEN if n == 7 else State.PUBLISHED) for n in range(EACH)]
        for things in ({"post": post}, *({"comment": comment} for comment in make_rows(post, rows))):
            line = len(items) + 1
            items.append(
                Item(run=run, source=source, source_key=f"{line}", first_line=line, last_line=line, digest="d", **things)
            )
    store(items)
    return run


def plans_of(act: Callable[[], object]) -> list[tuple[str, str]]:
    """The queries of an act on items, each with its plan."""
    with CaptureQueriesContext(connection) as captured:
        act()
    asked = [query["sql"] for query in captured.captured_queries if 'FROM "archive_item"' in query["sql"]]
    return [(sql, plan_of(sql, None)) for sql in asked]


@pytest.mark.parametrize("counted", [False, True])
def test_a_comment_in_its_source_is_shown_without_going_through_its_import(whole: Run, counted: bool) -> None:
    if counted or connection.vendor == "postgresql":  # which always knows; nothing tells SQLite of a site
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    some = Comment.objects.filter(state=State.PUBLISHED).order_by("pk")[THREADS * EACH // 2]
    found = plans_of(lambda: Client().get(f"/comments/{some.pk}/source/"))
    assert len(found) == 4
    for sql, plan in found:
        assert not re.search(r"SCAN archive_item|Seq Scan on archive_item", plan), f"{sql}\n\n{plan}"
        through = re.findall(r"item_by_line \(run_id=\?\)|Index Cond: \(run_id = [^)]*\)$", plan, re.MULTILINE)
        assert not through, f"{sql}\n\n{plan}"
