"""The time zones that a member may choose."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User


def zone_of(user: User | AnonymousUser) -> zoneinfo.ZoneInfo | None:
    """The zone in which ``user`` reads the times of living words; None for UTC."""
    name = user.time_zone if user.is_authenticated else ""
    return zoneinfo.ZoneInfo(name) if name and name in names() else None


@cache
def names() -> tuple[str, ...]:
    """The zones that this machine knows, by place, in the order of the alphabet."""
    return tuple(sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/")))
