"""The forms in which a moderator brings a file and corrects what it was read as."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django import forms

from forum.archive import corrections, readers
from forum.archive.corrections import Corrections
from forum.archive.fixes import TOP, Fix
from forum.archive.limits import MAX_BYTES, MAX_NAME, MAX_NOTE, MAX_TITLE, Refused
from forum.archive.models import Upload
from forum.fields import Line, Words
from forum.reading.zones import names as zone_names
from forum.text.html import is_page
from forum.users.models import Source

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

_TOO_LARGE = f"This file is larger than {MAX_BYTES // 1024**2} MB. Import it on the command line, or a part of it here."
_TOML_BYTES = 200_000


class SourceForm(forms.Form):
    """Where a file comes from, and how it is read."""

    source = forms.ModelChoiceField(
        queryset=Source.objects.order_by("name"),
        required=False,
        empty_label="A source that is not here yet",
        help_text="The site it was saved from. A printed name is a person of its source, and of no other.",
        error_messages={"invalid_choice": "This source is no longer here. Choose another."},
    )
    name = Line(max_length=200, required=False, label="Its name", help_text="Left empty, it is named as the file.")
    key = forms.RegexField(
        r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z",
        max_length=50,
        required=False,
        label="Its key",
        help_text="Small letters, digits and hyphens. It stays; left empty, it is made of the name.",
        error_messages={"invalid": "A key has small letters, digits and single hyphens, such as hot-air."},
    )
    address = Line(max_length=500, required=False, label="Its address", help_text="Where it was, if the page says so.")
    provenance = Words(
        what="note",
        most=MAX_NOTE,
        required=False,
        label="Where the words came from",
        help_text="Shown with each thread.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    content = Words(
        what="note",
        most=MAX_NOTE,
        required=False,
        label="What readers will meet",
        help_text="One visible line, shown with each thread.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    zone = Line(
        max_length=60,
        required=False,
        label="Time zone of the printed times",
        help_text="Such as America/New_York. Without it, times are kept as printed.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    format = forms.ChoiceField(required=False, help_text="Force one only where the wrong one is found.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: Any = self.fields["format"]
        known.choices = [("", "Found from the content"), *((one.key, one.label) for one in readers.READERS)]

    def clean_zone(self) -> str:
        """A zone by the name of its place."""
        zone: str = self.cleaned_data["zone"]
        if zone and zone not in zone_names():
            raise forms.ValidationError("There is no such zone. Write it as a place, such as America/New_York.")
        return zone

    def clean_address(self) -> str:
        """An address of the web."""
        address: str = self.cleaned_data["address"]
        if address and not is_page(address):
            raise forms.ValidationError("An address begins with http:// or https://.")
        return address

    def clean_name(self) -> str:
        """A name that a TOML can hold."""
        return str(self.cleaned_data["name"]).strip()

    def says(self, before: Corrections) -> Corrections:
        """The corrections with this source and zone in their place. Marks the key that another source has."""
        data = self.cleaned_data
        told = replace(before, zone=data["zone"], by_name=False)
        if chosen := data["source"]:
            return replace(told, source_key=chosen.key, source_name=chosen.name, address="", provenance="", content="")
        name = data["name"] or before.source_name
        key = data["key"] or corrections.for_file(name).source_key
        if taken := Source.objects.filter(key=key).first():
            self.add_error("key", f"“{taken.name}” has the key {key} already. Choose it above, or give another key.")
        return replace(
            told,
            source_key=key,
            source_name=name,
            address=data["address"],
            provenance=data["provenance"],
            content=data["content"],
        )


class UploadForm(SourceForm):
    """A file with what is known of it. The files come last: what stands before them is read if they are too large."""

    toml = forms.FileField(
        required=False,
        label="Corrections",
        help_text="A TOML, as the command line takes it. It says all of the above but the format.",
    )
    file = forms.FileField(
        label="The saved page or export",
        help_text=f"At most {MAX_BYTES // 1024**2} MB. Nothing of it is in a thread before you apply it.",
        error_messages={
            "required": "Choose the file.",
            "missing": "Choose the file.",
            "empty": "This file is empty.",
            "invalid": "Choose the file.",
        },
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:
            self.fields["file"].error_messages["required"] = _TOO_LARGE

    def clean_file(self) -> UploadedFile[Any]:
        """The file, unless it is too large."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_TOO_LARGE)
        return file

    def clean_toml(self) -> Corrections | None:
        """What the TOML says."""
        file: UploadedFile[Any] | None = self.cleaned_data["toml"]
        if file is None:
            return None
        if (file.size or 0) > _TOML_BYTES:
            raise forms.ValidationError(f"Corrections have at most {_TOML_BYTES:,} bytes.")
        try:
            return corrections.parse(file.read().decode())
        except UnicodeDecodeError:
            raise forms.ValidationError("These corrections are not UTF-8.") from None
        except Refused as refusal:
            raise forms.ValidationError(refusal.reason) from None

    def said(self) -> Corrections:
        """What the TOML says, or else the form."""
        told: Corrections | None = self.cleaned_data.get("toml")
        if told is not None:
            return told
        stem = str(self.cleaned_data["file"].name).rsplit(".", 1)[0]
        return self.says(corrections.for_file(stem))


