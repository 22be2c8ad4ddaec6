"""Makes the search index anew, or says whether it is right."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.arguments import whole
from forum.search.rebuilding import BATCH, Difference, rebuild

SECONDS = 5  # between two lines of progress


class Command(BaseCommand):
    """Compares each post and comment with its entry in the index, and writes the entry where it is not right."""

    help = (
        "Makes the search index anew while the site serves; --check only says what is wrong. Can be stopped and rerun."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Takes --check and --batch."""
        rows = whole(least=1, most=100_000)
        parser.add_argument("--check", action="store_true", help="change nothing; status 1 when something is wrong")
        parser.add_argument("--batch", type=rows, default=BATCH, help=f"rows in one transaction ({BATCH})")

    def handle(self, *, check: bool, batch: int, **options: Any) -> None:
        """Tells how far it has come every few seconds."""
        self.told = time.monotonic()
        found = rebuild(repair=not check, batch=batch, tell=self.tell)
        what = f"{found.missing:,} missing, {found.other:,} with other words, {found.over:,} too many"
        if check and found.wrong:
            raise CommandError(f"{found.right:,} entries are right; {what}. Run it without --check to put them right.")
        self.stdout.write(
            f"{found.right:,} entries were right; put right: {what}."
            if found.wrong
            else f"All {found.right:,} entries are right."
        )

    def tell(self, found: Difference) -> None:
        """One line every few seconds."""
        if time.monotonic() - self.told >= SECONDS:
            self.told = time.monotonic()
            self.stdout.write(f"{found.right + found.wrong:,} looked at, {found.wrong:,} of them wrong …")
            self.stdout.flush()
