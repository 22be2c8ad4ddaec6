"""The forms in which moderators keep the list of tags and give posts other ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import slugify

from forum.fields import Line
from forum.moderation.forms import ReasonForm
from posts.models import Tag
from posts.tags.fields import TagsField


class TagForm(ReasonForm):
    """Name and description of a tag."""

    name = Line(max_length=40, error_messages={"required": "Give the tag a name."})
    description = Line(max_length=300, required=False, help_text="What belongs under it, in a sentence.")

    field_order = ("name", "slug", "description", "reason")

    def clean_name(self) -> str:
        """A name that can stand in a line of names."""
        name: str = self.cleaned_data["name"]
        if "," in name:
            raise forms.ValidationError("A tag has no comma in it: commas part one tag from the next.")
        return name


class NewTagForm(TagForm):
    """A new tag."""

    slug = forms.SlugField(
        label="Address",
        max_length=40,
        required=False,
        help_text="The end of /tags/…/, in small letters. It stays; left empty, it is made of the name.",
    )

    def clean(self) -> dict[str, Any]:
        """Makes the address of the name where none was given."""
        data = super().clean() or {}
        if "name" in data and "slug" not in self.errors:
            data["slug"] = data.get("slug", "").lower() or slugify(data["name"])[:40]
            if not data["slug"]:
                self.add_error("slug", "Give the address in Latin letters: the name has none to make it of.")
        return data


class MergeForm(ReasonForm):
    """Into which tag."""

    into = forms.ModelChoiceField(
        queryset=Tag.objects.filter(merged_into=None),
        label="Into",
        empty_label=None,
        error_messages={"required": "Choose a tag.", "invalid_choice": "Choose one of these."},
    )

    field_order = ("into", "reason")


class TagsForm(ReasonForm):
    """Which tags a post is to have."""

    field_order = ("tags", "reason")

    def __init__(self, *args: Any, borne: Iterable[Tag] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"] = TagsField(borne=borne)
        self.order_fields(self.field_order)
