"""Reads versions from the database: of a page, of lists of pages, and of the site."""

from __future__ import annotations

from django.db import connection

from forum.prepared import LARGEST

Version = tuple[int, ...]  # of everything that shows on a page; equal means that nothing has changed


def read(sql: str, *values: int | str) -> Version | None:
    """The whole numbers of all rows that a statement gives, in their order; None where there are none. One query."""
    if any(isinstance(value, int) and value > LARGEST for value in values):
        return None
    if connection.vendor == "postgresql":
        from forum import direct  # with its library, only where its database is

        numbers = direct.numbers(direct.numbered(sql), values)
        if numbers is not None:
            return tuple(numbers) or None
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    return tuple(number for row in rows for number in row) or None


def of_site(slug: str = "") -> Version | None:
    """The edition, by which pages are kept that show nothing of a thread. One query."""
    return read("SELECT number FROM pagecache_edition")
