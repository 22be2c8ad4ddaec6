"""Loads the source article and its thread, and whatever else stands in fixtures/."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forum.archive import files
from forum.archive.limits import Refused
from forum.archive.load import load
from forum.archive.plan import make_plan


class Command(BaseCommand):
    help = "Imports each text in fixtures/ with the corrections beside it. A second time changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Import each in the order of their names."""
        for path in sorted((Path(settings.BASE_DIR) / "fixtures").glob("*.txt")):
            try:
                plan = make_plan(files.read(path), files.said_of(path))
                outcome = load(plan, operator="load_fixture", commit=True)
            except Refused as refusal:
                raise CommandError(f"{path.name}: {refusal.reason}", returncode=2) from None
            if outcome.created_posts:
                self.stdout.write(
                    f"Loaded {path.name}: {outcome.created_comments} comments by persons of {plan.said.source_name}."
                )
            else:
                self.stdout.write(
                    f"{path.name} is here already; {'its quotations' if outcome.wrote else 'nothing'} changed."
                )
