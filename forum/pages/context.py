"""What every template may name."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.middleware.csrf import get_token

from forum.moulds import Choice
from forum.notices.context import unread


def site(request: HttpRequest) -> dict[str, str]:
    """The site's name and address, and where "Sign in" leads back to."""
    return {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, "way_back": _way_back(request)}


def _way_back(request: HttpRequest) -> str:
    """The page itself, as an address says it; "" where a sign-in leads to the front page, as from that and accounts.

    Without what is asked of the page: what nobody reads makes it no other page.
    """
    asked = request.method in ("GET", "HEAD") and request.path != "/" and not request.path.startswith("/accounts/")
    return quote(request.path) if asked else ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """What base.html names, for a page that is filled into a mould. One query for a member, for what is unread."""
    user = request.user
    said = {**site(request), "messages": [str(message) for message in get_messages(request)]}
    if not user.is_authenticated:
        return {**said, "user": {"is_authenticated": False}, "request": {"path": request.path}}
    member = {
        "is_authenticated": True,
        "is_staff": user.is_staff,
        "scheme": Choice(user.scheme),
        "username": user.username,
        "get_absolute_url": user.get_absolute_url(),
    }
    return {
        **said,
        "user": member,
        "request": {"path": request.path, "get_full_path": request.get_full_path()},
        "unread_notices": unread(request)["unread_notices"](),
        "csrf_token": get_token(request),
    }
