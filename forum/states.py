"""The states of a post or comment, and which of them keep a place in the thread."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """What has become of a post or a comment."""

    PUBLISHED = "published", "published"
    HELD = "held", "held for a moderator"
    HIDDEN = "hidden", "hidden by a moderator"
    REMOVED = "removed", "removed by a moderator"
    DELETED = "deleted", "deleted by its author"


PUBLISHED = State.PUBLISHED.value  # the plain word, which rows hold: pages ask for it of every comment
# Of comments that keep their place, as themselves or as tombstones, also when nothing answers them; others leave the
# thread with their last reply.
STAYING = [State.PUBLISHED, State.HIDDEN]


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
