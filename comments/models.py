"""The comment, its place in the tree, and the passages it quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q

from forum.bylines import Bylined
from forum.earlier import Earlier
from forum.states import State
from forum.users.roles import may_moderate
from posts.models import STATES_WITH_A_PAGE

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

BODY_LENGTH = 10_000  # characters a member may write; archived comments are not cut
TOP = 0  # the branch of comments that answer the post itself
SHELVED = -1  # the branch of comments that have no place in the thread
NOWHERE = -2  # the branch of no comment
MANY = 10_000  # threads named in one statement: SQLite takes 250,000 at most

# The comment %s and all that it stands under, from below; a query that has enough stops the walk.
UPWARDS = """
    WITH RECURSIVE up(id, parent_id) AS (
        SELECT id, parent_id FROM comments_comment WHERE id = %s
        UNION
        SELECT c.id, c.parent_id FROM up JOIN comments_comment c ON c.id = up.parent_id
    )"""


class CommentQuerySet(models.QuerySet["Comment"]):
    """The reading vocabulary of comments."""

    def published(self) -> CommentQuerySet:
        """Comments that everyone reads, wherever their post can be read."""
        return self.filter(state=State.PUBLISHED, post__state__in=STATES_WITH_A_PAGE)

    def visible_to(self, user: User | AnonymousUser) -> CommentQuerySet:
        """Comments whose words ``user`` may read."""
        if may_moderate(user):
            return self
        readable = Q(state=State.PUBLISHED, post__state__in=STATES_WITH_A_PAGE)
        if user.pk:
            readable |= Q(state__in=[State.PUBLISHED, State.HELD], author=user.pk) & _page_for(user)
        return self.filter(readable)

    def placed_for(self, user: User | AnonymousUser) -> CommentQuerySet:
        """Comments that have a place for ``user``: those with words to read, and tombstones over replies.

        The author also finds what was removed, to read why.
        """
        if may_moderate(user):
            return self
        placed = ~Q(branch=SHELVED) & Q(post__state__in=STATES_WITH_A_PAGE)
        if user.pk:
            placed |= Q(state__in=[State.HELD, State.REMOVED], author=user.pk) & _page_for(user)
        return self.filter(placed)

    def answering(self, user: User | AnonymousUser) -> CommentQuerySet:
        """Comments by others that answer a comment or a post by ``user``."""
        return self.filter(answers=user.pk)

    def with_bylines(self) -> CommentQuerySet:
        """Loads whoever wrote each comment in the same query."""
        return self.select_related("author", "person")


def _page_for(user: User | AnonymousUser) -> Q:
    return Q(post__state__in=STATES_WITH_A_PAGE) | Q(post__state=State.HELD, post__author=user.pk)


class Comment(Bylined):
    """A comment. ``parent`` alone says what it answers; everything about the shape of a thread follows from it.

    ``branch`` repeats the parent for the indexes (``TOP`` when there is none, because ``parent IS NULL`` defeats the
    planners of both databases) or says that the comment is shelved. ``position`` breaks ties of ``created_at``:
    page order for imports, in steps that leave room, and the order of arrival for living comments; an id never
    orders. ``reply_count`` counts the direct replies that have a place in the thread. ``came_with`` is the version of
    the post's page with which these words came or last changed: it tells what a reader has not seen yet, whatever
    the dates say. ``answers`` is the member whose words this answers, for the list of replies to them: neither the
    author nor, in the words of an archive, anybody.
    """

    class Basis(models.TextChoices):
        """What says that an archived comment answers its parent."""

        FORMAT = "format", "stated in the source"
        INDENTATION = "indentation", "indented on the page"
        NAMED = "named", "named with its time"
        QUOTE = "quote", "inferred from a quotation"
        GUESS = "guess", "guessed"
        MODERATOR = "moderator", "set by a moderator"
        NONE = "none", "not known"

    post = models.ForeignKey("posts.Post", models.PROTECT, related_name="comments", db_index=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replies")
    branch = models.BigIntegerField(default=TOP, editable=False)
    position = models.BigIntegerField(default=0, editable=False)
    score = models.IntegerField(default=0, editable=False)
    best = models.FloatField(default=0, editable=False)
    reply_count = models.PositiveIntegerField(default=0, editable=False)
    came_with = models.PositiveIntegerField(default=0, editable=False)
    parent_basis = models.CharField(max_length=11, choices=Basis, blank=True)
    answers = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        editable=False,
    )
    anchor = models.CharField(max_length=100, blank=True, help_text="The id it had on the page it came from.")

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["post", "branch", "created_at", "position"],
                condition=~Q(branch=SHELVED),  # see rows.in_branch
                name="comment_placed",
            ),
            models.Index(
                fields=["post", "branch", "-best", "position"],
                condition=~Q(branch=NOWHERE),  # see rows.in_branch
                name="comment_ranked",
            ),
            models.Index(fields=["post", "created_at", "position"], name="comment_flat"),
            models.Index(fields=["post", "came_with"], name="comment_by_arrival"),
            models.Index(fields=["author", "-created_at", "-id"], name="comment_by_author"),
            models.Index(fields=["person", "created_at", "position"], name="comment_by_person"),
            models.Index(fields=["answers", "-created_at", "-id"], name="comment_by_answered"),
            models.Index(fields=["state", "-id"], condition=~Q(state="published"), name="comment_not_published"),
            models.Index(fields=["author", "state"], condition=~Q(state="published"), name="comment_withheld"),
            models.Index(fields=["post", "created_at"], condition=Q(state="held"), name="comment_held"),
            models.Index(fields=["-created_at", "-id"], condition=Q(state="published"), name="comment_newest"),
            models.Index(fields=["-id"], condition=Q(archived=True), name="comment_archived"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(branch=SHELVED)
                | Q(parent__isnull=True, branch=TOP)
                | Q(parent__isnull=False, branch=F("parent")),
                name="comment_branch_is_parent",
            ),
            models.CheckConstraint(
                condition=Q(author__isnull=True) | Q(person__isnull=True), name="comment_by_one_at_most"
            ),
            models.UniqueConstraint(fields=["author", "token"], name="comment_once_a_form"),
        )

    parent_id: int | None
    post_id: int
    answers_id: int | None

    def __str__(self) -> str:
        return f"comment {self.pk}"

    def get_absolute_url(self) -> str:
        """The permalink: the comment in its context."""
        return f"/comments/{self.pk}/"

    @property
    def is_public(self) -> bool:
        """Whether everyone reads the words."""
        return self.state == State.PUBLISHED

    @property
    def is_shelved(self) -> bool:
        """Whether it has no place in the thread."""
        return self.branch == SHELVED

    def ancestry(self, *, levels: int | None = None) -> list[int]:
        """The ids of this comment, if it has one yet, and of what it stands under, at most ``levels`` of it.

        One query; none at the top of a thread.
        """
        own = [self.pk] if self.pk else []
        if self.parent_id is None:
            return own
        limit, at_most = ("", []) if levels is None else (" LIMIT %s", [levels])
        with connection.cursor() as cursor:
            cursor.execute(f"{UPWARDS} SELECT id FROM up{limit}", [self.parent_id, *at_most])  # noqa: S608  no values
            return own + [row[0] for row in cursor.fetchall()]

    def is_under(self, pk: int) -> bool:
        """Whether this is the comment ``pk`` or stands under it. One query, about 1 µs a level."""
        with connection.cursor() as cursor:
            cursor.execute(f"{UPWARDS} SELECT id FROM up WHERE id = %s LIMIT 1", [self.pk, pk])  # noqa: S608
            return cursor.fetchone() is not None

    def whom_it_answers(self) -> int | None:
        """The member whose comment or post this answers, as ``answers`` says it."""
        author = self.parent.author_id if self.parent else self.post.author_id
        return None if self.archived or author == self.author_id else author

    def home_branch(self) -> int:
        """The branch it belongs to when it has a place."""
        return self.parent_id or TOP

    def words_for(self, user: User | AnonymousUser) -> bool:
        """Whether ``user`` may read the words."""
        if self.is_public or may_moderate(user):
            return True
        return self.state == State.HELD and self.is_by(user)

    def is_placed_for(self, user: User | AnonymousUser) -> bool:
        """Whether it has a place for ``user``, who has the page of its thread before them, as ``placed_for`` says."""
        if not self.is_shelved or may_moderate(user):
            return True
        return self.state in (State.HELD, State.REMOVED) and self.is_by(user)


class Drawing(models.Model):
    """A thread of one page as everyone sees it, drawn ahead by the worker and made of nothing but what is stored.

    It is right as long as the post has this ``version`` and the site this ``edition`` and this ``build`` of its code.
    ``html`` is cut where readers see different things: there stands ``guest`` for those who are not signed in, and for
    others what is made from ``comments``, as JSON. All three are read and written by ``comments.drawn`` alone.
    """

    post = models.OneToOneField("posts.Post", models.CASCADE, primary_key=True, related_name="+")
    version = models.PositiveIntegerField()
    edition = models.PositiveIntegerField()
    build = models.CharField(max_length=64)
    html = models.TextField()
    guest = models.TextField()
    comments = models.TextField()

    class Meta:
        indexes = (models.Index(fields=["edition", "build"], name="drawing_by_code"),)

    def __str__(self) -> str:
        return f"the thread of {self.pk}, drawn"

    @classmethod
    def forget(cls, posts: Sequence[int]) -> None:
        """Takes the drawings of these threads away: they hold words that must not be stored any longer.

        No page would show them, but they would lie there until the worker draws anew. One statement for each
        ``MANY`` of them.
        """
        for begin in range(0, len(posts), MANY):
            cls.objects.filter(pk__in=posts[begin : begin + MANY]).delete()


class Quotation(models.Model):
    """A passage of one comment that repeats another one or the post, so that words taken back go from both.

    ``start`` and ``end`` are character offsets of the repeated words in the quoting body, equal when only an
    attribution stands there; ``attribution_start`` and ``attribution_end`` those of the printed attribution line.
    All four are null in Markdown, where the line ``> #c123`` or ``> #post`` marks the passage by itself.
    """

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="quotations")
    quoted = models.ForeignKey(Comment, models.PROTECT, null=True, blank=True, related_name="quoted_in")
    quoted_post = models.ForeignKey("posts.Post", models.PROTECT, null=True, blank=True, related_name="quoted_in")
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    attribution_start = models.PositiveIntegerField(null=True, blank=True)
    attribution_end = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("comment_id", "start", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(quoted__isnull=True) ^ Q(quoted_post__isnull=True), name="quotation_of_one_thing"
            ),
        )

    comment_id: int
    quoted_id: int | None
    quoted_post_id: int | None

    def __str__(self) -> str:
        return f"{self.comment_id} quotes {self.quoted_id or 'the post'}"


class Revision(Earlier):
    """Words of a comment before an edit."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="revisions", db_index=False)

    class Meta:
        verbose_name = "earlier version of a comment"
        verbose_name_plural = "earlier versions of comments"
        indexes = (models.Index(fields=["comment", "-id"], name="comment_revisions"),)
