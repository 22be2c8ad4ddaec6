"""The acts of members on posts, comments and one another, and the lists of what they marked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from comments.acts import actions_html
from comments.models import Comment
from comments.page import Page
from comments.personal import personal_of
from comments.threads import Node, Thread
from comments.writing import viewer_of
from forum.errors import sign_in_first, try_again_after
from forum.refusals import Refusal
from forum.returning import back
from forum.users.mentions import with_pages
from forum.users.models import User
from forum.voices import actions, listing
from forum.voices.markup import post_acts
from forum.voices.models import Mark
from posts.models import Post

if TYPE_CHECKING:
    from django.db.models import QuerySet

    Target = Post | Comment | User
    Act = Callable[[User, Any], str]  # what it did, in words

SIGNED_OUT = "You are signed out. Sign in in another window, then press the button once more."
DONE = {
    Mark.Kind.SAVED: ("No longer saved.", "Saved."),
    Mark.Kind.HIDDEN: ("Shown on the front page again.", "Hidden from the front page."),
    Mark.Kind.FOLLOWED: ("No longer followed.", "Followed."),
    Mark.Kind.MUTED: ("No longer muted.", "Muted."),
}


@require_POST
def comment_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Votes on a comment: ``value`` is 1, -1, or 0 to take the vote back."""
    return _carry_out(request, lambda: _comment(request, pk), _voting(request))


