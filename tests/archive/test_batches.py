"""An import in batches ends the same wherever it was broken off, and leaves every figure of a thread right."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments import importing
from comments.actions import add_comment
from comments.models import Comment
from comments.recounting import recount
from forum.archive import batches, items
from forum.archive.items import Moment, Quote, Thread
from forum.archive.load import load
from forum.archive.models import Item, Run
from forum.search.rebuilding import rebuild
from forum.states import State
from forum.users.models import Person, User
from posts.models import Post
from tests.archive.threads import Mill, said, talk
from tests.making import token


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SIZE", 3)


def shape() -> list[tuple[Any, ...]]:
    """All that an import made, without the ids that a database gives and the times of runs."""
    items = {item.comment_id: item.source_key for item in Item.objects.exclude(comment=None).order_by("-pk")}
    rows: list[tuple[Any, ...]] = []
    for row in Comment.objects.select_related("person").order_by("post__title", "created_at", "position"):
        placed = (row.position, row.branch > 0, row.reply_count, row.quoted_count, row.came_with, row.state)
        said = (row.person and (row.person.name, row.person.scope), row.body, row.parent_basis, row.created_at)
        rows.append((items.get(row.pk), items.get(row.parent_id), *placed, *said))
    fields = ("title", "comment_count", "living_count", "last_position", "version", "active_at", "pulse")
    rows += list(Post.objects.order_by("title").values_list(*fields))
    rows += list(Item.objects.order_by("source_key").values_list("source_key", "kind", "parent_key", "words_digest"))
    rows += list(Person.objects.order_by("name", "scope").values_list("name", "scope"))
    rows += list(Run.objects.values_list("state", "file_name", "report", "counts"))
    return rows


def assert_right() -> None:
    """No figure of any thread is wrong, and neither is the search index."""
    assert [str(wrong) for post in Post.objects.all() for wrong in recount(post.pk)] == []
    assert rebuild(repair=False).wrong == 0


def knotty(number: int = 17) -> list[items.Comment]:
    """Comments that answer earlier and later ones, some of them held or deleted, and one quotation."""
    made = []
    for n in range(number):
        parent = {0: None, 4: n + 9, 7: n + 1, 11: 2}.get(n, n - 2 if n % 3 else n // 2)
        more: dict[str, Any] = {}
        if parent is not None and parent != n and 0 <= parent < number:
            more = {"parent": f"talk:{parent}", "parent_basis": "format"}
        if n in (5, 6, 13):
            more["state"] = "deleted" if n == 5 else "held"
        if n == 9:
            more["quotes"] = (Quote("talk:1", 0, 5),)
        made.append(said(n, **more))
    return made


def whole() -> list[Thread]:
    """Two threads, so that batches go across both."""
    one = talk(knotty(), pings=(said(90, kind="pingback"),))
    other = talk([said(n + 100) for n in range(4)])
    post = dataclasses.replace(other.post, key="talk:other", title="Another talk")
    return [one, dataclasses.replace(other, post=post)]


def clean_run(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    load(Mill(*whole()).plan(monkeypatch), commit=True)
    assert_right()
    return shape()


def wipe() -> None:
    for model in (Item, Run):
        model.objects.all().delete()
    Comment.objects.update(parent=None, branch=0)
    for query in (
        "comments_quotation",
        "comments_comment",
        "posts_post",
        "users_person",
        "users_source",
        "search_entry",
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {query}")  # noqa: S608


@pytest.mark.parametrize("batch", [1, 3, 5, 6])
def test_broken_off_and_run_again_is_one_clean_run(batch: int, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = clean_run(monkeypatch)
    wipe()
    plan, calls = Mill(*whole()).plan(monkeypatch), iter(range(100))
    real = importing.add_comments

    def break_off(threads: Sequence[Any]) -> Any:
        if next(calls) == batch:
            raise KeyboardInterrupt
        return real(threads)

    with monkeypatch.context() as broken:
        broken.setattr(batches, "add_comments", break_off)
        with pytest.raises(KeyboardInterrupt):
            load(plan, commit=True)
    assert Run.objects.get().state == "running"
    load(plan, commit=True)
    assert shape() == clean
    assert_right()


def test_broken_off_before_parents_are_joined(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = clean_run(monkeypatch)
    wipe()
    plan = Mill(*whole()).plan(monkeypatch)
    with monkeypatch.context() as broken:

        def break_off(*_: object, **__: object) -> int:
            raise KeyboardInterrupt

        broken.setattr("forum.archive.joining.join", break_off)
        with pytest.raises(KeyboardInterrupt):
            load(plan, commit=True)
    load(plan, commit=True)
    assert shape() == clean


def test_a_second_run_writes_nothing_and_opens_no_transaction(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    mill = Mill(*whole())
    load(mill.plan(monkeypatch), commit=True)
    with CaptureQueriesContext(connection) as captured:
        outcome = load(mill.plan(monkeypatch), commit=True)
    verbs = ("INSERT", "UPDATE", "DELETE", "SAVEPOINT")
    assert [query["sql"] for query in captured if query["sql"].lstrip().startswith(verbs)] == []
    assert not outcome.wrote


def test_a_comment_may_answer_one_that_comes_later(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    comments = [said(n, parent=f"talk:{n + 1}", parent_basis="format") for n in range(9)]
    load(Mill(talk([*comments, said(9)])).plan(monkeypatch), commit=True)
    assert Comment.objects.filter(parent=None).count() == 1
    assert_right()


def test_a_thread_ten_thousand_deep_is_loaded(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SIZE", 500)
    deep = [said(0)] + [said(n, parent=f"talk:{n - 1}", parent_basis="format") for n in range(1, 1_200)]
    load(Mill(talk(deep)).plan(monkeypatch), commit=True)
    assert Comment.objects.filter(parent=None).count() == 1
    assert_right()


def test_held_and_deleted_comments_come_as_they_are_and_spam_does_not(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    comments = [said(1, state="held"), said(2, state="deleted"), said(3, state="spam"), said(4, parent="talk:2")]
    outcome = load(Mill(talk(comments)).plan(monkeypatch), commit=True)
    rows = {row.body: row for row in Comment.objects.order_by("position")}
    assert [(row.state, row.is_shelved) for row in rows.values()] == [
        (State.HELD, True),
        (State.DELETED, False),
        (State.PUBLISHED, False),
    ]
    assert (outcome.spam, outcome.created_comments) == (1, 3)
    assert_right()


def test_a_pingback_is_kept_and_is_no_comment(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ping = said(9, kind="trackback", source="the other site")
    load(Mill(talk([said(1)], pings=(ping,))).plan(monkeypatch), commit=True)
    assert Comment.objects.count() == 1
    kept = Item.objects.get(kind="trackback")
    assert (kept.text, kept.comment) == ("the other site", None)


def test_two_people_of_one_name_are_told_apart_by_their_addresses(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    who = [("Bob", "bob@a.example"), ("Bob", "bob@b.example"), ("Bob", "bob@a.example"), ("Bob", "")]
    comments = [said(n, author=name, identity=identity) for n, (name, identity) in enumerate(who)]
    load(Mill(talk(comments)).plan(monkeypatch), commit=True)
    persons = [row.person for row in Comment.objects.order_by("position").select_related("person")]
    assert [person.scope for person in persons if person] == ["", "2", "", ""]
    assert not [person for person in persons if person and "example" in person.identity]


def test_people_go_on_talking_while_an_import_runs(db: None, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, calls = Mill(*whole()).plan(monkeypatch), iter(range(100))
    real = importing.add_comments

    def speak(threads: Sequence[Any]) -> Any:
        made = real(threads)
        if (call := next(calls)) in (1, 3):
            add_comment(post=Post.objects.get(title="A talk"), author=ann, body=f"I am here: {call}.", token=token())
        return made

    monkeypatch.setattr(batches, "add_comments", speak)
    load(plan, commit=True)
    assert_right()
    order = Comment.objects.filter(post__title="A talk").order_by("created_at", "position")
    assert [row.archived for row in order] == [True] * 17 + [False] * 2


def test_comments_without_a_date_keep_the_order_of_the_page(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    comments = [said(n, moment=Moment()) for n in range(8)]
    load(Mill(talk(comments)).plan(monkeypatch), commit=True)
    rows = Comment.objects.order_by("created_at", "position")
    assert [row.body for row in rows] == [comment.body for comment in comments]
    assert_right()


def test_progress_is_told_after_each_batch(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[int, int]] = []
    load(Mill(*whole()).plan(monkeypatch), commit=True, progress=lambda *told: heard.append(told))
    assert heard[0] == (3, 21)
    assert heard[-1] == (21, 21)
    assert sorted(heard) == heard


def test_a_deep_body_is_left_out_and_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = said(1, body="<b>" * 5_000 + "x", format="html")
    outcome = load(Mill(talk([deep, said(2, parent="talk:1", parent_basis="format")])).plan(monkeypatch), commit=True)
    assert (outcome.left_out.first, Comment.objects.count()) == ([11], 1)
    assert Comment.objects.get().parent_basis == "none"
    assert_right()


@pytest.mark.parametrize("more", [{"body": "a\0b"}, {"body": "a\ud800b"}, {"author": "a\0b"}, {"author": "a\ud800"}])
def test_what_no_database_takes_is_left_out_and_told(
    more: dict[str, str], db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = load(Mill(talk([said(1, **more), said(2)])).plan(monkeypatch), commit=True)
    assert (outcome.left_out.first, Comment.objects.get().body) == ([11], "Words of comment 2.")
    assert_right()
