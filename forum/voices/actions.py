"""The only writer of votes and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from comments.models import Comment
from forum.refusals import NotAllowed
from forum.users.models import User
from forum.voices.models import Mark
from posts.models import Post, Tag

if TYPE_CHECKING:
    from django.db.models import Model

COLUMNS: dict[type[Model], str] = {Post: "post", Comment: "comment", User: "about", Tag: "tag"}


def mark(*, member: User, kind: Mark.Kind, target: Post | Comment | User | Tag) -> bool:
    """Keeps, hides, folds, follows or mutes something for a member; returns whether anything changed.

    Raises NotAllowed for a member who marks themselves.
    """
    if target == member:
        raise NotAllowed("You cannot follow or mute yourself.")
    with transaction.atomic():
        return Mark.objects.get_or_create(**_place(member, kind, target))[1]


def unmark(*, member: User, kind: Mark.Kind, target: Post | Comment | User | Tag) -> bool:
    """Takes a mark back; returns whether there was one."""
    with transaction.atomic():
        return Mark.objects.filter(**_place(member, kind, target)).delete()[0] > 0


def _place(member: User, kind: Mark.Kind, target: Post | Comment | User | Tag) -> dict[str, Any]:
    return {"member": member, "kind": kind, COLUMNS[type(target)]: target}