@require_POST
def post_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Votes on a post, as on a comment."""
    return _carry_out(request, lambda: _post(request, pk), _voting(request))


@require_POST
def comment_mark(request: HttpRequest, pk: int, kind: Mark.Kind) -> HttpResponse:
    """Saves a comment, or follows or mutes the branch it begins: ``value`` is 1, or 0 to take that back."""
    return _carry_out(request, lambda: _comment(request, pk, kind), _marking(request, kind))


@require_POST
def post_mark(request: HttpRequest, pk: int, kind: Mark.Kind) -> HttpResponse:
    """Saves or hides a post, or follows or mutes its thread."""
    return _carry_out(request, lambda: _post(request, pk, kind), _marking(request, kind))


@require_POST
def member_mark(request: HttpRequest, name: str, kind: Mark.Kind) -> HttpResponse:
    """Follows or mutes another member."""
    return _carry_out(request, lambda: _member(request, name, kind), _marking(request, kind))


@login_required
def saved(request: HttpRequest) -> HttpResponse:
    """The comments and posts that the member has saved."""
    return _list(request, Mark.Kind.SAVED, "Saved")


@login_required
def hidden(request: HttpRequest) -> HttpResponse:
    """The posts that the member has hidden from the front page."""
    return _list(request, Mark.Kind.HIDDEN, "Hidden")


@login_required
def following(request: HttpRequest) -> HttpResponse:
    """The threads, branches and members that the member follows; with ``?show=muted`` those they have muted."""
    if request.GET.get("show") == "muted":
        return _list(request, Mark.Kind.MUTED, "Muted")
    return _list(request, Mark.Kind.FOLLOWED, "Following")


def _list(request: HttpRequest, kind: Mark.Kind, title: str) -> HttpResponse:
    found, next_url = listing.entries(request.user, kind, after=request.GET.get("after"))
    if next_url and kind == Mark.Kind.MUTED:
        next_url += "&show=muted"
    context = {"entries": found, "next_url": next_url, "title": title, "empty": listing.EMPTY[kind]}
    return render(request, "voices/list.html", context)


def _carry_out(request: HttpRequest, find: Callable[[], Target], act: Act) -> HttpResponse:
    """Acts, and shows the page again with what changed, or the part of it that a script asked for."""
    if not request.user.is_authenticated:
        if request.htmx:  # type: ignore[attr-defined]
            return _said(SIGNED_OUT, status=403)
        return sign_in_first(request)
    target = find()
    try:
        done = act(request.user, target)
    except Refusal as refusal:
        return try_again_after(refusal, _refused(request, target, refusal))
    if request.htmx and not isinstance(target, User):  # type: ignore[attr-defined]
        return HttpResponse(_fragment(request, target) + format_html('<p id="polite" hx-swap-oob="true">{}</p>', done))
    messages.info(request, done)
    return back(request, target.get_absolute_url(), anchor=_anchor(request, target))


def _voting(request: HttpRequest) -> Act:
    value = _value(request, "1", "-1", "0")

    def act(member: User, target: Post | Comment) -> str:
        actions.vote(member=member, target=target, value=value)
        return {1: "Voted up.", -1: "Voted down.", 0: "Your vote is taken back."}[value]

    return act


def _marking(request: HttpRequest, kind: Mark.Kind) -> Act:
    value = _value(request, "1", "0")
    change = actions.mark if value else actions.unmark

    def act(member: User, target: Target) -> str:
        change(member=member, kind=kind, target=target)
        return DONE[kind][value]

    return act


def _value(request: HttpRequest, *allowed: str) -> int:
    value = request.POST.get("value", "")
    if value not in allowed:
        raise BadRequest("a button that no page has")
    return int(value)


def _comment(request: HttpRequest, pk: int, kind: Mark.Kind | None = None) -> Comment:
    with_all = Comment.objects.select_related("author", "person", "post__author", "post__person")
    found: Comment = _found(with_all, Comment.objects.visible_to(request.user), request, kind, pk=pk)
    return found


def _post(request: HttpRequest, pk: int, kind: Mark.Kind | None = None) -> Post:
    found: Post = _found(Post.objects.with_bylines(), Post.objects.visible_to(request.user), request, kind, pk=pk)
    return found


def _member(request: HttpRequest, name: str, kind: Mark.Kind) -> User:
    found: User = _found(User.objects.all(), with_pages(), request, kind, username=name)
    return found


def _found(
    rows: QuerySet[Any], visible: QuerySet[Any], request: HttpRequest, kind: Mark.Kind | None, **key: Any
) -> Any:
    """What the member may see, or has marked before it went out of sight; else 404, as for what never was."""
    found = rows.filter(pk__in=visible.filter(**key).values("pk")).first()
    if found is None and kind is not None and request.POST.get("value") == "0":
        column = actions.COLUMNS[rows.model]
        mine = Mark.objects.filter(
            member=request.user.pk, kind=kind, **{f"{column}__{name}": k for name, k in key.items()}
        )
        found = rows.filter(pk__in=mine.values(column)).first()
    if found is None:
        raise Http404("nothing here to act on")
    return found


def _fragment(request: HttpRequest, target: Post | Comment) -> SafeString:
    """The row of actions as it is now, to take the place of the one on the page."""
    if isinstance(target, Comment):
        target = _comment(request, target.pk) if target.is_public else target
        page = Page(post=target.post, viewer=viewer_of(request, target.post))
        page.personal = personal_of(request.user, target.post, Thread([Node(target)]))
        return actions_html(target, page, swap=True)
    target.refresh_from_db(fields=["score"])
    page = Page(post=target, viewer=viewer_of(request, target))
    page.personal = personal_of(request.user, target, Thread([]))
    return format_html('<div class="acts" id="p{}" hx-swap-oob="true">{}</div>', target.pk, post_acts(page))


def _anchor(request: HttpRequest, target: Target) -> str:
    """Where on the page the button stood."""
    at = request.GET.get("at", "")
    if re.fullmatch(r"[cpm][0-9]{1,19}", at):
        return at
    return {Comment: "c", Post: "p", User: "m"}[type(target)] + str(target.pk)


def _refused(request: HttpRequest, target: Target, refusal: Refusal) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return _said(refusal.message, status=refusal.status)
    context = {
        "why": refusal.message,
        "back_url": back(request, target.get_absolute_url(), anchor=_anchor(request, target)).url,
    }
    return render(request, "voices/refused.html", context, status=refusal.status)


def _said(words: str, *, status: int) -> HttpResponse:
    """A sentence that the script shows beside the button."""
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
