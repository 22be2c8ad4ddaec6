"""What the lists and pages of posts and of comments have in common."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin import display
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from forum.bylines import NO_DATE
from forum.moderation import actions, ledger
from forum.moderation.desk import showing
from forum.moderation.desk.deciding import DecidingAdmin, Decision
from forum.moderation.desk.filters import AuthorAgeFilter, EraFilter, ReportedFilter, StateFilter
from forum.moderation.desk.ways_back import with_ways_back
from forum.moderation.models import Action, Outcome, Report
from forum.states import State
from forum.users.models import User

if TYPE_CHECKING:
    from comments.models import Comment
    from posts.models import Post


@dataclass
class Beside:
    """What a row shows beside its own fields."""

    history: dict[int, showing.History]
    reports: int
    verdict: Action | None


def _to(state: State) -> Any:
    def act(thing: Post | Comment, by: User, data: dict[str, Any]) -> bool:
        return actions.decide(thing=thing, to=state, by=by, rule=data.get("rule"), reason=data["reason"])

    return act


def _dismiss(thing: Post | Comment, by: User, data: dict[str, Any]) -> bool:
    return actions.decide_reports(thing=thing, uphold=False, by=by, reason=data["reason"])


def _in(*states: State) -> Any:
    return lambda thing: thing.state in states


ABOUT_WORDS = (
    Decision(
        "approve",
        "Approve",
        "approved",
        _to(State.PUBLISHED),
        _in(State.HELD),
        note="Everyone will read it.",
        told=True,
    ),
    Decision(
        "hide",
        "Hide",
        "hidden",
        _to(State.HIDDEN),
        _in(State.PUBLISHED, State.HELD, State.REMOVED),
        rule="needed",
        note="A line with the rule stands in its place, and reports of it are upheld.",
        told=True,
    ),
    Decision(
        "remove",
        "Remove",
        "removed",
        _to(State.REMOVED),
        _in(State.PUBLISHED, State.HELD, State.HIDDEN),
        rule="needed",
        note="A line with the rule stands in its place only while it has replies. Reports of it are upheld.",
        told=True,
    ),
    Decision(
        "restore",
        "Restore",
        "restored",
        _to(State.PUBLISHED),
        _in(*showing.TAKEN),
        note="Everyone will read it again.",
        told=True,
    ),
    Decision(
        "hold",
        "Hold",
        "held",
        _to(State.HELD),
        _in(State.PUBLISHED),
        note="Only its author and moderators read it.",
        told=True,
    ),
    Decision(
        "dismiss",
        "Reports not upheld",
        "decided: reports not upheld",
        _dismiss,
        lambda thing: thing.beside.reports > 0,
        rule="none",
        note="It stays as it is, and the reports of it that wait are closed.",
    ),
)


class WordsAdmin(DecidingAdmin):
    """Posts or comments: what was said, by whom, what became of it, and where it stands."""

    decisions: ClassVar[tuple[Decision, ...]] = ABOUT_WORDS
    list_display: Any = ("said", "who", "where", "decided", "arrived")
    list_display_links = None
    list_filter = (StateFilter, ReportedFilter, EraFilter, AuthorAgeFilter)
    kind: str

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """Those that came last first.

        What new accounts wrote is little, and sooner sorted than looked for among all: no index serves this order.
        """
        return (Coalesce("id", "id").desc(),) if request.GET.get(AuthorAgeFilter.parameter_name) else ("-id",)

    def prepare(self, rows: list[Any]) -> None:
        """Histories of the authors, open reports and last decisions. Five queries."""
        known = showing.histories(row.author_id for row in rows)
        ids = [row.pk for row in rows]
        waiting = Report.objects.filter(**{f"{self.kind}__in": ids}, outcome=Outcome.OPEN)
        reports = Counter(waiting.values_list(self.kind, flat=True))
        taken = [row.pk for row in rows if row.state in showing.TAKEN]
        verdicts = ledger.verdicts(**{f"{self.kind}s": taken}) if taken else {}
        for row in rows:
            row.beside = Beside(known, reports[row.pk], verdicts.get(row.pk))

    def line(self, thing: Any) -> SafeString:
        """The words and who wrote them."""
        return format_html("<td>{}</td><td>{}</td>", showing.words(thing), showing.author(thing, thing.beside.history))

    @display(description="words")
    def said(self, thing: Any) -> SafeString:
        """The words, with the reports that wait."""
        reports = thing.beside.reports
        mark = format_html(' <span class="mark">{} reported</span>', reports) if reports else ""
        return format_html('<div class="said">{}{}</div>', showing.words(thing), mark)

    @display(description="author")
    def who(self, thing: Any) -> SafeString:
        """The author and their history."""
        return showing.author(thing, thing.beside.history)

    @display(description="where")
    def where(self, thing: Any) -> SafeString:
        """Links to the page where it is judged and to the spot."""
        return format_html('<a href="{}">judge it</a><br>{}', showing.page_of(thing), showing.spot(thing))

    @display(description="decided")
    def decided(self, thing: Any) -> SafeString:
        """Under which rule it was hidden or removed, and by whom."""
        verdict = thing.beside.verdict
        if verdict is None:
            return SafeString("")
        by = verdict.actor.username if verdict.actor else "a moderator who has left"
        rule = verdict.rule.title if verdict.rule else "no rule"
        return format_html("{}<br><small>by {}</small>", rule, by)

    @display(description="when")
    def arrived(self, thing: Any) -> str:
        """When it was written, as pages show it."""
        return str(thing.printed_date) or NO_DATE if thing.archived else f"{thing.created_at:%B %-d, %Y, %H:%M} UTC"

    def page_context(self, request: HttpRequest, found: Any) -> dict[str, Any]:
        """The words as everyone would read them, the reports, the decisions, and the buttons."""
        self.prepare([found])
        of = {self.kind: found}
        return {
            "title": f"{self.kind.capitalize()} by {found.byline.name}",
            "kind": self.kind,
            "words_html": mark_safe(found.html),  # noqa: S308  sanitised when it was written
            "author": showing.author(found, found.beside.history),
            "mark": showing.state_mark(found),
            "era": showing.era(found),
            "arrived": self.arrived(found),
            "buttons": self.buttons(request, found),
            "reports": Report.objects.filter(**of).select_related("reporter", "rule", "decided_by").order_by("-pk"),
            "actions": with_ways_back(showing.recent_actions().filter(**of), request.user),
            "list_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        }
