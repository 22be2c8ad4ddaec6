"""One page as it is kept: its bytes, plain and compressed, what it was made from, and how it is answered with."""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from forum.pagecache.versions import Version

LASTING = 600.0  # seconds that a page is kept: what was changed by hand in the database shows by then
SETTLED = 2  # seconds after which the time of a page tells it from any before, with clocks of other machines too
ZIPPED_FROM = 500  # bytes; less is not worth it
OWN = ("content-length", "content-encoding", "etag", "last-modified")  # of each answer
SELDOM = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")  # conditions that are meant for writing

Said = Mapping[str, Any]  # what a request says, by the names of WSGI, as Django's ``META`` holds it
Headers = list[tuple[str, str]]

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)


def tag_of(content: bytes) -> str:
    """What tells this page from others: from what is shown, never from its version, which moves for held words too.

    By SHA-1, the quickest digest that there is on every machine: who made two pages alike would win nothing.
    """
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()[:24]


def open_to_all(answer: HttpResponse) -> None:
    """Says that anybody may keep the answer who asks each time, and what makes another of it."""
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.headers["Vary"] = "Accept-Encoding, Cookie"


class Answer(NamedTuple):
    """What a server is given: the status with its words, the headers, and the bytes."""

    status: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A page as one of those who ask takes it, and the headers that tell this form of it."""

    body: bytes
    etag: str
    modified: int | None
    """In whole seconds by the calendar; None as long as another page may have the same."""
    tells: Headers
    """Which page it is."""
    carries: Headers
    """How the body comes."""

    def confirms(self, said: Said) -> bool:
        """Whether the copy that somebody has is this page, as RFC 9110 has it (section 13.2.2, steps 3 and 4)."""
        tags = said.get("HTTP_IF_NONE_MATCH")
        if tags == self.etag:
            return True
        if tags and (known := parse_etags(tags)):
            return known == ["*"] or self.etag in [tag.removeprefix("W/") for tag in known]
        since = said.get("HTTP_IF_MODIFIED_SINCE")
        seconds = parse_http_date_safe(since) if since else None
        return seconds is not None and self.modified is not None and self.modified <= seconds


@dataclass(slots=True, eq=False, kw_only=True)
class KeptPage:
    """A page that all guests get, in bytes.

    It was made from what ``version`` names, or from something later. ``made_at`` is when, in whole seconds by the
    calendar; ``began`` is when the version was read, by this process's own clock. ``headers`` are those that the
    whole site gives it, empty until it has passed through once.
    """

    version: Version
    content_type: str
    plain: bytes
    made_at: int
    began: float
    tag: str
    headers: Headers = field(default_factory=list)
    _zipped: bytes = b""
    _forms: dict[tuple[bool, bool], Form] = field(default_factory=dict)

    @classmethod
    def of(cls, content: bytes, content_type: str, *, version: Version, began: float) -> KeptPage:
        """Keeps the content of an answer."""
        now, tag = int(time.time()), tag_of(content)
        return cls(version=version, content_type=content_type, plain=content, made_at=now, began=began, tag=tag)

    @property
    def size(self) -> int:
        """Bytes that it takes, with what it takes compressed: a quarter at most, for HTML."""
        return len(self.plain) * 5 // 4

    @property
    def zipped(self) -> bytes:
        """The page compressed, once and when somebody first takes it so: a millisecond for 30 kB."""
        if not self._zipped:
            self._zipped = gzip.compress(self.plain, 6, mtime=0)
        return self._zipped

    @property
    def is_young(self) -> bool:
        """Whether it may still be given away if its version is right."""
        return time.time() - self.made_at < LASTING

    def learn_headers(self, headers: Mapping[str, str]) -> None:
        """Keeps what the rest of the site has said of the page, to say it without asking again."""
        self.headers = [(name, value) for name, value in headers.items() if name.lower() not in OWN]

    def answer(self, said: Said) -> Answer:
        """The page with all that the site says of it, or the word that the copy of whoever asks is still right.

        Needs the ``headers``, and none of the conditions in ``SELDOM``.
        """
        form = self._form_for(said)
        if form.confirms(said):
            short = [header for header in self.headers if header[0] != "Content-Type"]
            return Answer("304 Not Modified", short + form.tells, b"")
        return Answer("200 OK", self.headers + form.tells + form.carries, form.body)

    def response(self, said: Said) -> HttpResponse:
        """The page for the rest of the site to say its part, and to look under which conditions it is asked for."""
        form = self._form_for(said)
        headers = dict(form.tells + form.carries)
        response = HttpResponse(form.body, content_type=self.content_type, headers=headers)
        open_to_all(response)
        return response

    def _form_for(self, said: Said) -> Form:
        zipped = len(self.plain) >= ZIPPED_FROM and bool(_GZIP.search(said.get("HTTP_ACCEPT_ENCODING", "")))
        # One of the same second might have the same time, and a copy of it would be confirmed.
        settled = time.time() - self.made_at > SETTLED
        form = self._forms.get((zipped, settled))
        if form is None:
            form = self._forms[zipped, settled] = self._form(zipped=zipped, settled=settled)
        return form

    def _form(self, *, zipped: bool, settled: bool) -> Form:
        body = self.zipped if zipped else self.plain
        etag = f'"{self.tag}{"-gzip" if zipped else ""}"'
        tells, carries = [("ETag", etag)], [("Content-Length", str(len(body)))]
        if settled:
            tells.append(("Last-Modified", http_date(self.made_at)))
        if zipped:
            carries.append(("Content-Encoding", "gzip"))
        return Form(body, etag, self.made_at if settled else None, tells, carries)
