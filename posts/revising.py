"""Keeps the words of a post as they were before an edit, and says whether readers find them in the history."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from forum.moderation.models import Action
from forum.states import State
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


def _counts(post: Post, since: dt.datetime) -> bool:
    if post.state == State.HELD and not post.actions.filter(verb=Action.Verb.HOLD).exists():
        return False  # nobody has read it yet
    if timezone.now() - post.created_at > dt.timedelta(minutes=settings.EDIT_GRACE_MINUTES):
        return True
    others = post.comments.filter(state=State.PUBLISHED, instant__gte=since).exclude(author=post.author_id)
    return others.exists() or post.votes.filter(made_at__gte=since).exists()
