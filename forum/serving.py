"""Runs gunicorn and the worker side by side and stops them together: `python -m forum.serving`.

Nothing of Django is loaded here, so that watching costs some ten megabytes and no time.
"""

from __future__ import annotations

import ctypes
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

from forum.alarms import Alarm
from forum.logs import OneLine

GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "forum.wsgi"]
WORKER = [sys.executable, "manage.py", "work"]
LASTING = 60.0  # seconds after which a worker has started well
LONGEST_PAUSE = 30.0
PATIENCE = 25.0  # seconds that a mail on its way and requests in hand may take when the site stops
PR_SET_PDEATHSIG = 1

logger = logging.getLogger("forum.serving")


class Pair:
    """The two processes. gunicorn's end is the end of both; a worker that ends is started again."""

    def __init__(self, gunicorn: list[str], worker: list[str]) -> None:
        self.worker_command = worker
        self.wake = Alarm()
        self.stopping = 0  # the signal
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, self._heard)
        self.gunicorn = _started(gunicorn)
        self.worker = _started(worker)
        self.began = time.monotonic()
        self.pause = 1.0

    def run(self) -> int:
        """Waits until gunicorn has ended or a signal came; returns gunicorn's exit status."""
        while not self.stopping and self.gunicorn.poll() is None:
            ended = self.worker.poll() is not None
            self.wake.wait(self._before_next() if ended else None)
            self.wake.clear()
            if ended and not self.stopping and self._before_next() <= 0:
                self._start_worker_again()
        return self._stop()

    def _before_next(self) -> float:
        """Seconds until an ended worker may be started again: more each time, unless it had lasted."""
        return max(0.0, self.began + self.pause - time.monotonic())

    def _start_worker_again(self) -> None:
        logger.warning("the worker has ended and is started again", extra={"status": self.worker.returncode})
        lasted = time.monotonic() - self.began > LASTING
        self.pause = 1.0 if lasted else min(self.pause * 2, LONGEST_PAUSE)
        self.worker, self.began = _started(self.worker_command), time.monotonic()

    def _stop(self) -> int:
        self.gunicorn.send_signal(self.stopping or signal.SIGTERM)  # nothing happens to one that has ended
        self.worker.send_signal(signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        for child in (self.gunicorn, self.worker):
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        return self.gunicorn.returncode

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:  # new code, without a lost request
            self.gunicorn.send_signal(signal.SIGHUP)
            self.worker.send_signal(signal.SIGTERM)
        elif number != signal.SIGCHLD:
            self.stopping = number
        self.wake.set()


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, preexec_fn=_not_alone)  # noqa: S603  no thread runs yet


def _not_alone() -> None:
    """Ends with the parent, even where that is killed: else an orphan would keep the port."""
    prctl: Callable[..., int] | None = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    sys.exit(Pair(GUNICORN, WORKER).run())
