"""Puts a copy of the database back."""

import sqlite3
import sys
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.operating import copies, crossing, schema


class Command(BaseCommand):
    help = (
        "Replaces everything in the database by the copy in FILE, then migrates. A copy of SQLite goes into PostgreSQL"
        " as well. Stop the site before. On a terminal it asks for the name of the database."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--replace", action="store_true", help="yes, replace all that is in the database")
        parser.add_argument("--yes", action="store_true", help="do not ask, and go on though others have it open")

    def handle(self, *args: Any, file: Path, replace: bool, yes: bool, **options: Any) -> None:
        if not replace:
            raise CommandError(f"This replaces all of {copies.database()}. Say --replace if that is meant.")
        try:
            copies.check_kind(file)
            if not yes:
                self._make_sure()
            put_back = crossing.cross if crossing.is_needed(file) else copies.put_back
            put_back(file)
        except (copies.CopyError, OSError, sqlite3.Error) as error:
            raise CommandError(f"{copies.database()} was not replaced: {error}") from None
        if said := schema.hindrance():
            raise CommandError(f"{file} was put back. {said}")
        call_command("migrate", interactive=False, verbosity=0)  # a copy may be older than the code
        self.stdout.write(f"Put back {copies.database()} from {file}.")

    def _make_sure(self) -> None:
        """Raises CopyError while the site runs, and where whoever sits at a terminal meant another database."""
        if copies.is_in_use():
            raise copies.CopyError("others have it open. Stop the site first, or say --yes if it is not the site.")
        self.stdout.write(f"This replaces all of {copies.database()}.")
        if sys.stdin.isatty() and input(f"Type its name to go on ({copies.name()}): ").strip() != copies.name():
            raise copies.CopyError("another name was typed.")
