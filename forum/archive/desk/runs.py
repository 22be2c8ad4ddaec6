"""The desk's list of imports, and the page of one import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forum.archive import rollback, uploads
from forum.archive.desk.uploads import as_file
from forum.archive.limits import Refused
from forum.archive.models import Item, Run
from forum.archive.reporting import counted
from forum.archive.rollback import RolledBack
from forum.archive.rules import may_import
from forum.moderation.desk.filters import SourceFilter
from forum.moderation.desk.records import RecordAdmin, moderator
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
        """The file, and the page that takes an import back."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/file/", view(self.file_view), name="archive_run_file"),
            path("<int:pk>/roll-back/", view(self.roll_back_view), name="archive_run_roll_back"),
        ]

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
            "options": [(name, one) for name, value in found.options.items() for one in _each(value)],
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
        if not may_import(request.user):
            raise PermissionDenied
        if not run.raw:
            raise Http404("this file was too large to be kept")
        return as_file(run.data, run.file_name)

    def roll_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Says what would go and what stays; posted, takes the import back."""
        run: Run = self.found(request, str(pk))
        if not may_import(request.user):
            raise PermissionDenied
        try:
            if request.method == "POST":
                self._tell(request, uploads.roll_back(run=run, by=moderator(request)))
                return redirect("admin:archive_run_change", run.pk)
            found = rollback.roll_back(run, by=moderator(request), commit=False)
        except Refused as refusal:
            messages.error(request, refusal.reason)
            return redirect("admin:archive_run_change", run.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Roll back {run.file_name}",
            "record": run,
            "found": found,
            "kept": found.kept[:ODD],
            "kept_more": max(len(found.kept) - ODD, 0),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/archive/roll_back.html", context)

    def _tell(self, request: HttpRequest, found: RolledBack) -> None:
        words = f"Removed: {counted(found.removed_posts, 'post')}, {counted(found.removed_comments, 'comment')}"
        messages.success(request, f"{words}, {counted(found.removed_persons, 'person')} of whom nothing is left.")
        if found.kept:
            say = f"{counted(len(found.kept), 'thing')} stayed because somebody has touched what was imported."
            messages.warning(request, say)

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


def _each(value: Any) -> list[str]:
    """What was said under one name, thing by thing."""
    if not isinstance(value, list):
        return [str(value)]
    return [
        ", ".join(f"{name} {told}" for name, told in one.items() if told is not None)
        for one in value
        if isinstance(one, dict)
    ]
