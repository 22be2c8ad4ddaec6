"""What an import asks the database: as little for the last batch as for the first."""

import dataclasses
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.explaining import plan_of
from forum.archive import batches, growing, knowing
from forum.archive.load import load
from forum.archive.models import Item
from forum.archive.outcome import Outcome
from forum.archive.people import Byline, People
from forum.archive.suggesting import suggest
from forum.archive.suppressing import article_states
from forum.users.models import Person, Source
from posts.models import Post
from tests.archive.threads import Mill, said, talk
from tests.making import take_stock

Asked = Callable[[Callable[[], object]], list[str]]


@pytest.fixture
def loaded(db: None, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A source with some hundred comments, and what the planner knows of them."""
    load(Mill(talk([said(n) for n in range(400)])).plan(monkeypatch), commit=True)
    take_stock()
    return Source.objects.get()


def reads_through(sql: str) -> bool:
    """Whether a database reads the items one after another for this, or all of a source."""
    plan = plan_of(sql, None)
    return bool(re.search(r"SCAN archive_item|Seq Scan on archive_item|archive_item_source_id", plan))


def test_what_is_here_and_what_was_taken_away_is_found_by_indexes(loaded: Source, count_queries: Asked) -> None:
    digests = list(Item.objects.exclude(words_digest="").values_list("words_digest", flat=True)[:5])
    asked = count_queries(lambda: knowing.taken_away(digests))
    asked += count_queries(lambda: knowing.known_items(loaded, ["talk:1", "talk:2", "talk:399"]))
    asked += count_queries(lambda: article_states(digests))
    assert len(asked) == 4
    assert [sql for sql in asked if reads_through(sql)] == []


def test_words_that_are_nowhere_are_asked_for_once(loaded: Source, count_queries: Asked) -> None:
    assert len(count_queries(lambda: knowing.taken_away(["f" * 64, ""]))) == 1
    assert count_queries(lambda: knowing.taken_away([""])) == []


def test_whom_an_import_has_met_is_not_looked_for_again(loaded: Source, count_queries: Asked) -> None:
    people, one = People(Outcome()), Byline("Lena B", "", "a thread")
    made = people.find(loaded, [one], write=True)[one]
    asked = count_queries(lambda: people.find(loaded, [one], write=True))
    # Whether they are still here, under their name; PostgreSQL locks them besides.
    assert len(asked) == (2 if connection.vendor == "postgresql" else 1)
    assert people.find(loaded, [one], write=True)[one].pk == made.pk


def test_a_name_that_is_taken_off_during_an_import_is_off_from_then_on(loaded: Source) -> None:
    people, one = People(Outcome()), Byline("Lena B", "", "a thread")
    people.find(loaded, [one], write=True)
    Person.objects.filter(name="Lena B").update(name="", removed_at=timezone.now())
    assert people.find(loaded, [one], write=True)[one].removed_at is not None


def test_whoever_is_gone_meanwhile_is_made_anew(loaded: Source) -> None:
    people, one = People(Outcome()), Byline("Lena B", "", "a thread")
    people.find(loaded, [one], write=True)
    Person.objects.filter(name="Lena B").delete()
    assert people.find(loaded, [one], write=True)[one] == Person.objects.get(name="Lena B")


def test_few_people_are_remembered(loaded: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.archive.people._REMEMBERED", 3)
    people = People(Outcome())
    for number in range(9):
        people.find(loaded, [Byline(f"Reader {number}", "", "a thread")], write=True)
        assert len(people._met) <= 3


def test_a_thread_in_which_nobody_is_quoted_is_looked_through_by_one_query(
    loaded: Source, count_queries: Asked
) -> None:
    post = Post.objects.select_related("person").get()
    assert len(count_queries(lambda: suggest(post))) == 1


def test_threads_that_end_in_one_batch_are_asked_for_at_once(
    db: None, monkeypatch: pytest.MonkeyPatch, count_queries: Asked
) -> None:
    def asked(first: int, number: int) -> int:
        """How often posts alone are read for an import of so many threads."""
        threads = [
            talk([said(n)], post=dataclasses.replace(talk([]).post, key=f"talk:post-{n}", title=f"Talk {n}"))
            for n in range(first, first + number)
        ]
        plan = Mill(*threads).plan(monkeypatch, data=b"%d" % first)
        found = count_queries(lambda: load(plan, commit=True))
        return sum(sql.startswith("SELECT") and 'FROM "posts_post"' in sql for sql in found)

    asked(0, 1)
    assert asked(10, 3) - 3 == asked(20, 9) - 9  # each post of the outcome is read anew at the end


def test_postgresql_takes_stock_of_what_an_import_fills(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SIZE", 2)
    monkeypatch.setattr(growing, "_FIRST", 2)
    plan = Mill(talk([said(n) for n in range(18)])).plan(monkeypatch)
    with CaptureQueriesContext(connection) as captured:
        load(plan, commit=True)
    stock = [number for number, query in enumerate(captured) if query["sql"].startswith("ANALYZE")]
    assert len(stock) == (2 if connection.vendor == "postgresql" else 0)  # of nine batches after two and eight
