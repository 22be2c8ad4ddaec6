"""The queue of tasks: what is added to it is what the library adds, by one statement, and is done."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django_tasks import task_backends
from django_tasks.signals import task_enqueued
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from forum import storing
from forum.notices.tasks import clean, spread
from forum.queue import Queue
from tests.making import NOON

pytestmark = pytest.mark.django_db
OWN = ("id", "enqueued_at")


def added(backend: DatabaseBackend, task, *args) -> dict:
    """The row of a task that this backend has added."""
    name, task_backends["default"] = task_backends["default"], backend
    try:
        result = task.enqueue(*args)
    finally:
        task_backends["default"] = name
    row = DBTaskResult.objects.get(pk=result.id)
    assert abs(row.enqueued_at - result.enqueued_at) < dt.timedelta(milliseconds=1)
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("later", [None, NOON])
def test_a_task_is_added_as_the_library_adds_it(queue, later):
    for task, args in ((spread, ("comment", 7)), (clean, ())):
        asked = task.using(run_after=later)
        ours, theirs = (added(backend("default", {}), asked, *args) for backend in (Queue, DatabaseBackend))
        assert {name: ours[name] for name in ours if name not in OWN} == {
            name: theirs[name] for name in theirs if name not in OWN
        }
        assert ours["id"] != theirs["id"]
        assert ours["enqueued_at"] <= theirs["enqueued_at"]


def test_it_is_one_statement_and_goes_with_others(queue, count_queries):
    def act() -> None:
        with transaction.atomic(), storing.together():
            spread.enqueue("comment", 7)
            spread.enqueue("comment", 8)

    queries = count_queries(act)
    inserting = ["WITH"] if connection.vendor == "postgresql" else ["INSERT", "INSERT"]
    assert [sql.split()[0] for sql in queries] == ["SAVEPOINT", *inserting, "RELEASE"]
    assert "RETURNING" not in "".join(queries)
    assert sorted(row.args_kwargs["args"][1] for row in DBTaskResult.objects.all()) == [7, 8]


def test_whoever_listens_to_the_library_is_told(queue):
    heard = []

    def hear(sender, task_result, **about):
        heard.append((sender, task_result.args))

    task_enqueued.connect(hear)
    try:
        spread.enqueue("comment", 7)
    finally:
        task_enqueued.disconnect(hear)
    assert heard == [(Queue, ["comment", 7])]


def test_a_task_that_goes_back_with_its_transaction_was_never_there(queue):
    try:
        with transaction.atomic():
            spread.enqueue("comment", 7)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert not DBTaskResult.objects.exists()
    assert not connection.needs_rollback
