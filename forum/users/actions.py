"""What members change of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forum.users.models import User

READING = ("thread_order", "scheme", "time_zone")


def set_reading(*, member: User, **wanted: str) -> bool:
    """Sets how a member reads: any of ``thread_order``, ``scheme`` and ``time_zone``, whose values a form has checked.

    Returns whether anything changed.
    """
    changed = [name for name in READING if name in wanted and wanted[name] != getattr(member, name)]
    for name in changed:
        setattr(member, name, wanted[name])
    if changed:
        member.save(update_fields=changed)
    return bool(changed)
