"""The pages that show what words were before, and who quotes them; and the page that offers paragraphs to quote."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from comments.models import Comment
from forum.history.quotations import quotations_of
from forum.history.versions import history_of
from forum.paging import AfterForm
from forum.text import excerpt
from posts.models import Post
from posts.rules import why_not_comment


def comment_history(request: HttpRequest, pk: int) -> HttpResponse:
    """What a comment said before each edit, for whoever may read what it says now."""
    return _history(request, _comment(request, pk))


def post_history(request: HttpRequest, pk: int) -> HttpResponse:
    """What a post said before each edit, for whoever may read what it says now."""
    return _history(request, _post(request, pk))


def comment_quotations(request: HttpRequest, pk: int) -> HttpResponse:
    """Who quotes a comment, the latest first, with the passages."""
    return _quotations(request, _comment(request, pk))


def post_quotations(request: HttpRequest, pk: int) -> HttpResponse:
    """Who quotes the words of a post, the latest first, with the passages."""
    return _quotations(request, _post(request, pk))


@login_required
def post_quote(request: HttpRequest, pk: int) -> HttpResponse:
    """Offers the paragraphs of a post, to comment on with a quotation of the chosen ones."""
    post = _post(request, pk)
    if chosen := request.GET.getlist("paragraph"):
        return redirect(f"{reverse('comment-new', args=[pk])}?{urlencode({'paragraph': chosen}, doseq=True)}")
    paragraphs = excerpt.paragraphs(post.html)
    why_not = why_not_comment(request.user, post)
    context = {"post": post, "paragraphs": paragraphs, "why_not": why_not, "chose_none": "chosen" in request.GET}
    return render(request, "history/quote.html", context)


def _history(request: HttpRequest, words: Comment | Post) -> HttpResponse:
    history = history_of(words, request.user, after=_after(request))
    context = {"versions": history.versions, "next_url": history.next_url, "after": "after" in request.GET}
    return render(request, "history/history.html", _about(words) | context)


def _quotations(request: HttpRequest, words: Comment | Post) -> HttpResponse:
    page = quotations_of(words, after=request.GET.get("after"))
    return render(request, "history/quotations.html", _about(words) | {"found": page.rows, "next_url": page.next_url})


def _comment(request: HttpRequest, pk: int) -> Comment:
    bylines = ("author", "person", "post__author", "post__person")
    return get_object_or_404(Comment.objects.visible_to(request.user).select_related(*bylines), pk=pk)


def _post(request: HttpRequest, pk: int) -> Post:
    return get_object_or_404(Post.objects.visible_to(request.user).with_bylines(), pk=pk)


def _after(request: HttpRequest) -> int | None:
    """The earlier version that the page begins after; 404 for nonsense."""
    form = AfterForm(request.GET)
    if not form.is_valid():
        raise Http404("no such page of the history")
    after: int | None = form.cleaned_data["after"]
    return after


def _about(words: Comment | Post) -> dict[str, Any]:
    comment = words if isinstance(words, Comment) else None
    return {
        "words": words,
        "comment": comment,
        "post": words.post if isinstance(words, Comment) else words,
        "what": "comment" if comment else words.get_kind_display().lower(),  # type: ignore[union-attr]
        "kind": "comments" if comment else "posts",
    }
