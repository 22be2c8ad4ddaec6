"""Keeps the words of a post as they were before an edit, and says whether readers find them in the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from forum.moderation.models import Action
from forum.states import State
from forum.text.redaction import everywhere
from forum.users.models import NAME_TAKEN_OFF
from posts.models import Post, Revision


def keep(post: Post) -> bool:
    """Keeps the words as they stand, before they are replaced; returns whether readers find them in the history.

    Everything is kept for moderators. Readers find what could be read for longer than the grace time, and what
    somebody has commented or voted on.
    """
    since = post.edited_at or post.created_at
    counts = _counts(post, since)
    Revision.objects.create(post=post, title=post.title, url=post.url, body=post.body, written_at=since, counts=counts)
    return counts


def redact(post: Post, names: Iterable[tuple[str, str]]) -> None:
    """Takes names out of the earlier versions as well, for good: pairs of the words and what stands instead."""
    names = [(name, instead) for name, instead in names if name not in (NAME_TAKEN_OFF, "")]
    for revision in post.revisions.all() if names else ():
        for field in ("title", "body"):
            for name, instead in names:
                setattr(revision, field, everywhere(getattr(revision, field), name, instead))
        revision.save(update_fields=("title", "body"))


def _counts(post: Post, since: dt.datetime) -> bool:
    if post.state == State.HELD and not post.actions.filter(verb=Action.Verb.HOLD).exists():
        return False  # nobody has read it yet
    if timezone.now() - post.created_at > dt.timedelta(minutes=settings.EDIT_GRACE_MINUTES):
        return True
    others = post.comments.filter(state=State.PUBLISHED, instant__gte=since).exclude(author=post.author_id)
    return others.exists() or post.votes.filter(made_at__gte=since).exists()
