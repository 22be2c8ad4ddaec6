"""The desk's lists of earlier versions, where one of them is taken out of the history."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forum.moderation import versions
from forum.moderation.desk import showing
from forum.moderation.desk.deciding import DecidingAdmin, Decision
from forum.users.models import User
from forum.users.roles import may_moderate

SHOWN = 200  # characters of a version in a list


def _to(hidden: bool) -> Any:
    def act(revision: versions.Revision, by: User, data: dict[str, Any]) -> bool:
        return versions.set_hidden(
            revision=revision, hidden=hidden, by=by, rule=data.get("rule"), reason=data["reason"]
        )

    return act


class RevisionAdmin(DecidingAdmin):
    """Earlier versions of posts or of comments, the last replaced first."""

    decisions = (
        Decision(
            "hide",
            "Hide this version",
            "hidden",
            _to(True),
            lambda revision: not revision.hidden,
            rule="needed",
            note="A line stands in its place in the history, and no comparison shows its words. Each version with the"
            " same passage is hidden for itself; what stands now is hidden as a whole, on its own page.",
        ),
        Decision(
            "show",
            "Show this version again",
            "shown again",
            _to(False),
            lambda revision: revision.hidden,
            note="Whoever may read the words that stand now can read it again.",
        ),
    )
    list_display: Any = ("said", "of", "replaced", "shown")
    list_display_links = None
    ordering = ("-id",)
    page_template = "admin/moderation/revision.html"
    kind: str

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever moderates the words that stand now."""
        return may_moderate(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As for one of them."""
        return may_moderate(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what they are versions of."""
        people = [f"{self.kind}__author", f"{self.kind}__person"]
        found: QuerySet[Any] = self.model._default_manager.select_related(self.kind, *people)
        return found

    def line(self, thing: Any) -> SafeString:
        """The words, and what they are a version of."""
        return format_html("<td>{}</td><td>{}</td>", self.said(thing), self.of(thing))

    def page_context(self, request: HttpRequest, found: Any) -> dict[str, Any]:
        """The words as typed, and the buttons."""
        thing = getattr(found, self.kind)
        return {
            "title": f"Earlier version of a {self.kind} by {thing.byline.name}",
            "thing": thing,
            "thing_url": showing.page_of(thing),
            "history_url": f"/{self.kind}s/{thing.pk}/history/",
            "buttons": self.buttons(request, found),
        }

    @display(description="words")
    def said(self, revision: Any) -> SafeString:
        """Its beginning, with a link to the page."""
        url = f"/admin/{self.opts.app_label}/{self.opts.model_name}/{revision.pk}/change/"
        words = revision.body[:SHOWN] or getattr(revision, "title", "") or "no words"
        return format_html('<a href="{}">{}</a>', url, words)

    @display(description="of")
    def of(self, revision: Any) -> SafeString:
        """The page of what stands now."""
        thing = getattr(revision, self.kind)
        return format_html('<a href="{}">{} by {}</a>', showing.page_of(thing), self.kind, thing.byline.name)

    @display(description="replaced")
    def replaced(self, revision: Any) -> str:
        """When an edit replaced it."""
        return f"{revision.replaced_at:%B %-d, %Y, %H:%M} UTC"

    @display(description="in the history")
    def shown(self, revision: Any) -> str:
        """Whether readers find it."""
        if revision.hidden:
            return "hidden by a moderator"
        return "shown" if revision.counts else "not shown: replaced in the first minutes"
