"""Rate limits, counted in the database in the transaction of the act they limit."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from forum.moderation.models import Tally
from forum.refusals import TooMany

if TYPE_CHECKING:
    from django.db.models import QuerySet

HOUR = 3_600
WORDS = {
    "comments": "comments",
    "edits": "edits",
    "posts": "posts",
    "previews": "previews",
    "drafts": "savings of drafts",
    "names": "look-ups of names",
    "reports": "reports",
    "name_removals": "requests",
    "votes": "votes",
    "marks": "marks",
    "searches": "searches",
    "files": "threads as one file",
}


def spend(act: str, who: str) -> None:
    """Counts one ``act`` by ``who``; raises TooMany when the limit is passed. One statement.

    ``who`` names a member (``member:5``) or a guest's network (``guest(ip)``); see ``asker``.
    """
    allowed = settings.LIMITS[f"{act}_per_hour"]
    now = int(time.time())
    start = now - now % HOUR
    if _count(f"{act}:{who}", start) > allowed:
        minutes = -(-(start + HOUR - now) // 60)
        again = f"{minutes} minute{'' if minutes == 1 else 's'}"
        raise TooMany(f"The limit is {allowed} {WORDS[act]} an hour. Try again in {again}.", wait=start + HOUR - now)


def asker(member: int | None, ip: str) -> str:
    """Whom a limit counts: the member, or the guest's network."""
    return guest(ip) if member is None else f"member:{member}"


def guest(ip: str) -> str:
    """The name under which a guest's address is counted: a keyed digest of the address, or of an IPv6 /64."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        network = "unknown"
    else:
        prefix = 64 if address.version == 6 else 32
        network = str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))
    digest = hmac.new(settings.SECRET_KEY.encode(), network.encode(), hashlib.sha256).hexdigest()
    return f"guest:{digest[:32]}"


def passed() -> QuerySet[Tally]:
    """The tallies that nothing counts in any more, an hour after their own: a clock may be behind."""
    return Tally.objects.filter(window__lt=int(time.time()) - 2 * HOUR)


def _count(key: str, start: int) -> int:
    # One statement, because reading and then writing would let two workers pass a limit together.
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO moderation_tally (key, "window", count) VALUES (%s, %s, 1)'
            ' ON CONFLICT (key, "window") DO UPDATE SET count = moderation_tally.count + 1 RETURNING count',
            [key, start],
        )
        row = cursor.fetchone()
    return int(row[0])
