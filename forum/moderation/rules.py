"""Who may decide what about words and members: the same answers enforce (in actions) and show (on the desk)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.users.roles import may_moderate

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

GROUP = "Moderators"


def why_not_moderate(by: User | AnonymousUser) -> str:
    """Why ``by`` may not decide about posts and comments; "" when they may."""
    return "" if may_moderate(by) else "Only moderators can do this."


def why_not_suspend(by: User | AnonymousUser, member: User) -> str:
    """Why ``by`` may not suspend ``member`` or end a suspension; "" when they may.

    Moderators are one another's equals: only an administrator decides about one.
    """
    if not may_moderate(by):
        return "Only moderators can do this."
    if member.pk == by.pk:
        return "Nobody decides about their own account."
    if (member.is_staff or member.is_superuser) and not by.is_superuser:
        return f"{member.username} is a moderator or an administrator: only an administrator can do this."
    return ""


def why_not_appoint(by: User | AnonymousUser, member: User) -> str:
    """Why ``by`` may not make ``member`` a moderator, end that, or close the account; "" when they may."""
    if not (by.is_authenticated and by.may_write() and by.is_superuser):
        return "Only administrators can do this."
    if member.pk == by.pk:
        return "Nobody decides about their own account."
    return ""
