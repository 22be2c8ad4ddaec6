"""What the worker looks after between tasks: mails that are due, tasks that were cut short, and the day's chores."""

from __future__ import annotations

import datetime as dt
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from forum.notices import tasks
from forum.notices.delivery import is_due
from forum.notices.models import Chore

LOST = dt.timedelta(minutes=10)  # no task runs for longer: a worker that was killed left it
AGAIN = dt.timedelta(minutes=1)  # after which a task that failed is tried again
TRIES = 4
MANY = 100  # tasks that are put back at once
CLEANING_HOUR = 4  # UTC
DAY = dt.timedelta(days=1)


def is_task_waiting() -> bool:
    """Whether a task can be done now. One SELECT, which locks nothing: what an idle worker asks each second."""
    return bool(DBTaskResult.objects.ready().exists())


def look_around() -> None:
    """Puts into the queue what is due; called twice a minute. Some five SELECTs when nothing is."""
    revive()
    if is_due():
        tasks.deliver.enqueue()
    for name, hour, task in (("digests", settings.DIGEST_HOUR, tasks.digests), ("clean", CLEANING_HOUR, tasks.clean)):
        if is_past(name, hour):
            with transaction.atomic():
                if take_turn(name, hour):
                    task.enqueue()


def is_past(name: str, hour: int) -> bool:
    """Whether a daily chore is due. One SELECT; a new site begins at the next ``hour`` (UTC)."""
    next_at = Chore.objects.filter(name=name).values_list("next_at", flat=True).first()
    if next_at is None:
        Chore.objects.get_or_create(name=name, defaults={"next_at": _next(hour)})
    now = timezone.now()
    # Further ahead than a day means that the clock was set back: without this, nothing is done until it has caught up.
    return next_at is not None and (next_at <= now or next_at > now + DAY)


def take_turn(name: str, hour: int) -> bool:
    """Whether this worker is the one to do a chore that is due, of all workers that found it so."""
    now = timezone.now()
    due = Chore.objects.filter(Q(next_at__lte=now) | Q(next_at__gt=now + DAY), name=name)
    return bool(due.update(next_at=_next(hour)))


def _next(hour: int) -> dt.datetime:
    now = timezone.now()
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + DAY


def revive() -> int:
    """Puts back tasks that were cut short or have failed, a few times at most; returns how many, up to a hundred.

    Two SELECTs, each along an index of such tasks alone (migration 0002), however many are kept.
    """
    now = timezone.now()
    cut = DBTaskResult.objects.running().filter(Q(started_at__lt=now - LOST) | Q(started_at__gt=now + LOST))
    failed = DBTaskResult.objects.failed().filter(finished_at__range=(now - LOST * 6, now - AGAIN))
    found = (
        pk
        for rows in (cut.order_by("started_at"), failed.order_by("finished_at"))
        for pk, tries in rows.values_list("pk", "worker_ids")
        if len(tries) < TRIES
    )
    again = list(islice(found, MANY))
    if not again:
        return 0
    return int(DBTaskResult.objects.filter(pk__in=again).exclude(status="READY").update(status="READY"))
