"""One page with one reason for everything that a moderator decides at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from forum.moderation.desk.records import RecordAdmin, moderator
from forum.moderation.forms import ReasonForm
from forum.refusals import Refusal
from forum.users.models import User
from forum.users.roles import may_moderate

MOST = 100  # things decided at once


@dataclass(frozen=True)
class Decision:
    """Something that moderators decide: what the button says, what it asks for, and the action behind it.

    ``act`` gets the thing, the moderator and what the form says, and returns whether anything changed. ``fits`` says
    whether it would change anything now. ``rule`` is "needed", "offered" or "none". ``told`` says whether authors are
    told of it, with the reason.
    """

    slug: str
    label: str
    done: str
    act: Callable[[Any, User, dict[str, Any]], bool]
    fits: Callable[[Any], bool]
    rule: Literal["needed", "offered", "none"] = "offered"
    form: type[ReasonForm] = ReasonForm
    allowed: Callable[[User], bool] = may_moderate
    note: str = ""
    told: bool = False


@dataclass
class Result:
    """What became of each thing."""

    changed: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)


class DecidingAdmin(RecordAdmin):
    """A read-only list whose rows are decided about, many at once, on a page that asks for the reason."""

    decisions: ClassVar[tuple[Decision, ...]] = ()

    def more_urls(self) -> list[URLPattern]:
        """The page of the reason."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_decide"
        return [path("decide/<slug:slug>/", self.admin_site.admin_view(self.decide_view), name=name)]

    def decisions_for(self, user: User) -> list[Decision]:
        """What this moderator may decide here."""
        return [decision for decision in self.decisions if decision.allowed(user)]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The decisions, as the list's own actions: each leads to the page of the reason."""
        return {
            decision.slug: (_choosing(decision.slug), decision.slug, decision.label)
            for decision in self.decisions_for(moderator(request))
        }

    def why_not_go(self, request: HttpRequest) -> str:
        """As for every list; and one decision is about ``MOST`` things at most."""
        return super().why_not_go(request) or self._why_not_so_many(request)

    def _why_not_so_many(self, request: HttpRequest) -> str:
        many = len(request.POST.getlist(ACTION_CHECKBOX_NAME))
        if request.POST.get("select_across") == "1":  # all of the list, on other pages too
            many = self.get_changelist_instance(request).get_queryset(request)[: MOST + 1].count()
        if many <= MOST:
            return ""
        return (
            f"More than {MOST} were chosen, and nothing has changed: at most {MOST} are decided at a time."
            " Those that you see are still ticked: press “Go” again for them, or search for fewer."
        )

    def buttons(self, request: HttpRequest, thing: Any) -> list[tuple[str, str]]:
        """The decisions that would change this one thing, with their addresses."""
        fitting = [decision for decision in self.decisions_for(moderator(request)) if decision.fits(thing)]
        return [(decision.label, self.decide_url(decision.slug, [thing.pk], page="1")) for decision in fitting]

    def decide_url(self, slug: str, ids: Iterable[int], **more: str) -> str:
        """The address of the page of the reason for these rows."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_decide"
        return f"{reverse(name, args=[slug])}?{urlencode({'ids': ','.join(map(str, ids)), **more})}"

    def things(self, request: HttpRequest, ids: list[int]) -> list[Any]:
        """The chosen rows, in the order of the list they were chosen from."""
        found = {row.pk: row for row in self.get_queryset(request).filter(pk__in=ids)}
        rows = [found[pk] for pk in ids if pk in found]
        self.prepare(rows)
        return rows

    def line(self, thing: Any) -> Any:
        """What the page of the reason shows of a thing."""
        return str(thing)

    def unfit(self, decision: Decision, things: list[Any], by: User) -> list[str]:
        """Why the decision of this moderator would change nothing of each of these; "" where it would."""
        return ["" if decision.fits(thing) else "nothing to change here" for thing in things]

    def make_form(self, decision: Decision, things: list[Any], data: Any) -> ReasonForm:
        """The form of a decision about these things."""
        return decision.form(data, rule=decision.rule, told=self.is_told(decision, things))

    def is_told(self, decision: Decision, things: list[Any]) -> bool:
        """Whether an author reads the reason: nobody does where all these words are from archives."""
        return decision.told and any(self.words_of(thing).author_id for thing in things)

    def words_of(self, thing: Any) -> Any:
        """The post or comment that a row is about."""
        return thing

    def decide_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Asks for the reason, then decides about each thing in a transaction of its own.

        Where all is refused, the form is asked again with the words that were typed.
        """
        decision = next((one for one in self.decisions if one.slug == slug), None)
        if decision is None:
            raise Http404("no such decision")
        by = moderator(request)
        if not (self.has_view_permission(request) and decision.allowed(by)):
            raise PermissionDenied
        things = self.things(request, _ids(request))
        if not things:
            messages.warning(request, "Nothing was chosen, or it is no longer there.")
            return redirect(self._back(request, things))
        form = self.make_form(decision, things, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            result = self._decide(decision, things, by, form.cleaned_data)
            if result.changed or not result.refused:
                self._tell(request, decision, result)
                return redirect(self._back(request, things))
            for refusal in result.refused:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            things = self.things(request, _ids(request)) or things  # they may have changed, which is why
        return self._ask(request, decision, things, form)

    def _decide(self, decision: Decision, things: list[Any], by: User, data: dict[str, Any]) -> Result:
        result = Result()
        for thing in things:
            try:
                if decision.fits(thing) and decision.act(thing, by, data):
                    result.changed += 1
                else:
                    result.unchanged += 1
            except Refusal as refusal:
                if refusal.message not in {one.message for one in result.refused}:
                    result.refused.append(refusal)
        return result

    def _tell(self, request: HttpRequest, decision: Decision, result: Result) -> None:
        if result.changed:
            url = reverse("admin:moderation_action_changelist")
            words = f"{result.changed} {decision.done}."
            messages.success(request, format_html('{} <a href="{}">See and undo in the record.</a>', words, url))
        if result.unchanged:
            messages.info(request, f"{result.unchanged} left as before: nothing was to change.")
        for refusal in result.refused:
            messages.error(request, refusal.message)

    def _back(self, request: HttpRequest, things: list[Any]) -> str:
        """The page of the one thing, or the list with the filters it had. Never an address from outside."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if request.GET.get("page") and len(things) == 1:
            return reverse(f"{name}_change", args=[things[0].pk])
        filters = request.GET.get("filters", "")
        return reverse(f"{name}_changelist") + (f"?{filters}" if filters else "")

    def _ask(self, request: HttpRequest, decision: Decision, things: list[Any], form: ReasonForm) -> HttpResponse:
        unfit = self.unfit(decision, things, moderator(request))
        lines = [(self.line(thing), why) for thing, why in zip(things, unfit, strict=True)]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{decision.label}: {len(things)} chosen",
            "decision": decision,
            "lines": lines,
            "form": form,
            "back_url": self._back(request, things),
        }
        request.current_app = self.admin_site.name
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/moderation/decide.html", context, status=status)


def _choosing(slug: str) -> Callable[[DecidingAdmin, HttpRequest, QuerySet[Any]], HttpResponse]:
    """The list's action that leads to the page of the reason."""

    def choose(model_admin: DecidingAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        ids = queryset.values_list("pk", flat=True)[:MOST]
        return redirect(model_admin.decide_url(slug, ids, filters=request.GET.urlencode()))

    return choose


def _ids(request: HttpRequest) -> list[int]:
    asked = request.GET.get("ids", "").split(",")
    if len(asked) > MOST or not all(one.isascii() and one.isdigit() and len(one) < 19 for one in asked):
        raise BadRequest("ids that name no rows")
    return list(dict.fromkeys(int(one) for one in asked))
