"""A thread to take along: the same file for everyone, with nothing in it that a guest may not read."""

from __future__ import annotations

import gzip

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from forum.archive.exporting import snapshot
from forum.errors import try_again_after
from forum.moderation import limits
from forum.onefile.keeping import AT_ONCE, MOST, ask, etag_of, kept, may_take
from forum.onefile.page import page_of
from forum.refusals import TooMany
from posts.models import Post


@require_safe
def post_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The thread as one file; of a large one, the page that says it is being made."""
    post = _post(pk)
    if not may_take(post):
        raise Http404("threads of this source are not given away")
    if post.comment_count > MOST:
        return render(request, "onefile/waiting.html", {"post": post, "most": MOST})
    etag = etag_of(post)
    if (unchanged := get_conditional_response(request, etag=etag)) is not None:
        return unchanged
    try:
        limits.spend("files", limits.asker(request.user.pk, request.META.get("REMOTE_ADDR", "")))
    except TooMany as refusal:
        page = render(request, "onefile/waiting.html", {"post": post, "refused": refusal.message}, status=429)
        return try_again_after(refusal, page)
    answer = _small(pk, etag) if post.comment_count <= AT_ONCE else _large(request, post, etag)
    if answer.status_code == 200 and not request.user.pk:  # of a member, nothing is kept on the way
        answer["Cache-Control"] = "public, no-cache"
    return answer


def _post(pk: int) -> Post:
    return get_object_or_404(Post.objects.placed_for(AnonymousUser()).with_bylines(), pk=pk)


def _small(pk: int, etag: str) -> HttpResponse:
    with snapshot():
        post = _post(pk)
        whole = "".join(page_of(post)).encode()
    return _file(post, whole, etag)


def _large(request: HttpRequest, post: Post, etag: str) -> HttpResponse:
    found = kept(post, etag)
    if found is not None:
        return _file(post, gzip.decompress(found.raw), etag)
    ask(post)
    page = render(request, "onefile/waiting.html", {"post": post}, status=202)
    page["Retry-After"] = "60"
    return page


def _file(post: Post, whole: bytes, etag: str) -> HttpResponse:
    answer = HttpResponse(whole, content_type="text/html; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{post.slug}.html"'
    answer["ETag"] = etag
    answer["X-Robots-Tag"] = "noindex"
    return answer
