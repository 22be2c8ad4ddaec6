"""Writes static/rejoinder.css from static/css/."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.pages.stylesheet import JOINED, joined


class Command(BaseCommand):
    help = "Join the stylesheet from its components; with --check only say whether it is stale."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")

    def handle(self, *args: Any, **options: Any) -> None:
        text = joined()
        if options["check"]:
            if not JOINED.exists() or JOINED.read_text() != text:
                raise CommandError("static/rejoinder.css is stale. Run `make css`.")
            return
        JOINED.write_text(text)
        self.stdout.write(f"{JOINED.name}: {len(text.encode())} bytes")
