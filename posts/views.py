"""The pages of posts: the front page, the thread, and the forms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe

from comments import drawn, eras, threads
from comments.forms import KEPT
from comments.markup import thread_parts
from comments.page import Viewer
from comments.spots import Spot
from comments.views import address, cursor, page_of
from comments.writing import viewer_of
from forum.drafts import carrying
from forum.drafts.actions import words_posted
from forum.drafts.models import Place
from forum.errors import sign_in_first
from forum.moderation import ledger
from forum.moulds import Choice, fill
from forum.pagecache.keeping import kept
from forum.pages.context import frame
from forum.reading.views import keep
from forum.reading.zones import zone_of
from forum.refusals import Refusal
from forum.states import State
from forum.voices.markup import post_acts
from posts import actions, lists, rules, versions
from posts.finding import placed_post
from posts.models import Post
from posts.showing import shown_earlier, shown_lead, shown_list, shown_post, shown_pulse
from posts.writing import PostEditing, PostWriting


@kept(versions.of_front)
def front(request: HttpRequest) -> HttpResponse:
    """The threads in the order asked for; the first of those spoken in latest is set large."""
    wanted = lists.asked(request.GET)
    page = lists.page(request.user, wanted)
    lead = page.rows[0] if wanted == lists.Asked() and page.rows else None
    shown = {
        **frame(request),
        "lead": shown_lead(lead, zone_of(request.user)) if lead else None,
        **shown_list(page.rows[1:] if lead else page.rows, wanted, page.next_url),
    }
    return HttpResponse(fill("posts/front.html", shown))


@kept(versions.of_thread, says=KEPT)
def post(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """A post and its thread, as a tree or as printed."""
    found = placed_post(pk, request.user)
    if found is None:
        raise Http404("no such post for this reader")
    if slug != found.slug:
        query = request.META["QUERY_STRING"]
        return redirect(found.get_absolute_url() + (f"?{query}" if query else ""), permanent=True)
    asked, after = cursor(request, found)
    viewer = viewer_of(request, found)
    view, era, fold = asked["view"] or "tree", asked["era"], asked["fold"]
    order = eras.order_for(found, era, asked["order"] or viewer.order)
    gone = not found.has_thread_for(request.user)
    if gone:
        thread = threads.Thread([])
    elif era and view == "flat":
        thread = eras.era_flat(found, request.user, era=era, after=after)
    elif era:
        thread = eras.era_page(found, request.user, era=era, order=order, after=after)
    elif view == "flat":
        thread = threads.flat_page(found, request.user, after=after)
    else:
        as_drawn = after is None and not fold and order == viewer.order == drawn.ORDER
        unknown = viewer.pk is None and settings.READING_COOKIE_NAME not in request.COOKIES
        there = drawn.find(found, guest=unknown) if as_drawn else None
        thread = there or threads.thread_page(found, request.user, order=order, after=after)
    page = page_of(
        request, found, thread, viewer, order=order, flat=view == "flat", fold=bool(fold), era=era, after=after
    )
    page.starts_at = str(Spot.of(after, order)) if after else ""
    here = found.get_absolute_url()
    shown = {
        **frame(request),
        "post": shown_post(found, viewer.zone),
        "readable": found.words_for(request.user),
        "rule": _rule(found),
        "verdict": None,
        "post_html": mark_safe(found.html),  # noqa: S308  sanitised when it was written
        "thread_html": thread_parts(thread, page) if thread.shows else "",
        "view": Choice(view),
        "order": Choice(order),
        "after": after is not None,
        "links": {
            "tree": address(here, era=era),
            "flat": address(here, view="flat", era=era),
            "fold": address("", fold="read", era=era),
            "beginning": _beginning(here, view, order, viewer, era),
        },
        "orders": [
            (Choice(one), address(here, order="" if one == viewer.order else one, era=era)) for one in threads.ORDERS
        ],
        "era": Choice(era),
        "eras": _eras(found, here, view=view, order="" if order == viewer.order else order),
        "news": {
            "kept": page.news.kept,
            "count": page.news.count,
            "counted": page.news.counted,
            "first": page.news.first,
        },
        "fold": page.folds.by_reading,
        "next_url": _next(thread, view, order, viewer, fold, era),
        "pulse": shown_pulse(found),
        "why_not": rules.why_not_comment(request.user, found),
        "open": found.is_public and not found.is_locked,
        "may_edit": rules.may_edit(request.user, found),
        "may_delete": rules.may_delete(request.user, found),
        "viewer": {
            "pk": viewer.pk is not None,
            "moderates": viewer.moderates,
            "may_reply": viewer.may_reply,
            "wrote": found.is_by(request.user) and not found.archived,
        },
        "gone": gone,
        "answer_url": _answer_url(found, thread),
        "earlier": _earlier(found),
        "acts": post_acts(page),
    }
    verdict = ledger.told(found, request.user)
    if verdict is not None:  # for the one who wrote it: no mould is made for that
        return keep(render(request, "posts/post.html", {**shown, "verdict": verdict}), page.news.cookie)
    return keep(HttpResponse(fill("posts/post.html", shown)), page.news.cookie)


def _rule(found: Post) -> str:
    """Under which rule a moderator took the post away, if any. One query, if it was taken."""
    if found.state not in (State.HIDDEN, State.REMOVED):
        return ""
    verdict = ledger.verdicts(posts=[found.pk]).get(found.pk)
    return verdict.rule.title if verdict and verdict.rule else ""


def _earlier(found: Post) -> list[dict[str, Any]]:
    """Other threads about the same page."""
    return [shown_earlier(post) for post in lists.posted_besides(found)] if found.is_public else []


def _answer_url(found: Post, thread: threads.Thread) -> str:
    """Where the answer to a question stands: on this page, or on its own."""
    if not found.is_answered or found.answer is None:
        return ""
    return f"#c{found.answer_id}" if thread.holds(found.answer_id) else found.answer.get_absolute_url()


def _eras(found: Post, here: str, *, view: str, order: str) -> list[tuple[Choice, str, int]]:
    """Each era of a thread that has two, and both: its name, its address in the same view, how many comments it has."""
    if not 0 < found.living_count < found.comment_count:
        return []
    view, order = ("flat", "") if view == "flat" else ("", order)
    counts = {"then": found.comment_count - found.living_count, "now": found.living_count, "": found.comment_count}
    return [
        (Choice(era or "both"), address(here, view=view, order=order, era=era), count) for era, count in counts.items()
    ]


def _beginning(here: str, view: str, order: str, viewer: Viewer, era: str) -> str:
    if view == "flat":
        return address(here, view=view, era=era)
    return address(here, order="" if order == viewer.order else order, era=era)


def _next(thread: threads.Thread, view: str, order: str, viewer: Viewer, fold: str, era: str) -> str:
    if thread.after is None:
        return ""
    if view == "flat":
        return address("", after=thread.after.pk, view=view, fold=fold, era=era)
    chosen = "" if order == viewer.order else order
    return address("", after=Spot.of(thread.after, order), order=chosen, fold=fold, era=era)


def post_new(request: HttpRequest) -> HttpResponse:
    """Starts a thread."""
    return PostWriting(request).answer()


def post_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edits one's own post."""
    if not request.user.is_authenticated:
        return sign_in_first(request, carrying.pack(Place("post-edit", pk), words_posted(request.POST)))
    found = _own(request, pk)
    if request.method != "POST" and not rules.may_edit(request.user, found):
        return _not_allowed(request, found, "This post can no longer be edited.")
    return PostEditing(request, found).answer()


def post_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes one's own post, after a question; its thread stays."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    found = _own(request, pk)
    if not rules.may_delete(request.user, found):
        return _not_allowed(request, found, "This post can no longer be deleted.")
    if request.method == "POST":
        try:
            actions.delete_post(post=found, by=request.user)
        except Refusal as refusal:
            return _not_allowed(request, found, refusal.message)
        messages.success(request, "Your post is deleted. The comments under it stay.")
        return redirect("front")
    return render(request, "posts/delete.html", {"post": found})


def _own(request: HttpRequest, pk: int) -> Post:
    """The member's own post; 404 alike for what is not there and what is not theirs.

    A form that was open while a moderator took the post away still gives its words back.
    """
    seen = Post.objects.all() if request.method == "POST" else Post.objects.visible_to(request.user)
    return get_object_or_404(seen.filter(author=request.user.pk), pk=pk)


def _not_allowed(request: HttpRequest, found: Post, why: str) -> HttpResponse:
    why = rules.why_not_write(request.user) or why
    return render(request, "posts/not_allowed.html", {"why": why, "post": found}, status=403)
