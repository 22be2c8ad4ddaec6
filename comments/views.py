"""The pages of comments: the permalink in its context, the forms, and the replies to a member."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from comments import actions, eras, rows, rules, threads, versions
from comments.drawn import DrawnThread
from comments.evidence import Evidence, evidence_of
from comments.finding import placed_comment
from comments.forms import KEPT, PageForm
from comments.markup import comment_html, thread_parts
from comments.models import Comment
from comments.page import Page, Viewer
from comments.personal import personal_of
from comments.showing import shown_card, shown_comment, shown_parents, shown_thread
from comments.spots import Spot
from comments.writing import CommentEditing, CommentWriting, viewer_of
from forum.drafts import carrying
from forum.drafts.actions import words_posted
from forum.drafts.models import Place
from forum.drafts.writing import gone
from forum.errors import NoSuchPage, sign_in_first
from forum.moderation import ledger
from forum.moulds import fill
from forum.notices.context import read_here
from forum.pagecache.keeping import kept
from forum.pages.context import frame
from forum.paging import latest_first
from forum.reading.news import NO_FOLDS, folds
from forum.reading.views import is_read, keep, look_at
from forum.reading.zones import zone_of
from forum.refusals import Refusal
from posts.finding import placed_post
from posts.models import Post
from posts.rules import why_not_write

REPLIES_PAGE = 50
FIRST_PAGE = {"view": "", "order": "", "era": "", "fold": "", "after": None, "start": None}  # of a bare address


def cursor(request: HttpRequest, post: Post) -> tuple[dict[str, Any], Comment | None]:
    """What the address says of view and order, and the comment that the page begins after.

    404 for nonsense, and for a comment that has no place for this reader: as its own page answers, so that no address
    tells that it is there. It may have had one when the page before was made, so the answer leads to the thread.
    """
    if not request.GET:
        return FIRST_PAGE, None
    form = PageForm(request.GET)
    if not form.is_valid():
        raise NoSuchPage(post.get_absolute_url())
    spot = form.cleaned_data["after"]
    if spot is None:
        return form.cleaned_data, None
    after = rows.get(post, spot.pk)
    if after is None or not after.is_placed_for(request.user):
        raise NoSuchPage(post.get_absolute_url())
    return form.cleaned_data, spot.stood(after)


def page_of(
    request: HttpRequest,
    post: Post,
    thread: threads.Thread,
    viewer: Viewer,
    *,
    order: str,
    flat: bool = False,
    fold: bool = False,
    top: Comment | None = None,
    era: str = "",
    after: Comment | None = None,
) -> Page:
    """The page around a thread, or around the branch of ``top``, which counts as read by whoever asks for it.

    ``fold``: what was read before is to be folded away. A thread that is drawn for all is read where this reader sees
    it differently.
    """
    drawn = thread if isinstance(thread, DrawnThread) else None
    personal = personal_of(request.user, post, thread, waiting=drawn is not None)
    if drawn and not drawn.suits(viewer, personal):
        drawn.read(request.user)
    news = look_at(request, post, thread, personal)
    if viewer.pk is not None and is_read(request):
        shown = [node.comment.id for node in thread.walk()]
        read_here(request, comments=shown, post=None if top else post.pk)
    folded = personal.folded - {top.pk} if top else personal.folded
    told = Evidence() if drawn and drawn.html else evidence_of(thread)
    return Page(
        post=post,
        viewer=viewer,
        personal=personal,
        news=news,
        folds=NO_FOLDS if flat else folds(thread, news.fresh, kept=folded, read=fold and news.kept),
        order=order,
        flat=flat,
        evidence=told.proofs,
        quoting=told.quoting,
        rules=told.rules,
        top=top,
        era=era,
        follows=after,
        above=None if thread.torn else 0,
    )


@kept(versions.of_branch, says=KEPT)
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """A comment in its context: its parents, itself, and its branch."""
    found = placed_comment(pk, request.user)
    if found is None:
        raise Http404("no such comment for this reader")
    post = found.post
    asked, after = cursor(request, post)
    viewer = viewer_of(request, post)
    order = asked["order"] or viewer.order
    era = "then" if asked["era"] == "then" else ""  # what is said now stands under what it answers
    if era:
        thread = eras.era_page(post, request.user, era=era, order=order, top=found, after=after)
    else:
        thread = threads.thread_page(post, request.user, order=order, top=found, after=after)
    parents = threads.context(found)
    node = threads.Node(found, parent=threads.Node(parents[-1]) if parents else None, replies=thread.roots)
    for reply in thread.walk():
        reply.depth += 1
    for root in thread.roots:
        root.parent = node
    branch = threads.Thread([node], thread.after)
    page = page_of(request, post, branch, viewer, order=order, top=found, era=era, after=after)
    page.above = len(parents) if len(parents) < threads.CONTEXT else None
    start = asked["start"]
    chosen = order if start and order != viewer.order else ""  # of the page that the branch was opened from
    shown = {
        **frame(request),
        "post": shown_thread(post),
        "comment": shown_comment(found),
        "card": shown_card(found, post),
        "parents": shown_parents(parents),
        "readable": found.words_for(request.user),
        "verdict": None,
        "thread_html": thread_parts(branch, page),
        "next_url": _next(thread, order, viewer, start, era),
        "thread_url": address(post.get_absolute_url(), order=chosen, after=start, era=era),
        "back_url": _back(found, chosen, start, era) + f"#c{found.pk}",
    }
    verdict = ledger.told(found, request.user)
    if verdict is not None:  # for the one who wrote it: no mould is made for that
        return keep(render(request, "comments/comment.html", {**shown, "verdict": verdict}), page.news.cookie)
    return keep(HttpResponse(fill("comments/comment.html", shown)), page.news.cookie)


def _back(comment: Comment, order: str, start: Spot | None, era: str) -> str:
    """The page of the thread that shows the comment: where the reader came from, or of a large one the flat page.

    It begins with the comment; one query finds the one before.
    """
    post = comment.post
    here = post.get_absolute_url()
    if start or era or post.comment_count <= threads.WHOLE:
        return address(here, order=order, after=start, era=era)
    before = threads.before(comment)
    return address(here, view="flat", after=before.pk if before else None)


def _next(thread: threads.Thread, order: str, viewer: Viewer, start: Spot | None, era: str) -> str:
    if thread.after is None:
        return ""
    after = Spot.of(thread.after, order)
    return address("", after=after, order=order if order != viewer.order else "", start=start, era=era)


def address(path: str, **query: object) -> str:
    """The path with what of the query says anything, in the one order in which addresses are kept.

    All that a page can be asked for are words of ours and numbers, in which nothing is to be quoted.
    """
    said = "&".join([f"{name}={query[name]}" for name in PageForm.base_fields if query.get(name)])
    return f"{path}?{said}" if said else path


def comment_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Comments on a post."""
    found = placed_post(pk, request.user)
    return CommentWriting(request, found).answer() if found else gone(request, Place("comment-new", pk))


def comment_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers a comment, with a quotation of it where the address asks for one."""
    parent = placed_comment(pk, request.user)
    if parent is None:
        return gone(request, Place("comment-reply", pk))
    return CommentWriting(request, parent.post, parent).answer()


def comment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edits one's own comment."""
    if not request.user.is_authenticated:
        return sign_in_first(request, carrying.pack(Place("comment-edit", pk), words_posted(request.POST)))
    found = _own(request, pk)
    if request.method != "POST" and not rules.may_edit(request.user, found):
        return _not_allowed(request, found, "This comment can no longer be edited.")
    return CommentEditing(request, found).answer()


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
    page = Page(post=found.post, viewer=Viewer(zone=zone_of(request.user)))
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


def _not_allowed(request: HttpRequest, found: Comment, why: str) -> HttpResponse:
    why = why_not_write(request.user) or why
    return render(request, "comments/not_allowed.html", {"why": why, "comment": found}, status=403)
