"""The worker: does what waits, stops when told, and is started again when it dies."""

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from benchmarks.explaining import plan_of
from forum.notices import chores, delivery, tasks
from forum.notices.outbox import put_account_mail
from forum.operating.management.commands import work
from forum.operating.management.commands.work import _until_stopped
from forum.serving import Pair
from tests.making import take_stock

ROOT = Path(__file__).parents[2]


@pytest.mark.django_db
def test_what_a_request_leaves_the_worker_does(queue):
    put_account_mail(address="x@example.org", subject="Hello", body="Words")
    assert chores.is_task_waiting()
    assert not mail.outbox
    call_command("work", "--once")
    assert len(mail.outbox) == 1
    assert not chores.is_task_waiting()


@pytest.mark.django_db
def test_a_worker_with_nothing_to_do_asks_once_and_locks_nothing(queue, count_queries, monkeypatch):
    chores.look_around()
    asked = count_queries(chores.is_task_waiting)
    assert len(asked) == 1
    assert asked[0].startswith("SELECT")
    around = count_queries(chores.look_around)
    assert len(around) <= 7
    assert all(sql.startswith("SELECT") and "FOR UPDATE" not in sql for sql in around)


@pytest.mark.django_db
def test_a_task_that_was_cut_short_or_failed_is_done_again_a_few_times(queue, monkeypatch):
    tasks.deliver.enqueue()
    long_ago = timezone.now() - dt.timedelta(minutes=11)
    DBTaskResult.objects.update(status="RUNNING", started_at=long_ago, worker_ids=["a"])
    assert chores.revive() == 1
    assert DBTaskResult.objects.get().status == "READY"
    DBTaskResult.objects.update(status="FAILED", finished_at=long_ago, worker_ids=["a"] * 3)
    assert chores.revive() == 1
    DBTaskResult.objects.update(status="FAILED", finished_at=long_ago, worker_ids=["a"] * 4)
    assert chores.revive() == 0
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now(), worker_ids=["a"])
    assert chores.revive() == 0


def kept(number: int, **fields: object) -> list[DBTaskResult]:
    """Tasks as the worker left them."""
    given = {"args_kwargs": {"args": [], "kwargs": {}}, "backend_name": "default", "run_after": get_date_max()}
    return DBTaskResult.objects.bulk_create(
        DBTaskResult(task_path="forum.notices.tasks.deliver", **given, **fields) for _ in range(number)
    )


@pytest.mark.django_db
def test_tasks_that_were_tried_often_enough_keep_no_others_from_being_tried_again(queue, monkeypatch):
    monkeypatch.setattr(chores, "MANY", 2)
    long_ago = timezone.now() - dt.timedelta(minutes=11)
    kept(3, status="FAILED", finished_at=long_ago, worker_ids=["a"] * chores.TRIES)
    kept(3, status="FAILED", finished_at=long_ago + dt.timedelta(minutes=1), worker_ids=["a"])
    assert [chores.revive() for _ in range(3)] == [2, 1, 0]
    assert DBTaskResult.objects.filter(status="READY").count() == 3


@pytest.mark.django_db
def test_of_the_tasks_that_are_kept_only_those_that_run_or_failed_are_read(queue, count_queries):
    now = timezone.now()
    kept(2_000, status="SUCCESSFUL", started_at=now - dt.timedelta(hours=1), finished_at=now - dt.timedelta(minutes=9))
    kept(200, status="FAILED", finished_at=now - dt.timedelta(days=1), worker_ids=["a"])
    kept(2, status="FAILED", finished_at=now - dt.timedelta(minutes=9), worker_ids=["a"] * chores.TRIES)
    kept(2, status="RUNNING", started_at=now)
    take_stock()
    asked = count_queries(chores.revive)
    assert len(asked) == 2
    for sql, index in zip(asked, ("task_running", "task_failed"), strict=True):
        plan = plan_of(sql, None)
        assert re.search(rf"(USING INDEX|using|Index Scan on) {index}\b", plan), plan
        assert "traceback" not in sql
    assert re.search(r"finished_at>|Index Cond: \(\(finished_at >=", plan), plan  # none of those of yesterday


@pytest.mark.django_db
def test_mail_that_is_due_again_is_found_without_a_task(queue):
    put_account_mail(address="x@example.org", subject="Hello", body="Words")
    DBTaskResult.objects.all().delete()
    chores.look_around()
    queue()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_worker_that_is_told_to_stop_begins_no_further_mail(queue, monkeypatch):
    for number in range(3):
        put_account_mail(address=f"x{number}@example.org", subject="Hello", body="Words")
    finish = delivery._finish

    def stop_after_this(*args, **kwargs):
        delivery.STOPPING.set()
        return finish(*args, **kwargs)

    monkeypatch.setattr(delivery, "_finish", stop_after_this)
    try:
        queue()
        _until_stopped(60)  # ends at once
    finally:
        delivery.STOPPING.clear()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_threads_are_drawn_between_tasks_however_many_wait(queue, monkeypatch):
    for _ in range(5):
        tasks.deliver.enqueue()
    left = []

    def draw_waiting(*, but: Collection[int]) -> list[int]:
        left.append(DBTaskResult.objects.ready().count())
        if not left[-1]:
            delivery.STOPPING.set()
        return []

    monkeypatch.setattr(work, "LOT", 2)
    monkeypatch.setattr(work.drawing, "draw_waiting", draw_waiting)
    try:
        _until_stopped(60)
    finally:
        delivery.STOPPING.clear()
    assert left == [3, 1, 0]


