"""Lists that may be long: pages by keyset, found by an index where the last one ended, and counts with an end."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import IntegerField, Model, Q, QuerySet, Subquery

from forum.fields import Id
from forum.prepared import LARGEST

Row = TypeVar("Row", bound=Model)

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_SPOT = re.compile(r"(?:(-?[0-9]{1,16})\.)?([0-9]{1,19})", re.ASCII)  # moments of the years 1653 to 2286


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a page of a list ended: the number or the moment, in microseconds since 1970, that its last row was sorted
    by, and the id of that row.

    Both stand in the address, for by the time somebody goes on the row may stand elsewhere, or nowhere. An address of
    before has the id alone.
    """

    key: int | None
    pk: int

    def __str__(self) -> str:
        return f"{self.pk}" if self.key is None else f"{self.key}.{self.pk}"

    @classmethod
    def of(cls, key: dt.datetime | int, pk: int) -> Spot:
        """The spot of a row."""
        return cls((key - _EPOCH) // _MICROSECOND if isinstance(key, dt.datetime) else key, pk)

    @property
    def moment(self) -> dt.datetime | None:
        """The key of a list that is sorted by moments."""
        return None if self.key is None else _EPOCH + self.key * _MICROSECOND


class SpotField(forms.CharField):
    """The spot after which a page of a list begins."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> Spot | None:
        """None where nothing is said."""
        text = super().clean(value)
        found = _SPOT.fullmatch(text)
        if text and (found is None or int(found[2]) > LARGEST):
            raise ValidationError("This is the end of no page.")
        return Spot(int(found[1]) if found[1] else None, int(found[2])) if found else None


class SpotForm(forms.Form):
    """The cursor of a list."""

    after = SpotField()


class AfterForm(forms.Form):
    """The cursor of a list that is sorted by ids: that of the last row of the page before."""

    after = Id()


@dataclass(frozen=True)
class ListPage(Generic[Row]):
    """The rows of one page and the address of the next ("" at the end)."""

    rows: list[Row]
    next_url: str


class Capped(Subquery):
    """How many rows a subquery has, counted no further than its own limit."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def latest_first(rows: QuerySet[Row], *, key: str, after: Any, size: int) -> ListPage[Row]:
    """One page of ``rows`` by ``key``, a moment, and id, the latest first, from ``after`` on.

    ``after`` is what the address says and is not trusted: an id alone that is not among ``rows`` begins at the front,
    whether or not it is that of something else. One query, and one for an id alone.
    """
    form = SpotForm({"after": after})
    spot = form.cleaned_data["after"] if form.is_valid() else None
    found = rows.order_by(f"-{key}", "-pk")
    last = spot.moment or rows.filter(pk=spot.pk).values_list(key, flat=True).first() if spot else None
    if spot and last is not None:
        found = found.filter(
            Q(**{f"{key}__lt": last}) | Q(**{key: last, "pk__lt": spot.pk}),
            **{f"{key}__lte": last},  # said again, so that the index finds where to start
        )
    page = list(found[: size + 1])
    if len(page) <= size:
        return ListPage(page, "")
    return ListPage(page[:size], f"?after={Spot.of(getattr(page[size - 1], key), page[size - 1].pk)}")
