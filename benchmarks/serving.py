"""Servers on loopback and free ports, for measuring and trying out: each ends with the block that started it.

They end by their own process id, and also where this process is killed: the kernel is asked to see to that.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PATIENCE: Final = 30.0  # seconds for a server to start or to end
HOW_TO_INSTALL: Final = {
    "wrk": "apt-get install wrk",
    "nginx": "apt-get install nginx",
    "redis-server": "apt-get install redis-server",
}
_DIES_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG
_C = ctypes.CDLL(None)


class Missing(SystemExit):
    """A program that is not on this machine: said in one sentence, and never taken for a figure."""


def program(name: str) -> str:
    """The path of a program, or how to get it."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    if path is None:
        raise Missing(f"{name} is missing. As root: {HOW_TO_INSTALL[name]}")
    return path


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A server that runs: where it is asked, and its process."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    database: int = 0
    """The first process of the PostgreSQL that works for it alone; 0 where there is none on this machine."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processor_seconds(self) -> float:
        """What this process and those it started have computed, in user and kernel mode together, and its database.

        A worker that was renewed meanwhile counts among those that the first process has seen end.
        """
        return _spent_by_all(self.process.pid) + (_spent_by_all(self.database) if self.database else 0)


def _spent_by_all(first: int) -> float:
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return _spent(first, ended=True) + sum(_spent(int(child)) for child in children)


def _spent(pid: int, *, ended: bool = False) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it ended at this moment
        return 0.0
    return sum(map(int, words[11 : 15 if ended else 13])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(
    command: list[str], port: int, log: Path, *, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Starts a server, waits until it listens, and ends it; raises SystemExit with its last words if it does not."""
    with log.open("ab") as said:
        process = subprocess.Popen(  # noqa: S603  ours
            command,
            cwd=ROOT,
            env=os.environ | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,  # Ctrl-C reaches the measuring first, which then ends this
            preexec_fn=_die_with_parent,
        )
        try:
            _wait(process, port, log)
            yield Server(port, process, log, environment or {})
        finally:
            end(process)


def _die_with_parent() -> None:
    _C.prctl(_DIES_WITH_PARENT, signal.SIGTERM)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"{process.args[0]} did not start:\n{log.read_text()[-2000:]}")  # type: ignore[index]


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ends one process, by force where it does not heed."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def gunicorn(folder: Path, environment: Mapping[str, str], *, application: str = "forum.wsgi") -> Iterator[Server]:
    """gunicorn as production runs it, by deploy/gunicorn.conf.py, with WEB_WORKERS=2 unless the environment says."""
    port = free_port()
    given = {"WEB_WORKERS": "2", "PYTHONPATH": str(ROOT), **environment, "PORT": str(port)}
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", application]
    with running(command, port, folder / "gunicorn.log", environment=given) as server:
        yield server


@contextmanager
def redis(folder: Path) -> Iterator[Server]:
    """Debian's redis-server, which keeps nothing on disk."""
    port = free_port()
    arguments = {"port": str(port), "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": str(folder)}
    command = [program("redis-server"), *(word for name, value in arguments.items() for word in (f"--{name}", value))]
    with running(command, port, folder / "redis.log") as server:
        yield server


def prepare(environment: Mapping[str, str], *commands: tuple[str, ...], say: Callable[[str], None]) -> None:
    """Runs management commands one after the other, as an operator would."""
    for command in commands:
        say(f"manage.py {' '.join(command)} …")
        done = subprocess.run(  # noqa: S603  ours
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=os.environ | dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"manage.py {command[0]} failed:\n{done.stdout}")
