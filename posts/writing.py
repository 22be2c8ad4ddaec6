"""The two forms in which posts are written: a new one, and new words for one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe

from forum.bylines import Bylined
from forum.drafts.models import Draft, Place
from forum.drafts.writing import Writing
from forum.refusals import Refusal
from forum.states import State
from forum.text import addresses
from posts import actions, rules
from posts.forms import EditPostForm, PostForm
from posts.lists import posted_before
from posts.models import Post

HELD = (
    "Your post waits for a moderator, as the first of every new account does."
    " You see it here; others will when it is approved."
)
POSTED_BEFORE = "This page was posted before. Join the earlier thread, or post it all the same."


class PostWriting(Writing):
    """A new post."""

    page, part = "posts/form.html", "posts/_form.html"

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, Place("post-new"))
        self.earlier: list[Post] = []
        self.again = ""

    def form(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> PostForm:
        """The form of a new post."""
        return PostForm(data, initial=initial)

    def preview(self, form: Any) -> SafeString:
        """The text as it would be published, and what was posted about the same page before."""
        self.look_back(form)
        words = form.cleaned_data
        return mark_safe(actions.render_new(words["body"], words["kind"]))  # noqa: S308  sanitised there

    def publish(self, form: Any) -> Post:
        """Starts the thread; about a page that was posted before, only for somebody who has been told."""
        self.look_back(form)
        told = self.request.POST.get("again") == self.again
        if self.earlier and not told and not self.is_done({}):
            raise PostedBefore(POSTED_BEFORE)
        with self.letting_go():
            return actions.add_post(author=self.member, **form.cleaned_data)

    def published(self, made: Post) -> HttpResponse:
        """To the thread."""
        if made.state == State.HELD:
            messages.info(self.request, HELD)
        return self.leave(made.get_absolute_url())

    def context(self) -> dict[str, Any]:
        """Why the member may not write, if so."""
        return {
            "why_not": rules.why_not_write(self.request.user),
            "earlier": self.earlier,
            "again": self.again if self.earlier else "",
        }

    def look_back(self, form: Any) -> None:
        """Finds earlier threads about the same page."""
        url = form.cleaned_data["url"]
        self.earlier, self.again = posted_before(url, but=self.own()), addresses.key(url)

    def own(self) -> Q:
        """What this form has made already, or is about: no reason to warn."""
        return Q(author=self.member, token=self.request.POST.get("token", "")[:32])

    def is_done(self, words: Mapping[str, str]) -> bool:
        """Whether the form has made its post."""
        token = self.request.POST.get("token", "")
        return Post.objects.filter(author=self.request.user.pk, token=token[:32]).exists() if token else False


class PostedBefore(Refusal):
    """The same page was posted before, which its author has not been told yet."""

    status = 409


class PostEditing(PostWriting):
    """New words for one's own post."""

    def __init__(self, request: HttpRequest, post: Post) -> None:
        super().__init__(request)
        self.place = Place("post-edit", post.pk)
        self.post = post

    def form(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> EditPostForm:
        """The form of new words."""
        return EditPostForm(data, initial=initial, post=self.post)

    def initial(self, draft: Draft | None) -> dict[str, Any]:
        """The words as they stand, or the draft with the moment of the words that it began from."""
        if draft:
            return {"seen": "", "tags": "", **draft.words}
        post = self.post
        return {"title": post.title, "url": post.url, "body": post.body, "seen": stamp(post)}

    def own(self) -> Q:
        """The post itself."""
        return Q(pk=self.post.pk)

    def publish(self, form: Any) -> Post:
        """Saves the words."""
        words = {name: form.cleaned_data[name] for name in ("title", "url", "body", "seen")}
        with self.letting_go():
            actions.edit_post(post=self.post, editor=self.member, tags=form.cleaned_data.get("tags"), **words)
        return self.post

    def published(self, made: Post) -> HttpResponse:
        """To the thread, whose address may be another now."""
        return self.leave(Post.objects.get(pk=made.pk).get_absolute_url())

    def context(self) -> dict[str, Any]:
        """The post, and its words as they stand now where somebody changed them meanwhile."""
        return {**super().context(), "editing": self.post, "now": self.post if self.conflicts else None}

    def is_done(self, words: Mapping[str, str]) -> bool:
        """Whether these are the words of the post by now."""
        return all(words.get(name, "").strip() == getattr(self.post, name).strip() for name in ("title", "url", "body"))

    def after_conflict(self, form: Any) -> None:
        """Takes the words as they stand now for seen."""
        self.conflicts = True
        self.post = Post.objects.with_bylines().get(pk=self.post.pk)
        form.data = form.data.copy()
        form.data["seen"] = stamp(self.post)


def stamp(words: Bylined) -> str:
    """When the words were last edited, as a form says it."""
    return words.edited_at.isoformat() if words.edited_at else ""
