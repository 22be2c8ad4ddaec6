"""Where a decision is taken back, or why it is not: nothing is offered that would be refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from forum.archive.models import Run, Upload
from forum.archive.rules import why_not_import
from forum.moderation import undoing
from forum.moderation.models import Action

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

Verb = Action.Verb


@dataclass(frozen=True)
class WayBack:
    """What the button says and where it leads; without an address, why there is none."""

    label: str = ""
    url: str = ""
    why_not: str = ""


def with_ways_back(actions: Iterable[Action], by: User | AnonymousUser) -> list[tuple[Action, WayBack]]:
    """Each of these decisions, of ``showing.recent_actions``, with the way back from it that ``by`` may take.

    One query besides that for the decisions, three with imports.
    """
    found = list(actions)
    ways = {pk: WayBack(why_not=why_not) for pk, why_not in undoing.obstacles(found, by).items()}
    ways |= _of_imports([action for action in found if action.verb in (Verb.IMPORT, Verb.ROLL_BACK)], by)
    undo = reverse("admin:moderation_action_decide", args=["undo"])
    return [
        (action, ways.get(action.pk) or WayBack("Undo", f"{undo}?ids={action.pk}&page=1"))  # and back to its page
        for action in found
    ]


def _of_imports(found: list[Action], by: User | AnonymousUser) -> dict[int, WayBack]:
    """Imports are rolled back on a page of their own, which lists what would go, and applied again on the upload's."""
    if why_not := why_not_import(by):
        return {action.pk: WayBack(why_not=why_not) for action in found}
    if not found:
        return {}
    ids = {action.before["run"] for action in found}
    states = dict(Run.objects.filter(pk__in=ids).values_list("pk", "state"))
    uploads = dict(Upload.objects.filter(run__in=ids).values_list("run", "pk"))
    return {
        action.pk: _of_import(action, states.get(action.before["run"]), uploads.get(action.before["run"]))
        for action in found
    }


def _of_import(action: Action, state: str | None, upload: int | None) -> WayBack:
    is_back = state == Run.State.ROLLED_BACK
    if action.verb == Verb.ROLL_BACK:
        if is_back and upload:
            return WayBack("Apply it again", reverse("admin:archive_upload_change", args=[upload]))
        return WayBack(why_not="The file was applied again since, or its upload was thrown away: then bring it again.")
    if state is None:
        return WayBack(why_not="The record of this import is no longer here.")
    if is_back:
        return WayBack(why_not="This import was rolled back already.")
    return WayBack("Roll back", reverse("admin:archive_run_roll_back", args=[action.before["run"]]))
