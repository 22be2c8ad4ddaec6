"""Puts a copy of the database back."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.operating import copies


class Command(BaseCommand):
    help = "Replaces everything in the database by the copy in FILE, then migrates. Stop the site before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--replace", action="store_true", help="yes, replace all that is in the database")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        if not replace:
            raise CommandError("This replaces all that is in the database. Say --replace if that is meant.")
        try:
            copies.put_back(file)
        except (copies.CopyError, OSError) as error:
            raise CommandError(str(error)) from None
        call_command("migrate", interactive=False, verbosity=0)  # a copy may be older than the code
        self.stdout.write(f"Put back the database from {file}.")
