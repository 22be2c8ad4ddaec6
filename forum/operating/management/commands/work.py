"""The worker: does what requests leave for later, above all sending mail. `make run` keeps it beside gunicorn."""

import logging
import secrets
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connections
from django_tasks_db.management.commands.db_worker import Worker

from comments import drawing
from forum.arguments import seconds
from forum.notices import chores
from forum.notices.delivery import STOPPING

logger = logging.getLogger(__name__)

LOOK_AROUND = 30.0  # seconds
LOT = 10  # tasks, after which threads are drawn: many may wait, and a mail takes as long as its server does
REST = 10.0  # seconds from one drawing of a thread to the next: it writes up to half a megabyte
AFTER_TROUBLE = 5.0  # seconds until a database that failed is asked again
SAID_AGAIN = 120  # failures in a row after which the log says once more that it still fails: ten minutes


class Command(BaseCommand):
    help = (
        "Does what is in the queue: sends mail, tells those who follow, writes digests, and draws threads ahead."
        " Stops with Ctrl-C."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=seconds, default=1.0, help="seconds between looks at the queue")
        parser.add_argument("--once", action="store_true", help="do what there is to do now, then end")

    def handle(self, *args: Any, interval: float, once: bool, **options: Any) -> None:
        if once:
            chores.look_around()
            work_off()
            while not STOPPING.is_set() and drawing.draw_waiting() + drawing.draw_outdated():
                pass
            return
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, _stop)
        _until_stopped(interval)


def _stop(number: int, frame: FrameType | None) -> None:
    """The mail that is on its way is finished; no other is begun."""
    STOPPING.set()


def _until_stopped(interval: float) -> None:
    """Looks at the queue again and again by one connection: SQLite would write its files anew for each."""
    look_at, outdated, failed = 0.0, False, 0
    resting: dict[int, float] = {}  # threads that were drawn, and until when they are not drawn again
    while not STOPPING.is_set():
        pause, now = interval, time.monotonic()
        try:
            if looked := now >= look_at:
                chores.look_around()
            if chores.is_task_waiting():
                work_off(most=LOT)
                pause = 0.0
            resting = {pk: until for pk, until in resting.items() if until > now}
            resting |= dict.fromkeys(drawing.draw_waiting(but=resting), now + REST)
            outdated = (outdated or looked) and bool(drawing.draw_outdated())
            if looked:  # all of it: where something failed, the next turn looks again, and knows whether it works
                look_at = now + LOOK_AROUND
        except Error as why:
            if not failed:
                logger.exception("the worker cannot use the database and tries again")
            elif failed % SAID_AGAIN == 0:
                logger.error("the worker still cannot use the database: %s", why)
            failed += 1
            connections.close_all()
            pause = AFTER_TROUBLE
        else:
            if failed:
                logger.info("the worker can use the database again")
            failed = 0
        STOPPING.wait(pause)


def work_off(*, most: int | None = None) -> None:
    """Does all tasks that wait, or ``most`` of them. Each is claimed in a short transaction of its own."""
    Queue(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=most,
        worker_id=secrets.token_hex(16),
        excluded_queue_names=[],
    ).run()


class Queue(Worker):
    """Runs tasks until there are none, or until the process is told to stop."""

    @property
    def running(self) -> bool:
        """Whether another task may be begun."""
        return not STOPPING.is_set()

    @running.setter
    def running(self, value: bool) -> None:
        """Nothing but the signal ends it."""
