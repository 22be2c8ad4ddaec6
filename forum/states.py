"""The states of a post or comment, and what follows from each: who reads the words, and what stays in the thread."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class State(models.TextChoices):
    """What has become of a post or a comment."""

    PUBLISHED = "published", "published"
    HELD = "held", "held for a moderator"
    HIDDEN = "hidden", "hidden by a moderator"
    REMOVED = "removed", "removed by a moderator"
    DELETED = "deleted", "deleted by its author"


@dataclass(frozen=True)
class Meaning:
    """What a state means for readers.

    ``public``: everyone reads the words. ``author``: the author reads them. ``stays``: the comment keeps its place
    (as itself or as a tombstone) even when nothing answers it; otherwise it leaves the thread with its last reply.
    """

    public: bool
    author: bool
    stays: bool


MEANING = {
    State.PUBLISHED: Meaning(public=True, author=True, stays=True),
    State.HELD: Meaning(public=False, author=True, stays=False),
    State.HIDDEN: Meaning(public=False, author=False, stays=True),
    State.REMOVED: Meaning(public=False, author=False, stays=False),
    State.DELETED: Meaning(public=False, author=False, stays=False),
}

PUBLISHED = State.PUBLISHED.value  # the plain word, which rows hold: pages ask for it of every comment
STAYING = [state for state, meaning in MEANING.items() if meaning.stays]


class Precision(models.TextChoices):
    """How exactly an archived page states a time."""

    SECOND = "second", "to the second"
    MINUTE = "minute", "to the minute"
    DAY = "day", "to the day"
    RELATIVE = "relative", "relative to the day the page was saved"
    NONE = "none", "not stated"


class Format(models.TextChoices):
    """How a body is written: what members type, and what archives hold."""

    MARKDOWN = "markdown", "Markdown"
    PLAIN = "plain", "plain text as found"
    HTML = "html", "HTML as found"
