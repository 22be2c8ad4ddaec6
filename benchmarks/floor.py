"""The least that gunicorn and Django can do: the same answers from memory, without middleware. WSGI, for gunicorn."""

import json
import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[], LOGGING_CONFIG=None)


def _answers() -> dict[str, tuple[int, dict[str, str], bytes]]:
    found = {}
    for file in Path(os.environ["FLOOR_ANSWERS"]).glob("*.json"):
        told = json.loads(file.read_text())
        body = file.with_suffix(".body").read_bytes()
        headers = told["headers"] | ({} if told["status"] == 304 else {"Content-Length": str(len(body))})
        found[file.stem] = (told["status"], headers, body)
    return found


_ANSWERS = _answers()


def answer(request: HttpRequest, name: str) -> HttpResponse:
    """What the site once answered."""
    status, headers, body = _ANSWERS[name]
    return HttpResponse(body, status=status, headers=headers)


urlpatterns = [path("<str:name>", answer)]
application = get_wsgi_application()
