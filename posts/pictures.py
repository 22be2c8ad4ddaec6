"""The pictures that stand beside a link to the site elsewhere: one for each thread, one for the site."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from forum.bylines import NO_DATE
from posts.drawing import LOOK, Card, bars_of, draw
from posts.models import Post

WHAT_THE_SITE_IS = "Old conversations, taken up again"


@require_safe
def post_picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture of a thread whose post everyone reads. One query; nothing is drawn for whoever has it already."""
    found = get_object_or_404(Post.objects.published().with_bylines().defer("body", "html"), pk=pk)
    card = Card(
        site=settings.SITE_NAME,
        title=found.title,
        byline=(found.byline.name, _date(found)),
        voice="then" if found.archived else "now",
        bars=bars_of(found.pulse),
    )
    return _answer(request, card)


@require_safe
def site_picture(request: HttpRequest) -> HttpResponseBase:
    """The picture of the site."""
    return _answer(request, Card(site=settings.SITE_NAME, title=WHAT_THE_SITE_IS))


def _answer(request: HttpRequest, card: Card) -> HttpResponseBase:
    """The picture, named by what it shows: a title that was taken away is confirmed to nobody."""
    etag = quote_etag(hashlib.sha256(f"{LOOK} {card}".encode()).hexdigest()[:24])
    answer = get_conditional_response(request, etag=etag) or HttpResponse(draw(card), content_type="image/png")
    answer["ETag"] = etag
    answer["Cache-Control"] = "public, no-cache"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"  # it is made to be shown elsewhere
    return answer


def _date(post: Post) -> str:
    if post.archived:
        return post.printed_date or NO_DATE
    moment = post.created_at.astimezone(dt.UTC)
    return f"{moment:%B} {moment.day}, {moment.year}"
