"""Who may bring archives: the same answer enforces (in uploads) and shows (on the desk)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.users.roles import may_moderate

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

IMPORT = "archive.add_upload"


def may_import(user: User | AnonymousUser) -> bool:
    """Whether ``user`` uploads files, corrects and applies them, and rolls imports back."""
    return may_moderate(user) and user.has_perm(IMPORT)


def why_not_import(user: User | AnonymousUser) -> str:
    """Why ``user`` may not do this; "" when they may."""
    return "" if may_import(user) else "Only moderators who may import can do this."
