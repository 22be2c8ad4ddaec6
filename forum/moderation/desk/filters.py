"""The filters of the desk's lists, as moderators think: what waits, which century, how new the author is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from comments.models import Comment
from forum.moderation.models import Action, Outcome, Report, Rule
from forum.states import State
from forum.users.models import Source, User

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList

    Rows = QuerySet[Any]
    Choices = list[tuple[str, str]]


def _either(model: Any, **lookup: Any) -> Q:
    """A condition on words themselves, or on the words that a report is about."""
    if model is not Report:
        return Q(**lookup)
    ((path, value),) = lookup.items()
    return Q(**{f"comment__{path}": value}) | Q(**{f"post__{path}": value})


class StateFilter(SimpleListFilter):
    """What became of a post or a comment."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The states."""
        return [(state.value, str(state.label)) for state in State]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those in one state."""
        if self.value() not in State.values:
            return queryset
        found = queryset.filter(state=self.value())
        # Said again, for SQLite takes an index of part of a table only where that part is named.
        return found if self.value() == State.PUBLISHED else found.exclude(state=State.PUBLISHED)


class EraFilter(SimpleListFilter):
    """Words of an archive, or of members."""

    title = "era"
    parameter_name = "era"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Two."""
        return [("now", "now"), ("then", "then (archive)")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those of one era."""
        if self.value() not in ("now", "then"):
            return queryset
        return queryset.filter(_either(queryset.model, archived=self.value() == "then"))


class AuthorAgeFilter(SimpleListFilter):
    """How long the author has been here."""

    title = "author's account"
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Ages that matter to judgement."""
        return [("1", "a day old or less"), ("7", "a week old or less"), ("30", "30 days old or less")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those by authors who joined since."""
        if self.value() not in ("1", "7", "30"):
            return queryset
        since = timezone.now() - dt.timedelta(days=int(self.value() or 0))
        # Named by a list of them, for SQLite would sooner ask of each post or comment when its author joined.
        new = User.objects.filter(date_joined__gte=since).values("pk")
        return queryset.filter(_either(queryset.model, author__in=new))


class ReportedFilter(SimpleListFilter):
    """Whether readers have reported it."""

    title = "reports"
    parameter_name = "reported"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """One."""
        return [("open", "waiting")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those with a report that waits."""
        if self.value() != "open":
            return queryset
        of = "comment" if queryset.model is Comment else "post"
        waiting = Report.objects.filter(outcome=Outcome.OPEN, **{f"{of}__isnull": False})
        return queryset.filter(pk__in=waiting.values(of))


class OutcomeFilter(SimpleListFilter):
    """What waits, unless something else is asked for."""

    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The outcomes; what waits is the list itself."""
        return [(Outcome.GRANTED.value, "upheld"), (Outcome.REFUSED.value, "not upheld"), ("all", "all")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those of one outcome, and those that wait without one."""
        if self.value() == "all":
            return queryset
        decided = self.value() in (Outcome.GRANTED, Outcome.REFUSED)
        return queryset.filter(outcome=self.value() if decided else Outcome.OPEN)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """As always, with what waits in the place of "All"."""
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": "waiting"} if number == 0 else choice


class RuleFilter(SimpleListFilter):
    """The rule that a report or a decision names."""

    title = "rule"
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """All rules."""
        return list(Rule.objects.values_list("slug", "title"))

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those under one rule."""
        known = {slug for slug, _ in self.lookup_choices}
        return queryset.filter(rule__slug=self.value()) if self.value() in known else queryset


class StandingFilter(SimpleListFilter):
    """Members by what they are now."""

    title = "members"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """As moderators ask."""
        return [
            ("suspended", "suspended"),
            ("new", "new this week"),
            ("staff", "moderators and administrators"),
            ("closed", "closed"),
        ]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those of one kind."""
        now = timezone.now()
        kinds = {
            "suspended": Q(suspended_until__gt=now),
            "new": Q(date_joined__gte=now - dt.timedelta(days=7)),
            "staff": Q(is_staff=True),
            "closed": Q(is_active=False),
        }
        return queryset.filter(kinds[self.value() or ""]) if self.value() in kinds else queryset


class SourceFilter(SimpleListFilter):
    """The site an archive came from."""

    title = "source"
    parameter_name = "source"
    path = "source"  # from what is listed

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """All sources."""
        return list(Source.objects.order_by("name").values_list("key", "name"))

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those of one source."""
        known = {key for key, _ in self.lookup_choices}
        return queryset.filter(**{f"{self.path}__key": self.value()}) if self.value() in known else queryset


class TakenOffFilter(SimpleListFilter):
    """Persons whose name was taken off."""

    title = "name"
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Two."""
        return [("shown", "shown"), ("off", "taken off")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those with or without a name."""
        if self.value() not in ("shown", "off"):
            return queryset
        return queryset.filter(removed_at__isnull=self.value() == "shown")


class VerbFilter(SimpleListFilter):
    """What was decided."""

    title = "decision"
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """All verbs."""
        return [(verb.value, str(verb.label)) for verb in Action.Verb]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those of one kind."""
        return queryset.filter(verb=self.value()) if self.value() in Action.Verb.values else queryset


class DeciderFilter(SimpleListFilter):
    """Whose decisions, and whether they still stand."""

    title = "which"
    parameter_name = "which"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Three."""
        return [("mine", "mine"), ("standing", "not undone"), ("undone", "undone")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Those of one kind."""
        if self.value() == "mine":
            return queryset.filter(actor=request.user.pk)
        if self.value() == "standing":  # asked of each, along the list
            return queryset.filter(~Exists(Action.objects.filter(undoes=OuterRef("pk"))))
        return queryset.filter(undone_by__isnull=False) if self.value() == "undone" else queryset
