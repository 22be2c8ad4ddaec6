"""Everything that runs while the table is filled: the servers, the data, and the answers that the floors repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from benchmarks import nginx, serving
from benchmarks.data import Site, make, members
from benchmarks.load import Answer, Headers, Member, Rate, ask, keep_answer, middle, wrk
from benchmarks.place import environment
from benchmarks.serving import Server
from benchmarks.sizes import RUNS

UNDRAWN = "?order=newest"  # an order in which the worker draws no thread
GUEST: Headers = {"Accept-Encoding": "gzip"}


@dataclass(frozen=True)
class Held:
    """A page under load beside the floors: shares of what they reach in the same time."""

    page: Rate
    of_gunicorn: float
    of_nginx: float
    by_processor: float
    """The share by what the processes computed, which other work on the machine disturbs less."""


@dataclass
class Bench:
    """The servers under load, and the members who visit them."""

    site: Site
    say: Callable[[str], None]
    kept: Server
    """Keeps pages for guests, as production does."""
    bare: Server
    """The same with PAGE_CACHE=false: every page is made."""
    front: Server
    """The nginx of deploy/ before ``kept``."""
    django: Server
    files: Server
    """The two floors."""
    open_files: Server
    """The second once more, with its files kept open."""
    members: list[Member]
    answers: Mapping[str, tuple[str, Headers]] = field(default_factory=dict)

    def visit(self, server: Server, name: str) -> Rate:
        """The middle of some runs of load on a page alone."""
        path, headers = self.answers[name]
        return middle([wrk(server, path, headers) for _ in range(RUNS)])

    def against_floors(self, server: Server, name: str) -> Held:
        """A page under load, held against both floors, which serve the same bytes in turn with it."""
        path, headers = self.answers[name]
        self.say(f"{name} …")
        runs = [
            (
                wrk(server, path, headers),
                wrk(self.django, f"/{_file(name)}", {}),
                wrk(self.files, f"/{_file(name)}", {}),
            )
            for _ in range(RUNS)
        ]
        page, django, files = (middle(rates) for rates in zip(*runs, strict=True))
        return Held(
            page,
            of_gunicorn=page.per_second / django.per_second,
            of_nginx=page.per_second / files.per_second,
            by_processor=(files if server is self.front else django).processor / page.processor,
        )


def _database_process() -> int:
    """The first process of the PostgreSQL of the site; 0 where it is on another machine, or the site on SQLite."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        [folder] = cursor.fetchone() or [""]
    try:
        return int(Path(folder, "postmaster.pid").read_text().split()[0])
    except OSError:
        return 0


@contextmanager
def running(folder: Path, say: Callable[[str], None]) -> Iterator[Bench]:
    """Makes the site, starts all servers, and ends them."""
    site = make(folder, say)
    signed_in = members()
    logs = folder / "servers"
    with ExitStack() as stack:
        started, database = {}, _database_process()
        for name, more in (("kept", {"PAGE_CACHE": "true"}), ("bare", {"PAGE_CACHE": "false"})):
            place = logs / name
            place.mkdir(parents=True, exist_ok=True)
            given = environment(folder) | more | {"TRUSTED_PROXIES": "1"}
            started[name] = stack.enter_context(serving.gunicorn(place, given))
            started[name].database = database
        static = folder / "static"
        behind = nginx.Front([started["kept"].port], static)
        front = stack.enter_context(nginx.before(behind, logs / "front"))
        answers = _answers(site, signed_in[0], started["kept"])
        for_django, for_nginx = logs / "answers", logs / "files"
        for place in (for_django, for_nginx):
            place.mkdir(exist_ok=True)
        for name, (path, headers) in answers.items():
            server = started["bare" if "uncached" in name else "kept"]
            keep_answer(_good(server, path, headers, name), _file(name), for_django=for_django, for_nginx=for_nginx)
        (logs / "floor").mkdir(exist_ok=True)
        given = environment(folder) | {"FLOOR_ANSWERS": str(for_django)}
        django = stack.enter_context(serving.gunicorn(logs / "floor", given, application="benchmarks.floor"))
        files = stack.enter_context(nginx.files(for_nginx, logs / "nginx-files"))
        open_files = stack.enter_context(nginx.files(for_nginx, logs / "nginx-open-files", kept_open=True))
        yield Bench(site, say, started["kept"], started["bare"], front, django, files, open_files, signed_in, answers)


def _answers(site: Site, member: Member, kept: Server) -> dict[str, tuple[str, Headers]]:
    """What is measured against the floors: the address and the headers of each."""
    seed, page = site.path(site.seed), site.path(site.page)
    etag = ask(kept, seed, GUEST).headers.get("ETag", "")
    return {
        "guest, seed": (seed, GUEST),
        "guest, 200 comments": (page, GUEST),
        "guest, seed, has it already (304)": (seed, {**GUEST, "If-None-Match": etag}),
        "guest, seed, uncached": (seed, GUEST),
        "guest, seed, uncached and not drawn": (f"{seed}{UNDRAWN}", GUEST),
        "signed in, seed, uncached": (seed, member.headers),
        "signed in, seed, uncached and not drawn": (f"{seed}{UNDRAWN}", member.headers),
        "signed in, 200 comments, uncached": (page, member.headers),
    }


def _good(server: Server, path: str, headers: Headers, name: str) -> Answer:
    """The answer, asked for twice so that what is kept is kept; raises SystemExit where it is no success."""
    ask(server, path, headers)
    answer = ask(server, path, headers)
    wanted = 304 if "304" in name and headers.get("If-None-Match") else 200
    if answer.status not in (wanted, 200):
        raise SystemExit(f"{name}: {path} was answered {answer.status}; see {server.log}")
    return answer


def _file(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)
