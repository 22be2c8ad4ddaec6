"""A plan's threads are read from the file once, and come back from memory or disk as they were."""

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from forum.archive import keeping, spool
from forum.archive.items import Anomaly, Post, Quote, Thread
from forum.archive.keeping import Kept
from forum.archive.parents import Settled
from tests.archive.threads import Mill, said, talk


def thread(number: int, **more: Any) -> Thread:
    """Thread ``number``, with comments that quote, pings and what else a thread can say."""
    post = Post(f"talk:{number}", "A talk", "Lena \ud800", said(number).moment, "Let us talk.", (2, 2), tags=("mill",))
    comments = tuple(said(10 * number + n, quotes=(Quote("talk:1", 0, 5, 6, 9),)) for n in range(3))
    pings = (said(900 + number, kind="pingback"),)
    return talk(comments, post=post, pings=pings, anomalies=(Anomaly(3, "odd", "kept"),), **more)


@pytest.fixture(params=[0, 7, 100], ids=["all on disk", "few in memory", "all in memory"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(keeping, "IN_MEMORY", request.param)
    found = Kept()
    for number in range(6):
        found.add(thread(number))
    assert found.in_memory is (request.param == 100)
    return found


def test_threads_come_back_alike_and_in_order_each_time(kept: Kept) -> None:
    expected = [thread(number) for number in range(6)]
    assert (list(kept), list(kept), len(kept)) == (expected, expected, 6)


def test_two_readers_at_once_do_not_disturb_each_other(kept: Kept) -> None:
    assert [one == other for one, other in zip(kept, kept, strict=True)] == [True] * 6


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "IN_MEMORY", 0)
    monkeypatch.setattr(keeping.tempfile, "tempdir", str(tmp_path))
    kept = Kept()
    kept.add(thread(1))
    assert list(tmp_path.iterdir()) == []
    file = kept._file
    os.fstat(file)
    del kept
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(file)


def test_a_file_of_many_threads_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "THREADS", 2)
    mill = Mill(*(thread(number) for number in range(5)))
    plan = mill.plan(monkeypatch)
    plan.account()
    first = list(plan.threads)
    assert (list(plan.threads), len(plan.threads), plan.threads[3], plan.threads[-1]) == (first, 5, first[3], first[4])
    assert mill.times == 1
    assert not plan.threads.in_memory


def full(*_: object) -> int:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("why", ["too many bytes", "no room", "one long thread", "an export of this forum"])
def test_what_cannot_be_kept_is_read_again(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = [thread(number) for number in range(5)]
    monkeypatch.setattr(keeping, "IN_MEMORY", 4)
    if why == "too many bytes":
        monkeypatch.setattr(keeping, "ON_DISK", 2_000)
    elif why == "no room":
        monkeypatch.setattr(keeping.os, "pwrite", full)
    elif why == "one long thread":
        monkeypatch.setattr(spool, "IN_MEMORY", 2)
    else:
        threads[3] = dataclasses.replace(threads[3], post=dataclasses.replace(threads[3].post, own=object()))
    mill = Mill(*threads)
    plan = mill.plan(monkeypatch)
    plan.account()
    assert mill.times == 1
    assert [thread.post.key for thread in plan.threads] == [thread.post.key for thread in threads]
    assert mill.times == 2


def test_what_is_not_kept_takes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "IN_MEMORY", 0)
    kept = Kept()
    kept.add(thread(1))
    file = kept._file
    monkeypatch.setattr(keeping, "ON_DISK", 2_000)
    kept.add(thread(2))
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(file)
    kept.add(thread(3))
    assert (kept.whole, list(kept)) == (False, [])


def test_few_long_threads_stay_where_they_are_and_many_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "THREADS", 3)
    kept = Kept()
    for number in range(4):
        one = thread(number)
        kept.add(dataclasses.replace(one, comments=Settled(one.comments, lambda _, comment: comment)))
        assert kept.whole is (number < 3)
    assert list(kept) == []
