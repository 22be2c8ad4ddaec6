"""The digest: one mail a day for those who asked for it, and none on a day without news."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from forum.notices.mails import news_for
from forum.notices.models import Choice, Way
from forum.notices.outbox import put_digests
from forum.notices.tasks import deliver

ONE_GO = 500


def write_digests() -> None:
    """Writes today's digests; a second call on the same day writes none again."""
    day, last = timezone.now().date(), 0
    asked = Q()
    for column in set(Choice.COLUMNS.values()):
        asked |= Q(**{column: Way.DAILY})
    choices = Choice.objects.filter(asked, member__is_active=True).order_by("pk").select_related("member")
    while lot := list(choices.filter(pk__gt=last)[:ONE_GO]):
        last = lot[-1].pk
        put_digests([choice.pk for choice in lot if any(news_for(choice))], day)
    deliver.enqueue()
