"""Takes away what nobody needs any more: notices read long ago, mails that left, tasks that are done."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from forum.notices.models import Mail, Notice

ONE_GO = 1_000
TASKS_KEPT_DAYS = 2


def clean_up() -> None:
    """Deletes in lots, so that nobody who writes waits for long."""
    now = timezone.now()
    while _delete_lot(Notice.objects.filter(read_at__lt=now - dt.timedelta(days=settings.NOTICES_KEPT_DAYS))):
        pass
    while _delete_lot(Mail.objects.filter(done_at__lt=now - dt.timedelta(days=settings.MAIL_KEPT_DAYS))):
        pass
    call_command("prune_db_task_results", min_age_days=TASKS_KEPT_DAYS, verbosity=0)


def _delete_lot(rows: object) -> int:
    lot = list(rows.values_list("pk", flat=True)[:ONE_GO])  # type: ignore[attr-defined]
    if lot:
        rows.model.objects.filter(pk__in=lot).delete()  # type: ignore[attr-defined]
    return len(lot)
