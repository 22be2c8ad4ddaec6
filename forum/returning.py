"""The one way back from a button beside something to the page it stood on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 2_000  # characters of an address that stands in the head of an answer


def back(request: HttpRequest, fallback: str, *, anchor: str = "", asked: str | None = None) -> HttpResponseRedirect:
    """Sends the browser to the page of this site that the posted form names as ``next``, or to ``fallback``.

    Answers 303, so that reloading the page posts nothing again. ``anchor`` is the id of what to show there; ``asked``
    an address made of ``next``.
    """
    asked = request.POST.get("next", "") if asked is None else asked
    here = (
        asked.startswith("/")
        and len(asked) <= LONGEST
        and url_has_allowed_host_and_scheme(asked, allowed_hosts=None, require_https=request.is_secure())
    )
    address = (asked if here else fallback).partition("#")[0]
    answer = HttpResponseRedirect(f"{address}#{anchor}" if anchor else address)
    answer.status_code = 303
    return answer
