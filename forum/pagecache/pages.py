"""One page as it is kept: its bytes, plain and compressed, what it was made from, and how it is answered with."""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from forum.pagecache.versions import Version

if TYPE_CHECKING:
    from django.http import HttpRequest

LASTING = 600.0  # seconds that a page is kept: what was changed by hand in the database shows by then
SETTLED = 2  # seconds after which the time of a page tells it from any before, with clocks of other machines too
ZIPPED_FROM = 500  # bytes; less is not worth it
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
OWN = ("content-length", "content-encoding", "etag", "last-modified", "x-request-id")  # of each answer

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)


def tag_of(content: bytes) -> str:
    """What tells this page from others: from what is shown, never from its version, which moves for held words too."""
    return hashlib.sha256(content).hexdigest()[:24]


def open_to_all(answer: HttpResponse) -> None:
    """Says that anybody may keep the answer who asks each time, and what makes another of it."""
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.headers["Vary"] = "Accept-Encoding, Cookie"


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
    headers: dict[str, tuple[str, str]] = field(default_factory=dict)
    _zipped: bytes = b""

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
        self.headers = {name.lower(): (name, value) for name, value in headers.items() if name.lower() not in OWN}

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The page, or the word that the copy of whoever asks is still right."""
        zipped = len(self.plain) >= ZIPPED_FROM and bool(_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
        etag = f'"{self.tag}{"-gzip" if zipped else ""}"'
        # One of the same second might have the same time, and a copy of it would be confirmed.
        modified = self.made_at if time.time() - self.made_at > SETTLED else None
        if any(condition in request.META for condition in CONDITIONS):
            found = get_conditional_response(request, etag=etag, last_modified=modified)
            if found is not None:
                return self._head(found, etag, modified, but="content-type")
        content = self.zipped if zipped else self.plain
        answer = self._head(HttpResponse(content, content_type=self.content_type), etag, modified)
        if zipped:
            answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(content))
        return answer

    def _head(self, answer: HttpResponse, etag: str, modified: int | None, but: str = "") -> HttpResponse:
        if self.headers:
            # They were looked at letter by letter when they were set the first time.
            answer.headers._store.update(self.headers)
            answer.headers.pop(but, None)
        else:
            open_to_all(answer)
        answer.headers["ETag"] = etag
        if modified is not None:
            answer.headers["Last-Modified"] = http_date(modified)
        return answer
