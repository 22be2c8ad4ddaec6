"""Lists that may be long: pages by keyset, found by an index where the last one ended, and counts with an end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.db.models import IntegerField, Model, Q, QuerySet, Subquery

from forum.fields import Id

Row = TypeVar("Row", bound=Model)


class AfterForm(forms.Form):
    """The cursor of a list: the id of the last row of the page before."""

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
    """One page of ``rows`` by ``key`` and id, the latest first, after the row with the id ``after``.

    ``after`` is what the address says and is not trusted: an id that is not among ``rows`` begins at the front, whether
    or not it is that of something else. Two queries at most.
    """
    form = AfterForm({"after": after})
    pk = form.cleaned_data["after"] if form.is_valid() else None
    last = rows.filter(pk=pk).values_list(key, flat=True).first() if pk else None
    found = rows.order_by(f"-{key}", "-pk")
    if last is not None:
        found = found.filter(
            Q(**{f"{key}__lt": last}) | Q(**{key: last, "pk__lt": pk}),
            **{f"{key}__lte": last},  # said again, so that the index finds where to start
        )
    page = list(found[: size + 1])
    return ListPage(page[:size], f"?after={page[size - 1].pk}" if len(page) > size else "")
