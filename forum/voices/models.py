"""Votes, which everyone sees as a score, and marks, which only the member who set them sees."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


def one_of(*fields: str) -> Q:
    """The condition that exactly one of these columns names something."""
    condition = Q()
    for field in fields:
        condition |= Q(**{f"{other}__isnull": other != field for other in fields})
    return condition


class Vote(models.Model):
    """What a member thinks of a post or a comment: one row each, and the score is the sum of the rows."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="votes", db_index=False)
    post = models.ForeignKey("posts.Post", models.CASCADE, null=True, blank=True, related_name="votes")
    comment = models.ForeignKey("comments.Comment", models.CASCADE, null=True, blank=True, related_name="votes")
    value = models.SmallIntegerField(choices=[(1, "up"), (-1, "down")])
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=one_of("post", "comment"), name="vote_on_one_thing"),
            models.CheckConstraint(condition=Q(value__in=[1, -1]), name="vote_up_or_down"),
            models.UniqueConstraint(fields=["member", "post"], name="vote_on_a_post_once"),
            models.UniqueConstraint(fields=["member", "comment"], name="vote_on_a_comment_once"),
        )

    def __str__(self) -> str:
        return f"vote {self.value:+d}"


class Mark(models.Model):
    """Something that a member keeps, hides, folds, follows or mutes: a thread, a branch, another member or a tag.

    A thread is named by its post, a branch by the comment it begins with.
    """

    class Kind(models.TextChoices):
        SAVED = "saved", "saved"
        HIDDEN = "hidden", "hidden"
        FOLDED = "folded", "folded"
        FOLLOWED = "followed", "followed"
        MUTED = "muted", "muted"

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="marks", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    post = models.ForeignKey("posts.Post", models.CASCADE, null=True, blank=True, related_name="marks")
    comment = models.ForeignKey("comments.Comment", models.CASCADE, null=True, blank=True, related_name="marks")
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="marks_about"
    )
    tag = models.ForeignKey("posts.Tag", models.CASCADE, null=True, blank=True, related_name="marks")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["member", "kind", "-made_at", "-id"], name="mark_latest"),)
        constraints = (
            models.CheckConstraint(condition=one_of("post", "comment", "about", "tag"), name="mark_on_one_thing"),
            *(
                models.UniqueConstraint(fields=["member", "kind", target], name=f"mark_{target}_once")
                for target in ("post", "comment", "about", "tag")
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} mark {self.pk}"
