"""Takes an import back."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forum.archive.limits import Refused
from forum.archive.models import Run
from forum.archive.reporting import operator
from forum.archive.rollback import roll_back, told
from forum.arguments import row_id


class Command(BaseCommand):
    help = (
        "Removes what an import made and nobody has answered, edited, quoted, reported, decided about, voted on or "
        "saved, and lists the rest with the reason. Shows it alone unless --commit is given. Without a run, lists the "
        "imports."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The run and whether to do it."""
        parser.add_argument("run", type=row_id, nargs="?", help="the number of the import, as the list shows it")
        parser.add_argument("--commit", action="store_true", help="do it; without this nothing is removed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Show the runs, or take one back."""
        if options["run"] is None:
            self._list()
            return
        run = Run.objects.filter(pk=options["run"]).select_related("source").defer("raw").first()
        if run is None:
            raise CommandError(f"There is no import {options['run']}.", returncode=2)
        try:
            found = roll_back(run, by=operator(), commit=options["commit"])
        except Refused as refusal:
            raise CommandError(refusal.reason, returncode=2) from None
        for line in told(found, done=options["commit"]):
            self.stdout.write(line)

    def _list(self) -> None:
        for run in Run.objects.select_related("source").defer("raw").order_by("-started_at")[:50]:
            self.stdout.write(f"{run.pk}: {run} from {run.source.key}, {run.get_state_display()}, {_counts(run)}")


def _counts(run: Run) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in run.counts.items()) or "nothing counted"
