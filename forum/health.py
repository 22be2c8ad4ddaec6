"""Tells the machines that watch the site whether it is alive and whether it can work, and no more."""

import logging
import secrets
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.operating import copies, failing, schema

logger = logging.getLogger("forum.health")


def probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers /healthz and /readyz before a host name is asked for: probes come by address."""
    views = {"/healthz": healthz, "/readyz": readyz}

    def answer(request: HttpRequest) -> HttpResponse:
        view = views.get(request.path_info, get_response)
        return view(request)

    return answer


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Says that the process answers; touches nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Says by 200 or 503 whether database, migrations and cache are in order; the log says what is not."""
    for check in (_database_answers, _database_is_sound, _migrations_are_done, _cache_keeps):
        try:
            fine = check()
        except Exception:  # whatever it is, the site is not ready, and the prober is owed an answer
            logger.exception("not ready: %s", check.__name__.strip("_"))
            fine = False
        if not fine:
            return HttpResponse("not ready\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _database_is_sound() -> bool:
    """Goes by what pages have met: to look through all of a database takes minutes."""
    met = failing.was_damage_met()
    if met:
        logger.error("not ready: %s is damaged. %s", copies.database(), copies.MENDING)
    return not met


_migrated = False


def _migrations_are_done() -> bool:
    """Looks until it has seen them done: reading all of them takes 0.1 s, and none comes undone."""
    global _migrated
    if not _migrated:
        said = schema.trouble()
        _migrated = not said
        if said:
            logger.error("not ready: %s", said)
    return _migrated


def _cache_keeps() -> bool:
    """Writes under a name of its own: what another has written would say nothing of this moment."""
    name = f"forum.health.{secrets.token_hex(8)}"
    cache.set(name, True, timeout=60)
    kept = cache.get(name) is not None
    cache.delete(name)
    if not kept:
        logger.error("not ready: the cache keeps nothing. Without CACHE_URL it is a table, and the disk may be full.")
    return kept
