"""Sends what waits in the outbox: each mail once, at most.

A mail is claimed (and that is committed) before its words are handed over, and marked as sent after the server took
them. When the worker is killed or the server falls silent between the two, nobody can know whether the mail went: it
is given up with that reason and never sent again. Before that moment every failure is tried again.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from contextlib import suppress
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from forum.alarms import Alarm
from forum.notices import mails
from forum.notices.models import Chore, Mail, Notice
from forum.notices.smtp import in_doubt

logger = logging.getLogger(__name__)

STOPPING = Alarm()  # set when the worker is told to stop: no further mail is begun
ONE_RUN = 60.0  # seconds after which other tasks have their turn
GIVE_UP = dt.timedelta(days=3)
LOST = dt.timedelta(minutes=15)  # no mail is on its way for longer
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=30), dt.timedelta(minutes=15)
LOST_WORDS = "The worker stopped while this was on its way. It may have arrived, so it is not sent again."
DOUBT_WORDS = "The mail server fell silent after it was given this. It may have arrived, so it is not sent again."


def deliver_all() -> int:
    """Sends the mails that are due, for about a minute at most; returns how many were sent."""
    if is_server_resting():
        return 0
    _give_up_lost()
    until, sent = time.monotonic() + ONE_RUN, 0
    connection: Any = None
    try:
        while not STOPPING.is_set() and time.monotonic() < until:
            mail = _next()
            if mail is None:
                break
            letter = _letter(mail)
            if letter is None:
                continue
            connection = connection or _open()
            if connection is None:
                break
            if _claim(mail):
                fine = _send(connection, mail, letter)
                sent += fine
                if not fine:
                    _close(connection)
                    connection = None
                    if is_server_resting():
                        break
    finally:
        _close(connection)
    return sent


def is_server_resting() -> bool:
    """Whether the mail server failed a moment ago and is left alone for a while."""
    now = timezone.now()
    return Chore.objects.filter(name="server", next_at__gt=now, next_at__lte=now + LONGEST_WAIT).exists()


def is_due() -> bool:
    """Whether a mail waits that can be tried now, or one was lost on its way. Two queries at most."""
    now = timezone.now()
    return (_due(now).exists() and not is_server_resting()) or _lost(now).exists()


def _due(now: dt.datetime) -> QuerySet[Mail]:
    """Mails that can be tried. One that waits for longer than any pause was put off before the clock was set back."""
    return Mail.objects.filter(Q(due_at__lte=now) | Q(due_at__gt=now + LONGEST_WAIT), state=Mail.State.WAITING)


def _lost(now: dt.datetime) -> QuerySet[Mail]:
    """Mails on whose way the worker ended."""
    return Mail.objects.filter(Q(due_at__lte=now - LOST) | Q(due_at__gt=now + LOST), state=Mail.State.SENDING)


def _next() -> Mail | None:
    return _due(timezone.now()).order_by("kind", "due_at", "id").first()


def _letter(mail: Mail) -> mails.Letter | None:
    """The mail in words; None, and done with, when there is nothing to say or nobody to say it to any more."""
    try:
        return mails.made(mail)
    except mails.NotNeeded as why:
        _finish(mail, Mail.State.DROPPED, str(why))
    except Exception as error:  # one mail that cannot be written must not stop the others
        logger.exception("A mail could not be written: %s", mail.key)
        _finish(mail, Mail.State.FAILED, f"It could not be written: {type(error).__name__}.")
    return None


def _open() -> Any:
    """A connection to the mail server, or None when it does not answer as it should."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        _close(connection)
        _rest(error)
        return None
    return connection


def _close(connection: Any) -> None:
    with suppress(OSError, SMTPException):
        if connection is not None:
            connection.close()


def _claim(mail: Mail) -> bool:
    """Takes the mail for this worker alone."""
    waiting = Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING)
    return bool(waiting.update(state=Mail.State.SENDING, due_at=timezone.now(), tries=F("tries") + 1))


def _send(connection: Any, mail: Mail, letter: mails.Letter) -> bool:
    """Hands a claimed mail over; returns whether the server took it, and notes what became of it."""
    try:
        connection.send_messages([letter.message])
    except (SMTPRecipientsRefused, SMTPDataError) as error:
        _refused(mail, error)
    except (OSError, SMTPException) as error:
        if in_doubt(connection) and not isinstance(error, SMTPResponseException):
            _finish(mail, Mail.State.FAILED, DOUBT_WORDS)
        else:
            _wait(mail, timezone.now(), _said(error))
        _rest(error)
    except Exception as error:  # an address or a header that no mail can carry
        logger.exception("A mail could not be sent: %s", mail.key)
        _finish(mail, Mail.State.FAILED, f"It could not be sent: {type(error).__name__}.")
    else:
        with transaction.atomic():
            _finish(mail, Mail.State.SENT, "", address=letter.message.to[0][:254])
            Notice.objects.filter(pk__in=letter.notices).update(mailed_at=timezone.now())
        Chore.objects.filter(name="server").delete()
        return True
    return False


def _refused(mail: Mail, error: SMTPRecipientsRefused | SMTPDataError) -> None:
    """Gives a mail up that the server will never take, and tries another one later."""
    codes = [code for code, _ in error.recipients.values()] if isinstance(error, SMTPRecipientsRefused) else []
    if isinstance(error, SMTPDataError):
        codes = [error.smtp_code]
    if all(code >= 500 for code in codes) or mail.made_at < timezone.now() - GIVE_UP:
        _finish(mail, Mail.State.FAILED, _said(error))
    else:
        _wait(mail, timezone.now() + _pause(mail.tries), _said(error))


def _rest(error: Exception) -> None:
    """Leaves the server alone for a while, longer each time: all mails wait for it together."""
    now = timezone.now()
    chore = Chore.objects.get_or_create(name="server", defaults={"next_at": now})[0]
    chore.next_at, chore.failures = now + _pause(chore.failures), chore.failures + 1
    chore.save(update_fields=["next_at", "failures"])
    said = _said(error)
    logger.warning("The mail server does not take mails: %s", said, extra={"next_try": chore.next_at.isoformat()})
    waiting = Mail.objects.filter(state=Mail.State.WAITING)
    waiting.filter(due_at__lte=now).update(reason=said)
    waiting.filter(made_at__lt=now - GIVE_UP).update(
        state=Mail.State.FAILED, reason=said, done_at=now, body="", due_at=now
    )


def _pause(failures: int) -> dt.timedelta:
    return min(FIRST_WAIT * (1 << min(failures, 10)), LONGEST_WAIT)


def _wait(mail: Mail, until: dt.datetime, reason: str) -> None:
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.WAITING, due_at=until, reason=reason)


def _finish(mail: Mail, state: Mail.State, reason: str, **fields: str) -> None:
    """The end of a mail: its words are not needed any more."""
    done = {"state": state, "reason": reason[:500], "done_at": timezone.now(), "body": "", **fields}
    Mail.objects.filter(pk=mail.pk).update(**done)


def _give_up_lost() -> None:
    now = timezone.now()
    _lost(now).update(state=Mail.State.FAILED, reason=LOST_WORDS, done_at=now, body="")


def _said(error: Exception) -> str:
    """What a server or the system said, as one line."""
    words = str(error) or type(error).__name__
    return " ".join(f"{settings.EMAIL_HOST}: {words}".split())[:500]
