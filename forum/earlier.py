"""Earlier versions: the words that stood before an edit, kept for whoever may read the words that stand now."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Earlier(models.Model):
    """Words as they stood from ``written_at`` until an edit replaced them at ``replaced_at``.

    ``counts`` says whether readers find it in the history: what was put right in the first minutes, when nobody had
    answered it, is kept for moderators alone. ``hidden`` is a moderator's decision about this one version.
    """

    body = models.TextField(blank=True)
    written_at = models.DateTimeField()
    replaced_at = models.DateTimeField(default=timezone.now)
    counts = models.BooleanField(default=True, help_text="Readers find it in the history.")
    hidden = models.BooleanField(default=False, help_text="Taken out of the history by a moderator.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"earlier version {self.pk}"
