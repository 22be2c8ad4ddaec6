"""The desk's lists of imports and of what they found, and the page of one import."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forum.archive.desk.uploads import as_file
from forum.archive.models import Item, Run
from forum.archive.rules import may_import
from forum.moderation.desk.filters import SourceFilter
from forum.moderation.desk.records import RecordAdmin
from posts.models import Post

THREADS = 100
ODD = 200
"""Threads and anomalies that a page lists."""


class RunAdmin(RecordAdmin):
    """Imports, the latest first."""

    list_display = ("file", "source", "format", "size_shown", "started", "operator", "state_shown")
    list_display_links = None
    list_filter = (SourceFilter,)
    search_fields = ("file_name", "sha256")
    search_help_text = "The name of the file, or its SHA-256."
    ordering = ("-started_at", "-id")
    page_template = "admin/archive/run.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        """Without the files themselves, which may be large."""
        return Run.objects.select_related("source").defer("raw")

    def more_urls(self) -> list[URLPattern]:
        """The file, for those who may import."""
        view = self.admin_site.admin_view
        return [path("<int:pk>/file/", view(self.file_view), name="archive_run_file")]

    def page_context(self, request: HttpRequest, found: Run) -> dict[str, Any]:
        """The report: what it brought, what was odd, and where it stands."""
        kinds = dict(found.items.order_by().values_list("kind").annotate(count=Count("pk")))
        threads = Post.objects.filter(archive_items__run=found).order_by("pk").defer("body", "html")
        odd = found.report.get("anomalies", [])
        return {
            "title": f"Import of {found.file_name}",
            "state": self.state_shown(found),
            "kinds": [(str(Item.Kind(kind).label), count) for kind, count in sorted(kinds.items())],
            "counts": [(name.replace("_", " "), count) for name, count in found.counts.items()],
            "options": [(name, value) for name, value in found.options.items()],
            "threads": threads[:THREADS],
            "thread_count": kinds.get("post", 0),
            "anomalies": odd[:ODD],
            "anomalies_more": max(len(odd) - ODD, 0),
            "leftover": found.report.get("leftover", [])[:ODD],
            "uploads": found.uploads.defer("raw").order_by("pk"),
            "has_file": Run.objects.filter(pk=found.pk).exclude(raw=b"").exists(),
            "may_import": may_import(request.user),
            "items_url": reverse("admin:archive_item_changelist", query={"run__id__exact": found.pk}),
        }

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file as it came."""
        run: Run = self.found(request, str(pk))
        if not run.raw:
            raise Http404("this file was too large to be kept")
        return as_file(run.data, run.file_name)

    @display(description="file")
    def file(self, run: Run) -> SafeString:
        """Its name, with a link to the page."""
        return format_html('<a href="{}/change/">{}</a>', run.pk, run.file_name or "a file without a name")

    @display(description="size")
    def size_shown(self, run: Run) -> str:
        """Bytes."""
        return f"{run.size:,} bytes"

    @display(description="when")
    def started(self, run: Run) -> str:
        """The moment."""
        return f"{run.started_at:%B %-d, %Y, %H:%M} UTC"

    @display(description="state")
    def state_shown(self, run: Run) -> str:
        """How far it has come, and who took it back."""
        if run.rolled_back_at is None:
            return str(run.get_state_display())
        return f"rolled back by {run.rolled_back_by or 'nobody named'}, {run.rolled_back_at:%B %-d, %Y, %H:%M} UTC"
