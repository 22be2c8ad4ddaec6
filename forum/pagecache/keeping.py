"""Keeps what a view answers to guests for all guests, while the version of what it shows stays the same."""

from __future__ import annotations

import functools
import hashlib
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.http.request import split_domain_port, validate_host
from django.http.response import HttpResponseBase

from forum.pagecache import store
from forum.pagecache.pages import SELDOM, KeptPage, Said, open_to_all, tag_of
from forum.pagecache.versions import Version

View = Callable[..., HttpResponse]
READ = "_reads_version"  # marks a view whose answers are kept
CODE = ("forum", "posts", "comments", "templates")
KNOWN = 1_000  # names of hosts, as they were sent, that are not read anew

_VALUE = re.compile("[a-z]+|[1-9][0-9]*")
_ZEROS = re.compile("/0[0-9]*/")  # before a number, where the pattern of an address lets them pass


def kept(reads: Callable[..., Version | None], *, says: Iterable[str] = ()) -> Callable[[View], View]:
    """Keeps the answers of a view, which are pages that look the same to all guests.

    ``reads`` takes what the address names and gives the version of everything that shows, None where there is no such
    page: one query, the cheaper the better, because every guest costs one. ``says`` are the parameters that the view
    knows, in the order in which the site writes them; an address that says anything else, or says it otherwise, is
    answered anew each time, and cannot fill the memory.
    """
    known = tuple(says)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not is_for_all(request.META) or request.user.is_authenticated:
                # The member, and not what stands for one until somebody looks: it takes 1 µs at each of 100 looks.
                request.user = getattr(request, "_cached_user", request.user)
                return view(request, *args, **kwargs)
            if settings.PAGE_CACHE and _is_written(request, known):
                current = functools.partial(reads, *args, **kwargs)
                return _page(request, current, functools.partial(view, request, *args, **kwargs))
            made = view(request, *args, **kwargs)
            if _is_page(made):
                open_to_all(made)
                made.headers["ETag"] = f'"{tag_of(made.content)}"'  # in less time than Django's middleware takes
            return made

        setattr(answer, READ, True)
        return answer

    return decorate


