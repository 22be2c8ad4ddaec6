"""The desk's lists of reports, requests and decisions, and the rules."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comments.models import Comment
from forum.moderation import actions, naming, removals, undoing
from forum.moderation.desk import showing
from forum.moderation.desk.deciding import DecidingAdmin, Decision
from forum.moderation.desk.filters import (
    AuthorAgeFilter,
    DeciderFilter,
    EraFilter,
    OutcomeFilter,
    RuleFilter,
    VerbFilter,
)
from forum.moderation.desk.records import Base, RecordAdmin, moderator
from forum.moderation.desk.ways_back import with_ways_back
from forum.moderation.forms import DecideRemovalForm, ReasonForm, SpellingForm, UndoForm
from forum.moderation.models import Action, NameRemoval, Outcome, Report, Rule
from forum.pagecache.models import move_edition
from forum.refusals import Refusal
from forum.states import State
from forum.users.models import Source, User
from forum.users.roles import may_moderate
from posts.models import Post


def _uphold(to: State | None) -> Any:
    def act(report: Report, by: User, data: dict[str, Any]) -> bool:
        return actions.decide_reports(
            thing=_thing(report), uphold=True, to=to, by=by, rule=data.get("rule"), reason=data["reason"]
        )

    return act


def _dismiss(report: Report, by: User, data: dict[str, Any]) -> bool:
    return actions.decide_reports(thing=_thing(report), uphold=False, by=by, reason=data["reason"])


def _thing(report: Report) -> Post | Comment:
    thing = report.comment or report.post
    if thing is None:
        raise ValueError("a report is of one thing")
    return thing


def _waits(row: Report | NameRemoval) -> bool:
    return row.outcome == Outcome.OPEN


EACH = "All reports of the same words that wait are decided with it. Without a rule, it is the one the reader named."


@admin.register(Report)
class ReportAdmin(DecidingAdmin):
    """Reports: what waits first comes first."""

    decisions = (
        Decision("hide", "Uphold and hide", "hidden", _uphold(State.HIDDEN), _waits, note=EACH, told=True),
        Decision("remove", "Uphold and remove", "removed", _uphold(State.REMOVED), _waits, note=EACH, told=True),
        Decision(
            "dismiss", "Not upheld", "decided: not upheld", _dismiss, _waits, rule="none", note="It stays as it is."
        ),
        Decision("uphold", "Uphold, and leave it as it is now", "upheld", _uphold(None), _waits, note=EACH),
    )
    list_display = ("said", "where", "who", "complaint", "number", "outcome_shown")
    list_display_links = None
    list_filter = (OutcomeFilter, RuleFilter, EraFilter, AuthorAgeFilter)
    search_fields = ("text", "comment__body", "post__title", "comment__author__username", "post__author__username")
    search_help_text = "Words of the reader, the words reported, or the name of their author."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        """With everything that a row shows."""
        authors = ("author", "person")
        things = [f"comment__{one}" for one in (*authors, "post")] + [f"post__{one}" for one in authors]
        found = Report.objects.select_related(*things, "reporter", "rule", "decided_by")
        return found.defer("comment__body", "comment__post__body", "comment__post__html", "post__body")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What waits longest first; among what was decided, what came last first."""
        return ("-id",) if request.GET.get("outcome") else ("created_at", "id")

    def prepare(self, rows: list[Any]) -> None:
        """Histories of the authors, and how many reports each thing has. Four queries."""
        known = showing.histories(_thing(row).author_id for row in rows)
        ids = {"comment": [row.comment_id for row in rows], "post": [row.post_id for row in rows]}
        about = Q(comment__in=[pk for pk in ids["comment"] if pk]) | Q(post__in=[pk for pk in ids["post"] if pk])
        same = Counter(Report.objects.filter(about).values_list("comment", "post"))
        for row in rows:
            row.history, row.same = known, same[row.comment_id, row.post_id]

    def things(self, request: HttpRequest, ids: list[int]) -> list[Any]:
        """One report of each thing: its decision is that of all."""
        first = {(row.comment_id, row.post_id): row for row in reversed(super().things(request, ids))}
        return list(reversed(first.values()))

    def words_of(self, thing: Any) -> Post | Comment:
        """What was reported."""
        return _thing(thing)

    def line(self, thing: Any) -> SafeString:
        """The words, who wrote them, and what the reader says."""
        cells = (self.said(thing), self.who(thing), self.complaint(thing))
        return format_html("<td>{}</td><td>{}</td><td>{}</td>", *cells)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A report is judged on the page of what it is about."""
        return redirect(showing.page_of(_thing(self.found(request, object_id))))

    @display(description="words")
    def said(self, report: Any) -> SafeString:
        """The words reported."""
        return format_html('<div class="said">{}</div>', showing.words(_thing(report)))

    @display(description="author")
    def who(self, report: Any) -> SafeString:
        """Who wrote them, and their history."""
        return showing.author(_thing(report), report.history)

    @display(description="report")
    def complaint(self, report: Any) -> SafeString:
        """The rule, the reader's own words, who and when."""
        reporter = report.reporter.username if report.reporter else "a guest, or a member who has left"
        return format_html(
            "<strong>{}</strong><br>{}<small>{}, {} UTC</small>",
            report.rule.title,
            format_html("{}<br>", report.text) if report.text else "",
            reporter,
            f"{report.created_at:%B %-d, %Y, %H:%M}",
        )

    @display(description="reports")
    def number(self, report: Any) -> int:
        """How many reports there are of the same thing."""
        return int(report.same)

    @display(description="where")
    def where(self, report: Any) -> SafeString:
        """Links to the page of the thing and to the spot."""
        thing = _thing(report)
        return format_html(
            '<a href="{}">judge it</a><br>{}<br><small>{}</small>',
            showing.page_of(thing),
            showing.spot(thing),
            showing.era(thing),
        )

    @display(description="outcome")
    def outcome_shown(self, report: Any) -> SafeString:
        """What became of it, and by whom."""
        by = report.decided_by.username if report.decided_by else ""
        return format_html("{}<br><small>{}</small>", report.get_outcome_display(), by)


