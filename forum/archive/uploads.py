"""What moderators do with a file they bring: keep it, correct it, apply it, throw it away, roll it back."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from forum.archive import corrections, rollback, toml
from forum.archive.items import SavedFile
from forum.archive.limits import Refused
from forum.archive.load import Outcome, load
from forum.archive.models import Run, Upload
from forum.archive.plan import Plan, make_plan
from forum.archive.rollback import RolledBack
from forum.archive.rules import why_not_import
from forum.moderation import ledger
from forum.moderation.models import Action
from forum.refusals import Conflict, NotAllowed
from forum.text.characters import clean

if TYPE_CHECKING:
    from forum.archive.corrections import Corrections
    from forum.users.models import User

MOST_COMMENTS = 5_000
"""Applied while a page waits; a file with more is for the command line."""
CHANGED = (
    "Somebody changed these corrections after you opened the page, and nothing of yours was saved. What stands now is "
    "shown below. Your own words are kept in the form: look, and send them again."
)


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of applying an upload."""

    outcome: Outcome
    run: Run


_made: dict[tuple[str, str, str, str], Plan] = {}
"""The plan that was made last in this process: the parts of a preview, and a correction, are looked at one by one."""


def plan_of(upload: Upload) -> Plan:
    """What the file would become with its corrections. Raises Refused; costs reading the whole file."""
    name = (upload.sha256, upload.file_name, upload.format, upload.corrections)
    if plan := _made.get(name):
        return plan
    saved = SavedFile(upload.file_name, upload.data)
    plan = make_plan(saved, corrections.parse(upload.corrections), forced=upload.format)
    if plan.account().comments <= MOST_COMMENTS and plan.threads.in_memory:
        _made.clear()
        _made[name] = plan
    return plan


def bring(*, by: User, name: str, data: bytes, said: Corrections, forced: str = "") -> tuple[Upload, bool]:
    """Keep a file that can be read; returns it and whether it is new. Raises Refused and keeps nothing then.

    The same bytes that wait here already are not kept twice: what was corrected of them stands.
    """
    _check(by)
    saved = SavedFile(clean(name)[-255:], data)
    plan = make_plan(saved, said, forced=forced)
    plan.account()  # a file may turn out to be broken at its end
    waiting = Upload.objects.filter(sha256=saved.sha256, run__isnull=True).defer("raw").order_by("-pk").first()
    if waiting is not None:
        return waiting, False
    now = timezone.now()
    made = Upload.objects.create(
        file_name=saved.name,
        sha256=saved.sha256,
        size=len(data),
        raw=zlib.compress(data, 6),
        format=forced,
        corrections=toml.written(said),
        uploaded_by=by,
        uploaded_at=now,
        changed_at=now,
    )
    return made, True


def correct(*, upload: Upload, by: User, seen: str, said: Corrections, forced: str | None = None) -> Upload:
    """Put other corrections in the place of those ``seen``, which ``stamp`` names.

    Raises Refused when they do not fit the file, and Conflict when somebody changed them meanwhile.
    """
    _check(by)
    forced = upload.format if forced is None else forced
    text = toml.written(said)
    named = Upload(file_name=upload.file_name, sha256=upload.sha256, raw=upload.raw, format=forced, corrections=text)
    plan_of(named).account()
    with transaction.atomic():
        row = _locked(upload, seen)
        _check_open(row)
        row.corrections, row.format, row.changed_at = text, forced, timezone.now()
        row.save(update_fields=["corrections", "format", "changed_at"])
    return row


def apply(*, upload: Upload, by: User, seen: str) -> Applied:
    """Load what the moderator has seen. Raises Refused with the reason, and Conflict when it was applied already.

    Pressed twice, the second finds everything here and writes nothing.
    """
    _check(by)
    with transaction.atomic():
        _check_open(_locked(upload, seen))
    plan = plan_of(upload)
    refuse_many(plan, upload)
    outcome = load(plan, operator=by.username, commit=True)
    with transaction.atomic():
        run = outcome.run or _run_of(upload, plan)
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        if row.run_id != run.pk:
            row.run = run
            row.save(update_fields=["run"])
            ledger.record(Action.Verb.IMPORT, actor=by, before={"run": run.pk, "file": run.file_name})
    return Applied(outcome, run)


def foresee(plan: Plan) -> Outcome:
    """What applying would do, without writing. Raises Refused where applying would."""
    return load(plan, commit=False)


def roll_back(*, run: Run, by: User) -> RolledBack:
    """Take an import back, as far as nobody has touched what it brought. Raises Refused while another one runs."""
    _check(by)
    found = rollback.roll_back(run, by=by)
    if found.removed:
        ledger.record(Action.Verb.ROLL_BACK, actor=by, before={"run": run.pk, "file": run.file_name})
    return found


def throw_away(*, upload: Upload, by: User) -> None:
    """Forget a file that was brought. What was made of it, if anything, stays; its run has the file."""
    _check(by)
    upload.delete()


def stamp(upload: Upload) -> str:
    """Which state of the corrections somebody has seen."""
    return upload.changed_at.astimezone(dt.UTC).isoformat()


def command_of(upload: Upload) -> str:
    """What does the same on the command line; a shell takes what the file is called for a name, and runs none of it."""
    stem = upload.file_name.rsplit(".", 1)[0]
    file, beside = (quote(f"./{name}" if name.startswith("-") else name) for name in (upload.file_name, f"{stem}.toml"))
    forced = f" --format {upload.format}" if upload.format else ""
    return f"python manage.py import_archive {file} --corrections {beside}{forced} --commit"


def is_open(upload: Upload) -> bool:
    """Whether it may be corrected and applied: nothing was made of it, or that was rolled back."""
    return upload.run is None or upload.run.state == Run.State.ROLLED_BACK


def refuse_many(plan: Plan, upload: Upload) -> None:
    """Refuse a file that would keep the page waiting, with the command that takes it."""
    count = plan.account().comments
    if count > MOST_COMMENTS:
        raise Refused(
            f"This file has {count:,} comments; at most {MOST_COMMENTS:,} are applied here. Download the corrections "
            f"and run: {command_of(upload)}"
        )


def _check(by: User) -> None:
    if why_not := why_not_import(by):
        raise NotAllowed(why_not)


def _check_open(upload: Upload) -> None:
    if not is_open(upload):
        raise Conflict("This file was applied already. Roll its import back before you correct or apply it again.")


def _locked(upload: Upload, seen: str) -> Upload:
    row = Upload.objects.select_for_update(of=("self",)).select_related("run").defer("run__raw").get(pk=upload.pk)
    if stamp(row) != seen:
        raise Conflict(CHANGED)
    return row


def _run_of(upload: Upload, plan: Plan) -> Run:
    """The run that holds what the file became, new or old."""
    runs = Run.objects.filter(source__key=plan.said.source_key).defer("raw")
    found = runs.filter(sha256=upload.sha256).order_by("-pk").first() or runs.order_by("-pk").first()
    if found is None:
        raise Refused("Nothing was written: the file holds nothing that could be imported.")
    return found
