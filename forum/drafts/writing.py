"""The one shape of a page to write on: shown, kept, previewed, posted, or given back with every word and the reason."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect

from forum.drafts import actions, carrying
from forum.drafts.models import Draft, Place
from forum.errors import SIGNED_OUT, give_back, try_again_after
from forum.moderation import limits
from forum.pages.examples import examples
from forum.refusals import NotAllowed, Refusal

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from forum.users.models import User

NOTHING = "There was nothing to keep as a draft: the form had no words in it. Write some, then keep them."


class Writing:
    """One form at its place. ``page`` is its template, ``part`` the part of it that is also shown within a thread."""

    page: ClassVar[str]
    part: ClassVar[str]

    def __init__(self, request: HttpRequest, place: Place) -> None:
        self.request = request
        self.place = place
        self.draft: Draft | None = None
        self.conflicts = False

    # What each kind of writing says for itself

    def form(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> Any:
        """The form, empty, filled or posted."""
        raise NotImplementedError

    def initial(self, draft: Draft | None) -> dict[str, Any]:
        """What stands in the form when it is opened; a draft goes before everything else."""
        return dict(draft.words) if draft else {}

    def preview(self, form: Any) -> SafeString:
        """The words as they would be published. Raises Unreadable."""
        raise NotImplementedError

    def publish(self, form: Any) -> Any:
        """Carries out what the form is for and lets go of the draft, in one transaction; returns what it made.

        Raises Refusal, which brings the draft back.
        """
        raise NotImplementedError

    def published(self, made: Any) -> HttpResponse:
        """Goes to what was made, or shows it, when the transaction is over and nobody waits for it any more."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """What the templates need besides the form."""
        return {}

    def is_done(self, words: Mapping[str, str]) -> bool:
        """Whether these words were posted already, by this form: what is kept late is then no draft any more."""
        raise NotImplementedError

    def after_conflict(self, form: Any) -> None:
        """Readies the form to be posted again by somebody who is now shown both texts."""

    # What all of them do

    def answer(self) -> HttpResponse:
        """The answer to whatever was asked of the form."""
        request = self.request
        if request.method != "POST":
            return self._opened()
        form = self.form(request.POST)
        if not request.user.is_authenticated:
            return self._refused(form, NotAllowed(SIGNED_OUT))
        if "keep" in request.POST:
            return self._kept(form)
        if not form.is_valid():
            return self._given_back(form, status=422)
        try:
            if "preview" in request.POST:
                limits.spend("previews", f"member:{request.user.pk}")
                return self._given_back(form, preview=self.preview(form))
            made = self.publish(form)
        except Refusal as refusal:
            return self._refused(form, refusal)
        return self.published(made)

    @property
    def member(self) -> User:
        """Whoever writes; only to be asked for once somebody is known to be signed in."""
        assert self.request.user.is_authenticated  # noqa: S101  answer() asked
        return self.request.user

    @contextmanager
    def letting_go(self) -> Iterator[None]:
        """A transaction that lets go of the draft: first, for what publishes may hold a lock at which others wait."""
        with transaction.atomic():
            self.let_go()
            yield

    def let_go(self) -> None:
        """Lets go of the draft whose words are posted."""
        actions.posted(member=self.member, place=self.place, mark=self._mark())

    @property
    def in_place(self) -> bool:
        """Whether the form was asked for by a script and stands within another page."""
        return self.by_script and self.around.path != self.request.path

    @property
    def around(self) -> SplitResult:
        """The address of the page on which a script asks, as the script says it; empty where that is no address."""
        try:
            return urlsplit(self.request.htmx.current_url or "")  # type: ignore[attr-defined]
        except ValueError:
            return urlsplit("")

    def leave(self, url: str) -> HttpResponse:
        """Goes to what was made; a script is told where that is."""
        return HttpResponseClientRedirect(url) if self.by_script else redirect(url)

    def made(self, html: SafeString, **told: Any) -> HttpResponse:
        """What was made, for a script to put at its place, and what the script is told of it."""
        answer = HttpResponse(html, status=201)
        answer["HX-Trigger"] = json.dumps(told)
        return _replacing(answer)

    @property
    def by_script(self) -> bool:
        """Whether a script asks, which needs the form alone."""
        return bool(self.request.htmx)  # type: ignore[attr-defined]

    def _opened(self) -> HttpResponse:
        if not self.request.user.is_authenticated:
            return redirect_to_login(self.request.get_full_path())
        self.draft = actions.find(self.member, self.place)
        return self._page(self.form(initial=self.initial(self.draft)))

    def _kept(self, form: Any) -> HttpResponse:
        """Keeps a draft because somebody asked for it, or a script did; whoever asked is told if there was nothing."""
        asked = not self.by_script or self.request.POST["keep"] == "asked"
        try:
            if asked or not self.is_done(self._words()):
                self._keep()
        except Refusal as refusal:
            if self.by_script:
                return JsonResponse({"said": refusal.message}, status=refusal.status)
            return self._refused(form, refusal)
        nothing = NOTHING if asked and not self.draft else ""
        if self.by_script:
            said = f"Draft kept at {self.draft.updated_at:%H:%M} UTC." if self.draft else nothing
            return JsonResponse({"said": said})
        if nothing:
            messages.info(self.request, nothing)
        return redirect(self.request.path)

    def _keep(self) -> None:
        self.draft = actions.keep(member=self.member, place=self.place, words=self._words(), mark=self._mark())

    def _mark(self) -> actions.FormMark:
        return actions.FormMark.read(self.request.POST.get("draft", ""))

    def _words(self) -> dict[str, str]:
        fields = self.form(self.request.POST).fields
        return {name: text for name, text in actions.words_posted(self.request.POST).items() if name in fields}

    def _refused(self, form: Any, refusal: Refusal) -> HttpResponse:
        """The form again, with every word that was typed and what stands in the way."""
        form.full_clean()
        form.add_error(None, refusal.message)
        if refusal.status == 409:
            self.after_conflict(form)
        return try_again_after(refusal, self._given_back(form, status=refusal.status))

    def _given_back(self, form: Any, *, status: int = 200, preview: SafeString | None = None) -> HttpResponse:
        """The form with the words that were posted, which are a draft from now on."""
        if self.request.user.is_authenticated:
            try:
                self._keep()
            except Refusal:  # they stand in the form all the same
                self.draft = None
            return self._page(form, status=status, preview=preview)
        kept = carrying.pack(self.place, self._words())
        return self._page(form, status=status, kept=kept)

    def _page(self, form: Any, *, status: int = 200, preview: SafeString | None = None, kept: str = "") -> HttpResponse:
        seen = self.draft.updated_at.isoformat() if self.draft else ""
        context = {
            "form": form,
            "status": status,
            "preview_html": preview,
            "kept": kept,
            "draft": self.draft,
            "draft_mark": actions.FormMark(secrets.token_hex(8), seen),
            "is_new": self.request.method != "POST",
            "in_place": self.in_place,
            "examples": examples(),
            **self.context(),
        }
        answer = render(self.request, self.part if self.by_script else self.page, context, status=status)
        return _replacing(answer) if self.by_script else answer


def _replacing(answer: HttpResponse) -> HttpResponse:
    """Says to htmx that this takes the place of what asked for it; a list that it goes into is the script's to find."""
    answer["HX-Reswap"] = "outerHTML"
    return answer


def gone(request: HttpRequest, place: Place) -> HttpResponse:
    """The same for what was taken away and what never was; a form that was posted gives its words back."""
    if request.method != "POST":
        raise Http404("nothing to write here")
    why = "What you answered is no longer there, so this was not posted."
    if not request.user.is_authenticated:
        return give_back(request, why, status=404)
    try:
        if actions.keep(member=request.user, place=place, words=actions.words_posted(request.POST)):
            why += " Your words are kept with your drafts."
    except Refusal:  # the page shows them all the same
        pass
    return give_back(request, why, status=404)
