"""Keeps the words of a comment as they were before an edit, and says whether readers find them in the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from comments.models import Comment, Revision
from forum.moderation.models import Action
from forum.states import State
from forum.text.redaction import everywhere
from forum.users.models import NAME_TAKEN_OFF


def keep(comment: Comment) -> bool:
    """Keeps the words as they stand, before they are replaced; returns whether readers find them in the history.

    Everything is kept for moderators. Readers find what could be read for longer than the grace time, and what
    somebody has answered, quoted or voted on.
    """
    since = comment.edited_at or comment.instant or comment.created_at
    counts = _counts(comment, since)
    Revision.objects.create(comment=comment, body=comment.body, written_at=since, counts=counts)
    return counts


def redact(comment: Comment, names: Iterable[tuple[str, str]]) -> None:
    """Takes names out of the earlier versions as well, for good: pairs of the words and what stands instead."""
    names = [(name, instead) for name, instead in names if name not in (NAME_TAKEN_OFF, "")]
    for revision in comment.revisions.all() if names else ():
        for field in ("body",):
            for name, instead in names:
                setattr(revision, field, everywhere(getattr(revision, field), name, instead))
        revision.save(update_fields=("body",))


def _counts(comment: Comment, since: dt.datetime) -> bool:
    if comment.state == State.HELD and not comment.actions.filter(verb=Action.Verb.HOLD).exists():
        return False  # nobody has read it yet
    if timezone.now() - (comment.instant or comment.created_at) > dt.timedelta(minutes=settings.EDIT_GRACE_MINUTES):
        return True
    return _answered(comment, since)


def _answered(comment: Comment, since: dt.datetime) -> bool:
    """Whether anybody has reacted to the words that stand since then. Three queries at most, in the first minutes."""
    others = Comment.objects.filter(state=State.PUBLISHED, instant__gte=since).exclude(author=comment.author_id)
    return (
        others.filter(parent=comment).exists()
        or others.filter(quotations__quoted=comment).exists()
        or comment.votes.filter(made_at__gte=since).exists()
    )
