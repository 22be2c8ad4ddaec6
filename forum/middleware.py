"""What every request passes through before any page sees it."""

import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from csp.constants import HEADER as CONTENT_SECURITY_POLICY
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from forum.logs import request_id

GetResponse = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger("forum.requests")

_NAME = re.compile(r"[A-Za-z0-9_-]{8,64}")  # of a request

KNOWN = 1_000  # addresses that are not read anew: to read one takes as long as to find a page that is kept

# What would watch a reader is refused by name. No script but the site's own runs on a page, and none is in a frame, so
# nothing here would ask for the rest of what browsers know; their names went with every page.
PERMISSIONS = ("camera", "display-capture", "geolocation", "microphone")


def request_log(get_response: GetResponse) -> GetResponse:
    """Gives each request an id and, once it is answered, a line without query, full address or secret.

    The answer carries the id, unless anybody may keep it: to those who are shown it later it would name a visit that
    was not theirs.
    """
    quiet = ("/healthz", "/readyz", settings.STATIC_URL)

    def answer(request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        name = name_request(request.META)
        response = get_response(request)
        if "public" not in response.get("Cache-Control", ""):
            response["X-Request-ID"] = name
        if response.status_code >= 400 or not request.path_info.startswith(quiet):
            # Only a user that the page has looked up already: the log shall not cost a query.
            user = getattr(request, "_cached_user", None)
            write_line(
                str(request.method),
                _path_for_log(request),
                response.status_code,
                began,
                request.META.get("REMOTE_ADDR", ""),
                getattr(user, "pk", None),
            )
        return response

    return answer


def name_request(said: Mapping[str, Any]) -> str:
    """The id of a request, its own where it brought one, by which the lines of the log know it from now on."""
    given = said.get("HTTP_X_REQUEST_ID", "")
    name = given if _NAME.fullmatch(given) else secrets.token_hex(8)
    request_id.set(name)
    return name


def write_line(method: str, path: str, status: int, began: float, address: str, member: int | None) -> None:
    """Writes that a request was answered; ``began`` is by the clock of this process, ``address`` the visitor's own."""
    logger.info(
        "answered",
        extra={
            "method": method,
            "path": path[:500],
            "status": status,
            "milliseconds": round((time.monotonic() - began) * 1000),
            "network": _network_for_log(address),
            "member": member,
        },
    )


KEYED = ("/accounts/", "/unsubscribe/")


def _path_for_log(request: HttpRequest) -> str:
    """Gives the path; where it may hold the key of a mailed link only the route."""
    if not request.path_info.startswith(KEYED):
        return request.path_info
    match = request.resolver_match
    return f"/{match.route}" if match else f"/{request.path_info.split('/')[1]}/…"


@lru_cache(maxsize=KNOWN)
def _network_for_log(address: str) -> str:
    """Cuts an address to the network it is in: a /24, or a /48 of IPv6."""
    try:
        wide = 48 if ipaddress.ip_address(address).version == 6 else 24
        return str(ipaddress.ip_network(f"{address}/{wide}", strict=False))
    except ValueError:
        return ""


def true_address(get_response: GetResponse) -> GetResponse:
    """Puts the visitor's own address in REMOTE_ADDR, so that nothing after it has to know of proxies."""

    def answer(request: HttpRequest) -> HttpResponse:
        address = visitor_of(request.META)
        request.META.pop("HTTP_X_FORWARDED_FOR", None)
        request.META["REMOTE_ADDR"] = address
        return get_response(request)

    return answer


def visitor_of(said: Mapping[str, Any]) -> str:
    """The address of whoever asks.

    X-Forwarded-For counts only as far as TRUSTED_PROXIES have written it, from its end; the rest anybody can
    send. An address of IPv6 is cut to its /64, which one household or one rented server has: limits count it.
    """
    hops = said.get("HTTP_X_FORWARDED_FOR", "").split(",")
    count = settings.TRUSTED_PROXIES
    peer = said.get("REMOTE_ADDR", "")
    address = hops[-count].strip() if 0 < count <= len(hops) else peer
    return _address_for_limits(address) or _address_for_limits(peer)


@lru_cache(maxsize=KNOWN)
def _address_for_limits(text: str) -> str:
    """Gives the address in its one spelling, IPv6 as the first of its /64, or nothing if it is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network(f"{address.compressed.partition('%')[0]}/64", strict=False)[0])


def security_headers(get_response: GetResponse) -> GetResponse:
    """Adds the headers that Django has no setting for, among them the policy of scripts and styles.

    That one is put together once and not for each answer, as the middleware of django-csp does in a tenth of a
    millisecond: no page of the site has another.
    """
    permissions = ", ".join(f"{name}=()" for name in PERMISSIONS)
    policy = build_policy()

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault(CONTENT_SECURITY_POLICY, policy)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Permissions-Policy", permissions)
        return response

    return answer


def caching(get_response: GetResponse) -> GetResponse:
    """Says who may keep a page: nobody what a member sees or a cookie goes with, all others with asking again."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        own = (settings.SESSION_COOKIE_NAME, settings.READING_COOKIE_NAME)
        personal = any(name in request.COOKIES for name in own) or response.cookies
        response.setdefault("Cache-Control", "private, no-store" if personal else "no-cache")
        return response

    return answer


# Never in an honest address: a database or a header would choke. A query may hold a form's line breaks.
_ODD_IN_PATH = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ODD_IN_QUERY = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_CHARSETS = ("utf-8", "utf8")


def refuse_odd_bytes(get_response: GetResponse) -> GetResponse:
    """Answers 400 where the path or the query holds control characters, or anything says that it is no UTF-8."""

    def answer(request: HttpRequest) -> HttpResponse:
        if _ODD_IN_PATH.search(request.path_info):
            raise BadRequest("odd characters in the path")
        if (request.content_params or {}).get("charset", "utf-8").lower() not in _CHARSETS:
            raise BadRequest("a charset that is not UTF-8")
        try:
            query = unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode()
        except UnicodeDecodeError:
            raise BadRequest("a query that is no UTF-8") from None
        if _ODD_IN_QUERY.search(query):
            raise BadRequest("odd characters in the query")
        # A cookie is left out instead: it would lock its owner out of every page.
        cookies = {name: value for name, value in request.COOKIES.items() if not _ODD_IN_PATH.search(value)}
        request.COOKIES = cookies
        return get_response(request)

    return answer
