"""The post: an article, a link or a question that a thread begins with."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.text import slugify

from forum.bylines import Bylined
from forum.earlier import Earlier
from forum.states import State
from forum.users.roles import may_moderate

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from forum.users.models import User

TITLE_LENGTH = 200
BODY_LENGTH = 40_000  # characters a member may write; archived articles are not cut

# A thread outlives its post: a hidden or deleted post leaves a tombstone above the comments that stay.
STATES_WITH_A_PAGE = [State.PUBLISHED, State.HIDDEN, State.DELETED]


# What else stands below a post; no slug may.
ADDRESSES = (
    *("comment", "delete", "edit", "feed", "history", "new-comments", "quotations", "quote", "source"),
    *("follow", "hide", "mute", "next-new", "read", "save", "vote"),
)


@lru_cache(maxsize=1_000)  # a page names its address several times, and to make a slug takes as long as a query
def slug_of(title: str) -> str:
    """The title as a part of an address, which takes no other page's place."""
    words = slugify(title)[:60].strip("-")
    return f"{words}-thread" if words in ADDRESSES else words or "thread"


class Pairs(Func):
    """The values of two columns in every row of a subquery, as one list of pairs."""

    function = "json_group_array"
    template = "%(function)s(json_array(%(expressions)s))"
    output_field = models.JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """The same in the words of PostgreSQL."""
        template = "jsonb_agg(jsonb_build_array(%(expressions)s))"
        return super().as_sql(compiler, connection, template=template, **context)


class PostQuerySet(models.QuerySet["Post"]):
    """The reading vocabulary of posts."""

    def published(self) -> PostQuerySet:
        """Posts that everyone reads."""
        return self.filter(state=State.PUBLISHED)

    def visible_to(self, user: User | AnonymousUser) -> PostQuerySet:
        """Posts whose words ``user`` may read."""
        if may_moderate(user):
            return self
        readable = Q(state=State.PUBLISHED)
        if user.pk:
            readable |= Q(state=State.HELD, author=user.pk)
        return self.filter(readable)

    def placed_for(self, user: User | AnonymousUser) -> PostQuerySet:
        """Posts that have a page for ``user``: those with words to read, and the tombstones over a thread.

        The author also finds what was removed, to read why; the thread under it is gone for them as for all.
        """
        if may_moderate(user):
            return self
        placed = Q(state__in=STATES_WITH_A_PAGE)
        if user.pk:
            placed |= Q(state__in=[State.HELD, State.REMOVED], author=user.pk)
        return self.filter(placed)

    def with_bylines(self) -> PostQuerySet:
        """Loads whoever wrote each post and whoever spoke last, in the same query."""
        return self.select_related("author", "person", "last_author", "last_person", "source")

    def with_finding(self) -> PostQuerySet:
        """Loads the tags and the state of the answer, for ``shown_tags`` and ``is_answered``, in the same query."""
        tags = Tag.objects.filter(posts=OuterRef("pk")).order_by()
        pairs = tags.annotate(pairs=Pairs("slug", "name")).values("pairs")
        return self.annotate(tag_pairs=Subquery(pairs), answer_state=F("answer__state"))

    def with_answer(self) -> PostQuerySet:
        """Loads the comment that is marked as the answer and whoever wrote it, in the same query."""
        return self.select_related("answer__author", "answer__person")

    def newest(self) -> PostQuerySet:
        """The latest first."""
        return self.order_by("-created_at", "-id")

    def active(self) -> PostQuerySet:
        """Those spoken in latest first."""
        return self.order_by("-active_at", "-id")


class TagQuerySet(models.QuerySet["Tag"]):
    """The reading vocabulary of tags."""

    def living(self) -> TagQuerySet:
        """What posts bear in place of these tags, each once: the tag itself, or the one that it was merged into.

        One step leads to the end: a merge takes along whatever was merged into the tag before.
        """
        ends = self.order_by().values(end=Coalesce("merged_into", "pk"))
        return Tag.objects.filter(pk__in=ends)