@admin.register(NameRemoval)
class NameRemovalAdmin(RecordAdmin):
    """Requests to take a name off: what waits first comes first."""

    list_display = ("name_asked", "person", "text", "created_at", "outcome", "decided_by")
    list_display_links = None
    list_filter = (OutcomeFilter,)
    search_fields = ("name", "text")
    page_template = "admin/moderation/name_removal.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[NameRemoval]:
        """With persons."""
        return NameRemoval.objects.select_related("person__source", "decided_by")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What waits longest first; among what was decided, what came last first."""
        return ("-id",) if request.GET.get("outcome") else ("created_at", "id")

    @display(description="name")
    def name_asked(self, removal: NameRemoval) -> SafeString:
        """The name while it is here, with a link to the page."""
        return format_html('<a href="{}/change/">{}</a>', removal.pk, removal.name or "[name removed]")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page where a request is decided."""
        removal = self.found(request, object_id)
        if not may_moderate(request.user):
            raise PermissionDenied
        spelling = SpellingForm(request.GET or None, initial={"name": removal.name})
        other = spelling.is_bound and spelling.is_valid() and spelling.cleaned_data["name"].strip()
        name = spelling.cleaned_data["name"] if other else removal.name
        places = _Places(name, removal)
        form = _removal_form(places, request.POST if request.method == "POST" else None)
        status = 200
        if request.method == "POST":
            status = 422
            if form.is_valid():
                contact = removal.contact
                try:
                    changed = self._decide(request, removal, name, form.cleaned_data)
                except Refusal as refusal:
                    form.add_error(None, refusal.message)
                else:
                    self._tell(request, changed, contact)
                    return redirect("admin:moderation_nameremoval_changelist")
        return self.page(request, removal, self._context(removal, name, places, form, spelling), status)

    def _decide(self, request: HttpRequest, removal: NameRemoval, name: str, data: dict[str, Any]) -> bool:
        by = moderator(request)
        if "refuse" in request.POST:
            return removals.refuse_name_removal(removal=removal, by=by, reason=data["reason"])
        return removals.take_name_off(
            removal=removal,
            name=name,
            persons=list(naming.persons_by(data["persons"])),
            chosen=data["places"],
            by=by,
            rule=data["rule"],
            reason=data["reason"],
        )

    def _tell(self, request: HttpRequest, changed: bool, contact: str) -> None:
        if not changed:
            messages.warning(request, "This request was decided already. Nothing has changed.")
            return
        if contact:
            messages.warning(request, f"Decided. Tell whoever asked, now: {contact}. The address is not kept.")
        else:
            messages.success(request, "Decided.")

    def _context(
        self, removal: NameRemoval, name: str, places: _Places, form: DecideRemovalForm, spelling: SpellingForm
    ) -> dict[str, Any]:
        return {
            "title": f"Take a name off: request {removal.pk}",
            "name": name,
            "waits": _waits(removal),
            "form": form,
            "spelling": spelling,
            "places": places,
            "ticked": {str(one) for part in ("persons", "places") for one in form[part].value() or ()},
        }


class _Places:
    """Where a name stands: on whom, and where else."""

    def __init__(self, name: str, removal: NameRemoval) -> None:
        waits = bool(name.strip()) and _waits(removal)
        self.persons = naming.persons_called(name) if waits else []
        sources: list[Source | None] = [*dict.fromkeys(person.source for person in self.persons)] or [None]
        self.alike = naming.persons_alike(name) if waits else []
        self.printed = [place for person in self.persons for place in naming.attributions(person, name)]
        certain = {place.key for place in self.printed}
        found = [place for one in sources for place in naming.mentions(name, one)] if waits else []
        self.mentions = [place for place in found if place.key not in certain]
        self.living = [comment for one in sources for comment in naming.living(name, one)] if waits else []
        self.expected = removal.person_id

    def counts(self) -> list[tuple[Any, int, int]]:
        """Each person with how many comments and posts bear the name."""
        return [(person, person.comments.count(), person.posts.count()) for person in self.persons]