class AboutForm(SourceForm):
    """What is corrected of a page as a whole."""

    title = Line(max_length=MAX_TITLE, required=False)
    author = Line(max_length=MAX_NAME, required=False, label="Author of the post")

    field_order = ("title", "author", "zone", "format", "source")

    def __init__(self, *args: Any, said: Corrections, upload: Upload, **kwargs: Any) -> None:
        chosen = Source.objects.filter(key=said.source_key).first()
        told = {name: getattr(said, name) for name in ("title", "author", "zone")} | {"format": upload.format}
        fresh = {"name": said.source_name, "key": said.source_key, "address": said.address}
        notes = {"provenance": said.provenance, "content": said.content}
        initial = told | ({"source": chosen} if chosen else fresh | notes)
        super().__init__(*args, initial=initial, **kwargs)
        for name in ("title", "author"):
            self.fields[name].help_text = "Left empty, it stays as it was read."

    def said(self, before: Corrections) -> Corrections:
        """The corrections with everything of this form in its place."""
        data = self.cleaned_data
        return replace(self.says(before), title=data["title"], author=data["author"])


class CommentForm(forms.Form):
    """What is corrected of one comment."""

    author = Line(max_length=MAX_NAME, error_messages={"required": "Somebody wrote it: give the name as printed."})
    parent = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10**9,
        label="Answers comment",
        error_messages={"invalid": "Give the number of a comment, or leave it empty."},
    )


def corrected(fixes: tuple[Fix, ...], fix: Fix) -> tuple[Fix, ...]:
    """The fixes with this one in the place of the one for the same comment; one that says nothing is left out."""
    others = [one for one in fixes if (one.line, one.key) != (fix.line, fix.key)]
    says = fix.author is not None or fix.parent is not None or fix.drop or fix.merge
    return tuple(sorted((*others, fix) if says else others, key=lambda one: (one.line, one.key)))


def undone(fixes: tuple[Fix, ...], line: int, key: str, what: str) -> tuple[Fix, ...]:
    """The fixes without one part of what they say of a comment."""
    found = next((one for one in fixes if (one.line, one.key) == (line, key)), None)
    if found is None:
        return fixes
    if what == "author":
        return corrected(fixes, replace(found, author=None))
    if what == "parent":
        return corrected(fixes, replace(found, parent=None, parent_key=""))
    return corrected(fixes, replace(found, drop=found.drop and what != "drop", merge=found.merge and what != "merge"))


def in_words(fix: Fix) -> list[tuple[str, str]]:
    """Each part of a fix: its name, and what it says."""
    said: list[tuple[str, str]] = []
    if fix.author is not None:
        said.append(("author", f"author “{fix.author}”"))
    if fix.parent is not None:
        answers = "answers nobody" if fix.parent == TOP else f"answers the comment at line {fix.parent}"
        said.append(("parent", answers))
    if fix.drop:
        said.append(("drop", "dropped"))
    if fix.merge:
        said.append(("merge", "joined to the one before it"))
    return said
