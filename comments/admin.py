"""The desk's list of comments, and the page where one comment is judged."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comments.evidence import evidence_of
from comments.models import Comment, Revision
from comments.threads import Node, Thread
from forum.moderation import actions
from forum.moderation.desk.attaching import ATTACH, AttachForm
from forum.moderation.desk.deciding import Decision
from forum.moderation.desk.revisions import RevisionAdmin
from forum.moderation.desk.words import ABOUT_WORDS, WordsAdmin
from forum.moderation.forms import ReasonForm
from forum.users.models import User


def _detach(comment: Comment, by: User, data: dict[str, Any]) -> bool:
    return actions.detach(comment=comment, by=by, rule=data.get("rule"), reason=data["reason"])


DETACH = Decision(
    "detach",
    "Detach from its parent",
    "detached",
    _detach,
    lambda comment: comment.archived and comment.parent_id is not None,
    rule="none",
    note="The page it came from showed no replies. It and its branch move to the top of the thread, and no later"
    " import moves them back.",
)


@admin.register(Comment)
class CommentAdmin(WordsAdmin):
    """Comments, those that came last first."""

    kind = "comment"
    decisions = (*ABOUT_WORDS, DETACH, ATTACH)
    list_display = ("said", "who", "thread", "where", "decided", "arrived")
    search_fields = ("body", "author__username", "person__name", "post__title")
    search_help_text = "Words, the name of the author, or the title of the post."
    page_template = "admin/moderation/words.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Comment]:
        """With authors and threads."""
        found = Comment.objects.select_related("author", "person", "post")
        return found.defer("body", "post__body", "post__html")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The page of a post leads to its comments by an address that names it."""
        return lookup == "post" or super().lookup_allowed(lookup, value, request)

    def make_form(self, decision: Decision, things: list[Comment], data: Any) -> ReasonForm:
        """The form of a decision; that of another parent offers comments to choose from."""
        if decision is ATTACH:
            return AttachForm(data, things=things, rule=decision.rule)
        return super().make_form(decision, things, data)

    @display(description="thread")
    def thread(self, comment: Comment) -> SafeString:
        """The post it stands under, and the era."""
        era = "then (archive)" if comment.archived else "now"
        return format_html("{}<br><small>{}</small>", comment.post.title, era)

    def page_context(self, request: HttpRequest, found: Comment) -> dict[str, Any]:
        """As for all words, with what it answers and how we know."""
        proof = evidence_of(Thread([Node(found)])).proofs.get(found.pk, "")
        return {**super().page_context(request, found), "evidence": proof, "parent": found.parent, "post": found.post}


@admin.register(Revision)
class RevisionsAdmin(RevisionAdmin):
    """Earlier versions of comments."""

    kind = "comment"
