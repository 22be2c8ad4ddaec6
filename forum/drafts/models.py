"""The draft: what a member has typed into one form and not posted yet."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.urls import reverse

LABELS = {"title": "Title", "url": "Address", "tags": "Tags", "body": "Text"}


class Place(NamedTuple):
    """The form that words are written in: the name of its address, and the post or comment that it is about."""

    kind: str
    of: int = 0

    @property
    def url(self) -> str:
        """The address of the form."""
        return reverse(self.kind, args=[self.of] if self.of else [])


class Draft(models.Model):
    """One for each member and place.

    ``of`` is the id of a post or comment and no foreign key, because a draft outlives what it was written about.
    ``form`` names the form that wrote last, so that another one, in another window or on another device, is told
    when it puts its words over those: ``other`` keeps them.
    """

    class Kind(models.TextChoices):
        REPLY = "comment-reply", "reply"
        COMMENT = "comment-new", "comment"
        COMMENT_EDIT = "comment-edit", "edit of a comment"
        POST_EDIT = "post-edit", "edit of a post"
        POST = "post-new", "post"

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts", db_index=False)
    kind = models.CharField(max_length=16, choices=Kind)
    of = models.BigIntegerField(default=0)
    words = models.JSONField(default=dict, help_text="What stands in each field, within forum.drafts.actions.FIELDS.")
    form = models.CharField(max_length=16, blank=True)
    updated_at = models.DateTimeField()
    other = models.JSONField(default=dict, blank=True, help_text="The words of another form that these went over.")
    other_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["member", "kind", "of"], name="draft_once_a_place"),)
        indexes = (models.Index(fields=["member", "-updated_at", "-id"], name="draft_by_member"),)

    def __str__(self) -> str:
        return f"draft of a {self.get_kind_display()}"

    @property
    def place(self) -> Place:
        """The form it belongs to."""
        return Place(self.kind, self.of)

    @property
    def own_words(self) -> list[tuple[str, str]]:
        """The words, each with the label of its field."""
        return [(label, self.words[name]) for name, label in LABELS.items() if self.words.get(name)]

    @property
    def other_words(self) -> list[tuple[str, str]]:
        """The words that these went over, each with its label."""
        return [(label, self.other[name]) for name, label in LABELS.items() if self.other.get(name)]