def _removal_form(places: _Places, data: Any) -> DecideRemovalForm:
    """A person that is the only one of that name is ticked; places are ticked by nobody but the moderator."""
    ids = [person.pk for person in places.persons]
    likely = [pk for pk in ids if pk == places.expected] or (ids if len(ids) == 1 else [])
    form = DecideRemovalForm(data, rule="offered", initial={"persons": likely})
    persons: Any = form.fields["persons"]
    persons.choices = [(pk, str(pk)) for pk in ids]
    chosen: Any = form.fields["places"]
    chosen.choices = [(place.key, place.key) for place in places.mentions]
    form.fields["reason"].help_text = "Kept in the record of decisions. Do not write the name here."
    return form


def _undo(action: Action, by: User, data: dict[str, Any]) -> bool:
    return undoing.undo(action=action, by=by, reason=data["reason"], name=data.get("name", ""))


@admin.register(Action)
class ActionAdmin(DecidingAdmin):
    """The record of decisions, the latest first."""

    decisions = (
        Decision(
            "undo",
            "Undo",
            "undone",
            _undo,
            lambda action: True,
            rule="none",
            note="What there was before comes again. The decision stays in the record, with a line that it was undone.",
        ),
    )
    list_display = ("when", "actor", "what", "thing", "why", "undone")
    list_display_links = None
    list_filter = (DeciderFilter, VerbFilter, RuleFilter)
    search_fields = ("reason", "actor__username", "member__username", "comment__author__username", "post__title")
    search_help_text = "The reason, or the name of the moderator, member or author."
    ordering = ("-id",)
    page_template = "admin/moderation/action.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Action]:
        """With everything that a row shows."""
        return showing.recent_actions()

    def line(self, thing: Action) -> SafeString:
        """What was decided, about what, and why."""
        cells = (self.what(thing), self.thing(thing), self.why(thing))
        return format_html("<td>{}</td><td>{}</td><td>{}</td>", *cells)

    def make_form(self, decision: Decision, things: list[Any], data: Any) -> ReasonForm:
        """A name that was taken off is asked for, since nothing has kept it."""
        if len(things) == 1 and things[0].verb == Action.Verb.TAKE_NAME_OFF:
            return UndoForm(data, rule="none")
        return ReasonForm(data, rule="none", told=self.is_told(decision, things))

    def is_told(self, decision: Decision, things: list[Any]) -> bool:
        """Authors are told when a decision about their words is taken back, and of no other."""
        about = [action.comment or action.post for action in things if action.verb in undoing.AFTER]
        return any(words is not None and words.author_id for words in about)

    def unfit(self, decision: Decision, things: list[Any], by: User) -> list[str]:
        """Why some cannot be taken back."""
        why_not = undoing.obstacles(things, by)
        return [why_not.get(thing.pk, "") for thing in things]

    def page_context(self, request: HttpRequest, found: Action) -> dict[str, Any]:
        """The whole decision, with the button that takes it back, or why there is none."""
        [(_, way)] = with_ways_back([found], request.user)
        return {
            "title": f"Decision {found.pk}",
            "thing": showing.about(found),
            "why_not": way.why_not,
            "buttons": [(way.label, way.url)],
        }

    @display(description="when")
    def when(self, action: Action) -> SafeString:
        """The moment, with a link to the page."""
        return format_html('<a href="{}/change/">{} UTC</a>', action.pk, f"{action.created_at:%B %-d, %Y, %H:%M}")

    @display(description="decision")
    def what(self, action: Action) -> str:
        """The verb."""
        return str(Action.Verb(action.verb).label)

    @display(description="about")
    def thing(self, action: Action) -> SafeString:
        """What it was about."""
        return showing.about(action)

    @display(description="why")
    def why(self, action: Action) -> SafeString:
        """The rule and the reason."""
        return format_html("{}<br>{}", action.rule.title if action.rule else "", action.reason)

    @display(description="undone")
    def undone(self, action: Action) -> SafeString:
        """By which decision it was undone, or which it undoes."""
        back = getattr(action, "undone_by", None)
        if back is not None:
            return format_html('by <a href="{}/change/">decision {}</a>', back.pk, back.pk)
        if action.undoes_id is not None:
            return format_html('undoes <a href="{}/change/">decision {}</a>', action.undoes_id, action.undoes_id)
        return SafeString("")


@admin.register(Rule)
class RuleAdmin(Base):
    """The forum's rules, which administrators write."""

    list_display = ("title", "text", "position", "active", "for_readers")
    fields = ("title", "slug", "text", "position", "active", "for_readers")

    def get_readonly_fields(self, request: HttpRequest, obj: Rule | None = None) -> tuple[str, ...]:
        """The slug stays, because addresses of filters name it."""
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        """Never: decisions name it. Take it out of use instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:
        """Saves the words and says that all tombstones that name the rule have changed."""
        super().save_model(request, obj, form, change)
        move_edition()
