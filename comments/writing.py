"""The three forms in which comments are written: under a post, in answer to a comment, and over one's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe

from comments import actions, rules, threads
from comments.forms import CommentForm, EditForm
from comments.markup import comment_html, thread_html
from comments.models import Comment
from comments.page import Page, Viewer, guest_under
from comments.personal import personal_of
from comments.quoting import asked_quotation
from comments.rendering import render_new
from forum.drafts.models import Draft, Place
from forum.drafts.writing import Writing
from forum.moderation import holds
from forum.reading.zones import zone_of
from forum.states import State
from forum.users.roles import may_moderate
from posts import pulse
from posts.actions import published_by
from posts.models import Post
from posts.rules import may_mark_answer, why_not_write
from posts.writing import stamp

if TYPE_CHECKING:
    from forum.users.models import User

HELD = (
    "Your comment waits for a moderator, as the first comments of every new account do."
    " You see it here; others will when it is approved."
)

HELD_IN_OLD_THREAD = (
    "Your comment waits for a moderator: in old threads those of an account do until {needed} of its posts and comments"
    " are published. You see it here; others will when it is approved."
)


def viewer_of(request: HttpRequest, post: Post) -> Viewer:
    """What the markup of a thread needs to know of whoever asks."""
    user = request.user
    if not user.is_authenticated:
        return guest_under(post)
    writes, usual = not why_not_write(user), user.thread_order
    return Viewer(
        pk=user.pk,
        moderates=may_moderate(user),
        may_reply=writes and post.is_public and not post.is_locked,
        may_change=writes,
        may_edit=rules.may_edit_under(user, post),
        may_mark=may_mark_answer(user, post),
        zone=zone_of(user),
        order=usual if usual in threads.ORDERS else "oldest",
    )


class CommentWriting(Writing):
    """A new comment on a post, or a reply to ``parent``."""

    page, part = "comments/form.html", "comments/_form.html"

    def __init__(self, request: HttpRequest, post: Post, parent: Comment | None = None) -> None:
        super().__init__(request, Place("comment-reply", parent.pk) if parent else Place("comment-new", post.pk))
        self.post, self.parent = post, parent

    def form(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> CommentForm:
        """The form of a new comment."""
        return CommentForm(data, initial=initial)

    def initial(self, draft: Draft | None) -> dict[str, Any]:
        """The draft, and the quotation that the address asks for, after the draft's words unless it is in them."""
        body = draft.words.get("body", "") if draft else ""
        source = self.parent or self.post
        quotation = asked_quotation(source, self.request.GET) if source.words_for(self.request.user) else ""
        if quotation and quotation.strip() not in body:
            body = f"{body.rstrip()}\n\n{quotation}" if body.strip() else quotation
        return {"body": body}

    def preview(self, form: Any) -> SafeString:
        """The comment as it would be published."""
        return mark_safe(render_new(form.cleaned_data["body"], self.post).html)  # noqa: S308  sanitised there

    def publish(self, form: Any) -> Comment:
        """Posts the comment, in whose own transaction the draft goes: one within another is two statements more."""
        return actions.add_comment(
            post=self.post,
            author=self.member,
            body=form.cleaned_data["body"],
            parent=self.parent,
            token=form.cleaned_data["token"],
            along=self.let_go,
        )

    def published(self, made: Comment) -> HttpResponse:
        """To the comment at its place."""
        why = _why_held(made, self.member) if made.state == State.HELD else ""
        if why and not self.in_place:
            messages.info(self.request, why)
        return self._done(made, said=why or "Your comment is posted.", held=bool(why))

    def context(self) -> dict[str, Any]:
        """The comment that is answered, and why it cannot be, if so."""
        page = Page(post=self.post, viewer=Viewer(pk=self.request.user.pk, zone=zone_of(self.request.user)))
        return {
            "post": self.post,
            "parent": self.parent,
            "answered_html": comment_html(self.parent, page) if self.parent and not self.in_place else "",
            "why_not": rules.why_not_reply(self.request.user, self.post, self.parent),
        }

    def is_done(self, words: Mapping[str, str]) -> bool:
        """Whether the form has made its comment."""
        token = self.request.POST.get("token", "")
        return Comment.objects.filter(author=self.request.user.pk, token=token[:32]).exists() if token else False

    def _done(self, made: Comment, **told: Any) -> HttpResponse:
        """To the comment at its place; a script gets the comment itself, and is told where and how it stands."""
        if not self.in_place:
            return self.leave(made.get_absolute_url())
        found = Comment.objects.with_bylines().select_related("post").get(pk=made.pk)
        post, viewer = found.post, viewer_of(self.request, found.post)
        parents = threads.context(found)
        node = threads.Node(found, depth=len(parents), parent=threads.Node(parents[-1]) if parents else None)
        asked = parse_qs(self.around.query)
        flat = asked.get("view") == ["flat"]
        first = not flat and asked.get("order", [viewer.order]) == ["newest"]
        shown = threads.Thread([node])
        page = Page(post=post, viewer=viewer, flat=flat, personal=personal_of(self.request.user, post, shown))
        count = pulse.counted(post.comment_count)
        return self.made(thread_html(shown, page), first=first, count=count, **told)


def _why_held(comment: Comment, author: User) -> str:
    """What its author is told: elsewhere an account may be known well enough, and only an old thread asks for more."""
    first, here = holds.needed(), holds.needed(comment.post)
    if here > first and published_by(author, first) >= first:
        return HELD_IN_OLD_THREAD.format(needed=here)
    return HELD


class CommentEditing(CommentWriting):
    """New words for one's own comment."""

    def __init__(self, request: HttpRequest, comment: Comment) -> None:
        super().__init__(request, comment.post, comment.parent)
        self.place = Place("comment-edit", comment.pk)
        self.comment = comment

    def form(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> EditForm:  # type: ignore[override]
        """The form of new words."""
        return EditForm(data, initial=initial)

    def initial(self, draft: Draft | None) -> dict[str, Any]:
        """The words as they stand, or the draft with the moment of the words that it began from."""
        if draft:
            return {"seen": "", **draft.words}
        return {"body": self.comment.body, "seen": stamp(self.comment)}

    def publish(self, form: Any) -> Comment:
        """Saves the words."""
        with self.letting_go():
            actions.edit_comment(
                comment=self.comment,
                editor=self.member,
                body=form.cleaned_data["body"],
                seen=form.cleaned_data["seen"],
            )
        return self.comment

    def published(self, made: Comment) -> HttpResponse:
        """To the comment at its place."""
        return self._done(made, said="Your words are saved.", edited=True)

    def context(self) -> dict[str, Any]:
        """The comment, and its words as they stand now where somebody changed them meanwhile."""
        page = Page(post=self.post, viewer=Viewer(pk=self.request.user.pk, zone=zone_of(self.request.user)))
        now = comment_html(self.comment, page) if self.conflicts else ""
        return {"post": self.post, "parent": self.parent, "editing": self.comment, "now_html": now}

    def is_done(self, words: Mapping[str, str]) -> bool:
        """Whether these are the words of the comment by now."""
        return words.get("body", "").strip() == self.comment.body.strip()

    def after_conflict(self, form: Any) -> None:
        """Takes the words as they stand now for seen."""
        self.conflicts = True
        self.comment = Comment.objects.with_bylines().get(pk=self.comment.pk)
        form.data = form.data.copy()
        form.data["seen"] = stamp(self.comment)
