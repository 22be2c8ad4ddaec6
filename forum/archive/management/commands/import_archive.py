"""Plans the import of a saved file and, when told to, does it."""

import gc
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from forum.archive import files, readers
from forum.archive.limits import Refused
from forum.archive.load import load
from forum.archive.outcome import Outcome
from forum.archive.plan import Plan, json_pieces, make_plan, text_lines
from forum.archive.reporting import Bar, operator, told


class Command(BaseCommand):
    help = (
        "Shows what an archived file would become, every line of it accounted for, and writes nothing unless "
        "--commit is given. Exit status: 0 clean, 1 warnings under --strict, 2 refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file and what to do with it."""
        formats = [reader.key for reader in readers.READERS]
        parser.add_argument("file", type=Path)
        parser.add_argument("--commit", action="store_true", help="write it; without this nothing is kept")
        parser.add_argument("--update", action="store_true", help="the file's words win over those changed here")
        parser.add_argument("--json", action="store_true", help="print the plan as JSON")
        parser.add_argument("--strict", action="store_true", help="with anything out of the ordinary, stop with 1")
        parser.add_argument("--format", default="", help=f"do not look at the content: {', '.join(formats)}")
        parser.add_argument("--corrections", type=Path, help="a TOML; otherwise that of the same name beside it")
        parser.add_argument("--zone", default="", help="the zone of the printed times, such as America/New_York")

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, show, and load."""
        gc.set_threshold(50_000, 20, 50)  # rows by the hundred thousand, and hardly a cycle among them
        _keep_memory_small()
        try:
            plan = _plan(options)
            if options["json"]:
                self._as_json(plan, options)
            else:
                for line in text_lines(plan):
                    self.stdout.write(line)
                self._check(plan, options)
                self._say(self._load(plan, options), done=options["commit"])
        except Refused as refusal:
            raise CommandError(refusal.reason, returncode=2) from None

    def _as_json(self, plan: Plan, options: dict[str, Any]) -> None:
        """The plan, with what an import would do where a database can be asked."""
        outcome = None
        if not (options["strict"] and plan.account().anomalies):
            try:
                outcome = self._load(plan, options)
            except DatabaseError:
                if options["commit"]:
                    raise
        for piece in json_pieces(plan, None if outcome is None else outcome.as_dict()):
            self.stdout.write(piece, ending="")
        self.stdout.write("")
        self._check(plan, options)

    def _load(self, plan: Plan, options: dict[str, Any]) -> Outcome:
        return load(plan, operator=operator(), commit=options["commit"], update=options["update"], progress=Bar())

    def _check(self, plan: Plan, options: dict[str, Any]) -> None:
        if options["strict"] and (number := plan.account().anomalies):
            raise CommandError(f"{number} warnings; nothing was written.", returncode=1)

    def _say(self, outcome: Outcome, *, done: bool) -> None:
        for line in told(outcome, done=done):
            self.stdout.write(line, self.style.SUCCESS if done else None)


def _keep_memory_small() -> None:
    """SQLite maps the file of the database into memory, which an import would read and write from end to end."""
    try:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA mmap_size=0")
    except DatabaseError:
        pass  # a plan as JSON needs no database


def _plan(options: dict[str, Any]) -> Plan:
    path: Path = options["file"]
    saved = files.read(path)
    said = files.said_of(path, options["corrections"])
    if options["zone"]:
        said = replace(said, zone=options["zone"])
    return make_plan(saved, said, forced=options["format"])
