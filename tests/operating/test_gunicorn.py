"""How gunicorn is told to serve: workers share the processors and the connections evenly."""

import json
import os
import runpy
import socket
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from gunicorn.config import Config

from forum.environment import WrongSetting

CONFIG = str(Path(settings.BASE_DIR) / "deploy" / "gunicorn.conf.py")


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[set[int]]:
    """What the workers were bound to, on a machine of two processors."""
    bound: list[set[int]] = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1})
    monkeypatch.setattr(os, "sched_setaffinity", lambda pid, chosen: bound.append(chosen))
    return bound


def test_each_line_of_gunicorn_is_one_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    config: dict[str, Any] = runpy.run_path(CONFIG)
    config["when_ready"](SimpleNamespace())
    log = config["logger_class"](Config())
    log.critical("WORKER TIMEOUT (pid:%s)", 5)
    written = capsys.readouterr()
    [ready], [timeout] = written.out.splitlines(), written.err.splitlines()
    assert json.loads(ready)["message"].startswith("Rejoinder is at http")
    assert json.loads(timeout)["message"] == "WORKER TIMEOUT (pid:5)"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", ("0.0.0.0", 8123)),  # noqa: S104
        ("::1", ("::1", 8123)),
        ("[::]", ("::", 8123)),
        ("localhost", ("localhost", 8123)),
    ],
)
def test_it_listens_on_addresses_of_both_kinds(
    host: str, address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("PORT", "8123")
    gunicorn = Config()
    gunicorn.set("bind", runpy.run_path(CONFIG)["bind"])
    assert gunicorn.address == [address]


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "::1::", "[localhost", "unix:/run/site", "two words"])
def test_what_is_no_address_is_refused_in_one_sentence(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", host)
    with pytest.raises(WrongSetting, match=r"^HOST is .*, but it must be a host name or an address without a port"):
        runpy.run_path(CONFIG)


@pytest.mark.parametrize(
    ("host", "family", "shown"),
    [("127.0.0.1", socket.AF_INET, "127.0.0.1:8123"), ("::1", socket.AF_INET6, "[::1]:8123")],
)
def test_a_port_that_is_taken_is_told_in_one_sentence(
    host: str, family: int, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine of the tests need not have IPv6."""
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("PORT", "8123")
    probed: list[int] = []

    def probe(asked: int) -> None:
        probed.append(asked)
        raise OSError(98, "Address already in use")

    config: dict[str, Any] = runpy.run_path(CONFIG)
    monkeypatch.setattr(socket, "socket", probe)
    with pytest.raises(SystemExit) as raised:
        config["on_starting"](None)
    assert str(raised.value) == f"PORT is 8123, but {shown} cannot be used: Address already in use."
    assert probed == [family]


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


@pytest.mark.parametrize(
    ("held", "workers", "waits"), [(0, 2, False), (7, 2, False), (8, 2, True), (40, 2, True), (40, 1, False)]
)
def test_a_worker_whose_threads_all_have_a_connection_lets_others_take_the_next(
    held: int, workers: int, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = runpy.run_path(CONFIG)["Worker"]
    worker = made.__new__(made)
    worker.nr_conns, worker.cfg = held, SimpleNamespace(threads=8, workers=workers, is_ssl=False)
    taken: list[Any] = []
    worker.enqueue_req = taken.append
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
        listener.settimeout(5)
        # Another worker takes it while this one waits, which then finds none.
        monkeypatch.setattr(time, "sleep", lambda seconds: (listener.accept()[0].close(), listener.setblocking(False)))
        worker.accept(listener)
    assert bool(taken) is not waits
    for connection in taken:
        connection.sock.close()
    assert worker.nr_conns == held + (not waits)
