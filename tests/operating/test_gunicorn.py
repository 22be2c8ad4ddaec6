"""How gunicorn is told to serve: each worker on a processor of its own, as far as there are so many."""

import os
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

CONFIG = str(Path(settings.BASE_DIR) / "deploy" / "gunicorn.conf.py")


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[set[int]]:
    """What the workers were bound to, on a machine of two processors."""
    bound: list[set[int]] = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1})
    monkeypatch.setattr(os, "sched_setaffinity", lambda pid, chosen: bound.append(chosen))
    return bound


def test_workers_share_the_processors_evenly_and_a_new_one_takes_the_place_of_the_old(kept: list[set[int]]) -> None:
    config: dict[str, Any] = runpy.run_path(CONFIG)
    server = SimpleNamespace(WORKERS={})

    def start(pid: int) -> None:
        worker = SimpleNamespace()
        config["pre_fork"](server, worker)
        server.WORKERS[pid] = worker
        config["post_fork"](server, worker)

    for pid in (1, 2, 3):
        start(pid)
    del server.WORKERS[2]
    start(4)
    assert kept == [{0}, {1}, {0}, {1}]


def test_a_sandbox_that_forbids_it_stops_no_worker(kept: list[set[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, chosen: set[int]) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    config: dict[str, Any] = runpy.run_path(CONFIG)
    worker = SimpleNamespace()
    config["pre_fork"](SimpleNamespace(WORKERS={}), worker)
    config["post_fork"](None, worker)
    assert kept == []
