"""The page of an upload: the preview beside the source, and the forms that correct what was read wrongly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

from forum.archive import corrections, uploads
from forum.archive.corrections import Corrections
from forum.archive.desk import preview
from forum.archive.desk.forms import AboutForm, CommentForm, corrected, undone
from forum.archive.desk.preview import Preview
from forum.archive.fixes import TOP, Fix
from forum.archive.items import Comment
from forum.archive.limits import Refused
from forum.archive.models import Upload
from forum.archive.plan import Plan
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


class CorrectingAdmin(RecordAdmin):
    """An upload that is looked at and corrected."""

    page_template = "admin/archive/upload.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may import."""
        return may_import(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may import: the files are raw."""
        return may_import(request.user)

    def posted(self, request: HttpRequest, pk: int) -> Upload | None:
        """The upload that a button is about; None when it was no button."""
        upload: Upload = self.found(request, str(pk))
        return upload if request.method == "POST" else None

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

    def again(self, request: HttpRequest, upload: Upload, error: str, status: int, **more: Any) -> HttpResponse:
        """The page with what went wrong, and what was sent still in its form."""
        upload.refresh_from_db(fields=["corrections", "format", "changed_at", "run"])
        return self.page(request, upload, self._context(upload, error=error, **more), status)

    # -- correcting it -------------------------------------------------------------------------------------

    def about_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Corrects the page as a whole."""
        upload = self.posted(request, pk)
        if upload is None:
            return HttpResponseNotAllowed(["POST"])
        said = corrections.parse(upload.corrections)
        form = AboutForm(request.POST, said=said, upload=upload)
        if form.is_valid():
            found = form.said(said)
            if not form.errors:
                forced = form.cleaned_data["format"]
                return self._correct(request, upload, found, {"about": form}, forced=forced)
        return self.again(request, upload, "Nothing was saved yet. Your words are kept.", 422, about=form)

    def comment_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Corrects one comment: its author, whom it answers, that it is none, or a part of the one before it."""
        upload = self.posted(request, pk)
        if upload is None:
            return HttpResponseNotAllowed(["POST"])
        number, key = _number(request, "thread"), request.POST.get("key", "")
        form = CommentForm(request.POST, auto_id="id_sent_%s")
        shown = self._preview(upload, number)
        found = shown.find(key) if shown else None
        if shown is None or found is None:
            return self.again(request, upload, uploads.CHANGED, 409, number=number)
        spot = {"number": number, "line": found.lines[0], "comment": (form, key)}
        do = request.POST.get("do", "")
        if do not in ("drop", "merge") and not form.is_valid():
            return self.again(request, upload, "Nothing was saved yet. Your words are kept.", 422, **spot)
        try:
            fix = _fix(shown, found, form, do, moderator(request).username)
        except Refused as refusal:
            return self.again(request, upload, refusal.reason, 422, **spot)
        said = replace(shown.said, fixes=corrected(shown.said.fixes, fix))
        return self._correct(request, upload, said, spot)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Takes one correction of a comment back."""
        upload = self.posted(request, pk)
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
            return self.again(request, upload, f"Nothing was saved: {refusal.reason}", 422, **spot)
        except Refusal as refusal:
            return self.again(request, upload, refusal.message, refusal.status, **spot)
        messages.success(request, "Saved. The preview shows it corrected.")
        line, number = spot.get("line", 0), spot.get("number") or 1
        anchor = f"#L{line}" if line else ""
        query = {"thread": number, "line": line} if line else None
        return redirect(reverse("admin:archive_upload_change", args=[upload.pk], query=query) + anchor)


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
    pairs = shown.pairs(form, key)
    return {
        "shown": shown,
        "facts": shown.facts(),
        "anomalies": odd[:ODD],
        "anomaly_count": len(odd),
        "anomalies_more": max(len(odd) - ODD, 0),
        "furniture": furniture,
        "remainder": remainder,
        "pairs": pairs,
        "sent": form is not None and any(pair.card is not None and pair.card.form is form for pair in pairs),
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


def _number(request: HttpRequest, name: str) -> int:
    """A number that the address or the form names; 0 when it names none. Refuses what is no number."""
    asked = request.POST.get(name) or request.GET.get(name) or "0"
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise Http404("no such place in the file")
    return int(asked)