@pytest.mark.django_db
def test_a_thread_rests_before_it_is_drawn_again(queue, monkeypatch):
    told = []

    def draw_waiting(*, but: Collection[int]) -> list[int]:
        told.append(sorted(but))
        if len(told) == 4:
            delivery.STOPPING.set()
        return [7 + len(told)]

    now = iter([0.0, 1.0, 9.9, 10.5])
    monkeypatch.setattr(work, "time", SimpleNamespace(monotonic=lambda: next(now)))
    monkeypatch.setattr(work.drawing, "draw_waiting", draw_waiting)
    try:
        _until_stopped(0)
    finally:
        delivery.STOPPING.clear()
    assert told == [[], [8], [8, 9], [9, 10]]


@pytest.mark.django_db
def test_a_database_that_fails_is_told_of_once_and_again_after_a_while_and_so_is_its_end(queue, monkeypatch, caplog):
    """Where the disk is full or only read, a traceback every five seconds would fill what is left of it."""
    turns = list("xxxxx.x.")

    def draw_waiting(*, but: Collection[int]) -> list[int]:
        turn = turns.pop(0)
        if not turns:
            delivery.STOPPING.set()
        if turn == "x":
            raise OperationalError("attempt to write a readonly database")
        return []

    monkeypatch.setattr(work, "AFTER_TROUBLE", 0)
    monkeypatch.setattr(work, "SAID_AGAIN", 3)
    monkeypatch.setattr(work.connections, "close_all", lambda: None)
    monkeypatch.setattr(work.drawing, "draw_waiting", draw_waiting)
    try:
        with caplog.at_level("INFO", logger=work.logger.name):
            _until_stopped(0)
    finally:
        delivery.STOPPING.clear()
    failed, works = "the worker cannot use the database and tries again", "the worker can use the database again"
    assert [(bool(said.exc_info), said.getMessage()) for said in caplog.records] == [
        (True, failed),
        (False, "the worker still cannot use the database: attempt to write a readonly database"),
        (False, works),
        (True, failed),
        (False, works),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["look_around", "draw_outdated"])
def test_what_failed_is_tried_again_before_the_database_is_said_to_work(what, queue, monkeypatch, caplog):
    tried = []

    def fail_twice():
        tried.append(what)
        if len(tried) < 3:
            raise OperationalError("database or disk is full")
        delivery.STOPPING.set()
        return []

    monkeypatch.setattr(work, "AFTER_TROUBLE", 0)
    monkeypatch.setattr(work.connections, "close_all", lambda: None)
    monkeypatch.setattr(work.chores if what == "look_around" else work.drawing, what, fail_twice)
    monkeypatch.setattr(work.time, "monotonic", iter([1.0 + number / 10 for number in range(99)]).__next__)
    try:
        with caplog.at_level("INFO", logger=work.logger.name):
            _until_stopped(0)
    finally:
        delivery.STOPPING.clear()
    assert [said.getMessage() for said in caplog.records] == [
        "the worker cannot use the database and tries again",
        "the worker can use the database again",
    ]


# ── gunicorn and the worker side by side ─────────────────────────────────────


def process(tmp_path: Path, name: str, last_words: str = "") -> list[str]:
    """A stand-in that notes each of its starts in a file and waits for SIGTERM."""
    program = (
        "import os, pathlib, signal, sys, time\n"
        f"with open({str(tmp_path / name)!r}, 'a') as file: file.write(f'{{os.getpid()}}\\n')\n"
        f"{last_words}\n"
        "time.sleep(60)\n"
    )
    return [sys.executable, "-c", program]


def starts(tmp_path: Path, name: str) -> list[int]:
    file = tmp_path / name
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def wait_for(condition: Callable[[], object], seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].startswith(" Z")


@pytest.fixture
def pair(tmp_path: Path):
    program = (
        "import sys, json\n"
        "from forum.serving import Pair\n"
        "gunicorn, worker = json.loads(sys.argv[1])\n"
        "sys.exit(Pair(gunicorn, worker).run())\n"
    )
    import json

    commands = json.dumps([process(tmp_path, "gunicorn"), process(tmp_path, "worker")])
    running = subprocess.Popen([sys.executable, "-c", program, commands], cwd=ROOT, stderr=subprocess.DEVNULL)
    wait_for(lambda: starts(tmp_path, "gunicorn") and starts(tmp_path, "worker"))
    yield running
    if running.poll() is None:
        running.kill()
    running.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_stops_both(tmp_path, pair, number):
    pair.send_signal(number)
    pair.wait(10)
    for name in ("gunicorn", "worker"):
        assert not any(is_alive(pid) for pid in starts(tmp_path, name))


def test_signals_that_come_thick_and_fast_do_not_keep_it_from_stopping(tmp_path, pair):
    for _ in range(20_000):
        pair.send_signal(signal.SIGCHLD)
    pair.send_signal(signal.SIGTERM)
    pair.wait(10)


def test_a_worker_that_dies_is_started_again_and_gunicorn_stays(tmp_path, pair):
    os.kill(starts(tmp_path, "worker")[0], signal.SIGKILL)
    wait_for(lambda: len(starts(tmp_path, "worker")) == 2)
    assert is_alive(starts(tmp_path, "worker")[1])
    assert len(starts(tmp_path, "gunicorn")) == 1
    assert is_alive(starts(tmp_path, "gunicorn")[0])


def test_when_gunicorn_ends_the_worker_ends_with_it(tmp_path, pair):
    os.kill(starts(tmp_path, "gunicorn")[0], signal.SIGKILL)
    assert pair.wait(10) != 0
    assert not is_alive(starts(tmp_path, "worker")[0])


def test_neither_outlives_whoever_watches_them(tmp_path, pair):
    pair.kill()
    pair.wait()
    for name in ("gunicorn", "worker"):
        wait_for(lambda name=name: not is_alive(starts(tmp_path, name)[0]))


def test_watching_loads_nothing_of_django():
    code = "import sys, forum.serving; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
    assert Pair
