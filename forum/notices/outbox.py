"""Puts mails into the outbox, in the transaction of what they tell of; no request ever waits for a mail server."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from forum.notices.models import Mail, Notice
from forum.notices.tasks import deliver
from forum.text.characters import clean

SUBJECT = 150  # characters; a title may have more, and then it is cut


def put_account_mail(*, address: str, subject: str, body: str) -> None:
    """Writes a mail about an account. Two INSERTs, whoever the address belongs to and if it is anybody's."""
    with transaction.atomic():
        Mail.objects.create(
            key=f"account:{secrets.token_hex(16)}",
            kind=Mail.Kind.ACCOUNT,
            address=address,
            subject=line(subject),
            body=body,
        )
        deliver.enqueue()


def put_notices(notices: Iterable[Notice]) -> None:
    """Writes a mail for each of these notices, unless there is one."""
    rows = [
        Mail(
            key=f"notice:{notice.pk}",
            kind=Mail.Kind.NOTICE,
            member_id=notice.member_id,
            notice=notice,
            subject=notice.get_kind_display(),
        )
        for notice in notices
    ]
    if rows:
        Mail.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def put_digests(members: Iterable[int], day: dt.date) -> None:
    """Writes each member's digest of a day, unless there is one."""
    rows = [
        Mail(key=f"digest:{member}:{day}", kind=Mail.Kind.DIGEST, member_id=member, subject=f"digest of {day}")
        for member in members
    ]
    Mail.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def try_again(mails: Iterable[Mail]) -> int:
    """Lets mails that were given up leave after all, as an administrator asks; returns how many.

    The words of an account's mail are gone once it was given up: its link must be asked for anew.
    """
    failed = Mail.objects.filter(
        pk__in=[mail.pk for mail in mails], state=Mail.State.FAILED, kind__in=[Mail.Kind.NOTICE, Mail.Kind.DIGEST]
    )
    with transaction.atomic():
        now = timezone.now()
        count = failed.update(state=Mail.State.WAITING, due_at=now, made_at=now, done_at=None)
        if count:
            deliver.enqueue()
    return count


def line(words: str) -> str:
    """The words as one line that no mail header can be broken with, cut at SUBJECT characters."""
    one = " ".join(clean(words).split())
    return one if len(one) <= SUBJECT else one[: SUBJECT - 1].rstrip() + "…"
