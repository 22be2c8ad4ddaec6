"""Load of every kind: wrk for pages, threads that post, and clients that are slow on purpose."""

import asyncio
import http.client
import json
import re
import secrets
import socket
import statistics
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from benchmarks.serving import Server, program
from benchmarks.sizes import CONNECTIONS, SECONDS

_REPORT: Final = """
done = function(summary, latency, requests)
  io.write(string.format('{"requests": %d, "seconds": %f, "wrong": %d, "median": %f, "p95": %f}',
    summary.requests, summary.duration / 1e6,
    summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000))
end
"""
_LENGTH: Final = re.compile(rb"^content-length: (\d+)", re.IGNORECASE | re.MULTILINE)
Headers = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What one request was answered with: the bytes as they came."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(server: Server, path: str, headers: Headers, *, method: str = "GET", body: bytes | None = None) -> Answer:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(method, path, body, dict(headers))
        got = connection.getresponse()
        return Answer(got.status, dict(got.getheaders()), got.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class Rate:
    """What a load came to; the times are milliseconds."""

    per_second: float
    median: float
    p95: float
    processor: float
    """Of the server, for each request."""


def wrk(server: Server, path: str, headers: Headers, *, connections: int = CONNECTIONS, seconds: int = SECONDS) -> Rate:
    """A load on one address; raises SystemExit where an answer was no success."""
    script = server.log.parent / "report.lua"
    script.write_text(_REPORT)
    named = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = [
        program("wrk"),
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "-s",
        str(script),
        *named,
    ]
    before = server.processor_seconds()
    done = subprocess.run([*command, server.url + path], capture_output=True, text=True, check=True)  # noqa: S603  ours
    spent = server.processor_seconds() - before
    told = json.loads(done.stdout[done.stdout.index('{"requests"') :])
    if told["wrong"] or not told["requests"]:
        raise SystemExit(f"{told['wrong']} of {told['requests']} answers from {path} failed; see {server.log}")
    return Rate(told["requests"] / told["seconds"], told["median"], told["p95"], spent * 1000 / told["requests"])


@dataclass(frozen=True)
class Member:
    """Somebody who is signed in, with the secret by which their forms are known."""

    session: str
    secret: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def cookies(self) -> str:
        """What their browser keeps of the site."""
        return f"session={self.session}; csrf={self.secret}"

    @property
    def headers(self) -> dict[str, str]:
        """What their browser sends."""
        return {"Cookie": self.cookies, "Accept-Encoding": "gzip"}


class Poster:
    """A member who posts comments to one thread, as their browser does, on one connection."""

    def __init__(self, server: Server, member: Member, post: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.path = f"/posts/{post}/comment/"
        self.secret = member.secret
        self.headers = {"Cookie": member.cookies, "Content-Type": "application/x-www-form-urlencoded"}

    def form(self) -> str:
        """A new comment, as a browser sends it."""
        words = f"Words of {secrets.token_hex(4)}, and *some* more that were said at this moment."
        form = {"body": words, "token": secrets.token_hex(16), "csrfmiddlewaretoken": self.secret}
        return urlencode(form)

    def post(self) -> int:
        """Posts one comment; returns the status, 302 where it was taken."""
        try:
            self.connection.request("POST", self.path, self.form(), self.headers)
            answer = self.connection.getresponse()
            answer.read()
        except OSError:
            self.connection.close()
            return 0
        return answer.status


@dataclass
class Posted:
    """What became of what many posted at once."""

    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def stored(self) -> int:
        """How many the site took."""
        return self.statuses[302]


def post_together(server: Server, members: Sequence[Member], post: int, *, each: int) -> Posted:
    """All post at once, each so many comments one after the other, on one connection each.

    In one thread: two hundred would take a tenth of the processors from the site that they measure.
    """
    posters = [Poster(server, member, post) for member in members]
    return asyncio.run(_post_together(server, posters, each))


async def _post_together(server: Server, posters: Sequence[Poster], each: int) -> Posted:
    lines = [await asyncio.open_connection("127.0.0.1", server.port) for _ in posters]
    began = time.perf_counter()
    done = await asyncio.gather(*[_post(*line, poster, each) for line, poster in zip(lines, posters, strict=True)])
    took = time.perf_counter() - began
    for _, writer in lines:
        writer.close()
    return Posted(took, Counter(status for statuses in done for status in statuses))


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, poster: Poster, each: int) -> list[int]:
    """The statuses of the answers; 0 for those that did not come."""
    statuses: list[int] = []
    with suppress(OSError, asyncio.IncompleteReadError):
        for _ in range(each):
            form = poster.form()
            said = {"Host": f"127.0.0.1:{writer.get_extra_info('peername')[1]}", "Content-Length": len(form)}
            head = "".join(f"{name}: {value}\r\n" for name, value in (said | poster.headers).items())
            writer.write(f"POST {poster.path} HTTP/1.1\r\n{head}\r\n{form}".encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if length := _LENGTH.search(answer):
                await reader.readexactly(int(length[1]))
            statuses.append(int(answer.split(b" ", 2)[1]))
    return statuses + [0] * (each - len(statuses))


@contextmanager
def posting(server: Server, members: Sequence[Member], post: int, *, every: float = 1.0) -> Iterator[Counter[int]]:
    """Members who each post about once in ``every`` seconds for as long as the block lasts; fills what came of it."""
    done = threading.Event()
    statuses: Counter[int] = Counter()

    def run(number: int, member: Member) -> None:
        poster = Poster(server, member, post)
        done.wait(every * number / len(members))
        while not done.is_set():
            statuses[poster.post()] += 1
            done.wait(every)

    with ThreadPoolExecutor(len(members)) as pool:
        running = [pool.submit(run, number, member) for number, member in enumerate(members)]
        try:
            yield statuses
        finally:
            done.set()
    for one in running:
        one.result()


@contextmanager
def slow_clients(server: Server, path: str, many: int) -> Iterator[None]:
    """Connections that send their headers or their body by the byte, or that read a page by the byte."""
    done = threading.Event()
    kinds = [_slow_head, _slow_body, _slow_reading]
    sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(many)]

    def run(number: int, line: socket.socket) -> None:
        with suppress(OSError):  # nginx lets it go in the end, which is what it is for
            kinds[number % len(kinds)](line, path, done)

    with ThreadPoolExecutor(many) as pool:
        running = [pool.submit(run, number, line) for number, line in enumerate(sockets)]
        try:
            time.sleep(1)
            yield
        finally:
            done.set()
    for line in sockets:
        line.close()
    for one in running:
        one.result()


def _slow_head(line: socket.socket, path: str, done: threading.Event) -> None:
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".encode())
    while not done.wait(0.5):
        line.sendall(b"x")


def _slow_body(line: socket.socket, path: str, done: threading.Event) -> None:
    line.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n".encode())
    while not done.wait(0.5):
        line.sendall(b"x")


def _slow_reading(line: socket.socket, path: str, done: threading.Event) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    while not done.wait(0.5):
        line.recv(1)


def times(act: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds that each round took."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return took


def middle(rates: Sequence[Rate]) -> Rate:
    """The middle of some runs, each figure for itself."""
    names = ("per_second", "median", "p95", "processor")
    return Rate(*(statistics.median(getattr(rate, name) for rate in rates) for name in names))


def keep_answer(answer: Answer, name: str, *, for_django: Path, for_nginx: Path) -> None:
    """Puts an answer where the floors serve it from: with its headers, and as a bare file."""
    own = {"Date", "Server", "Connection", "Content-Length", "Transfer-Encoding", "Keep-Alive"}
    headers = {key: value for key, value in answer.headers.items() if key not in own}
    (for_django / f"{name}.json").write_text(json.dumps({"status": answer.status, "headers": headers}))
    (for_django / f"{name}.body").write_bytes(answer.body)
    (for_nginx / name).write_bytes(answer.body)
