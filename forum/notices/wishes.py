"""The only writer of what members want by mail."""

from __future__ import annotations

from django.db import transaction

from forum.notices.models import Choice, Way
from forum.notices.tokens import What
from forum.users.models import User


def choice_of(member: User) -> Choice:
    """What the member wants; the defaults, not saved, when they never chose."""
    return Choice.objects.filter(member=member).first() or Choice(member=member)


def choose(*, member: User, **ways: Way) -> None:
    """Keeps what a member wants; kinds that are not named stay as they are."""
    with transaction.atomic():
        Choice.objects.select_for_update().filter(member=member).first()
        Choice.objects.update_or_create(member=member, defaults=ways)


def stop(*, member: User, what: What) -> None:
    """Ends mails of one kind, or all; notices on the site go on."""
    columns = sorted(set(Choice.COLUMNS.values())) if what == "all" else [what]
    choose(member=member, **dict.fromkeys(columns, Way.SITE))
