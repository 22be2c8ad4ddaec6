"""What a reader has read: looking at a thread, the way through what is new, folds that are kept, and preferences."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from comments.models import Comment
from comments.personal import Personal
from comments.threads import Thread
from forum.errors import refused, sign_in_first
from forum.reading import actions, guests
from forum.reading.forms import NextNewForm, OrderForm, ReadingForm, Section, WayBackForm
from forum.reading.news import NO_NEWS, News
from forum.refusals import Refusal
from forum.returning import back
from forum.users.actions import set_reading
from forum.users.models import ThreadOrder
from forum.voices.actions import mark, unmark
from forum.voices.models import Mark
from posts.models import Post

YEAR = 365 * 24 * 3600


SECTIONS: tuple[type[Section], ...] = (ReadingForm,)  # of the page of preferences, in its order


def look_at(request: HttpRequest, post: Post, thread: Thread, personal: Personal) -> News:
    """What is new to whoever asks for a page of the thread; the page counts as read by a member, or by a guest who
    asked for it. Nothing is kept for other guests, nor for a page that only a browser asked for."""
    keep = is_read(request)
    if request.user.is_authenticated:
        return actions.look(
            member=request.user,
            post=post,
            thread=thread,
            onward=_onward(post),
            muted=personal.muted,
            folded=personal.folded,
            silenced={pk for pk, kinds in personal.marks.items() if Mark.Kind.MUTED in kinds},
            keep=keep,
        )
    seen = guests.read(request.COOKIES.get(settings.READING_COOKIE_NAME))
    if seen is None:
        return NO_NEWS
    news = guests.look(seen=seen, post=post, thread=thread, onward=_onward(post))
    news.cookie = guests.written(seen) if keep else ""
    return news


def _onward(post: Post) -> str:
    return f"/posts/{post.pk}/next-new/"


def is_read(request: HttpRequest) -> bool:
    """Whether somebody reads the page; a browser may ask for one that nobody sees yet."""
    return request.method == "GET" and "prefetch" not in request.META.get("HTTP_SEC_PURPOSE", "")


def keep(answer: HttpResponse, cookie: str) -> HttpResponse:
    """Gives the browser of a guest what it is to keep, if anything."""
    if cookie:
        answer.set_cookie(
            settings.READING_COOKIE_NAME,
            cookie,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return answer


def next_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads on to a new comment that was not shown yet, or back to the thread when there is none."""
    post = get_object_or_404(Post.objects.placed_for(request.user), pk=pk)
    if request.user.is_authenticated:
        muted = Mark.objects.filter(member=request.user, kind=Mark.Kind.MUTED, about__isnull=False)
        found = actions.next_new(member=request.user, post=post, muted=set(muted.values_list("about", flat=True)))
        if found is None:
            messages.info(request, "You have seen all that is new in this thread.")
    else:
        form = NextNewForm(request.GET)
        after = form.cleaned_data["after"] if form.is_valid() else None
        seen = guests.read(request.COOKIES.get(settings.READING_COOKIE_NAME)) or {}
        found = guests.next_new(seen=seen, post=post, after=after or 0)
    if found is None:
        return redirect(f"{post.get_absolute_url()}#comments")
    return redirect(f"{reverse('comment', args=[found])}#c{found}")


@require_POST
def read_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks all of a thread as read."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    post = get_object_or_404(Post.objects.placed_for(request.user), pk=pk)
    actions.read_all(member=request.user, post=post)
    messages.info(request, "All comments here are marked as read.")
    return back(request, post.get_absolute_url(), anchor="comments")


@require_POST
def comment_fold(request: HttpRequest, pk: int) -> HttpResponse:
    """Folds a branch for the member, on all devices, or unfolds it (``value`` 0)."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    found = get_object_or_404(Comment.objects.placed_for(request.user), pk=pk)
    change = unmark if request.POST.get("value") == "0" else mark
    home = back(request, found.get_absolute_url(), anchor=f"c{found.pk}")
    try:
        change(member=request.user, kind=Mark.Kind.FOLDED, target=found)
    except Refusal as refusal:
        return refused(request, refusal, home.url)
    if "next" not in request.POST:  # a script, which stays where it is
        return HttpResponse(status=204)
    return home


def remember(request: HttpRequest) -> HttpResponse:
    """Asks a guest whether this browser may keep what was read, and lets it forget again."""
    if request.user.is_authenticated:
        return redirect("preferences")
    form = WayBackForm(request.POST if request.method == "POST" else request.GET)
    wanted = form.cleaned_data["post"] if form.is_valid() else None
    post = Post.objects.placed_for(request.user).filter(pk=wanted).first() if wanted else None
    seen = guests.read(request.COOKIES.get(settings.READING_COOKIE_NAME))
    if request.method != "POST":
        return render(request, "reading/remember.html", {"post": post, "remembers": seen is not None})
    if request.POST.get("keep") == "0":
        messages.success(request, "What you had read is forgotten, and no more is kept.")
        answer = redirect("reading")
        answer.delete_cookie(settings.READING_COOKIE_NAME, samesite="Lax")
        return answer
    seen = seen or {}
    if post is not None:
        guests.has_read(seen, post)
    messages.success(request, "From now on this browser keeps what you read.")
    return keep(redirect(f"{post.get_absolute_url()}?fold=read#comments" if post else "front"), guests.written(seen))


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """How the member reads, section by section; each is posted by itself."""
    assert request.user.is_authenticated  # noqa: S101  for the types
    posted = request.POST.get("section") if request.method == "POST" else None
    forms = [section(request.POST if section.section == posted else None, member=request.user) for section in SECTIONS]
    status = 200
    for form in forms:
        if form.section == posted:
            if form.is_valid():
                messages.success(request, "Saved." if form.save() else "Nothing was changed.")
                return redirect("preferences")
            status = 422
    return render(request, "reading/preferences.html", {"forms": forms}, status=status)


@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Keeps the order of comments that a member chose beside a thread, and shows the thread from its beginning."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    form = OrderForm(request.POST)
    if form.is_valid():
        wanted = ThreadOrder(form.cleaned_data["order"])
        set_reading(member=request.user, thread_order=wanted)
        messages.info(request, f"Comments stand {wanted.label} from now on, in every thread.")
    return back(request, "/", anchor="comments", asked=_without_order(request.POST.get("next", "")))


def _without_order(address: str) -> str:
    """The address without what it says of order and page, for it would stand above what was chosen."""
    path, _, query = address.partition("#")[0].partition("?")
    left = [(name, value) for name, value in parse_qsl(query) if name not in ("order", "after")]
    return f"{path}?{urlencode(left)}" if left else path
