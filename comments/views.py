"""The pages of comments: the permalink in its context, the forms, and the replies to a member."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString, mark_safe

from comments import actions, rules, threads
from comments.forms import CommentForm, EditForm, PageForm
from comments.markup import Page, Viewer, comment_html, thread_html
from comments.models import Comment
from comments.personal import personal_of
from comments.quoting import quotation_of
from comments.rendering import render_markdown
from forum.errors import SIGNED_OUT, give_back, sign_in_first, try_again_after
from forum.moderation import ledger, limits
from forum.notices.context import read_here
from forum.paging import latest_first
from forum.reading.news import folds
from forum.reading.views import keep, look_at
from forum.reading.zones import zone_of
from forum.refusals import NotAllowed, Refusal
from forum.states import State
from forum.users.roles import may_moderate
from posts.models import Post
from posts.rules import why_not_write

REPLIES_PAGE = 50


def viewer_of(request: HttpRequest, post: Post) -> Viewer:
    """What the markup of a thread needs to know of whoever asks."""
    user = request.user
    open_to_all = post.state == State.PUBLISHED and not post.is_locked
    writes = user.is_authenticated and not why_not_write(user)
    usual = user.thread_order if user.is_authenticated else "oldest"
    return Viewer(
        pk=user.pk,
        moderates=may_moderate(user),
        may_reply=open_to_all and (writes or not user.is_authenticated),
        may_change=writes,
        zone=zone_of(user),
        order=usual if usual in threads.ORDERS else "oldest",
    )


def cursor(request: HttpRequest, post: Post) -> tuple[dict[str, Any], Comment | None]:
    """What the address says of view and order, and the comment that the page begins after; 404 for nonsense."""
    form = PageForm(request.GET)
    if not form.is_valid():
        raise Http404("no such page of the thread")
    pk = form.cleaned_data["after"]
    return form.cleaned_data, get_object_or_404(Comment, pk=pk, post=post) if pk else None


def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """A comment in its context: its parents, itself, and its branch."""
    placed = Comment.objects.placed_for(request.user)
    found = get_object_or_404(placed.select_related("author", "person", "post__author", "post__person"), pk=pk)
    post = found.post
    asked, after = cursor(request, post)
    viewer = viewer_of(request, post)
    order = asked["order"] or viewer.order
    thread = threads.thread_page(post, request.user, order=order, top=found, after=after)
    parents = threads.context(found)
    node = threads.Node(found, parent=threads.Node(parents[-1]) if parents else None, replies=thread.roots)
    for reply in thread.walk():
        reply.depth += 1
    for root in thread.roots:
        root.parent = node
    shown = threads.Thread([node], thread.after)
    personal = personal_of(request.user, post, shown)
    news = look_at(request, post, shown, personal)
    read_here(request, comments=[reply.comment.pk for reply in shown.walk()])
    page = Page(
        post=post,
        viewer=viewer,
        personal=personal,
        news=news,
        folds=folds(shown, news.fresh, kept=personal.folded - {found.pk}),
        order=order,
        above=len(parents) if len(parents) < threads.CONTEXT else None,
        evidence=threads.evidence(shown),
        rules=threads.rules(shown),
        top=found,
    )
    start = asked["start"]
    answer = render(
        request,
        "comments/comment.html",
        {
            "post": post,
            "comment": found,
            "parents": [(parent, _public_words(parent)) for parent in parents],
            "readable": found.words_for(request.user),
            "verdict": ledger.told(found, request.user),
            "thread_html": thread_html(shown, page),
            "next_url": _next(thread, order if order != viewer.order else None, start),
            "back_url": f"{post.get_absolute_url()}{f'?after={start}' if start else ''}#c{found.pk}",
        },
    )
    return keep(answer, news.cookie)


def _next(thread: threads.Thread, order: str | None, start: int | None) -> str:
    if thread.after is None:
        return ""
    query = {"after": thread.after.pk, "order": order, "start": start}
    return "?" + urlencode({name: value for name, value in query.items() if value})


def _public_words(parent: Comment) -> SafeString:
    """The words of a parent, whole: nobody's old words are cut by a machine to stand on another page."""
    return mark_safe(parent.html if parent.is_public else "")  # noqa: S308  sanitised when it was written


def comment_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Comments on a post."""
    found = Post.objects.placed_for(request.user).with_bylines().filter(pk=pk).first()
    return _write(request, found, None) if found else _gone(request)


def comment_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers a comment, with a quotation of it where the address asks for one."""
    bylines = ("author", "person", "post__author", "post__person")
    parent = Comment.objects.placed_for(request.user).select_related(*bylines).filter(pk=pk).first()
    return _write(request, parent.post, parent) if parent else _gone(request)


def _gone(request: HttpRequest) -> HttpResponse:
    """The same for what was taken away and what never was; a form that was posted gives its words back."""
    if request.method != "POST":
        raise Http404("nothing to answer here")
    return give_back(request, "What you answered is no longer there, so this was not posted.", status=404)


