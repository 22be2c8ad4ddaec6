"""The form field in which an author chooses the tags of a post: it works without scripts, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from posts.models import Tag
from posts.tags.bearing import MOST

if TYPE_CHECKING:
    from collections.abc import Iterable

TICKED = 20  # tags that are ticked; of more, the names are typed, each with the list to choose from


class TagsWidget(forms.Widget):
    """Boxes to tick, or where there are many tags, as many lines as a post may have, each completed by the browser."""

    use_fieldset = True
    offered: list[Tag]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Every value that was sent under the name."""
        sent = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return [sent] if isinstance(sent, str) else list(sent)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Never known: boxes that are not ticked send nothing."""
        return False

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The boxes or the lines, with what was chosen or typed before."""
        chosen = [one.name if isinstance(one, Tag) else one for one in _parted(value)]
        first = (attrs or {}).get("id", f"id_{name}")
        return (self._boxes if len(self.offered) <= TICKED else self._lines)(name, chosen, first)

    def _boxes(self, name: str, chosen: list[str], first: str) -> SafeString:
        known = {one.casefold() for one in chosen}
        rows = [
            (
                format_html(' id="{}"', first) if number == 0 else "",
                name,
                tag.name,
                SafeString(" checked") if {tag.name.casefold(), tag.slug} & known else "",
                tag.name,
            )
            for number, tag in enumerate(self.offered)
        ]
        boxes = format_html_join("", '<label><input type="checkbox"{} name="{}" value="{}"{}> {}</label>', rows)
        return format_html('<div class="tags">{}</div>', boxes)

    def _lines(self, name: str, chosen: list[str], first: str) -> SafeString:
        rows = [
            (first if number == 0 else f"{first}_{number + 1}", name, words, number + 1, f"{first}_all")
            for number, words in enumerate([*chosen, *[""] * MOST][: max(MOST, len(chosen))])
        ]
        line = '<input id="{}" name="{}" value="{}" aria-label="Tag {}" list="{}" maxlength="60" autocomplete="off">'
        names = format_html_join("", "<option>{}</option>", ((tag.name,) for tag in self.offered))
        return format_html(
            '<div class="tags">{}</div><datalist id="{}">{}</datalist>',
            format_html_join("", line, rows),
            f"{first}_all",
            names,
        )


def _parted(value: Any) -> list[Any]:
    """The single names: a draft keeps them in one line, and so may somebody type them."""
    lines = [value] if isinstance(value, str) else value or []
    return [name for line in lines for name in (line.split(",") if isinstance(line, str) else [line])]


class TagsField(forms.Field):
    """Up to five tags, by their names: those on offer, and those that the post has already."""

    def __init__(self, *, borne: Iterable[Tag] = ()) -> None:
        borne = list(borne)
        offered = {tag.pk: tag for tag in [*Tag.objects.filter(active=True), *borne]}
        self.offered = sorted(offered.values(), key=lambda tag: tag.name.casefold())
        self.named = {tag.slug: tag for tag in self.offered} | {tag.name.casefold(): tag for tag in self.offered}
        widget = TagsWidget()
        widget.offered = self.offered
        super().__init__(
            label="Tags",
            required=False,
            initial=borne,
            widget=widget,
            help_text=format_html('Up to {}. <a href="{}">What they mean</a>', MOST, reverse_lazy("tags")),
        )

    def clean(self, value: Any) -> list[Tag]:
        """The tags that the names stand for."""
        typed = [" ".join(str(one).split()) for one in _parted(value)]
        found: dict[int, Tag] = {}
        for name in typed:
            if not name:
                continue
            tag = self.named.get(name.casefold())
            if tag is None:
                shown = name if len(name) <= 60 and name.isprintable() else f"{name[:60]!a}…"
                raise ValidationError(f"“{shown}” is no tag here. Choose from the list, or leave it out.")
            found[tag.pk] = tag
        if len(found) > MOST:
            raise ValidationError(f"These are {len(found)} tags; the limit is {MOST}. Take some out.")
        return list(found.values())
