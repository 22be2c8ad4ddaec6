"""The desk's list of uploads: a file is brought, applied, or thrown away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString

from forum.archive import corrections, toml, uploads
from forum.archive.desk.correcting import CorrectingAdmin
from forum.archive.desk.forms import UploadForm
from forum.archive.limits import Refused
from forum.archive.models import Upload
from forum.archive.outcome import Outcome
from forum.archive.receiving import TOO_LARGE
from forum.archive.reporting import told
from forum.archive.rules import may_import
from forum.moderation.desk.records import moderator
from forum.reading.zones import names as zone_names
from forum.refusals import Refusal


class UploadAdmin(CorrectingAdmin):
    """Files that were brought, the latest first."""

    list_display = ("file", "size_shown", "brought", "state")
    list_display_links = None
    ordering = ("-uploaded_at", "-id")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever may import."""
        return may_import(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Upload]:
        """Without the files themselves."""
        return Upload.objects.select_related("uploaded_by", "run").defer("raw", "run__raw", "run__report")

    def more_urls(self) -> list[URLPattern]:
        """The form of a new one, and what the buttons of a page do."""
        view = self.admin_site.admin_view
        acts: dict[str, Callable[..., HttpResponse]] = {
            "about": self.about_view,
            "comment": self.comment_view,
            "undo": self.undo_view,
            "apply": self.apply_view,
            "throw-away": self.throw_away_view,
            "toml": self.toml_view,
            "file": self.file_view,
        }
        return [
            path("add/", view(self.add_view), name="archive_upload_add"),
            *(path(f"<int:pk>/{act}/", view(do), name=f"archive_upload_{act}") for act, do in acts.items()),
        ]

    # -- bringing it ---------------------------------------------------------------------------------------

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Takes a file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        posted = request.method == "POST"
        sent = (request.POST, request.FILES) if posted else (None, None)
        form = UploadForm(*sent, too_large=TOO_LARGE in request.META)
        if posted and form.is_valid() and (upload := self._bring(request, form)):
            return redirect("admin:archive_upload_change", upload.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Import a page",
            "form": form,
            "zones": zone_names(),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/archive/upload_new.html", context, status=422 if posted else 200)

    def _bring(self, request: HttpRequest, form: UploadForm) -> Upload | None:
        file, said = form.cleaned_data["file"], form.said()
        if form.errors:
            return None
        try:
            forced = form.cleaned_data["format"]
            found, new = uploads.bring(
                by=moderator(request), name=file.name, data=file.read(), said=said, forced=forced
            )
        except Refused as refusal:
            form.add_error("file", refusal.reason)
            return None
        except Refusal as refusal:
            raise PermissionDenied(refusal.message) from None
        if new:
            messages.success(request, "Nothing of it is in a thread yet. Look at what it would become, then apply it.")
        else:
            messages.info(request, "This very file waits here already, with what was corrected of it.")
        return found

    # -- what becomes of it --------------------------------------------------------------------------------

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Loads it, and leads to the report."""
        upload = self.posted(request, pk)
        if upload is None:
            return HttpResponseNotAllowed(["POST"])
        try:
            done = uploads.apply(upload=upload, by=moderator(request), seen=request.POST.get("seen", ""))
        except Refused as refusal:
            error = f"Nothing was applied: {refusal.reason} Your corrections are kept."
            return self.again(request, upload, error, 422)
        except Refusal as refusal:
            if upload.run_id and not uploads.is_open(upload):
                messages.info(request, "This file was applied already. This is its import.")
                return redirect("admin:archive_run_change", upload.run_id)
            return self.again(request, upload, refusal.message, refusal.status)
        _tell(request, done.outcome)
        return redirect("admin:archive_run_change", done.run.pk)

    def throw_away_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Forgets it."""
        upload = self.posted(request, pk)
        if upload is None:
            return HttpResponseNotAllowed(["POST"])
        uploads.throw_away(upload=upload, by=moderator(request))
        messages.success(request, f"{upload.file_name} was thrown away with its corrections.")
        return redirect("admin:archive_upload_changelist")

    def toml_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The corrections, as the command line takes them."""
        upload = self.found(request, str(pk))
        said = corrections.parse(upload.corrections)
        stem = upload.file_name.rsplit(".", 1)[0]
        return as_file(toml.written(replace(said, sha256=upload.sha256)).encode(), f"{stem}.toml")

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file as it came."""
        upload = self.found(request, str(pk))
        return as_file(upload.data, upload.file_name)

    # -- the list ------------------------------------------------------------------------------------------

    @display(description="file")
    def file(self, upload: Upload) -> SafeString:
        """Its name, with a link to the page."""
        return format_html('<a href="{}/change/">{}</a>', upload.pk, upload.file_name or "a file without a name")

    @display(description="size")
    def size_shown(self, upload: Upload) -> str:
        """Bytes."""
        return f"{upload.size:,} bytes"

    @display(description="brought")
    def brought(self, upload: Upload) -> str:
        """By whom and when."""
        by = upload.uploaded_by.username if upload.uploaded_by else "a moderator who has left"
        return f"by {by}, {upload.uploaded_at:%B %-d, %Y, %H:%M} UTC"

    @display(description="state")
    def state(self, upload: Upload) -> SafeString:
        """Whether it waits, and the import it became."""
        if upload.run is None:
            return SafeString("waits to be applied")
        done = "rolled back" if uploads.is_open(upload) else "applied"
        return format_html('{}: <a href="{}">its import</a>', done, _run_page(upload))


def _tell(request: HttpRequest, outcome: Outcome) -> None:
    """What was created, changed and left, in sentences."""
    say = messages.success if outcome.wrote else messages.info
    for sentence in told(outcome, done=True):
        say(request, sentence)


def as_file(data: bytes, name: str) -> HttpResponse:
    """A file to keep, which no browser shows or guesses at."""
    answer = HttpResponse(data, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _run_page(upload: Upload) -> str:
    return reverse("admin:archive_run_change", args=[upload.run_id])
