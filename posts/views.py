"""The pages of posts: the front page, the thread, and the forms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString, mark_safe

from comments import threads
from comments.markup import Page, thread_html
from comments.personal import personal_of
from comments.views import cursor, viewer_of
from forum.errors import SIGNED_OUT, sign_in_first, try_again_after
from forum.moderation import ledger, limits
from forum.notices.context import read_here
from forum.paging import latest_first
from forum.reading.news import NO_FOLDS, folds
from forum.reading.views import keep, look_at
from forum.refusals import NotAllowed, Refusal
from forum.states import State
from forum.text.excerpt import opening
from forum.voices.markup import post_acts
from posts import actions, pulse, rules
from posts.forms import EditPostForm, PostForm
from posts.models import Post

FRONT_PAGE = 40
LEAD_SENTENCES, LEAD_LENGTH = 2, 400


def front(request: HttpRequest) -> HttpResponse:
    """The threads spoken in latest first; the first of them is set large."""
    published = Post.objects.published().with_bylines().defer("body")
    page = latest_first(published, key="active_at", after=request.GET.get("after"), size=FRONT_PAGE)
    for post in page.rows:
        post.shown_pulse = pulse.shown(post.pulse, width=120, height=16)  # type: ignore[attr-defined]
    first = "after" not in request.GET
    lead = page.rows[0] if first and page.rows else None
    return render(
        request,
        "posts/front.html",
        {
            "lead": lead,
            "lead_excerpt": opening(lead.html, LEAD_SENTENCES, LEAD_LENGTH) if lead else "",
            "lead_pulse": pulse.shown(lead.pulse) if lead else None,
            "rows": page.rows[1:] if lead else page.rows,
            "next_url": page.next_url,
        },
    )


def post(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """A post and its thread, as a tree or as printed."""
    found = get_object_or_404(Post.objects.placed_for(request.user).with_bylines(), pk=pk)
    if slug != found.slug:
        query = request.META["QUERY_STRING"]
        return redirect(found.get_absolute_url() + (f"?{query}" if query else ""), permanent=True)
    asked, after = cursor(request, found)
    viewer = viewer_of(request, found)
    view, order, fold = asked["view"] or "tree", asked["order"] or viewer.order, asked["fold"]
    if view == "flat":
        thread = threads.flat_page(found, request.user, after=after)
    else:
        thread = threads.thread_page(found, request.user, order=order, after=after)
    personal = personal_of(request.user, found, thread)
    news = look_at(request, found, thread, personal)
    read = bool(fold) and news.kept
    read_here(request, comments=[node.comment.pk for node in thread.walk()], post=found.pk)
    page = Page(
        post=found,
        viewer=viewer,
        personal=personal,
        news=news,
        folds=NO_FOLDS if view == "flat" else folds(thread, news.fresh, kept=personal.folded, read=read),
        order=order,
        flat=view == "flat",
        evidence=threads.evidence(thread),
        rules=threads.rules(thread),
        starts_at=str(after.pk) if after else "",
    )
    here = found.get_absolute_url()
    answer = render(
        request,
        "posts/post.html",
        {
            "post": found,
            "readable": found.words_for(request.user),
            "verdict": ledger.told(found, request.user),
            "post_html": mark_safe(found.html),  # noqa: S308  sanitised when it was written
            "thread_html": thread_html(thread, page) if thread.roots else "",
            "view": view,
            "order": order,
            "after": after,
            "links": {"tree": here, "flat": f"{here}?view=flat"},
            "orders": [(one, here if one == viewer.order else f"{here}?order={one}") for one in threads.ORDERS],
            "news": news,
            "fold": read,
            "next_url": _next(thread, view, order if order != viewer.order else "", fold),
            "pulse": pulse.shown(found.pulse),
            "why_not": rules.why_not_comment(request.user, found),
            "open": found.is_public and not found.is_locked,
            "may_edit": rules.may_edit(request.user, found),
            "may_delete": rules.may_delete(request.user, found),
            "viewer": viewer,
            "acts": post_acts(page),
        },
    )
    return keep(answer, news.cookie)


def _next(thread: threads.Thread, view: str, order: str, fold: str) -> str:
    if thread.after is None:
        return ""
    query = "&view=flat" if view == "flat" else f"&order={order}" if order else ""
    return f"?after={thread.after.pk}{query}{f'&fold={fold}' if fold else ''}"


def post_new(request: HttpRequest) -> HttpResponse:
    """Starts a thread: the form shown, previewed, posted, or given back with every word and the reason."""
    if request.method != "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return _form_page(request, PostForm())
    form = PostForm(request.POST)
    if not request.user.is_authenticated:
        return _refused(request, form, NotAllowed(SIGNED_OUT))
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        if "preview" in request.POST:
            return _preview(request, form)
        made = actions.add_post(author=request.user, **form.cleaned_data)
    except Refusal as refusal:
        return _refused(request, form, refusal)
    if made.state == State.HELD:
        messages.info(
            request,
            "Your post waits for a moderator, as the first of every new account does."
            " You see it here; others will when it is approved.",
        )
    return redirect(made)


def post_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edits one's own post."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    found = _own(request, pk)
    if request.method != "POST":
        if not rules.may_edit(request.user, found):
            return _not_allowed(request, found, "This post can no longer be edited.")
        initial = {"title": found.title, "url": found.url, "body": found.body, "seen": _stamp(found)}
        return _form_page(request, EditPostForm(initial=initial, post=found), found)
    form = EditPostForm(request.POST, post=found)
    if not form.is_valid():
        return _form_page(request, form, found, status=422)
    words = {name: form.cleaned_data[name] for name in ("title", "url", "body", "seen")}
    try:
        if "preview" in request.POST:
            return _preview(request, form, found)
        actions.edit_post(post=found, editor=request.user, **words)
    except Refusal as refusal:
        return _refused(request, form, refusal, found)
    return redirect(Post.objects.get(pk=found.pk))


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


def _stamp(found: Post) -> str:
    return found.edited_at.isoformat() if found.edited_at else ""


def _preview(request: HttpRequest, form: PostForm, editing: Post | None = None) -> HttpResponse:
    limits.spend("previews", f"member:{request.user.pk}")
    html = mark_safe(actions.render(form.cleaned_data["body"]))  # noqa: S308  sanitised there
    return _form_page(request, form, editing, preview=html)


def _refused(request: HttpRequest, form: Any, refusal: Refusal, editing: Post | None = None) -> HttpResponse:
    """The form again, with every word that was typed and what stands in the way."""
    form.full_clean()
    form.add_error(None, refusal.message)
    if editing and refusal.status == 409:  # whoever saves now has seen both texts
        editing = Post.objects.with_bylines().get(pk=editing.pk)
        form.data = form.data.copy()
        form.data["seen"] = _stamp(editing)
    return try_again_after(refusal, _form_page(request, form, editing, status=refusal.status))


def _form_page(
    request: HttpRequest,
    form: Any,
    editing: Post | None = None,
    *,
    preview: SafeString | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "editing": editing, "preview_html": preview}
    context["now"] = editing if status == 409 else None
    context["why_not"] = rules.why_not_write(request.user)
    context["preview_title"] = form.data.get("title", "") if preview is not None else ""
    return render(request, "posts/form.html", context, status=status)


def _not_allowed(request: HttpRequest, found: Post, why: str) -> HttpResponse:
    why = rules.why_not_write(request.user) or why
    return render(request, "posts/not_allowed.html", {"why": why, "post": found}, status=403)
