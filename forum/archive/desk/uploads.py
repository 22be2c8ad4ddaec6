"""The desk's list of uploads and the page of one: preview beside the source, corrections, apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString

from forum.archive import corrections, toml, uploads
from forum.archive.corrections import Corrections
from forum.archive.desk import preview
from forum.archive.desk.forms import AboutForm, CommentForm, UploadForm, corrected, undone
from forum.archive.desk.preview import Preview
from forum.archive.fixes import TOP, Fix
from forum.archive.items import Comment
from forum.archive.limits import Refused
from forum.archive.models import Upload
from forum.archive.outcome import Outcome
from forum.archive.plan import Plan
from forum.archive.receiving import TOO_LARGE
from forum.archive.reporting import told
from forum.archive.rules import may_import
from forum.moderation.desk.records import RecordAdmin, moderator
from forum.reading.zones import names as zone_names
from forum.refusals import Refusal

ODD = 200
THREADS = 100
"""Anomalies and threads that a page lists."""
_QUICK = 1_000
"""Comments that are tried on every part of a preview; what more of them would do is said on the first part alone."""


class UploadAdmin(RecordAdmin):
    """Files that were brought, the latest first."""

    list_display = ("file", "size_shown", "brought", "state")
    list_display_links = None
    ordering = ("-uploaded_at", "-id")
    page_template = "admin/archive/upload.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may import."""
        return may_import(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may import: the files are raw."""
        return may_import(request.user)

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

    # -- the page ------------------------------------------------------------------------------------------

    def page_context(self, request: HttpRequest, found: Upload) -> dict[str, Any]:
        """The preview at the line that the address names."""
        return self._context(found, number=_number(request, "thread"), line=_number(request, "line"))

    def _context(
        self,
        upload: Upload,
        *,
        number: int = 1,
        line: int = 0,
        error: str = "",
        about: AboutForm | None = None,
        comment: tuple[CommentForm, str] | None = None,
    ) -> dict[str, Any]:
        said = corrections.parse(upload.corrections)
        context: dict[str, Any] = {
            "title": upload.file_name,
            "said": said,
            "error": error,
            "about": about or AboutForm(said=said, upload=upload),
            "page_said": preview.said_of_page(said),
            "seen": uploads.stamp(upload),
            "is_open": uploads.is_open(upload),
            "toml": upload.corrections,
            "zones": zone_names(),
        }
        try:
            plan = uploads.plan_of(upload)
            return context | _shown(upload, plan, number, line, comment)
        except Refused as refusal:
            return context | {"refused": refusal.reason}

    def _again(self, request: HttpRequest, upload: Upload, error: str, status: int, **more: Any) -> HttpResponse:
        """The page with what went wrong, and what was sent still in its form."""
        upload.refresh_from_db(fields=["corrections", "format", "changed_at", "run"])
        return self.page(request, upload, self._context(upload, error=error, **more), status)

    # -- correcting it -------------------------------------------------------------------------------------

    def about_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Corrects the page as a whole."""
        upload = self._posted(request, pk)
        if upload is None:
            return HttpResponseNotAllowed(["POST"])
        said = corrections.parse(upload.corrections)
        form = AboutForm(request.POST, said=said, upload=upload)
        if form.is_valid():
            found = form.said(said)
            if not form.errors:
                forced = form.cleaned_data["format"]
                return self._correct(request, upload, found, {"about": form}, forced=forced)
        return self._again(request, upload, "Nothing was saved yet. Your words are kept.", 422, about=form)

    def comment_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Corrects one comment: its author, whom it answers, that it is none, or a part of the one before it."""
        upload = self._posted(request, pk)
        if upload is None:
            return HttpResponseNotAllowed(["POST"])
        number, key = _number(request, "thread"), request.POST.get("key", "")
        form = CommentForm(request.POST, auto_id="id_sent_%s")
        shown = self._preview(upload, number)
        found = shown.find(key) if shown else None
        if shown is None or found is None:
            return self._again(request, upload, uploads.CHANGED, 409, number=number)
        spot = {"number": number, "line": found.lines[0], "comment": (form, key)}
        do = request.POST.get("do", "")
        if do not in ("drop", "merge") and not form.is_valid():
            return self._again(request, upload, "Nothing was saved yet. Your words are kept.", 422, **spot)
        try:
            fix = _fix(shown, found, form, do, moderator(request).username)
        except Refused as refusal:
            return self._again(request, upload, refusal.reason, 422, **spot)
        said = replace(shown.said, fixes=corrected(shown.said.fixes, fix))
        return self._correct(request, upload, said, spot)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Takes one correction of a comment back."""
        upload = self._posted(request, pk)
        if upload is None:
            return HttpResponseNotAllowed(["POST"])
        said = corrections.parse(upload.corrections)
        line, key, what = _number(request, "at"), request.POST.get("key", ""), request.POST.get("what", "")
        left = replace(said, fixes=undone(said.fixes, line, key, what))
        return self._correct(request, upload, left, {"number": _number(request, "thread"), "line": line})

    def _preview(self, upload: Upload, number: int) -> Preview | None:
        try:
            return Preview(uploads.plan_of(upload), b"", number=number, line=0)
        except Refused:
            return None

    def _correct(
        self, request: HttpRequest, upload: Upload, said: Corrections, spot: dict[str, Any], forced: str | None = None
    ) -> HttpResponse:
        by, seen = moderator(request), request.POST.get("seen", "")
        try:
            uploads.correct(upload=upload, by=by, seen=seen, said=said, forced=forced)
        except Refused as refusal:
            return self._again(request, upload, f"Nothing was saved: {refusal.reason}", 422, **spot)
        except Refusal as refusal:
            return self._again(request, upload, refusal.message, refusal.status, **spot)
        messages.success(request, "Saved. The preview shows it corrected.")
        line, number = spot.get("line", 0), spot.get("number") or 1
        anchor = f"#L{line}" if line else ""
        query = {"thread": number, "line": line} if line else None
        return redirect(reverse("admin:archive_upload_change", args=[upload.pk], query=query) + anchor)

    # -- what becomes of it --------------------------------------------------------------------------------

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Loads it, and leads to the report."""
        upload = self._posted(request, pk)
        if upload is None:
            return HttpResponseNotAllowed(["POST"])
        try:
            done = uploads.apply(upload=upload, by=moderator(request), seen=request.POST.get("seen", ""))
        except Refused as refusal:
            error = f"Nothing was applied: {refusal.reason} Your corrections are kept."
            return self._again(request, upload, error, 422)
        except Refusal as refusal:
            if upload.run_id and not uploads.is_open(upload):
                messages.info(request, "This file was applied already. This is its import.")
                return redirect("admin:archive_run_change", upload.run_id)
            return self._again(request, upload, refusal.message, refusal.status)
        _tell(request, done.outcome)
        return redirect("admin:archive_run_change", done.run.pk)

    def throw_away_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Forgets it."""
        upload = self._posted(request, pk)
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

    def _posted(self, request: HttpRequest, pk: int) -> Upload | None:
        """The upload that a button is about; None when it was no button."""
        upload: Upload = self.found(request, str(pk))
        return upload if request.method == "POST" else None

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


def _shown(
    upload: Upload, plan: Plan, number: int, line: int, comment: tuple[CommentForm, str] | None
) -> dict[str, Any]:
    shown = Preview(plan, upload.data, number=number, line=line)
    form, key = comment or (None, "")
    odd = shown.anomalies()
    furniture, remainder = shown.aside()
    count = plan.account().comments
    few = count <= uploads.MOST_COMMENTS
    foreseen = _foreseen(plan) if few and (count <= _QUICK or shown.at == 0) else {}
    spans, at = shown.spans(), shown.at
    return {
        "shown": shown,
        "facts": shown.facts(),
        "anomalies": odd[:ODD],
        "anomaly_count": len(odd),
        "anomalies_more": max(len(odd) - ODD, 0),
        "furniture": furniture,
        "remainder": remainder,
        "pairs": shown.pairs(form, key),
        "undos": shown.undos(),
        "threads": shown.threads[:THREADS] if len(shown.threads) > 1 else [],
        "threads_more": max(len(shown.threads) - THREADS, 0),
        "span": spans[at] if spans else None,
        "before": spans[at - 1][0] if at else None,
        "after": spans[at + 1][0] if at + 1 < len(spans) else None,
        "spans": spans if len(spans) > 1 else [],
        **foreseen,
        "count": count,
        "most": uploads.MOST_COMMENTS,
        "command": uploads.command_of(upload),
    }


def _foreseen(plan: Plan) -> dict[str, Any]:
    """What applying would do, in sentences, or why it would be refused."""
    try:
        return {"foreseen": told(uploads.foresee(plan), done=False)[:-1]}
    except Refused as refusal:
        return {"would_refuse": refusal.reason}


def _fix(shown: Preview, comment: Comment, form: Form, do: str, by: str) -> Fix:
    """What the form changes of a comment, on top of what was corrected of it before."""
    line, key = shown.spot(comment)
    before = shown.fixes.get((line, key), Fix(line, key=key))
    fix = replace(before, by=by)
    if do in ("drop", "merge"):
        return replace(fix, drop=do == "drop", merge=do == "merge")
    author, asked = form.cleaned_data["author"], form.cleaned_data["parent"] or TOP
    if author != comment.author:
        fix = replace(fix, author=author)
    if asked == shown.numbers.get(comment.parent or "", TOP):
        return fix
    if asked == TOP:
        return replace(fix, parent=TOP, parent_key="")
    if asked > len(shown.thread.comments):
        raise Refused(f"There is no comment {asked}. The last one has the number {len(shown.thread.comments)}.")
    parent_line, parent_key = shown.spot(shown.thread.comments[asked - 1])
    return replace(fix, parent=parent_line, parent_key=parent_key)


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


def _number(request: HttpRequest, name: str) -> int:
    """A number that the address or the form names; 0 when it names none. Refuses what is no number."""
    asked = request.POST.get(name) or request.GET.get(name) or "0"
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise Http404("no such place in the file")
    return int(asked)
