"""Searches the lists of the desk: names and titles are found by themselves first, and not through each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import CharField, Q
from django.utils.text import smart_split, unescape_string_literal

from forum.moderation.naming import in_any_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Model, QuerySet

MOST: Final = 1_000
"""People or threads that are taken one by one; where more are called so, each row is asked after all."""

_NOTHING: Final = Q(pk__in=())


def holding(rows: QuerySet[Any], fields: Sequence[str], typed: str) -> QuerySet[Any]:
    """The rows that hold each word, or what stands between quotation marks, in one of these fields.

    To ask each comment for its author, its person and its post takes as long again as to read what it says. One query
    for each kind of names and each word.
    """
    for word in _words(typed):
        known: dict[tuple[type[Model], str], list[Any]] = {}
        found = _NOTHING
        for field in fields:
            found |= _holds(rows.model, field, word, known)
        rows = rows.filter(found)
    return rows


def _words(typed: str) -> Iterable[str]:
    """As Django's admin parts them."""
    for word in smart_split(typed):
        yield unescape_string_literal(word) if word[0] in "\"'" and word[0] == word[-1] else word


def _holds(model: type[Model], field: str, word: str, known: dict[tuple[type[Model], str], list[Any]]) -> Q:
    relation, _, name = field.rpartition("__")
    whose = model
    for step in relation.split("__") if relation else ():
        whose = whose._meta.get_field(step).related_model  # type: ignore[assignment]
    if relation and isinstance(whose._meta.get_field(name), CharField):  # and no text: of those there are too many
        if (whose, name) not in known:
            called = whose._default_manager.filter(_said(name, word)).order_by()
            known[whose, name] = list(called.values_list("pk", flat=True)[: MOST + 1])
        if not known[whose, name]:
            return _NOTHING  # which joins nothing
        if len(known[whose, name]) <= MOST:
            return Q(**{f"{relation}__in": known[whose, name]})
    return _said(field, word)


def _said(field: str, word: str) -> Q:
    """That the field holds the word, in any capitals: PostgreSQL folds every letter, and reads the words once."""
    return in_any_case(word, field) if connection.vendor == "sqlite" else Q(**{f"{field}__icontains": word})
