"""Rules, reports, requests to take a name off, and the record of every decision."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

REASON_LENGTH = 1_000


class Rule(models.Model):
    """A rule of the forum that a report or a decision names."""

    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=2_000, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True, help_text="Offered for new reports and decisions.")
    for_readers = models.BooleanField(default=True, help_text="Offered to readers who report something.")

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.title


class Outcome(models.TextChoices):
    """What became of a report or a request."""

    OPEN = "open", "waiting"
    GRANTED = "granted", "upheld"
    REFUSED = "refused", "not upheld"


class Decided(models.Model):
    """Something that waits for a moderator, and the decision."""

    created_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True


class Report(Decided):
    """A reader's report of a post or a comment; ``reporter`` is empty for guests and for members who have left."""

    comment = models.ForeignKey("comments.Comment", models.CASCADE, null=True, blank=True, related_name="reports")
    post = models.ForeignKey("posts.Post", models.CASCADE, null=True, blank=True, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="reports")
    text = models.TextField("what is wrong with it", max_length=REASON_LENGTH, blank=True)

    class Meta:
        permissions = (("moderate", "Can moderate posts, comments and members"),)
        indexes = (models.Index(fields=["created_at", "id"], condition=Q(outcome="open"), name="report_open"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(comment__isnull=True) ^ Q(post__isnull=True), name="report_of_one_thing"
            ),
            models.UniqueConstraint(
                fields=["reporter", "comment"], condition=Q(outcome="open"), name="report_comment_once"
            ),
            models.UniqueConstraint(fields=["reporter", "post"], condition=Q(outcome="open"), name="report_post_once"),
        )

    def __str__(self) -> str:
        return f"report {self.pk}"


class NameRemoval(Decided):
    """A request to take a name off the archive, by anybody: no account is needed.

    ``name`` is emptied when the request is granted, so that the name is gone from here as well.
    """

    person = models.ForeignKey("users.Person", models.PROTECT, null=True, blank=True, related_name="removal_requests")
    name = models.CharField("name as it is shown", max_length=200, blank=True)
    address = models.CharField("where it is shown", max_length=500, blank=True)
    contact = models.EmailField("your e-mail address", blank=True)
    text = models.TextField("why", max_length=REASON_LENGTH, blank=True)

    class Meta:
        verbose_name = "name removal"
        indexes = (models.Index(fields=["created_at", "id"], condition=Q(outcome="open"), name="removal_open"),)

    def __str__(self) -> str:
        return f"name removal {self.pk}"


class Action(models.Model):
    """One decision, as it is recorded: who, what, to which thing, under which rule, why, and how to undo it."""

    class Verb(models.TextChoices):
        APPROVE = "approve", "approved"
        HOLD = "hold", "held"
        HIDE = "hide", "hidden"
        REMOVE = "remove", "removed"
        RESTORE = "restore", "restored"
        LOCK = "lock", "locked"
        UNLOCK = "unlock", "unlocked"
        SUSPEND = "suspend", "suspended"
        UNSUSPEND = "unsuspend", "suspension ended"
        DETACH = "detach", "detached from its parent"
        ATTACH = "attach", "attached to a parent"
        TAKE_NAME_OFF = "take_name_off", "name taken off"
        GIVE_NAME_BACK = "give_name_back", "name given back"
        UPHOLD = "uphold", "report upheld"
        DISMISS = "dismiss", "report not upheld"
        REOPEN_REPORTS = "reopen_reports", "reports opened again"
        APPOINT = "appoint", "made a moderator"
        RELIEVE = "relieve", "no longer a moderator"
        CLOSE = "close", "account closed"
        REOPEN = "reopen", "account opened again"
        HIDE_REVISION = "hide_revision", "earlier version hidden"
        SHOW_REVISION = "show_revision", "earlier version shown again"
        RETAG = "retag", "tags changed"
        ADD_TAG = "add_tag", "tag added"
        CHANGE_TAG = "change_tag", "tag changed"
        MERGE_TAG = "merge_tag", "tag merged into another"
        MARK_ANSWER = "mark_answer", "answer marked"
        UNMARK_ANSWER = "unmark_answer", "answer no longer marked"
        IMPORT = "import", "archive imported"
        ROLL_BACK = "roll_back", "import rolled back"

    verb = models.CharField(max_length=14, choices=Verb)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="actions")
    comment = models.ForeignKey("comments.Comment", models.CASCADE, null=True, blank=True, related_name="actions")
    post = models.ForeignKey("posts.Post", models.CASCADE, null=True, blank=True, related_name="actions")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="actions_about"
    )
    person = models.ForeignKey("users.Person", models.PROTECT, null=True, blank=True, related_name="actions")
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, blank=True, related_name="actions")
    reason = models.TextField(max_length=REASON_LENGTH, blank=True)
    before = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    undoes = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="undone_by", editable=False
    )

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["-created_at", "-id"], name="action_newest"),)

    def __str__(self) -> str:
        return f"{self.get_verb_display()}, action {self.pk}"


class Tally(models.Model):
    """How often somebody did something in one window of time; the limits count here, in the act's transaction."""

    key = models.CharField(max_length=100)
    window = models.BigIntegerField(help_text="The start of the window, in seconds since 1970.")
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = (models.UniqueConstraint(fields=["key", "window"], name="tally_once"),)
        indexes = (models.Index(fields=["window"], name="tally_window"),)

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
