"""The forms of how one reads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from comments.threads import ORDERS
from forum.fields import Id
from forum.reading import zones
from forum.users.actions import READING, set_reading
from forum.users.models import Scheme, ThreadOrder

if TYPE_CHECKING:
    from forum.users.models import User

Groups = Iterator[tuple[str, list[tuple[str, str]] | str]]


UTC = "UTC"


def _zones() -> Groups:
    """UTC, and the zones by continent, for a list to choose from."""
    yield UTC, UTC
    for continent, found in groupby(zones.names(), key=lambda name: name.partition("/")[0]):
        yield continent, [(name, name.partition("/")[2].replace("_", " ")) for name in found]


def _orders() -> list[tuple[str, str]]:
    return [(value, label) for value, label in ThreadOrder.choices if value in ORDERS]


class Section(forms.Form):
    """A form on the page of preferences, under its ``title``; ``section`` names it and prefixes its fields."""

    title: ClassVar[str]
    section: ClassVar[str]

    def __init__(self, data: Any = None, *, member: User) -> None:
        super().__init__(data, initial=self.chosen(member), prefix=self.section)
        self.member = member

    def chosen(self, member: User) -> dict[str, Any]:
        """What the member has chosen up to now, by field."""
        raise NotImplementedError

    def save(self) -> bool:
        """Keeps what was posted; returns whether anything changed."""
        raise NotImplementedError


class ReadingForm(Section):
    """How a member reads: the order of comments, the colours, the time zone."""

    title = "Reading"
    section = "reading"

    thread_order = forms.ChoiceField(label="Order of comments", choices=_orders)
    scheme = forms.ChoiceField(label="Colours", choices=Scheme.choices)
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=_zones,
        help_text="For the times of what is written today. Old pages keep the times they were printed with.",
    )

    def chosen(self, member: User) -> dict[str, Any]:
        """The fields of the member's row, which says UTC by saying nothing."""
        found = {name: getattr(member, name) for name in READING}
        return found | {"time_zone": member.time_zone or UTC}

    def save(self) -> bool:
        """Keeps what was posted; returns whether anything changed."""
        zone = self.cleaned_data["time_zone"]
        return set_reading(member=self.member, **self.cleaned_data | {"time_zone": "" if zone == UTC else zone})


class OrderForm(forms.Form):
    """The order of comments, chosen beside a thread."""

    order = forms.ChoiceField(choices=_orders)


class NextNewForm(forms.Form):
    """After which comment a guest asks for the next new one."""

    after = Id()


class WayBackForm(forms.Form):
    """The thread from which a guest came to ask."""

    post = Id()
