"""The door of the site for a web server that speaks WSGI: who asks for a page that is kept gets it here.

Inside, Django makes an object of each request and tells everybody who listens that it came and went, which takes
twice as long as to find a page that is kept and to see that nothing has changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest, get_path_info
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters

from forum import lasting, middleware
from forum.pagecache import keeping
from forum.pagecache.pages import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

Environ = dict[str, Any]  # of WSGI


class Request(WSGIRequest):
    """A request that is read as UTF-8; one that names another charset is refused inside, with a page and a line.

    Django would read the query and the form by whatever codec of Python is named, and some of them raise or make
    characters that no page can hold.
    """

    def _set_content_type_params(self, meta: Environ) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:  # a parameter in a charset that does not exist
            self.content_type, self.content_params = "", {"charset": ""}


class Door(WSGIHandler):
    """Gives guests what is kept, with a line in the log as for every page, and leads all others in."""

    request_class = Request

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # type: ignore[override]
        """Answers one request."""
        answer = kept_answer(environ)
        if answer is None:
            return super().__call__(environ, start_response)
        start_response(answer.status, answer.headers)
        close_old_connections()  # as Django does after each request
        return [answer.body] if environ["REQUEST_METHOD"] == "GET" and answer.body else []

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        """What the site answers; of a page that is kept, it learns the headers."""
        answer = lasting.answered(request, super().get_response)
        keeping.learn(request, answer)
        return answer


def kept_answer(environ: Environ) -> Answer | None:
    """The answer, if it is a page that this process has as it is now. One query, and no more of the site."""
    if not settings.PAGE_CACHE or not keeping.is_for_all(environ):
        return None
    began, path = time.monotonic(), get_path_info(environ)
    page = keeping.found_in_memory(environ, path)
    if page is None:
        return None
    middleware.name_request(environ)
    answer = page.answer(environ)
    status = int(answer.status[:3])
    middleware.write_line(environ["REQUEST_METHOD"], path, status, began, middleware.visitor_of(environ), None)
    return answer
