"""The pages of notices: the list, what is wanted by mail, and the way to stop mails that needs no sign-in."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from forum.errors import refused, sign_in_first
from forum.notices import reading, wishes
from forum.notices.forms import ChoiceForm
from forum.notices.listing import by_thread
from forum.notices.mails import STOPS
from forum.notices.models import Notice
from forum.notices.tokens import Token, WrongToken, read_token
from forum.paging import AfterForm, latest_first
from forum.refusals import Refusal
from forum.returning import back
from forum.users.models import User
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.models import Post

PAGE = 50


def notices(request: HttpRequest) -> HttpResponse:
    """What the member was told, the latest first, by thread and branch."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    found = Notice.objects.shown_to(request.user).select_related(
        "post__author",
        "post__person",
        "comment__author",
        "comment__person",
        "comment__parent__author",
        "comment__parent__person",
        "action__rule",
    )
    page = latest_first(found, key="made_at", after=request.GET.get("after"), size=PAGE)
    context = {
        "threads": by_thread(page.rows),
        "next_url": page.next_url,
        "newest": max((notice.pk for notice in page.rows), default=0),
        "some_unread": any(notice.read_at is None for notice in page.rows),
    }
    return render(request, "notices/notices.html", context)


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Marks as read all that the page could show when it was made."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    form = AfterForm({"after": request.POST.get("up_to")})
    reading.read_all(request.user, up_to=form.cleaned_data["after"] if form.is_valid() else None)
    messages.info(request, "All that stood here is marked as read.")
    return back(request, "/notices/")


def mail_preferences(request: HttpRequest) -> HttpResponse:
    """What the member wants by mail."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    form = ChoiceForm(request.POST or None, instance=wishes.choice_of(request.user))
    if request.method == "POST" and form.is_valid():
        wishes.choose(member=request.user, **form.cleaned_data)
        messages.success(request, "Your choice is kept.")
        return redirect("mail-preferences")
    confirmed = EmailAddress.objects.filter(user=request.user, verified=True).order_by("-primary").first()
    context = {"form": form, "address": confirmed.email if confirmed else ""}
    return render(request, "notices/preferences.html", context, status=422 if form.errors else 200)


@csrf_exempt  # the token is the proof: a mail program posts here without a cookie (RFC 8058)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Asks whether mails should stop, and stops them when that is posted: by the form or by a mail program."""
    try:
        asked = read_token(token)
    except WrongToken:
        raise Http404("no such token") from None
    member = User.objects.filter(pk=asked.member, is_active=True).first()
    post = Post.objects.filter(pk=asked.post).first() if asked.post else None
    if member is None or (asked.what == "thread" and post is None):
        raise Http404("nobody to stop mails to")
    if request.method == "POST":
        try:
            _stop(member, asked, post)
        except Refusal as refusal:
            return refused(request, refusal, request.path)
    context = {
        "done": request.method == "POST",
        "what": asked.what,
        "words": STOPS[asked.what],
        "post": post if post and post.is_public else None,
    }
    return render(request, "notices/unsubscribe.html", context)


def _stop(member: User, asked: Token, post: Post | None) -> None:
    if asked.what == "thread" and post is not None:
        mark(member=member, kind=Mark.Kind.MUTED, target=post)
    else:
        wishes.stop(member=member, what=asked.what)
