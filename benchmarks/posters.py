"""Many members post into one thread of a running site at once: `python -m benchmarks.posters URL POST`."""

from __future__ import annotations

import argparse
import http.client
import os
import queue
import re
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import django

AT_ONCE = 32  # connections: more only wait in the server's queue, and in the client's way
TRIES = 5  # of one form, each with the same token
REPEATED = 10  # every tenth form is sent a second time, as by an impatient finger
TIMEOUT = 60  # seconds
Job = TypeVar("Job")
_TOKEN = re.compile(r'name="(csrfmiddlewaretoken|token)"[^>]*?value="([^"]*)"')
_PLACE = re.compile(r"/comments/([0-9]+)/")


@dataclass
class Posted:
    """What became of the forms: comments stored, forms that made none, the time of all, and the times of each in ms."""

    stored: int
    errors: list[str]
    seconds: float
    p50: float
    p99: float

    def __str__(self) -> str:
        rate = self.stored / self.seconds if self.seconds else 0
        return (
            f"{self.stored:,} stored in {self.seconds:.1f} s, {rate:.0f} a second, {len(self.errors)} errors;"
            f" half within {self.p50:.0f} ms, 99 of 100 within {self.p99:.0f} ms"
        )


@dataclass
class _Form:
    """A form as its poster's browser holds it."""

    cookies: str
    path: str
    fields: dict[str, str]
    repeated: bool


@dataclass
class _Told:
    """What the threads of the client report."""

    made: set[int] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


def run(base_url: str, sessions: Sequence[str], post_id: int, posters: int = 200, each: int = 5) -> Posted:
    """Posts ``each`` comments of every poster into one thread, all at once, and tells how it went.

    ``sessions`` are the session cookies of members, one for each poster. Every form is opened first, so that the time
    is that of posting alone. Half of them answer a comment of the thread, if it has one.
    """
    jobs = [(sessions[number % len(sessions)], number, turn) for turn in range(each) for number in range(posters)]
    answered = _some_comment(base_url, post_id)
    forms: list[_Form] = []
    opening = _Told()

    def open_form(site: _Site, job: tuple[str, int, int]) -> None:
        session, number, turn = job
        path = f"/comments/{answered}/reply/" if answered and number % 2 else f"/posts/{post_id}/comment/"
        fields, cookies = site.form(path, session)
        fields["body"] = f"Poster {number} says this, {turn + 1} of {each}: {os.urandom(6).hex()}."
        forms.append(_Form(cookies, path, fields, len(forms) % REPEATED == 0))

    def post_form(site: _Site, form: _Form) -> None:
        began = time.perf_counter()
        made = site.post(form)
        told.times.append((time.perf_counter() - began) * 1000)
        told.made.add(made)
        if form.repeated and site.post(form) != made:
            told.errors.append(f"{form.path}: the same form made another comment")

    _at_once(base_url, jobs, open_form, opening)
    told = _Told(errors=opening.errors)
    began = time.perf_counter()
    _at_once(base_url, forms, post_form, told)
    seconds = time.perf_counter() - began
    times = sorted(told.times) or [0.0]
    return Posted(
        len(told.made),
        told.errors,
        seconds,
        statistics.median(times),
        times[min(len(times) * 99 // 100, len(times) - 1)],
    )


def make_sessions(count: int) -> list[str]:
    """Signs in as many members, who are made where they are missing; needs the database of the site."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from forum.users.models import User

    names = [f"poster{number}" for number in range(count)]
    known = User.objects.in_bulk(names, field_name="username")
    sessions = []
    for name in names:
        user = known.get(name) or User.objects.create_user(name, f"{name}@example.org")
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        sessions.append(session.session_key)
    return sessions


class _Site:
    """One connection to the site, opened anew when it breaks."""

    def __init__(self, base_url: str) -> None:
        self._address = urlsplit(base_url).netloc
        self._connection: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, cookies: str = "", fields: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """The status, the text and the new cookies, or where it leads; tried again when nobody answers."""
        headers = {"Cookie": cookies} if cookies else {}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for left in reversed(range(TRIES)):
            try:
                if self._connection is None:
                    self._connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT)
                self._connection.request(method, path, urlencode(fields) if fields else None, headers)
                answer = self._connection.getresponse()
                text = answer.read().decode()
            except (OSError, http.client.HTTPException):
                self.close()
                if not left:
                    raise
                continue
            if answer.status < 500 or not left:
                break
        more = answer.headers.get("Location") or "; ".join(
            cookie.split(";")[0] for cookie in answer.headers.get_all("Set-Cookie", [])
        )
        return answer.status, text, more

    def close(self) -> None:
        """Lets go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def form(self, path: str, session: str) -> tuple[dict[str, str], str]:
        """The fields of an empty form, and the cookies to send with it."""
        name = "__Host-session" if os.environ.get("SITE_URL", "").startswith("https") else "session"
        cookies = f"{name}={session}"
        status, text, more = self.ask("GET", path, cookies)
        if status != 200:
            raise ValueError(f"{path}: {status}")
        return dict(_TOKEN.findall(text)), f"{cookies}; {more}"

    def post(self, form: _Form) -> int:
        """Sends a form; gives the id of the comment that it made."""
        status, _, to = self.ask("POST", form.path, form.cookies, form.fields)
        made = _PLACE.search(to) if status == 302 else None
        if made is None:
            raise ValueError(f"{form.path}: {status} {to}")
        return int(made[1])


def _some_comment(base_url: str, post_id: int) -> int | None:
    with closing(_Site(base_url)) as site:
        _, _, page = site.ask("GET", f"/posts/{post_id}/")  # its whole address, with the title
        found = re.search(r'id="c([0-9]+)"', site.ask("GET", urlsplit(page).path)[1])
    return int(found[1]) if found else None


def _at_once(base_url: str, jobs: Sequence[Job], act: Callable[[_Site, Job], None], told: _Told) -> None:
    """Does every job, ``AT_ONCE`` at a time, each thread on a connection of its own."""
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)

    def work() -> None:
        with closing(_Site(base_url)) as site:
            while True:
                try:
                    job = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    act(site, job)
                except (OSError, ValueError, http.client.HTTPException) as error:
                    told.errors.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(min(AT_ONCE, len(jobs)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Signs the posters in, lets them post, and counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="of the site, which runs on the database of DATABASE_URL")
    parser.add_argument("post", type=int, help="the id of the post they comment on")
    parser.add_argument("--posters", type=int, default=200)
    parser.add_argument("--each", type=int, default=5)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    django.setup()
    posted = run(asked.url, make_sessions(asked.posters), asked.post, asked.posters, asked.each)
    print(posted)
    for error in sorted(set(posted.errors))[:10]:
        print(error)
    sys.exit(0 if posted.stored == asked.posters * asked.each and not posted.errors else 1)


if __name__ == "__main__":
    main()
