"""Writes posts with their threads as an export of this forum: JSON lines that import back into the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Q
from django.utils.text import slugify

from comments.models import SHELVED, Comment
from forum.archive import exporting_words as told
from forum.archive import records
from forum.archive.blackout import removed_names
from forum.archive.models import Item, Run
from forum.states import State
from forum.users.models import Person, Source, User
from posts.models import Post

if TYPE_CHECKING:
    from forum.archive.records import Values

BATCH: Final = 500
_READ: Final = 5_000


def site_key() -> str:
    """The key of the source that stands for this site itself: members are exported as people of it."""
    return slugify(settings.SITE_URL.partition("://")[2].replace(".", "-").replace(":", "-"))[:50] or "site"


def exported(posts: Iterable[Post] | None = None, *, states: str = "public", site: str = "") -> Iterator[str]:
    """The lines of an export, without line ends: of these posts, or of the whole site.

    ``states`` is "public" (what a guest may read) or "all"; ``site`` is the key of this site as a source. Memory
    follows the number of persons and, for one thread at a time, a hundred bytes a comment. Call it in ``snapshot``.
    """
    export = _Export(states, site or site_key())
    yield records.head(states)
    for post in _posts(states) if posts is None else posts:
        yield from export.thread(post)
    if posts is None and states == "all":
        yield from export.rest()
    yield export.end()


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is as it was at one moment, while others go on writing and wait for nothing."""
    if connection.in_atomic_block:
        yield
        return
    here: Any = connection
    usual = getattr(here, "transaction_mode", None)
    if connection.vendor == "sqlite":
        here.transaction_mode = "DEFERRED"  # who only reads takes no lock from those who write
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        if connection.vendor == "sqlite":
            here.transaction_mode = usual


def _posts(states: str) -> Iterator[Post]:
    found = Post.objects.all() if states == "all" else Post.objects.placed_for(AnonymousUser())
    keys = list(found.order_by("created_at", "pk").values_list("pk", flat=True))
    for begin in range(0, len(keys), BATCH):
        some = keys[begin : begin + BATCH]
        rows = Post.objects.select_related("source", "answer").in_bulk(some)
        yield from (rows[pk] for pk in some)


