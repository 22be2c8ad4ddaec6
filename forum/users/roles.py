"""Who may moderate: the one question that visibility, rules and pages ask of a member."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

MODERATE = "moderation.moderate"


def may_moderate(user: User | AnonymousUser) -> bool:
    """Whether ``user`` reads what is held or removed and decides about it; asks the database for staff alone."""
    return user.is_authenticated and user.is_staff and user.may_write() and user.has_perm(MODERATE)
