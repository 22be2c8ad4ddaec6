"""Comments on disk are the comments that were put there, in their order, as often as one asks."""

import gc
import os
from pathlib import Path

import pytest

from forum.archive import spool
from forum.archive.items import Comment, Moment, Quote
from forum.archive.spool import Spool


def made(number: int) -> Comment:
    return Comment(
        key=f"k{number}",
        author="Lena \ud800 ✓",
        moment=Moment("May 4", "2004-05-04", "day", "UTC", ""),
        body="words " * (number % 7),
        lines=(number, number + 3),
        digest="d",
        parent="k0" if number else None,
        quotes=(Quote("k0", 1, 2), Quote("k1", 3, 4, 5, 6)),
    )


@pytest.fixture(params=[0, 3, 100], ids=["all on disk", "few in memory", "all in memory"])
def spooled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Spool:
    monkeypatch.setattr(spool, "IN_MEMORY", request.param)
    monkeypatch.setattr(spool, "_TOGETHER", 1500)
    return Spool(made(number) for number in range(20))


def test_they_come_back_alike_and_in_order_each_time(spooled: Spool) -> None:
    expected = [made(number) for number in range(20)]
    assert (list(spooled), list(spooled), len(spooled)) == (expected, expected, 20)
    assert isinstance(list(spooled)[1].lines, tuple)


def test_two_readers_at_once_do_not_disturb_each_other(spooled: Spool) -> None:
    assert [(one.key, other.key) for one, other in zip(spooled, spooled, strict=True)] == [
        (f"k{n}", f"k{n}") for n in range(20)
    ]
    first = iter(spooled)
    next(first)
    spooled.append(made(20))
    assert [comment.key for comment in first][:19] == [f"k{n}" for n in range(1, 20)]
    assert spooled[-1] == made(20)


def test_single_ones_and_slices_are_found(spooled: Spool) -> None:
    assert (spooled[4], spooled[-1]) == (made(4), made(19))
    assert spooled[2:5] == (made(2), made(3), made(4))
    assert [comment.key for comment in spooled[-2:]] == ["k18", "k19"]
    with pytest.raises(IndexError):
        spooled[20]


def test_some_can_be_picked_in_another_order(spooled: Spool) -> None:
    picked = spooled.picked([7, 3, 19])
    assert [comment.key for comment in picked] == ["k7", "k3", "k19"]
    assert (len(picked), picked[1].key, picked[-1].key, picked[1:][0].key) == (3, "k3", "k19", "k3")


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 0)
    monkeypatch.setattr(spool.tempfile, "tempdir", str(tmp_path))
    spooled = Spool([made(1)])
    assert list(tmp_path.iterdir()) == []
    file = spooled._file
    os.fstat(file)
    del spooled
    gc.collect()
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(file)
