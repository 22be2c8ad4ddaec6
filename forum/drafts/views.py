"""The member's drafts: where each was begun, its words, and throwing it away."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from comments.models import Comment
from forum.drafts import actions
from forum.drafts.models import Draft
from forum.prepared import LARGEST
from forum.returning import back
from forum.users.models import User
from posts.models import Post

WHAT = {
    Draft.Kind.REPLY: "Reply to",
    Draft.Kind.COMMENT: "Comment",
    Draft.Kind.COMMENT_EDIT: "Edit of your comment",
    Draft.Kind.POST_EDIT: "Edit of your post",
    Draft.Kind.POST: "New post",
}


@dataclass(frozen=True)
class Begun:
    """A draft in the list: what it is, whom it answers, in which thread, or that its place is gone."""

    draft: Draft
    what: str
    whom: str = ""
    post: Post | None = None
    url: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether nothing can be written there any more."""
        return not self.url


@login_required
def drafts(request: HttpRequest) -> HttpResponse:
    """What the member has begun to write, the latest first. Three queries."""
    member = request.user
    assert member.is_authenticated  # noqa: S101  login_required
    found = list(Draft.objects.filter(member=member).order_by("-updated_at", "-pk")[: actions.MOST])
    return render(request, "drafts/drafts.html", {"entries": _entries(found, member)})


@require_POST
@login_required
def throw_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes one of the member's drafts and goes back to where the button stood."""
    member = request.user
    assert member.is_authenticated  # noqa: S101  login_required
    if pk > LARGEST:
        raise Http404("no such draft")
    if actions.throw_away(member=member, pk=pk) and not request.htmx:  # type: ignore[attr-defined]
        messages.info(request, "The draft is thrown away.")  # a form in place is shown anew without messages
    return back(request, reverse("drafts"))


def _entries(found: list[Draft], member: User) -> list[Begun]:
    of_comments = {draft.of for draft in found if draft.kind in (Draft.Kind.REPLY, Draft.Kind.COMMENT_EDIT)}
    of_posts = {draft.of for draft in found if draft.kind in (Draft.Kind.COMMENT, Draft.Kind.POST_EDIT)}
    placed = Comment.objects.placed_for(member).select_related("author", "person", "post")
    comments = {comment.pk: comment for comment in placed.filter(pk__in=of_comments)}
    posts = {post.pk: post for post in Post.objects.placed_for(member).filter(pk__in=of_posts)}
    return [_entry(draft, comments.get(draft.of), posts.get(draft.of), member) for draft in found]


def _entry(draft: Draft, comment: Comment | None, post: Post | None, member: User) -> Begun:
    what = WHAT[Draft.Kind(draft.kind)]
    if draft.kind == Draft.Kind.POST:
        return Begun(draft, what, url=draft.place.url)
    if draft.kind in (Draft.Kind.COMMENT, Draft.Kind.POST_EDIT):
        return Begun(draft, what, post=post, url=draft.place.url if post else "")
    if comment is None:
        return Begun(draft, what, whom="a comment" if draft.kind == Draft.Kind.REPLY else "")
    whom = ""
    if draft.kind == Draft.Kind.REPLY:
        whom = comment.byline.name if comment.words_for(member) else "a comment that is not shown"
    return Begun(draft, what, whom, comment.post, draft.place.url)
