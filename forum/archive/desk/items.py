"""The desk's list of what imports found, and the page of one find."""

from __future__ import annotations

from django.contrib.admin import display
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from forum.archive.models import Item
from forum.archive.source import text_of
from forum.moderation.desk.records import ListAdmin

SHOWN = 20_000  # characters of an item's text


class ItemAdmin(ListAdmin):
    """What imports found, each with its lines and a link to the spot: added by imports alone, never changed here."""

    list_display = ("__str__", "source", "spot", "first_line", "last_line")
    list_filter = ("source",)
    search_fields = ("source_key", "=first_line")
    fields = (
        *("run", "source", "kind", "spot", "first_line", "last_line", "element", "text"),
        *("source_key", "parent_key", "digest", "body_digest", "words_digest", "evidence"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        """With the runs, but without their files and reports."""
        found = super().get_queryset(request).select_related("run", "source")
        return found.defer("run__raw", "run__report")

    @display(description="its text in the file")
    def text(self, item: Item) -> str:
        """All that was kept of it: names that were taken off and words that were taken down are in it."""
        words = text_of(item)
        more = f"\n… {len(words) - SHOWN:,} characters more" if len(words) > SHOWN else ""
        return format_html('<pre class="typed">{}{}</pre>', words[:SHOWN], more) if words else "not kept"

    @display(description="on the site")
    def spot(self, item: Item) -> str:
        """A link to the post or comment, if it is still here."""
        if item.comment_id:
            return format_html(
                '<a href="{}">comment {}</a>, <a href="{}">in its source</a>',
                reverse("comment", args=[item.comment_id]),
                item.comment_id,
                reverse("comment-source", args=[item.comment_id]),
            )
        if item.post_id:
            return format_html(
                '<a href="{}">the post</a>, <a href="{}">in its source</a>',
                reverse("post", args=[item.post_id, "thread"]),
                reverse("post-source", args=[item.post_id]),
            )
        return "no longer here"
