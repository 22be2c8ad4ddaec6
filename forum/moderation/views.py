"""The pages where anybody reports something or asks for a name to be taken off."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe

from comments.markup import comment_html
from comments.models import Comment
from comments.page import Page, Viewer
from forum.moderation import actions, limits, removals
from forum.moderation.forms import NameRemovalForm, ReportForm
from forum.reading.zones import zone_of
from forum.refusals import Refusal
from forum.users.models import Person
from posts.models import Post


def report(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Reports a post or a comment: the form with the words it is about, posted, or given back with the reason."""
    thing = _thing(request, kind, pk)
    form = ReportForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                reporter = request.user if request.user.is_authenticated else None
                actions.file_report(
                    thing=thing,
                    reporter=reporter,
                    who=limits.asker(request.user.pk, request.META.get("REMOTE_ADDR", "")),
                    **form.cleaned_data,
                )
                return redirect("report-sent", kind=kind, pk=pk)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
    context = {"form": form, "thing": thing, "kind": kind, "words_html": _words(request, thing)}
    return render(request, "moderation/report.html", context, status=status)


def report_sent(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Thanks for a report, and the way back."""
    thing = _thing(request, kind, pk)
    back = thing.get_absolute_url()
    if isinstance(thing, Comment):
        back = f"{thing.post.get_absolute_url()}#c{thing.pk}"
    return render(request, "moderation/report_sent.html", {"thing": thing, "kind": kind, "back_url": back})


def name_removal(request: HttpRequest) -> HttpResponse:
    """Asks for a name from an archive to be taken off: the form, posted, or given back with the reason."""
    if request.method != "POST":
        return render(request, "moderation/name.html", {"form": NameRemovalForm(initial=_about(request))})
    form = NameRemovalForm(request.POST)
    status = 422
    if form.is_valid():
        words = dict(form.cleaned_data)
        words["person"] = Person.objects.filter(pk=words["person"] or 0).first()
        try:
            removals.request_name_removal(
                who=limits.asker(request.user.pk, request.META.get("REMOTE_ADDR", "")), **words
            )
            return redirect("name-removal-sent")
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
    return render(request, "moderation/name.html", {"form": form}, status=status)


def name_removal_sent(request: HttpRequest) -> HttpResponse:
    """Says what happens next."""
    return render(request, "moderation/name_sent.html")


def _thing(request: HttpRequest, kind: str, pk: int) -> Post | Comment:
    """What is reported: only words that the reader can read; 404 alike for what is hidden and what is not there."""
    if kind not in ("post", "comment"):
        raise Http404("only posts and comments are reported")
    if kind == "post":
        return get_object_or_404(Post.objects.visible_to(request.user).with_bylines(), pk=pk)
    bylines = ("author", "person", "post__author", "post__person")
    return get_object_or_404(Comment.objects.visible_to(request.user).select_related(*bylines), pk=pk)


def _words(request: HttpRequest, thing: Post | Comment) -> str:
    if isinstance(thing, Comment):
        return comment_html(thing, Page(post=thing.post, viewer=Viewer(pk=request.user.pk, zone=zone_of(request.user))))
    return mark_safe(thing.html)  # noqa: S308  sanitised when it was written


def _about(request: HttpRequest) -> dict[str, Any]:
    """What the form begins with when the address names a person."""
    asked = request.GET.get("person", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return {}
    person = Person.objects.filter(pk=int(asked), removed_at__isnull=True).first()
    if person is None:
        return {}
    return {"person": person.pk, "name": person.name, "address": request.build_absolute_uri(person.get_absolute_url())}
