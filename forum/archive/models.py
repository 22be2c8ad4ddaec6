"""What came from where: each import that wrote something, and the lines each post and comment stood on."""

from __future__ import annotations

import zlib

from django.db import models


class Run(models.Model):
    """An import that wrote something. The raw file is kept for staff, because a page may be gone tomorrow."""

    source = models.ForeignKey("users.Source", models.PROTECT, related_name="runs")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes of the file.")
    format = models.CharField(max_length=40)
    options = models.JSONField(default=dict, blank=True)
    operator = models.CharField(max_length=150, blank=True, help_text="Who ran it.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    counts = models.JSONField(default=dict, blank=True)
    raw = models.BinaryField(help_text="The file, compressed with zlib.")

    class Meta:
        indexes = (models.Index(fields=["-started_at"], name="run_newest"),)

    def __str__(self) -> str:
        return f"{self.file_name}, {self.started_at:%Y-%m-%d %H:%M} UTC"

    @property
    def data(self) -> bytes:
        """The file as it came; costs its size in memory."""
        return zlib.decompress(self.raw)


class Item(models.Model):
    """A post or comment as an import found it.

    ``source_key`` is the same in every run over the same words, and stays when the post or comment is gone, so that
    no later import brings back what was taken away. ``digest`` is that of its lines then. ``evidence`` of a comment
    says by which passages its parent was inferred, as offsets in its body then; that of a post has the digest of its
    HTML.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="items")
    source = models.ForeignKey("users.Source", models.PROTECT, related_name="items")
    source_key = models.CharField(max_length=200)
    post = models.ForeignKey("posts.Post", models.SET_NULL, null=True, blank=True, related_name="archive_items")
    comment = models.ForeignKey(
        "comments.Comment", models.SET_NULL, null=True, blank=True, related_name="archive_items"
    )
    first_line = models.PositiveIntegerField(help_text="Counted from 1 in the file of the run.")
    last_line = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    evidence = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "source_key"], name="item_once_in_a_source"),
            models.CheckConstraint(
                condition=models.Q(post__isnull=True) | models.Q(comment__isnull=True), name="item_of_one_at_most"
            ),
        )

    def __str__(self) -> str:
        return f"lines {self.first_line} to {self.last_line} of {self.run.file_name}"
