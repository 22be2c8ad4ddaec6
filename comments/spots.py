"""Where a page of a thread ended, as an address says it."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from forum.prepared import LARGEST

if TYPE_CHECKING:
    from comments.models import Comment

_SPOT = re.compile(r"(?:(-?[0-9]{1,19})\.)?0*([1-9][0-9]{0,18})", re.ASCII)
_DOUBLE, _WHOLE = struct.Struct(">d"), struct.Struct(">q")


@dataclass(frozen=True, slots=True)
class Spot:
    """The comment that a page ended with and, in the order "best", the rank by which it stood there.

    By the time somebody goes on, votes may have moved the comment, and the next page would begin anew or leave out all
    that it has passed. The rank stands in the address bit by bit, so that equal ones are equal; an address of before,
    or of another order, has the id alone.
    """

    pk: int
    rank: float | None = None

    def __str__(self) -> str:
        if self.rank is None:
            return f"{self.pk}"
        [bits] = _WHOLE.unpack(_DOUBLE.pack(self.rank))
        return f"{bits}.{self.pk}"

    @classmethod
    def of(cls, comment: Comment, order: str) -> Spot:
        """The spot of a page in this order that ends with a comment."""
        return cls(comment.id, comment.best if order == "best" else None)

    def stood(self, comment: Comment) -> Comment:
        """The comment of this spot as it stood there: its rank is that of the spot, and is not to be saved."""
        if self.rank is not None:
            comment.best = self.rank
        return comment


class SpotField(forms.CharField):
    """The spot after which a page of a thread begins."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> Spot | None:
        """None where nothing is said."""
        text = super().clean(value)
        if not text:
            return None
        found = _SPOT.fullmatch(text)
        if found is None or int(found[2]) > LARGEST or abs(int(found[1] or 0)) > LARGEST:
            raise ValidationError("This is the end of no page.")
        [rank] = _DOUBLE.unpack(_WHOLE.pack(int(found[1]))) if found[1] else [None]
        if rank is not None and not isfinite(rank):
            raise ValidationError("This is the end of no page.")
        return Spot(int(found[2]), rank)
