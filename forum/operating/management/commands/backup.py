"""Copies the database into a file while the site runs."""

import sqlite3
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.operating import copies, schema


class Command(BaseCommand):
    help = "Copies the whole database into FILE (0600), in one consistent state, while people write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if schema.is_empty():
            raise CommandError(schema.EMPTY)
        try:
            copies.make(file)
        except (copies.CopyError, OSError, sqlite3.Error) as error:
            raise CommandError(f"{copies.database()} was not copied: {error}") from None
        self.stdout.write(f"Copied {copies.database()} into {file} ({file.stat().st_size:,} bytes).")