def _write(request: HttpRequest, post: Post, parent: Comment | None) -> HttpResponse:
    """The form of a new comment: shown, previewed, posted, or given back with every word and the reason."""
    if request.method != "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        quote = parent is not None and "quote" in request.GET and parent.words_for(request.user)
        form = CommentForm(initial={"body": quotation_of(parent)} if quote and parent else None)
        return _form_page(request, form, post, parent)
    form = CommentForm(request.POST)
    if not request.user.is_authenticated:
        return _refused(request, form, post, parent, NotAllowed(SIGNED_OUT))
    if not form.is_valid():
        return _form_page(request, form, post, parent, status=422)
    try:
        if "preview" in request.POST:
            return _preview(request, form, post, parent)
        made = actions.add_comment(
            post=post,
            author=request.user,
            body=form.cleaned_data["body"],
            parent=parent,
            token=form.cleaned_data["token"],
        )
    except Refusal as refusal:
        return _refused(request, form, post, parent, refusal)
    if made.state == State.HELD:
        messages.info(
            request,
            "Your comment waits for a moderator, as the first comments of every new account do."
            " You see it here; others will when it is approved.",
        )
    return redirect(made)


def comment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edits one's own comment."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    found = _own(request, pk)
    if request.method != "POST":
        if not rules.may_edit(request.user, found):
            return _not_allowed(request, found, "This comment can no longer be edited.")
        return _form_page(
            request, EditForm(initial={"body": found.body, "seen": _stamp(found)}), found.post, found.parent, found
        )
    form = EditForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, found.post, found.parent, found, status=422)
    try:
        if "preview" in request.POST:
            return _preview(request, form, found.post, found.parent, found)
        actions.edit_comment(
            comment=found, editor=request.user, body=form.cleaned_data["body"], seen=form.cleaned_data["seen"]
        )
    except Refusal as refusal:
        return _refused(request, form, found.post, found.parent, refusal, found)
    return redirect(found)


def comment_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes one's own comment, after a question."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    found = _own(request, pk)
    if not rules.may_delete(request.user, found):
        return _not_allowed(request, found, "This comment can no longer be deleted.")
    if request.method == "POST":
        post = found.post
        try:
            actions.delete_comment(comment=found, by=request.user)
        except Refusal as refusal:
            return _not_allowed(request, found, refusal.message)
        messages.success(request, "Your comment is deleted.")
        return redirect(post)
    page = Page(post=found.post)
    return render(
        request,
        "comments/delete.html",
        {"comment": found, "post": found.post, "comment_html": comment_html(found, page)},
    )


@login_required
def replies(request: HttpRequest) -> HttpResponse:
    """What others have answered to the member's comments and posts, the latest first."""
    found = Comment.objects.published().answering(request.user).select_related("author", "person", "post", "parent")
    page = latest_first(found, key="created_at", after=request.GET.get("after"), size=REPLIES_PAGE)
    return render(request, "comments/replies.html", {"replies": page.rows, "next_url": page.next_url})


def _own(request: HttpRequest, pk: int) -> Comment:
    """The member's own comment; 404 alike for what is not there and what is not theirs.

    A form that was open while a moderator took the comment away still gives its words back.
    """
    seen = Comment.objects.all() if request.method == "POST" else Comment.objects.visible_to(request.user)
    own = seen.filter(author=request.user.pk)
    return get_object_or_404(own.select_related("author", "person", "post", "parent"), pk=pk)


def _stamp(comment: Comment) -> str:
    return comment.edited_at.isoformat() if comment.edited_at else ""


def _preview(
    request: HttpRequest, form: Any, post: Post, parent: Comment | None, editing: Comment | None = None
) -> HttpResponse:
    limits.spend("previews", f"member:{request.user.pk}")
    html = mark_safe(render_markdown(form.cleaned_data["body"], post).html)  # noqa: S308  sanitised there
    return _form_page(request, form, post, parent, editing, preview=html)


def _refused(
    request: HttpRequest,
    form: Any,
    post: Post,
    parent: Comment | None,
    refusal: Refusal,
    editing: Comment | None = None,
) -> HttpResponse:
    """The form again, with every word that was typed and what stands in the way."""
    form.full_clean()
    form.add_error(None, refusal.message)
    if editing and refusal.status == 409:  # whoever saves now has seen both texts
        editing = Comment.objects.select_related("author", "person").get(pk=editing.pk)
        form.data = form.data.copy()
        form.data["seen"] = _stamp(editing)
    return try_again_after(refusal, _form_page(request, form, post, parent, editing, status=refusal.status))


def _form_page(
    request: HttpRequest,
    form: Any,
    post: Post,
    parent: Comment | None,
    editing: Comment | None = None,
    *,
    preview: SafeString | None = None,
    status: int = 200,
) -> HttpResponse:
    page = Page(post=post, viewer=Viewer(pk=request.user.pk))
    return render(
        request,
        "comments/form.html",
        {
            "form": form,
            "post": post,
            "parent": parent,
            "parent_html": comment_html(parent, page) if parent else "",
            "editing": editing,
            "now_html": comment_html(editing, page) if editing and status == 409 else "",
            "preview_html": preview,
            "why_not": "" if editing else rules.why_not_reply(request.user, post, parent),
        },
        status=status,
    )


def _not_allowed(request: HttpRequest, found: Comment, why: str) -> HttpResponse:
    why = why_not_write(request.user) or why
    return render(request, "comments/not_allowed.html", {"why": why, "comment": found}, status=403)
