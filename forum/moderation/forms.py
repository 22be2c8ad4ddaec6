"""The forms of readers who report something or ask for a name to be taken off, and those of moderators."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from forum.fields import Words, Written
from forum.moderation.models import REASON_LENGTH, Rule
from forum.prepared import LARGEST

if TYPE_CHECKING:
    from django.db.models import QuerySet

DAYS = {"1": "1 day", "7": "7 days", "30": "30 days"}
LONGEST = 10 * 366  # days
SUSPENSION_REASON = 350  # characters, so that the rule's title fits beside it where the member reads both


class RuleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among rules, each with its sentence. What is sent names the rule, so that it can be shown again."""

    def __init__(self, queryset: QuerySet[Rule], **kwargs: Any) -> None:
        super().__init__(queryset, to_field_name="slug", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """The title and, on the same line, what it means."""
        return f"{obj.title}: {obj.text}" if obj.text else str(obj.title)


class ReportForm(forms.Form):
    """What is wrong with a post or a comment."""

    rule = RuleChoice(
        label="What is wrong with it",
        queryset=Rule.objects.filter(active=True, for_readers=True),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is wrong with it.", "invalid_choice": "Choose one of these."},
    )
    text = Words(
        what="text",
        most=REASON_LENGTH,
        label="In your own words",
        required=False,
        help_text="Only moderators read this.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class NameRemovalForm(forms.Form):
    """Which name, where, and why."""

    name = Written(
        label="The name, as it is shown",
        max_length=200,
        error_messages={"required": "Write the name as it is shown, so that we find it."},
    )
    address = forms.CharField(
        label="Where it is shown",
        max_length=500,
        required=False,
        help_text="The address of the page, copied from the top of your browser.",
    )
    contact = forms.EmailField(
        label="Your e-mail address",
        required=False,
        max_length=254,
        help_text="Only if you want an answer. Moderators see it until they decide; then it is deleted.",
        error_messages={"invalid": "This is not an e-mail address. It looks like name@example.org."},
    )
    text = Words(
        what="text",
        most=REASON_LENGTH,
        label="Why",
        required=False,
        help_text="For instance that this is you. Only moderators read this.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    person = forms.IntegerField(required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Under which rule, and why: one page for everything that a moderator decides at once."""

    rule = RuleChoice(
        label="Rule",
        queryset=Rule.objects.filter(active=True),
        required=False,
        empty_label="—",
        error_messages={"required": "Choose the rule that this is decided under.", "invalid_choice": "Choose a rule."},
    )
    reason = Words(
        what="reason",
        most=REASON_LENGTH,
        label="Reason",
        required=False,
        help_text="Kept in the record of decisions.",
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
    )

    def __init__(self, *args: Any, rule: str, told: bool = False, **kwargs: Any) -> None:
        """``rule`` is "needed", "offered" or "none"; ``told`` says whether an author reads the reason."""
        super().__init__(*args, **kwargs)
        if rule == "none":
            del self.fields["rule"]
        else:
            self.fields["rule"].required = rule == "needed"
        if told:
            beside = " beside the rule" if "rule" in self.fields else ""
            self.fields["reason"].help_text = f"The author reads it{beside}."


class SuspendForm(ReasonForm):
    """How long, under which rule, and why."""

    length = forms.ChoiceField(
        label="For how long",
        choices=[*DAYS.items(), ("until", "until this day")],
        initial="7",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose for how long."},
    )
    day = forms.DateField(
        label="Day",
        required=False,
        help_text="As 2026-12-31; it ends when that day begins, in UTC.",
        widget=forms.DateInput(attrs={"placeholder": "2026-12-31"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "Write the day as 2026-12-31."},
    )

    field_order = ("length", "day", "rule", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        reason.most = SUSPENSION_REASON  # type: ignore[attr-defined]
        reason.help_text = "The member reads it beside the rule, wherever they try to write."

    def clean(self) -> dict[str, Any]:
        """Adds ``until``, the moment when the suspension ends."""
        data = super().clean() or {}
        now = timezone.now()
        if data.get("length") in DAYS:
            data["until"] = now + dt.timedelta(days=int(data["length"]))
        elif data.get("length") == "until" and "day" not in self.errors:
            day = data.get("day")
            if day is None:
                self.add_error("day", "Write the day on which it ends.")
            elif not now.date() < day <= now.date() + dt.timedelta(days=LONGEST):
                self.add_error("day", "The day must be in the future, and at most ten years away.")
            else:
                data["until"] = dt.datetime.combine(day, dt.time(), dt.UTC)
        return data


class DecideRemovalForm(ReasonForm):
    """Which persons lose their name, and where else it is blacked out."""

    persons = forms.TypedMultipleChoiceField(
        label="Take it off", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    places = forms.MultipleChoiceField(
        label="Black it out here as well", required=False, widget=forms.CheckboxSelectMultiple
    )

    field_order = ("persons", "places", "rule", "reason")


class UndoForm(ReasonForm):
    """Why a decision is taken back; the name where a name was taken off."""

    name = forms.CharField(
        label="The name, exactly as it was printed",
        max_length=200,
        strip=False,
        error_messages={"required": "Type the name that was taken off: nothing here has kept it."},
    )

    field_order = ("name", "reason")


class SpellingForm(forms.Form):
    """Another spelling of the name to look for."""

    name = forms.CharField(label="Look for another spelling", max_length=200, required=False, strip=False)
