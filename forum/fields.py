"""Form fields for what people write: long words, and the token that makes one form one row."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from forum.prepared import LARGEST
from forum.text.characters import clean
from forum.text.html import is_page

_STALE = "This form was not complete. Post it once more."
TOKEN = r"\A[0-9a-f]{32}\Z"  # noqa: S105  a shape, not a secret


class Written(forms.CharField):
    """What people write, which a browser shows in the direction that its letters have."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Has a browser write the words in the direction that their letters have."""
        return {**super().widget_attrs(widget), "dir": "auto"}


class Words(Written):
    """Several lines of text, counted in characters with each line end as one."""

    def __init__(self, *, what: str, most: int, **kwargs: Any) -> None:
        self.what, self.most = what, most
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 8}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """The text with line ends as one character each, without blank lines at its ends."""
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        return str(super().to_python(text.strip("\n").rstrip()) or "")

    def validate(self, value: str) -> None:
        """Refuses text that is missing or too long, and says by how much."""
        super().validate(value)
        over = len(value) - self.most
        if over > 0:
            characters = "character" if over == 1 else "characters"
            raise ValidationError(
                f"This {self.what} is {over:,} {characters} over the limit of {self.most:,}. Shorten it and post again."
            )


class PageAddress(forms.URLField):
    """The address of a page, which a reader can follow; https where it names no scheme."""

    default_error_messages = {  # noqa: RUF012  as in Django's own fields
        "invalid": "This is not the address of a page. It begins with https:// or http://.",
        "scheme": "Only addresses that begin with https:// or http:// can be linked.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"assume_scheme": "https", **kwargs})

    def run_validators(self, value: str) -> None:
        """Refuses what is no address, and then what is one that no link may lead to."""
        super().run_validators(value)
        if value and not is_page(value):
            raise ValidationError(self.error_messages["scheme"], code="scheme")


class Id(forms.IntegerField):
    """The id of a row, as an address may hold it: plain digits, and no more than a database can count."""

    def __init__(self) -> None:
        super().__init__(min_value=1, max_value=LARGEST, required=False)

    def to_python(self, value: Any) -> int | None:
        """The number; refuses the digits of other scripts, which Python would read as well."""
        if value and not str(value).isascii():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class Line(Written):
    """Words on one line, without characters that no page can hold."""

    def to_python(self, value: Any) -> str:
        """The words with one space between each."""
        text = str(super().to_python(value) or "")
        if "\0" in text:
            return text  # refused by a validator
        return " ".join(clean(text).split())


class Token(forms.CharField):
    """The hidden token of a form that may be posted once."""

    def __init__(self) -> None:
        super().__init__(
            widget=forms.HiddenInput,
            validators=[RegexValidator(TOKEN)],
            initial=lambda: secrets.token_hex(16),
            error_messages={"required": _STALE, "invalid": _STALE},
        )


class OnceForm(forms.Form):
    """A form that makes one row, however often it is posted."""

    token = Token()

    def full_clean(self) -> None:
        """Checks the form; one that came without its token is shown again with a good one."""
        super().full_clean()
        if "token" in self.errors:
            data = self.data.copy()  # type: ignore[attr-defined]
            data["token"] = secrets.token_hex(16)
            self.data = data
