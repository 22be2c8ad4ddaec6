"""Form fields for what people write: long words, and the token that makes one form one row."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

TOKEN = r"\A[0-9a-f]{32}\Z"  # noqa: S105  a shape, not a secret


class Words(forms.CharField):
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


class Token(forms.CharField):
    """The hidden token of a form that may be posted once."""

    def __init__(self) -> None:
        super().__init__(
            widget=forms.HiddenInput,
            validators=[RegexValidator(TOKEN)],
            initial=lambda: secrets.token_hex(16),
            error_messages={"required": _STALE, "invalid": _STALE},
        )


_STALE = "This form was not complete. Post it once more."