def is_for_all(said: Said) -> bool:
    """Whether the answer may be one that all guests get: nothing in the request says who asks."""
    if said["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return False
    cookies = said.get("HTTP_COOKIE")
    if not cookies:
        return True
    own = (settings.SESSION_COOKIE_NAME, settings.READING_COOKIE_NAME, CookieStorage.cookie_name)
    return parse_cookie(cookies).keys().isdisjoint(own)


def _is_written(request: HttpRequest, known: tuple[str, ...]) -> bool:
    """Whether the site itself writes an address so: each parameter once, in its order, each value in one spelling."""
    if _ZEROS.search(request.path_info):
        return False
    query = request.META.get("QUERY_STRING", "")
    if not query:
        return True
    said = {name: value for name, _, value in (one.partition("=") for one in query.split("&"))}
    one_way = "&".join(f"{name}={said[name]}" for name in known if name in said)
    return query == one_way and all(map(_VALUE.fullmatch, said.values()))


def key_of(said: Said, path: str) -> store.Key:
    """What tells pages apart: the address, and its scheme, since what it goes through looks at that too."""
    return (_scheme(said), _host(said.get("HTTP_HOST", "")), path, said.get("QUERY_STRING", ""))


@functools.lru_cache(maxsize=KNOWN)
def _host(name: str) -> str:
    """One name for all hosts and ports by which the site may be asked: no page shows them. Others stay as they are."""
    host, _ = split_domain_port(name)
    return settings.SITE.host if host and validate_host(host, settings.ALLOWED_HOSTS) else name


def _scheme(said: Said) -> str:
    """The scheme of the address, of which a proxy tells where there is one, as Django reads it."""
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        header, secure = settings.SECURE_PROXY_SSL_HEADER
        told = said.get(header)
        if told is not None:
            return "https" if told.partition(",")[0].strip() == secure else "http"
    scheme: str = said["wsgi.url_scheme"]
    return scheme


def found_in_memory(said: Said, path: str) -> KeptPage | None:
    """The page for guests, if this process has it as it is now and with all its headers. One query."""
    kept = store.memory.get(key_of(said, path))
    if kept is None:
        return None
    page, current = kept
    if not page.headers or not page.is_young or not said.keys().isdisjoint(SELDOM):
        return None
    return page if _is(current, page.version) else None


def _is(current: Callable[[], Version | None], version: Version) -> bool:
    """Whether the version is still this; no where the database does not say.

    Nobody asks it first whether the connection is alive, which would double the time: where it is not, the page is
    made the long way, which asks, and fails as the whole site does where there is no database.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]  # the stubs do not know of its checks
    checked = here.health_check_done
    here.health_check_done = True
    try:
        return current() == version
    except DatabaseError:
        return False
    finally:
        here.health_check_done = checked


def learn(request: HttpRequest, answer: HttpResponseBase) -> None:
    """Keeps the headers that the whole site has given a page that was made just now."""
    page: KeptPage | None = getattr(answer, "kept_page", None)
    if page is not None and not page.headers and answer.status_code == 200:
        page.learn_headers(answer.headers)


def _page(
    request: HttpRequest, current: Callable[[], Version | None], make: Callable[[], HttpResponse]
) -> HttpResponse:
    key, version, asked = key_of(request.META, request.path_info), current(), time.monotonic()
    if version is None:
        return make()
    with store.turns.turn(key) as waited:
        found = store.memory.get(key)
        if found is not None and found[0].is_young:
            page = found[0]
            # What was begun after the question is as good as an answer to it, whatever has happened since.
            if page.version == version or (waited and page.began >= asked):
                return _said(page, request)
        page_or_answer = _shared(key, version, asked, make) if settings.PAGE_CACHE_SHARED else _made(version, make)
        if isinstance(page_or_answer, HttpResponse):
            return page_or_answer
        store.memory.put(key, page_or_answer, current)
    return _said(page_or_answer, request)


def _said(page: KeptPage, request: HttpRequest) -> HttpResponse:
    answer = page.response(request.META)
    answer.kept_page = page  # type: ignore[attr-defined]  # for ``learn``
    return answer


def _made(version: Version, make: Callable[[], HttpResponse]) -> KeptPage | HttpResponse:
    """The page, made now; or the answer itself, where it is nothing to keep."""
    began = time.monotonic()
    answer = make()
    if not _is_page(answer):
        return answer
    return KeptPage.of(answer.content, answer.headers["Content-Type"], version=version, began=began)


def _shared(
    key: store.Key, version: Version, asked: float, make: Callable[[], HttpResponse]
) -> KeptPage | HttpResponse:
    """The page from the cache that all processes share, or made for all of them."""
    name = store.name_of(key, build())
    page = store.shared.get(name, version)
    if page is None:
        with store.shared.turn(name) as mine:
            page = None if mine else store.shared.wait(name, version)
            if page is None:
                made = _made(version, make)
                if isinstance(made, KeptPage):
                    store.shared.put(name, made)
                return made
    page.began = asked  # by this process's clock
    return page


def _is_page(answer: HttpResponse) -> bool:
    """Whether it can be for all: no error or redirect, and nothing that says otherwise of itself."""
    return answer.status_code == 200 and not answer.cookies and not answer.has_header("Cache-Control")


@functools.cache
def build() -> str:
    """A digest of the code, the templates and the settings that shape pages: other builds share a cache with this."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*.*")):
            if path.suffix in (".py", ".html", ".txt"):
                digest.update(path.read_bytes())
    digest.update((Path(settings.BASE_DIR) / "static" / "rejoinder.css").read_bytes())
    for name in ("SITE_URL", "SITE_NAME", "STATIC_URL", "DEBUG"):
        digest.update(f"{name}={getattr(settings, name)}\n".encode())
    return digest.hexdigest()
