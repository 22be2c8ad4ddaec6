"""The desk's list of posts, and the page where one post is judged."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from forum.moderation import actions
from forum.moderation.desk.deciding import Decision
from forum.moderation.desk.revisions import RevisionAdmin
from forum.moderation.desk.words import ABOUT_WORDS, WordsAdmin
from forum.moderation.forms import ReasonForm
from forum.users.models import User
from posts.models import Post, Revision
from posts.rules import may_lock
from posts.tags.admin import RETAG, retag_form


def _lock(post: Post, by: User, data: dict[str, Any]) -> bool:
    return actions.set_lock(post=post, lock=True, by=by, rule=data.get("rule"), reason=data["reason"])


def _unlock(post: Post, by: User, data: dict[str, Any]) -> bool:
    return actions.set_lock(post=post, lock=False, by=by, rule=data.get("rule"), reason=data["reason"])


LOCKS = (
    Decision(
        "lock",
        "Lock",
        "locked",
        _lock,
        lambda post: not post.is_locked,
        allowed=may_lock,
        note="The thread can be read, but nobody can comment on it or edit in it.",
    ),
    Decision(
        "unlock",
        "Unlock",
        "unlocked",
        _unlock,
        lambda post: post.is_locked,
        allowed=may_lock,
        note="Members can comment again.",
    ),
)


@admin.register(Post)
class PostAdmin(WordsAdmin):
    """Posts, those that came last first."""

    kind = "post"
    decisions = (*ABOUT_WORDS, *LOCKS, RETAG)
    search_fields = ("title", "body", "author__username", "person__name")
    search_help_text = "Words of the title or the text, or the name of the author."
    page_template = "admin/moderation/words.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        """With authors."""
        return Post.objects.select_related("author", "person", "source").defer("body")

    def make_form(self, decision: Decision, things: list[Any], data: Any) -> ReasonForm:
        """The form of a decision; that of tags holds those there are."""
        return retag_form(things, data) if decision is RETAG else super().make_form(decision, things, data)

    def page_context(self, request: HttpRequest, found: Post) -> dict[str, Any]:
        """As for all words."""
        return {**super().page_context(request, found), "post": found}


@admin.register(Revision)
class RevisionsAdmin(RevisionAdmin):
    """Earlier versions of posts."""

    kind = "post"
