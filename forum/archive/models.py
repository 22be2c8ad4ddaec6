"""What came from where: each import that wrote something, and the lines each post and comment stood on."""

from __future__ import annotations

import zlib

from django.conf import settings
from django.db import models
from django.db.models import Q


class Run(models.Model):
    """An import that wrote something. The raw file is kept for staff, because a page may be gone tomorrow.

    A run whose ``state`` is still "running" was broken off: the next import of the same file goes on with it.
    ``report`` holds what the plan said of lines that are in no comment (``furniture`` and ``leftover``, each a list
    of ``[first, last, what]``) and ``anomalies`` (``[line, what, done]``). A run that an export told of, and that ran
    on another site, was ``carried_by`` the import of that export.
    """

    class State(models.TextChoices):
        """How far it has come."""

        RUNNING = "running", "not finished"
        DONE = "done", "done"
        ROLLED_BACK = "rolled-back", "rolled back"

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
    raw = models.BinaryField(blank=True, help_text="The file, compressed with zlib; empty when it was too large.")
    state = models.CharField(max_length=11, choices=State, default=State.DONE)
    report = models.JSONField(default=dict, blank=True)
    rolled_back_at = models.DateTimeField(null=True, blank=True)
    rolled_back_by = models.CharField(max_length=150, blank=True)
    carried_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="carried")

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
    HTML. ``raw`` is its text in the file, without addresses of mail and network. ``body_digest`` is that of the words
    as they were imported, so that an edit made here is known; ``words_digest`` is that of the bare words, by which a
    text that was taken away is known in any other file. ``parent_key`` names what it answers until both are here.
    """

    class Kind(models.TextChoices):
        """What it was in the source."""

        POST = "post", "post"
        COMMENT = "comment", "comment"
        PINGBACK = "pingback", "pingback"
        TRACKBACK = "trackback", "trackback"

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
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.COMMENT)
    element = models.CharField(max_length=200, blank=True, help_text="Where it stood in markup.")
    raw = models.BinaryField(blank=True, help_text="Its text in the file, compressed with zlib.")
    body_digest = models.CharField(max_length=64, blank=True)
    words_digest = models.CharField(max_length=64, blank=True)
    parent_key = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "source_key"], name="item_once_in_a_source"),
            models.CheckConstraint(
                condition=Q(post__isnull=True) | Q(comment__isnull=True), name="item_of_one_at_most"
            ),
        )
        indexes = (
            models.Index(fields=["run", "first_line"], name="item_by_line"),
            models.Index(fields=["words_digest"], condition=~Q(words_digest=""), name="item_by_words"),
        )

    def __str__(self) -> str:
        return f"lines {self.first_line} to {self.last_line} of {self.run.file_name}"

    @property
    def text(self) -> str:
        """Its text in the file."""
        return zlib.decompress(self.raw).decode() if self.raw else ""


class Upload(models.Model):
    """A file that a moderator brought and is looking at: nothing of it is in a thread until it is applied.

    ``corrections`` is what the moderator says about the page, in the form of the TOML that may stand beside a file.
    """

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes of the file.")
    raw = models.BinaryField(help_text="The file, compressed with zlib.")
    format = models.CharField(max_length=40, blank=True, help_text="Empty: found from the content.")
    corrections = models.TextField(blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="uploads")
    uploaded_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="uploads")

    class Meta:
        indexes = (models.Index(fields=["-uploaded_at"], name="upload_newest"),)

    def __str__(self) -> str:
        return self.file_name

    @property
    def data(self) -> bytes:
        """The file as it came; costs its size in memory."""
        return zlib.decompress(self.raw)


class Suggestion(models.Model):
    """A reply that an archive makes likely and does not prove: it waits for a moderator and is never set by itself.

    ``start`` and ``end`` are offsets of the telling passage in the body of ``comment``.
    """

    class Why(models.TextChoices):
        """What makes it likely."""

        QUOTE = "quote", "it quotes the words"
        NAME = "name", "it begins with the name"
        PASSING = "passing", "it takes up the words"

    class Outcome(models.TextChoices):
        """What a moderator made of it."""

        WAITING = "waiting", "waiting"
        ACCEPTED = "accepted", "accepted"
        DISMISSED = "dismissed", "dismissed"

    comment = models.ForeignKey("comments.Comment", models.CASCADE, related_name="suggestions")
    parent = models.ForeignKey("comments.Comment", models.CASCADE, related_name="suggested_replies")
    why = models.CharField(max_length=7, choices=Why)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = "suggested reply"
        verbose_name_plural = "suggested replies"
        constraints = (models.UniqueConstraint(fields=["comment", "parent"], name="suggestion_once"),)
        indexes = (models.Index(fields=["outcome", "id"], name="suggestion_waiting"),)

    def __str__(self) -> str:
        return f"{self.comment} answers {self.parent}?"


class Download(models.Model):
    """A thread as one file, made by the worker because it is large, and kept while the thread does not change.

    ``etag`` names all that was in it when it was made.
    """

    post = models.OneToOneField("posts.Post", models.CASCADE, related_name="download")
    etag = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes of the file.")
    raw = models.BinaryField(blank=True, help_text="The file, compressed with gzip.")

    def __str__(self) -> str:
        return f"{self.post} as one file"
