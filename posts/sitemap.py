"""What crawlers ask for: robots.txt and a sitemap in parts, each found by a range of ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from html import escape

from django.conf import settings
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from posts.models import Post, slug_of

PART = 5_000  # ids in one part, about 0.7 MB; the protocol allows 50,000 addresses in a file
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

# Nothing to read: what asks, what is somebody's own, and every form. Persons of archives are not to be found by name.
CLOSED = (
    "/accounts/",
    "/admin/",
    "/drafts/",
    "/following/",
    "/hidden/",
    "/moderation/",
    "/notices/",
    "/patterns/",
    "/persons/",
    "/posts/new/",
    "/preferences/",
    "/replies/",
    "/saved/",
    "/search/",
    "/unsubscribe/",
    "/comments/*/delete/",
    "/comments/*/edit/",
    "/comments/*/reply/",
    "/posts/*/comment/",
    "/posts/*/delete/",
    "/posts/*/edit/",
    "/posts/*/new-comments/",
)


def robots(request: HttpRequest) -> HttpResponse:
    """Everything that is for reading is open; forms and people's accounts are not for crawlers."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def index(request: HttpRequest) -> HttpResponse:
    """The parts of the sitemap. One query, however many threads there are."""
    last = Post.objects.published().aggregate(last=Max("pk"))["last"] or 0
    parts = range(1, -(-last // PART) + 1)
    return _answer("sitemapindex", (f"<sitemap>{_loc(reverse('sitemap-part', args=[n]))}</sitemap>" for n in parts))


def part(request: HttpRequest, part: int) -> HttpResponse:
    """The published posts of one range of ids, found by the primary key. One query."""
    if not 0 < part < 2**40:
        raise Http404("no such part")
    ids = range((part - 1) * PART + 1, part * PART + 1)
    posts = Post.objects.published().filter(pk__gte=ids.start, pk__lt=ids.stop).order_by("pk")
    found = posts.values_list("pk", "title", "active_at", "added_at", "edited_at")
    return _answer("urlset", (_entry(*row) for row in found.iterator()))


def _entry(pk: int, title: str, active_at: dt.datetime, added_at: dt.datetime, edited_at: dt.datetime | None) -> str:
    """One address, as ``get_absolute_url`` gives it (a test compares them), and when its page last changed: the words
    came or were edited, or somebody spoke. No row is made and no resolver asked: there are thousands of them."""
    changed = max(active_at, edited_at or added_at)
    return f"<url>{_loc(f'/posts/{pk}/{slug_of(title)}/')}<lastmod>{changed:%Y-%m-%dT%H:%M:%SZ}</lastmod></url>"


def _answer(root: str, entries: Iterable[str]) -> HttpResponse:
    """The list as XML; made as text, for a template takes five times as long over thousands of lines."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="{NAMESPACE}">', *entries, f"</{root}>", ""]
    return HttpResponse("\n".join(lines), content_type="application/xml")


def _loc(path: str) -> str:
    return f"<loc>{escape(settings.SITE_URL + path)}</loc>"
