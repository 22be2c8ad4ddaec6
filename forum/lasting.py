"""Connections to the database that last from request to request, and how often one is asked whether it still lives.

Django asks before the first query of each request, which is one way more to PostgreSQL and back for every page. A page
that is only read takes the word of a moment ago, and is read again by a new connection if that was wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

RECENT = 1.0  # seconds for which the answer holds

_ASKED = "_asked_whether_it_lives"  # on a connection: when, by this process's clock


def answered(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponseBase]) -> HttpResponseBase:
    """What ``answer`` makes of a request; twice at most, and only where nothing is changed by it."""
    here: Any = connections[DEFAULT_DB_ALIAS]  # the stubs do not know of its checks
    trusted = request.method in ("GET", "HEAD") and here.connection is not None and _lived(here)
    here.health_check_done = here.health_check_done or trusted
    made = answer(request)
    if trusted and here.errors_occurred and made.status_code >= 500 and not here.is_usable():
        here.close()
        return answer(request)
    if here.health_check_done and not trusted:
        setattr(here, _ASKED, time.monotonic())
    return made


def _lived(here: Any) -> bool:
    if not here.health_check_enabled:
        return False
    return time.monotonic() - getattr(here, _ASKED, -RECENT) < RECENT
