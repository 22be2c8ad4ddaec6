"""What the databases do for the pages of an import that brought all of a site: they do not go through it."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks.explaining import plan_of
from comments.models import Comment
from forum.archive.models import Item, Run
from forum.moderation.desk import records
from forum.states import State
from forum.users.models import Source, User
from tests.making import Row, make_post, make_rows, store

THREADS, EACH = 60, 40


@pytest.fixture
def whole(db: None) -> Run:
    """An import of many threads, each with a comment that is hidden."""
    now = timezone.now()
    source = Source.objects.create(key="blotter", name="Blotter")
    run = Run.objects.create(source=source, file_name="all.xml", format="wxr", size=1, started_at=now, ended_at=now)
    items = []
    for _ in range(THREADS):
        post = make_post(archived=True, source=source)
        rows = [Row(archived=True, state=State.HIDDEN if n == 7 else State.PUBLISHED) for n in range(EACH)]
        for things in ({"post": post}, *({"comment": comment} for comment in make_rows(post, rows))):
            line = len(items) + 1
            where = {"source": source, "source_key": f"{line}", "first_line": line, "last_line": line}
            items.append(Item(run=run, digest="d", **where, **things))
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


def test_the_list_of_what_was_found_is_counted_and_sorted_no_further_than_anybody_pages(
    whole: Run, root: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "COUNTED", 1_000)
    client.force_login(root)
    address = reverse("admin:archive_item_changelist", query={"run__id__exact": whole.pk, "o": "4"})
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address).content.decode()
    assert "1000 items" in page
    assert page.count("all.xml</a>") == 50
    asked = [query["sql"] for query in captured.captured_queries if "archive_item" in query["sql"]]
    assert len(asked) == 3  # the ids of a page, the number, and the rows
    assert not [sql for sql in asked if re.search(r'ORDER BY .*"first_line"|"archive_run"."(raw|report)"', sql)]
