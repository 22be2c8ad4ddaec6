"""The pages that show imported words as they stood in their file."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from comments.models import Comment
from forum.archive import blackout
from forum.archive.readers import READERS
from forum.archive.source import items_of, surroundings
from forum.users.roles import may_moderate
from posts.models import Post


class LineForm(forms.Form):
    """Where in a long text a page of it begins."""

    line = forms.IntegerField(min_value=1, max_value=10**8, required=False)


def comment_source(request: HttpRequest, pk: int) -> HttpResponse:
    """An imported comment as it stood in its file; not there for what was written here."""
    found = Comment.objects.visible_to(request.user).filter(archived=True)
    related = ("author", "person", "post__author", "post__person", "post__source")
    return _source(request, get_object_or_404(found.select_related(*related), pk=pk))


def post_source(request: HttpRequest, pk: int) -> HttpResponse:
    """An imported post as it stood in its file; not there for what was written here."""
    found = Post.objects.visible_to(request.user).filter(archived=True)
    return _source(request, get_object_or_404(found.with_bylines(), pk=pk))


def _source(request: HttpRequest, words: Comment | Post) -> HttpResponse:
    form = LineForm(request.GET)
    if not form.is_valid():
        raise Http404("no such line")
    start = form.cleaned_data["line"] or 0
    item = items_of(words).first()
    page = surroundings(item, request.user, start=start) if item else None
    if page and start and not page.here.lines:
        raise Http404("no such line")
    comment = words if isinstance(words, Comment) else None
    return render(
        request,
        "archive/source.html",
        {
            "words": words,
            "comment": comment,
            "post": words.post if isinstance(words, Comment) else words,
            "what": "comment" if comment else words.get_kind_display().lower(),  # type: ignore[union-attr]
            "item": item,
            "file_name": blackout.black_out(item.run.file_name, names=blackout.removed_names()) if item else "",
            "format_name": _format(item.run.format) if item else "",
            "page": page,
            "start": start,
            "next_url": f"?line={page.here.next_line}" if page and page.here.next_line else "",
            "moderates": may_moderate(request.user),
        },
    )


def _format(key: str) -> str:
    return next((reader.label for reader in READERS if reader.key == key), key)
