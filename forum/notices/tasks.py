"""What the worker does later: the tasks of the queue, each of which can be done twice without harm."""

from __future__ import annotations

from django_tasks import task


@task()
def deliver() -> None:
    """Sends what waits in the outbox."""
    from forum.notices.delivery import deliver_all

    deliver_all()


@task(priority=10)
def spread(of: str, pk: int) -> None:
    """Tells those who follow, and writes the mails, of a comment, a post or a decision (an action)."""
    from forum.notices.spreading import SPREADS

    SPREADS[of](pk)


@task()
def digests() -> None:
    """Writes the digests of the day."""
    from forum.notices.digests import write_digests

    write_digests()


@task(priority=-10)
def clean() -> None:
    """Takes away what is not needed any more."""
    from forum.notices.cleaning import clean_up

    clean_up()
