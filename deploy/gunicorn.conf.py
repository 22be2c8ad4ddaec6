"""How gunicorn serves the site; every figure can be set by the environment (docs/settings.md)."""

import contextlib
import logging
import os
import socket
import sys
import time

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from forum.logs import OneLine
from forum.settings import ENVIRONMENT, SITE_NAME, SITE_URL

_port = ENVIRONMENT.number("PORT", default=8000, least=1, most=65535)
_host = ENVIRONMENT.listening("HOST", "127.0.0.1")
_is_ipv6 = ":" in _host


class Worker(ThreadWorker):
    """Serves by threads, and leaves a new connection to a worker that has fewer.

    All workers hear of each connection, and whichever is quickest takes it. When many come at once that may be one for
    all of them, and as a connection lasts, half of the machine is idle from then on.
    """

    def accept(self, listener):
        """Takes a connection, after a moment in which others may, if there is one for each of its threads already."""
        if self.cfg.workers > 1 and self.nr_conns >= self.cfg.threads:
            time.sleep(0.001)
        super().accept(listener)


class Lines(Logger):
    """Writes gunicorn's own lines as the site writes its own."""

    def setup(self, cfg):
        """Gives each handler the site's format."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(OneLine())


bind = f"[{_host}]:{_port}" if _is_ipv6 else f"{_host}:{_port}"
worker_class = Worker
workers = ENVIRONMENT.number("WEB_WORKERS", default=2, least=1, most=64)
threads = ENVIRONMENT.number("WEB_THREADS", default=4, least=1, most=64)
timeout = 30
graceful_timeout = 20
keepalive = 5
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
# A worker is renewed now and then, so that no leak lasts; not all at the same moment.
max_requests = 500_000
max_requests_jitter = 50_000
# The site itself reads X-Forwarded-*, and only from as many proxies as TRUSTED_PROXIES says.
forwarded_allow_ips = ""
secure_scheme_headers = {}
# Heartbeats in memory: on a slow disk they would stop a busy worker.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# The site writes a line for each request itself, with its id and no full address.
accesslog = None
errorlog = "-"
logger_class = Lines
loglevel = "warning"
control_socket_disable = True


def pre_fork(server, worker):
    """Chooses the processor that the fewest workers have."""
    if not hasattr(os, "sched_getaffinity"):  # Linux alone has it
        return
    taken = [other.processor for other in server.WORKERS.values()]
    worker.processor = min(sorted(os.sched_getaffinity(0)), key=taken.count)


def post_fork(server, worker):
    """Keeps the worker on its processor.

    Of its threads one can compute at a time. Spread over processors they wake each other at every word to a database
    or a socket: a kept page then takes forty changes of thread instead of four, and twice the time.
    """
    if not hasattr(worker, "processor"):
        return
    with contextlib.suppress(OSError):  # where a sandbox forbids it, it goes without
        os.sched_setaffinity(0, {worker.processor})


def on_starting(server):
    """Says in one sentence that the port is taken, where gunicorn would try again and again."""
    try:
        with socket.socket(socket.AF_INET6 if _is_ipv6 else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((_host, _port))
    except OSError as error:
        raise SystemExit(f"PORT is {_port}, but {bind} cannot be used: {error.strerror}.") from None


def when_ready(server):
    """Says where the site is: to people in words, to a log in one of its lines."""
    if not sys.stdout.isatty():
        record = logging.LogRecord("forum.serving", logging.INFO, "", 0, f"{SITE_NAME} is at {SITE_URL}", None, None)
        print(OneLine().format(record), flush=True)
        return
    print(f"\n{SITE_NAME} is at {SITE_URL} (Ctrl-C stops it).", flush=True)
    print("Make an administrator in another terminal with: make admin\n", flush=True)
