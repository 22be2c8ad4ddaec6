"""Lets PostgreSQL take stock of the tables that an import fills, or it would plan for those of before."""

from __future__ import annotations

from typing import Final

from django.db import connection, models

from comments.models import Comment
from forum.archive.models import Item, Suggestion
from forum.users.models import Person

_FIRST, _STEP = 4, 4
"""Stock is taken after so many batches, and again each time they are so many times as many."""
_COLUMNS: Final[dict[type[models.Model], tuple[str, ...]]] = {
    Item: ("source_id", "source_key", "words_digest", "comment_id", "post_id", "kind"),
    Comment: ("post_id", "parent_id", "person_id", "state", "archived", "branch"),
    Person: ("source_id", "digest", "identity", "scope"),
    Suggestion: ("comment_id", "parent_id"),
}
"""What the queries of an import ask by; to look at the words as well would take longer than they save."""


class Growth:
    """Counts the batches of one import.

    A source that had no items has a hundred thousand a minute later; before its statistics say so, the database
    reads all of them for each batch. Its own rounds (autovacuum) may come too late, or be switched off.
    """

    def __init__(self) -> None:
        self._batches = 0
        self._next = _FIRST

    def batch(self) -> None:
        """One more was written. Takes a tenth of a second a few times in an import, and waits for nobody."""
        self._batches += 1
        if self._batches < self._next:
            return
        self._next *= _STEP
        if connection.vendor == "postgresql":
            tables = ", ".join(f"{model._meta.db_table} ({', '.join(names)})" for model, names in _COLUMNS.items())
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE (SKIP_LOCKED) {tables}")
