"""Keeps pages, from an empty memory on, as a site does; its visitors come through the door."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test.client import ClientHandler, conditional_content_removal

from forum import door
from forum.pagecache import keeping, store


class ThroughTheDoor(ClientHandler):
    """Answers what is asked in a test as ``Door`` does, which a browser of Django's tests goes round otherwise."""

    def __call__(self, environ: dict[str, Any]) -> HttpResponseBase:
        kept = door.kept_answer(environ)
        if kept is None:
            return super().__call__(environ)
        answer = HttpResponse(kept.body, status=int(kept.status[:3]), headers=dict(kept.headers))
        answer.wsgi_request = WSGIRequest(environ)
        if "Content-Type" not in dict(kept.headers):
            del answer.headers["Content-Type"]
        return conditional_content_removal(answer.wsgi_request, answer)

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        answer = super().get_response(request)
        keeping.learn(request, answer)
        return answer


@pytest.fixture(autouse=True)
def _keeping(settings, monkeypatch) -> Iterator[None]:
    settings.PAGE_CACHE = True
    monkeypatch.setattr("django.test.client.ClientHandler", ThroughTheDoor)
    store.memory.clear()
    yield
    store.memory.clear()
