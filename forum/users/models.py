"""Members, who sign in, and persons, whose names came with an archive and never do."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.bylines import NAME_TAKEN_OFF as NAME_TAKEN_OFF
from forum.bylines import byline_of
from forum.text import names

NAME_TAKEN = "That name is taken, or looks like one that is. Choose another."


class Members(UserManager["User"]):
    """Makes members, each with the key that keeps look-alike names apart."""

    def _create_user(self, username: str, email: str | None, password: str | None, **extra: Any) -> User:
        extra.setdefault("name_key", names.skeleton(username))
        return super()._create_user(username, email, password, **extra)  # type: ignore[misc,no-any-return]


class ThreadOrder(models.TextChoices):
    """The order in which a member reads comments."""

    OLDEST = "oldest", "oldest first"
    NEWEST = "newest", "newest first"
    BEST = "best", "best first"


class Scheme(models.TextChoices):
    """The colours in which a member sees the site."""

    AUTO = "auto", "as the device says"
    LIGHT = "light", "light"
    DARK = "dark", "dark"


class User(AbstractBaseUser, PermissionsMixin):
    """A member. ``name_key`` is the skeleton of the name: two names that look alike cannot both exist."""

    username = models.CharField(
        "name", max_length=30, unique=True, error_messages={"unique": "That name is taken. Choose another."}
    )
    name_key = models.CharField(max_length=120, unique=True, editable=False)
    email = models.EmailField("e-mail address", blank=True)
    is_staff = models.BooleanField("moderator or administrator", default=False)
    is_active = models.BooleanField("may sign in", default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    suspended_until = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.CharField(max_length=500, blank=True)
    thread_order = models.CharField("order of comments", max_length=6, choices=ThreadOrder, default=ThreadOrder.OLDEST)
    scheme = models.CharField("colours", max_length=5, choices=Scheme, default=Scheme.AUTO)
    time_zone = models.CharField(max_length=60, blank=True, help_text="A name such as Europe/Rome; empty for UTC.")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects = Members()

    class Meta:
        verbose_name = "member"

    def __str__(self) -> str:
        return self.username

    def get_absolute_url(self) -> str:
        """The member's page."""
        return byline_of(self, None, archived=False).url

    @property
    def is_suspended(self) -> bool:
        """Whether the member is suspended at this moment."""
        return self.suspended_until is not None and self.suspended_until > timezone.now()

    def may_write(self) -> bool:
        """Whether the member may change anything on the site at this moment."""
        return self.is_active and not self.is_suspended


class Source(models.Model):
    """A site that an archive came from."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    address = models.URLField(max_length=500, blank=True)
    provenance_note = models.TextField(blank=True, help_text="Where the words came from. Shown with each thread.")
    content_note = models.TextField(blank=True, help_text="One visible line about what readers will meet.")
    downloads = models.BooleanField(
        "threads as one file", default=True, help_text="Whether readers may take threads of this source with them."
    )

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """A byline from an archive: one for each exact printed name of a source. A person never signs in.

    ``digest`` identifies the name within its source after the name itself was taken off, so that no later import
    brings it back. ``scope`` keeps placeholders such as "Anonymous" apart, one for each thread, and numbers those who
    share a name but not the address or id that the source gives them; ``identity`` is a keyed digest of that.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="persons")
    scope = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, editable=False)
    identity = models.CharField(max_length=64, blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "scope", "digest"], name="person_once_in_a_source"),)
        indexes = (
            models.Index(fields=["source", "identity"], condition=~Q(identity=""), name="person_by_identity"),
            models.Index(fields=["digest"], condition=Q(removed_at__isnull=False), name="person_taken_off"),
        )

    def __str__(self) -> str:
        return self.shown_name

    def get_absolute_url(self) -> str:
        """The page of what this person said."""
        return byline_of(None, self, archived=True).url

    @property
    def shown_name(self) -> str:
        """The name as printed, or the note that stands in its place."""
        return NAME_TAKEN_OFF if self.removed_at else self.name

    @staticmethod
    def digest_of(name: str) -> str:
        """The SHA-256 of an exact printed name, in hexadecimal."""
        return hashlib.sha256(name.encode()).hexdigest()
