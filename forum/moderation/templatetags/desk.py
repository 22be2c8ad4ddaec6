"""Shows in templates what the desk's lists show in cells."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.template import Library
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from forum.moderation.desk import showing

register = Library()
register.filter("about", showing.about)


@register.filter
def under(cells: Iterable[str], headers: Iterable[Mapping[str, Any]]) -> Iterator[SafeString]:
    """The cells of a row as Django's admin makes them, each with the words over its column in ``data-label``."""
    for cell, header in zip(cells, headers, strict=True):
        words = header["text"]
        label = "" if "<" in words else f' data-label="{escape(capfirst(words))}"'  # over the boxes stands another box
        tag, rest = cell[:3], cell[3:]
        yield mark_safe(f"{tag}{label}{rest}")  # noqa: S308  safe as it came
