"""Notices, what each member wants by mail, the outbox, and when the worker's regular chores are due."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from forum.states import State
from posts.models import STATES_WITH_A_PAGE

if TYPE_CHECKING:
    from forum.users.models import User


class Kind(models.TextChoices):
    """Why somebody is told, the strongest reason first: one comment tells one member once, for the strongest."""

    DECISION = "decision", "a moderator decided about your words"
    REPLY = "reply", "replied to you"
    COMMENT = "comment", "commented on your post"
    QUOTATION = "quotation", "quoted you"
    MENTION = "mention", "mentioned you"
    BRANCH = "branch", "wrote in a branch you follow"
    THREAD = "thread", "wrote in a thread you follow"
    AUTHOR = "author", "wrote, whom you follow"


class NoticeQuerySet(models.QuerySet["Notice"]):
    """The reading vocabulary of notices."""

    def shown_to(self, member: User) -> NoticeQuerySet:
        """The notices of a member of which there is still something to show.

        What was hidden, removed or deleted since is not among them; a decision about one's own words always is.
        """
        spoken = Q(comment__state=State.PUBLISHED, post__state__in=STATES_WITH_A_PAGE)
        posted = Q(comment__isnull=True, post__state=State.PUBLISHED)
        return self.filter(Q(action__isnull=False) | spoken | posted, member=member)

    def unread(self) -> NoticeQuerySet:
        """Those not read yet."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One member told once of one comment, one post (``comment`` is empty), or one decision (``action`` is set)."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind)
    post = models.ForeignKey("posts.Post", models.CASCADE, related_name="notices", db_index=False)
    comment = models.ForeignKey("comments.Comment", models.CASCADE, null=True, blank=True, related_name="notices")
    action = models.ForeignKey("moderation.Action", models.CASCADE, null=True, blank=True, related_name="notices")
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["member", "-made_at", "-id"], name="notice_latest"),
            models.Index(fields=["member", "made_at"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["read_at"], condition=Q(read_at__isnull=False), name="notice_read"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["member", "comment"], condition=Q(action__isnull=True), name="notice_of_a_comment_once"
            ),
            models.UniqueConstraint(
                fields=["member", "post"],
                condition=Q(action__isnull=True, comment__isnull=True),
                name="notice_of_a_post_once",
            ),
            models.UniqueConstraint(fields=["member", "action"], name="notice_of_a_decision_once"),
        )

    member_id: int
    post_id: int
    comment_id: int | None
    action_id: int | None

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Way(models.TextChoices):
    """How a member wants to hear of something."""

    SITE = "site", "on the site only"
    ONCE = "once", "by mail at once"
    DAILY = "daily", "by mail, once a day together"


class Choice(models.Model):
    """What a member wants by mail; without a row the defaults hold: at once what concerns them, else only here."""

    COLUMNS: ClassVar[dict[Kind, str]] = {
        Kind.DECISION: "decisions",
        Kind.REPLY: "replies",
        Kind.COMMENT: "replies",
        Kind.QUOTATION: "quotations",
        Kind.MENTION: "mentions",
        Kind.BRANCH: "follows",
        Kind.THREAD: "follows",
        Kind.AUTHOR: "follows",
    }

    member = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="choice")
    replies = models.CharField(
        "replies to you, and comments on your posts", max_length=5, choices=Way, default=Way.ONCE
    )
    quotations = models.CharField("quotations of your words", max_length=5, choices=Way, default=Way.ONCE)
    mentions = models.CharField("mentions of your name", max_length=5, choices=Way, default=Way.ONCE)
    follows = models.CharField("what you follow", max_length=5, choices=Way, default=Way.SITE)
    decisions = models.CharField(
        "decisions by moderators about your words", max_length=5, choices=Way, default=Way.ONCE
    )

    def __str__(self) -> str:
        return f"choice of member {self.pk}"

    def way(self, kind: str) -> Way:
        """How the member wants to hear of notices of this kind."""
        return Way(getattr(self, self.COLUMNS[Kind(kind)]))


class Mail(models.Model):
    """One mail that leaves once. ``key`` says what it is about, so that nothing is written twice.

    The words of a notice or a digest are not kept: they are made when the mail leaves, from what may be shown then.
    Those of an account's mail are kept until it is sent, for they hold the link.
    """

    class Kind(models.IntegerChoices):
        """In the order in which they leave: whoever waits for a link should not wait for ten thousand notices."""

        ACCOUNT = 0, "account"
        NOTICE = 1, "notice"
        DIGEST = 2, "digest"

    class State(models.TextChoices):
        WAITING = "waiting", "waits"
        SENDING = "sending", "is on its way"
        SENT = "sent", "sent"
        DROPPED = "dropped", "not needed any more"
        FAILED = "failed", "given up"

    key = models.CharField(max_length=80, unique=True)
    kind = models.SmallIntegerField(choices=Kind)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="mails")
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, blank=True, related_name="mails")
    address = models.CharField("to", max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    reason = models.CharField("what happened", max_length=500, blank=True)
    tries = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField("written", default=timezone.now)
    due_at = models.DateTimeField("next try", default=timezone.now)
    done_at = models.DateTimeField("done", null=True, blank=True)

    class Meta:
        verbose_name = "mail"
        indexes = (
            models.Index(fields=["kind", "due_at", "id"], condition=Q(state="waiting"), name="mail_waiting"),
            models.Index(fields=["due_at"], condition=Q(state="sending"), name="mail_sending"),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="mail_done"),
            models.Index(fields=["-made_at", "-id"], name="mail_latest"),
        )

    def __str__(self) -> str:
        return f"mail {self.pk}"


class Chore(models.Model):
    """When something regular is due next, over all workers; ``failures`` counts those since it last went well."""

    name = models.CharField(max_length=20, unique=True)
    next_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
