"""The edition of the site: one number that moves with whatever shows on pages of many threads at once."""

from __future__ import annotations

import time

from django.db import connection, models
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


def hold_edition() -> None:
    """Waits for whoever moves it at this moment, and keeps it from moving until the transaction ends.

    After it one sees what they have changed. Last in a transaction, as to move it. One query on PostgreSQL; in SQLite
    all who write follow one another.
    """
    if connection.vendor == "postgresql":
        list(Edition.objects.select_for_update().filter(pk=Edition.ONLY).values_list("pk"))


def renew_edition() -> None:
    """Puts the edition past every one there was, when a copy of the database was put back.

    The versions of threads begin again then where the copy ends, and pages of the same numbers may still be kept, in
    the shared cache above all. A copy from before there were editions has none yet.
    """
    if Edition._meta.db_table in connection.introspection.table_names():
        Edition.objects.filter(pk=Edition.ONLY).update(number=int(time.time()))
