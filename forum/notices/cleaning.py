"""Takes away what nobody needs any more: notices read long ago, mails that left, tasks, sessions and counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from forum.moderation import limits
from forum.notices.models import Mail, Notice

ONE_GO = 1_000
TASKS_KEPT_DAYS = 2


def clean_up() -> None:
    """Deletes in lots, so that nobody who writes waits for long."""
    now = timezone.now()
    _delete(Notice.objects.filter(read_at__lt=now - dt.timedelta(days=settings.NOTICES_KEPT_DAYS)))
    _delete(Mail.objects.filter(done_at__lt=now - dt.timedelta(days=settings.MAIL_KEPT_DAYS)))
    _delete(Session.objects.filter(expire_date__lt=now))
    _delete(limits.passed())
    _delete(DBTaskResult.objects.finished().filter(finished_at__lt=now - dt.timedelta(days=TASKS_KEPT_DAYS)))


def _delete(rows: Any) -> None:
    while lot := list(rows.order_by().values_list("pk", flat=True)[:ONE_GO]):
        rows.model.objects.filter(pk__in=lot).delete()