class _Export:
    """One export under way: what it has numbered and counted so far."""

    def __init__(self, states: str, site: str) -> None:
        self.site = site
        self.everything = states == "all"
        self.cover = told.Cover(frozenset() if self.everything else removed_names(), everything=self.everything)
        self.told: set[tuple[str, object]] = set()
        self.persons: dict[tuple[str, int], int] = {}
        self.runs: dict[int, int] = {}
        self.counts: Counter[str] = Counter()

    def thread(self, post: Post) -> Iterator[str]:
        """A post, its comments in page order, and before them what they refer to."""
        shape = told.Shape(post, *self._shape(post))
        tags = sorted(post.tags.all(), key=lambda tag: tag.slug) if self.cover.shows(post) else []
        for tag in tags:
            if self._first("tag", tag.slug):
                yield self._line("tag", told.tag_values(tag))
        yield from self._referred(post, shape)
        yield self._line("post", told.post_values(post, shape, self, [tag.slug for tag in tags]))
        self.counts["threads"] += 1
        for comment in self._comments(post):
            yield self._line("comment", told.comment_values(comment, shape, self))
            self.counts["comments"] += 1

    def rest(self) -> Iterator[str]:
        """Persons whose names were taken off and items that are gone: they hold against every later import."""
        removed = Person.objects.filter(removed_at__isnull=False).order_by("pk").values_list("pk", flat=True)
        gone = Item.objects.filter(post__isnull=True, comment__isnull=True).exclude(run__format=records.KEY)
        of_items = Q(pk__in=gone.order_by().values("source")) | Q(pk__in=gone.order_by().values("run__source"))
        for source in Source.objects.filter(of_items | Q(persons__removed_at__isnull=False)).distinct().order_by("pk"):
            yield from self._source(source)
        yield from self._people([("person", pk) for pk in removed])
        yield from self._runs(gone)
        for item in gone.select_related("source").order_by("pk").iterator(BATCH):
            origin = told.origin(item, self, text=item.text)
            yield self._line("item", {"source": item.source.key, "key": item.source_key, "origin": origin})

    def end(self) -> str:
        """The last line: a file without it was cut off."""
        counts = {name: self.counts[name] for name in ("threads", "comments", "records")}
        return records.line("end", counts)

    def _line(self, kind: str, values: Values) -> str:
        self.counts["records"] += 1
        return records.line(kind, values)

    def _first(self, kind: str, key: object) -> bool:
        if (kind, key) in self.told:
            return False
        self.told.add((kind, key))
        return True

    def _shape(self, post: Post) -> tuple[dict[int, int], list[tuple[str, int]], set[int]]:
        """The number of each comment, and whoever wrote what is shown, in the order of the page."""
        numbers: dict[int, int] = {}
        people: dict[tuple[str, int], None] = {}
        hidden: set[int] = set()
        if self.cover.shows(post) and (who := told.who(post.person_id, post.author_id)):
            people[who] = None
        fields = ("pk", "person_id", "author_id", "state")
        for pk, person, author, state in self._placed(post).values_list(*fields).iterator(_READ):
            numbers[pk] = len(numbers) + 1
            if not self.everything and state != State.PUBLISHED:
                hidden.add(pk)
            elif who := told.who(person, author):
                people[who] = None
        return numbers, list(people), hidden

    def _placed(self, post: Post) -> told.Comments:
        rows = Comment.objects.filter(post=post)
        rows = rows if self.everything else rows.exclude(branch=SHELVED)
        return rows.order_by("created_at", "position", "pk")

    def _comments(self, post: Post) -> Iterator[Comment]:
        related = ("quotations__quoted", "revisions", "archive_items__source")
        return self._placed(post).prefetch_related(*related).iterator(BATCH)

    def _referred(self, post: Post, shape: told.Shape) -> Iterator[str]:
        """Sources by their keys, then persons and runs in the order in which they come up."""
        items = Item.objects.filter(Q(comment__in=self._placed(post).order_by()) | Q(post=post))
        persons = [pk for kind, pk in shape.people if kind == "person"]
        asked = Q(pk__in=items.order_by().values("source")) | Q(pk__in=items.order_by().values("run__source"))
        found = {source.key: source for source in Source.objects.filter(asked)}
        for begin in range(0, len(persons), BATCH):
            some = Source.objects.filter(persons__in=persons[begin : begin + BATCH]).distinct()
            found.update((source.key, source) for source in some)
        if post.source is not None and self.cover.shows(post):
            found[post.source.key] = post.source
        named = items.filter(post=post).exists() and not self._placed(post).filter(archive_items=None).exists()
        if not named or len(persons) < len(shape.people):
            found.setdefault(self.site, self._site())
        for key in sorted(found):
            yield from self._source(found[key])
        yield from self._people(shape.people)
        yield from self._runs(items)

    def _people(self, people: list[tuple[str, int]]) -> Iterator[str]:
        new = [who for who in people if who not in self.persons]
        for begin in range(0, len(new), BATCH):
            some = new[begin : begin + BATCH]
            persons = Person.objects.select_related("source").in_bulk([pk for kind, pk in some if kind == "person"])
            members = User.objects.in_bulk([pk for kind, pk in some if kind == "member"])
            for who in some:
                self.persons[who] = len(self.persons) + 1
                if who[0] == "person":
                    values = told.person_values(persons[who[1]])
                else:
                    values = told.member_values(members[who[1]], self.site)
                yield self._line("person", {"number": self.persons[who], **values})

    def _runs(self, items: told.Items) -> Iterator[str]:
        runs = Run.objects.filter(pk__in=items.order_by().values("run")).exclude(format=records.KEY)
        for run in runs.select_related("source").defer("raw").order_by("pk"):
            if run.pk in self.runs:
                continue
            self.runs[run.pk] = len(self.runs) + 1
            values = told.run_values(run, self.cover)
            yield self._line("run", {"number": self.runs[run.pk], **values})

    def _source(self, source: Source) -> Iterator[str]:
        if self._first("source", source.key):
            yield self._line("source", told.source_values(source, self.cover.names))

    def _site(self) -> Source:
        known = Source.objects.filter(key=self.site).first()
        return known or Source(key=self.site, name=settings.SITE_NAME, address=settings.SITE_URL)
