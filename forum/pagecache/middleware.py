"""The short ways of guests: to a page that is kept, and past everything that only members need."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from forum.pagecache import keeping

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def kept_pages(get_response: GetResponse) -> GetResponse:
    """Gives guests the page that this process keeps, if nothing on it has changed, with one query and no more."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        found = keeping.found_in_memory(request)
        if found is not None:
            return found
        made = get_response(request)
        keeping.learn(request, made)
        return made

    return answer


def guests(get_response: GetResponse) -> GetResponse:
    """Leads guests straight to pages that look the same to all: no session, token or message is even looked for."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not keeping.is_for_all(request):
            return get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return get_response(request)
        if not hasattr(match.func, keeping.READ):
            return get_response(request)
        request.user = AnonymousUser()
        request.resolver_match = match
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response

    return answer
