"""What crawlers ask for: robots.txt and a sitemap in parts, each found by a range of ids."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from posts.models import Post

PART = 10_000  # ids in one part; the protocol allows 50,000 addresses in a file

CLOSED = ("/search/", "/accounts/", "/admin/", "/moderation/", "/replies/", "/posts/new/", "/patterns/", "/persons/")


def robots(request: HttpRequest) -> HttpResponse:
    """Everything that is for reading is open; forms and people's accounts are not for crawlers."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def index(request: HttpRequest) -> HttpResponse:
    """The parts of the sitemap. One query."""
    last = Post.objects.published().aggregate(last=Max("pk"))["last"] or 0
    parts = range(1, -(-last // PART) + 1)
    return render(request, "posts/sitemap_index.xml", {"parts": parts}, content_type="application/xml")


def part(request: HttpRequest, part: int) -> HttpResponse:
    """The published posts of one range of ids. One query."""
    if not 0 < part < 2**40:
        raise Http404("no such part")
    ids = range((part - 1) * PART + 1, part * PART + 1)
    posts = Post.objects.published().filter(pk__gte=ids.start, pk__lt=ids.stop).order_by("pk")
    found = posts.only("pk", "title", "state", "active_at", "added_at")
    return render(request, "posts/sitemap.xml", {"posts": found}, content_type="application/xml")
