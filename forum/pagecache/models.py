"""The edition of the site: one number that moves with whatever shows on pages of many threads at once."""

from __future__ import annotations

from django.db import models
from django.db.models import F


class Edition(models.Model):
    """The one row (id 1) that holds the number."""

    ONLY = 1

    number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"edition {self.number}"


def move_edition() -> None:
    """Says that pages of any thread may have changed. One statement.

    Within the transaction of the change, and last in it: everyone who moves it waits here for each other, and whoever
    locked a post afterwards could wait in a circle.
    """
    Edition.objects.filter(pk=Edition.ONLY).update(number=F("number") + 1)
