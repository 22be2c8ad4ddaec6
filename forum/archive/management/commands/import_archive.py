"""Plans the import of a saved file and, when told to, does it."""

import getpass
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forum.archive import files, readers
from forum.archive.limits import Refused
from forum.archive.load import Outcome, load
from forum.archive.plan import Plan, as_json, as_text, make_plan


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
        parser.add_argument("--json", action="store_true", help="print the plan as JSON")
        parser.add_argument("--strict", action="store_true", help="with anything out of the ordinary, stop with 1")
        parser.add_argument("--format", default="", help=f"do not look at the content: {', '.join(formats)}")
        parser.add_argument("--corrections", type=Path, help="a TOML; otherwise that of the same name beside it")
        parser.add_argument("--zone", default="", help="the zone of the printed times, such as America/New_York")

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, show, and load."""
        try:
            plan = _plan(options)
            self.stdout.write(as_json(plan) if options["json"] else as_text(plan))
            if options["strict"] and plan.anomalies:
                raise CommandError(f"{len(plan.anomalies)} warnings; nothing was written.", returncode=1)
            if options["commit"] or not options["json"]:
                outcome = load(plan, operator=_operator(), commit=options["commit"])
                self._say(outcome, to=self.stderr if options["json"] else self.stdout, done=options["commit"])
        except Refused as refusal:
            raise CommandError(refusal.reason, returncode=2) from None

    def _say(self, outcome: Outcome, *, to: Any, done: bool) -> None:
        for line in told(outcome, done=done):
            to.write(line, self.style.SUCCESS if done else None)


def told(outcome: Outcome, *, done: bool) -> list[str]:
    """What was done, or would be, in sentences."""
    verb = "Created" if done else "Would create"
    made = (
        _counted(outcome.created_posts, "post"),
        _counted(outcome.created_comments, "comment"),
        _counted(outcome.created_persons, "person"),
    )
    lines = [f"{verb}: {', '.join(made)}.", f"Left as they are: {outcome.left}."]
    if outcome.updated_posts:
        shown = "Drawn" if done else "Would be drawn"
        lines.append(f"{shown} by the new corrections: {_counted(outcome.updated_posts, 'post')}.")
    if outcome.changed:
        at = ", ".join(str(line) for line in outcome.changed[:20])
        lines.append(f"Other words in the file than here, left as they are here: lines {at}.")
    if outcome.clashes:
        lines.append(f"Named like members, and joined to none: {', '.join(outcome.clashes[:20])}.")
    if not done:
        lines.append("Nothing was written. Run it again with --commit to write.")
    elif not outcome.wrote:
        lines.append("Nothing was written: all of it is here.")
    return lines


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _plan(options: dict[str, Any]) -> Plan:
    path: Path = options["file"]
    saved = files.read(path)
    said = files.said_of(path, options["corrections"])
    if options["zone"]:
        said = replace(said, zone=options["zone"])
    return make_plan(saved, said, forced=options["format"])


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"