class Tag(models.Model):
    """What a post is about, from the list that the moderators keep; one that is retired stays on old posts.

    ``post_count`` is the number of published posts that bear it. A tag that was merged into another keeps its row,
    so that its address leads on.
    """

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=40, unique=True)
    description = models.CharField(max_length=300, blank=True)
    active = models.BooleanField(default=True, help_text="Offered for new posts.")
    post_count = models.PositiveIntegerField(default=0, editable=False)
    merged_into = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="merged", editable=False, db_index=False
    )

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of what bears it."""
        return f"/tags/{self.slug}/"


class Post(Bylined):
    """A post and the figures of its thread.

    ``version`` moves in the same transaction as any change that shows on the thread's page, and with it ``to_draw``
    tells the worker that the drawing of the thread is none of this version any more. ``last_position`` is the
    position the last comment was given. ``comment_count``, ``living_count``, ``last_…`` and ``pulse`` speak of
    published comments alone, so that nothing unpublished shows through a number.
    """

    class Kind(models.TextChoices):
        ARTICLE = "article", "Article"
        LINK = "link", "Link"
        QUESTION = "question", "Question"

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.ARTICLE)
    title = models.CharField(max_length=300)
    url = models.URLField("address", max_length=500, blank=True)
    url_key = models.CharField(
        max_length=500, blank=True, editable=False, help_text="The address without what varies, to find it again."
    )
    tags = models.ManyToManyField(Tag, through="Bearing", blank=True, related_name="posts")
    answer = models.ForeignKey(  # indexed below, but for posts that have none
        "comments.Comment",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="answered",
        editable=False,
        db_index=False,
    )
    score = models.IntegerField(default=0, editable=False)
    source = models.ForeignKey("users.Source", models.PROTECT, null=True, blank=True, related_name="posts")
    added_at = models.DateTimeField(auto_now_add=True, editable=False)
    locked_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    last_position = models.BigIntegerField(default=0, editable=False)
    comment_count = models.PositiveIntegerField(default=0, editable=False)
    living_count = models.PositiveIntegerField(default=0, editable=False)
    active_at = models.DateTimeField(editable=False)
    last_comment_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    last_person = models.ForeignKey(
        "users.Person", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    pulse = models.JSONField(default=dict, blank=True, editable=False)
    to_draw = models.BooleanField(default=True, db_default=True, editable=False)  # the code before knows nothing of it

    objects = PostQuerySet.as_manager()

    class Meta:
        permissions = (("lock_post", "Can lock and unlock posts"),)
        indexes = (
            models.Index(fields=["-active_at", "-id"], condition=Q(state="published"), name="post_active"),
            models.Index(fields=["-created_at", "-id"], condition=Q(state="published"), name="post_newest"),
            models.Index(
                fields=["-created_at", "-id"], condition=Q(state="published", archived=False), name="post_living"
            ),
            models.Index(fields=["-score", "-id"], condition=Q(state="published"), name="post_top"),
            models.Index(fields=["created_at", "score", "id"], condition=Q(state="published"), name="post_top_in_time"),
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(state="published", kind="question", answer__isnull=True),
                name="post_unanswered",
            ),
            # With posts in it that have none, SQLite would go through all of these for the list of what waits for one.
            models.Index(fields=["answer"], condition=Q(answer__isnull=False), name="post_by_answer"),
            models.Index(fields=["state", "-id"], condition=~Q(state="published"), name="post_not_published"),
            models.Index(fields=["id"], condition=Q(to_draw=True), name="post_to_draw"),
            models.Index(fields=["url_key"], condition=~Q(url_key=""), name="post_by_address"),
            models.Index(fields=["author", "-created_at", "-id"], name="post_by_author"),
            models.Index(fields=["person", "-created_at", "-id"], name="post_by_person"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(author__isnull=True) | Q(person__isnull=True), name="post_by_one_at_most"
            ),
            models.UniqueConstraint(fields=["author", "token"], name="post_once_a_form"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Whether everyone reads the words."""
        return self.state == State.PUBLISHED

    @property
    def slug(self) -> str:
        """The title as a part of the address; says nothing of a title that is not public."""
        return slug_of(self.title if self.is_public else "")

    def get_absolute_url(self) -> str:
        """The page of the post and its thread."""
        return f"/posts/{self.pk}/{self.slug}/"  # twenty times as fast as by its pattern

    @property
    def shown_tags(self) -> list[Tag]:
        """The tags by name; needs ``with_finding``."""
        pairs = getattr(self, "tag_pairs", None) or []
        return [Tag(slug=slug, name=name) for slug, name in sorted(pairs, key=lambda pair: str(pair[1]).casefold())]

    @property
    def is_answered(self) -> bool:
        """Whether a comment that everyone reads is marked as the answer; needs ``with_finding``."""
        return getattr(self, "answer_state", None) == State.PUBLISHED

    def words_for(self, user: User | AnonymousUser) -> bool:
        """Whether ``user`` may read the title and the words."""
        if self.is_public or may_moderate(user):
            return True
        return self.state == State.HELD and self.is_by(user)

    def has_thread_for(self, user: User | AnonymousUser) -> bool:
        """Whether ``user``, for whom the post has a page, may read its thread: it goes with what is removed."""
        return self.state != State.REMOVED or may_moderate(user)

    @property
    def is_locked(self) -> bool:
        """Whether nobody may comment any more."""
        return self.locked_at is not None

    @property
    def last_change(self) -> dt.datetime:
        """When the words came here or were last edited."""
        return self.edited_at or self.added_at

    @property
    def shown_title(self) -> str:
        """The title, or what stands over a thread whose post is not public."""
        tombstones = {
            State.HELD: "A post that waits for a moderator",
            State.HIDDEN: "A post hidden by a moderator",
            State.REMOVED: "A post removed by a moderator",
            State.DELETED: "A post deleted by its author",
        }
        return tombstones.get(State(self.state), self.title)

    def title_for(self, user: User | AnonymousUser) -> str:
        """The title for whoever may read it, or what stands over the thread."""
        return self.title if self.words_for(user) else self.shown_title

    @staticmethod
    def moved() -> dict[str, Any]:
        """The fields of an ``update()`` that says the page has changed."""
        return {"version": F("version") + 1, "to_draw": True}


class Bearing(models.Model):
    """That a post bears a tag; written by ``posts.tags.bearing`` alone.

    It repeats of the post what the lists of the tag go by, so that each walks an index of its own to the end of a page,
    however many posts bear the tag and however long ago: ``listed`` says that the post is published.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="bearings")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="bearings")
    listed = models.BooleanField(editable=False)
    active_at = models.DateTimeField(editable=False)
    created_at = models.DateTimeField(editable=False)
    score = models.IntegerField(editable=False)

    class Meta:
        db_table = "posts_post_tags"
        unique_together = (("post", "tag"),)
        indexes = tuple(
            models.Index(fields=["tag", f"-{key}", "-post"], condition=Q(listed=True), name=f"bearing_{name}")
            for name, key in (("active", "active_at"), ("newest", "created_at"), ("top", "score"))
        )

    def __str__(self) -> str:
        return f"{self.tag} on {self.post}"


class Revision(Earlier):
    """Words of a post before an edit."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions", db_index=False)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = "earlier version of a post"
        verbose_name_plural = "earlier versions of posts"
        indexes = (models.Index(fields=["post", "-id"], name="post_revisions"),)
