"""Copies the database into a file while the site runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.operating import copies


class Command(BaseCommand):
    help = "Copies the whole database into FILE (0600), in one consistent state, while people write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            copies.make(file)
        except (copies.CopyError, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Copied the database into {file} ({file.stat().st_size:,} bytes).")
