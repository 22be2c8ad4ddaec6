"""What a member has read of a thread."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Visit(models.Model):
    """What a member has read of a thread: one row for both, which never expires.

    Comments are told apart by ``Comment.came_with``, the version of the thread with which they came or changed.
    Before the present visit the member had read what came with version ``floor`` or earlier, and what is in ``read``
    (the id of the comment: the version it had). In this visit, which began with a thread that had come to version
    ``top``, the comments in ``shown`` were shown; they stay marked as new until the visit is over.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="visits", db_index=False)
    post = models.ForeignKey("posts.Post", models.CASCADE, related_name="visits")
    floor = models.PositiveIntegerField()
    read = models.JSONField(default=dict)
    top = models.PositiveIntegerField()
    shown = models.JSONField(default=dict)
    viewed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["member", "post"], name="visit_once"),)

    member_id: int
    post_id: int

    def __str__(self) -> str:
        return f"visit {self.pk}"
