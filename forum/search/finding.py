"""Finds posts and comments: asks the index of whichever database there is, and shows only what everyone reads."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from comments.models import Comment
from forum.search import marks, postgresql, sqlite
from forum.search.keys import END, begin_of, ref_of
from forum.search.models import Entry
from forum.search.query import Query
from forum.search.ranking import ranked
from forum.search.wanted import Phrase, TooSlow, Wanted
from forum.users.mentions import called as is_called
from forum.users.models import Person, User
from posts.models import Bearing, Post, Tag, TagQuerySet

PAGE: Final = 20
WINDOW: Final = 500
"""The latest matches that are ranked by relevance, and the most that are counted."""
SECONDS: Final = 1.0
NAMESAKES: Final = 200
THREADS: Final = 500
"""Threads of one tag that are searched: those spoken in latest."""

Order = Literal["relevance", "time"]
Thing = Comment | Post


@dataclass
class Found:
    """One page of hits. ``next_key`` is where the next one begins, None at the end.

    ``count`` is how many there are, when that is known; ``count_is_least`` says that there are more.
    """

    things: list[Thing] = field(default_factory=list)
    next_key: int | None = None
    count: int | None = None
    count_is_least: bool = False
    too_slow: bool = False


def find(query: Query, *, order: Order = "relevance", after: int | None = None) -> Found:
    """One page of what fits, after the hit with the key ``after``.

    A second at most: a search that takes longer finds nothing and says so. Ranked are the latest ``WINDOW`` hits.
    """
    wanted = wanted_of(query)
    if wanted is None:
        return Found(count=0)
    try:
        if order == "relevance" and wanted.words:
            return _by_relevance(wanted, after)
        return _by_time(wanted, after)
    except TooSlow:
        return Found(too_slow=True)


def _by_time(wanted: Wanted, after: int | None) -> Found:
    if after is not None:
        wanted = replace(wanted, end=min(wanted.end, after))
    keys, rest = _readable(wanted, PAGE + 1)
    page = keys[:PAGE]
    next_key = page[-1] if len(keys) > PAGE else rest
    count = len(page) if after is None and next_key is None else None
    return Found(_load(page), next_key, count)


def _by_relevance(wanted: Wanted, after: int | None) -> Found:
    keys, rest = _readable(wanted, WINDOW)
    order = ranked(dict(Entry.objects.filter(pk__in=keys).values_list("key", "words")), wanted.words)
    begin = order.index(after) + 1 if after in order else 0
    page = order[begin : begin + PAGE]
    next_key = page[-1] if begin + PAGE < len(order) else None
    return Found(_load(page), next_key, len(order), count_is_least=rest is not None)


def _readable(wanted: Wanted, many: int) -> tuple[list[int], int | None]:
    """The latest ``many`` keys that fit and that everyone reads, and where more may follow.

    One round finds them, but where many stand in threads that have no page any more.
    """
    ends = time.monotonic() + SECONDS
    found: list[int] = []
    limit = many + 1
    while True:
        keys = _newest(wanted, limit)
        found += _read_by_everyone(keys, wanted)
        if len(keys) < limit:
            return found[:many], found[many - 1] if len(found) > many else None
        if len(found) > many:
            return found[:many], found[many - 1]
        if time.monotonic() > ends:
            return found, keys[-1]
        wanted, limit = replace(wanted, end=keys[-1]), WINDOW


def _newest(wanted: Wanted, limit: int) -> list[int]:
    return sqlite.newest(wanted, limit) if connection.vendor == "sqlite" else postgresql.newest(wanted, limit)


def _read_by_everyone(keys: Sequence[int], wanted: Wanted) -> list[int]:
    """Those of the keys that stand for something everyone reads now, in the same order, but for what is left out.

    Two queries.
    """
    comments, posts = _ids(keys)
    said, begun = Comment.objects.published().filter(pk__in=comments), Post.objects.published().filter(pk__in=posts)
    if wanted.no_tags:
        said = said.exclude(Exists(_bearings(wanted.no_tags).filter(post=OuterRef("post"))))
        begun = begun.exclude(Exists(_bearings(wanted.no_tags).filter(post=OuterRef("pk"))))
    for name in wanted.no_names:
        called = Exists(_called(name).filter(pk=OuterRef("person")))
        said, begun = said.exclude(called), begun.exclude(called)
    readable = {("comment", pk) for pk in said.values_list("pk", flat=True)}
    readable |= {("post", pk) for pk in begun.values_list("pk", flat=True)}
    return [key for key in keys if ref_of(key) in readable]


def _bearings(tags: Sequence[int]) -> QuerySet[Bearing]:
    return Bearing.objects.filter(tag__in=tags)


def _load(keys: Sequence[int]) -> list[Thing]:
    """The hits of a page, with all that it shows of them. Two queries."""
    comments, posts = _ids(keys)
    related = ("author", "person", "post", "parent__author", "parent__person")
    heavy = ("body", "post__body", "post__html", "post__pulse", "parent__body", "parent__html")
    rows = Comment.objects.published().filter(pk__in=comments).select_related(*related).defer(*heavy)
    things: dict[tuple[str, int], Thing] = {("comment", row.pk): row for row in rows}
    found = Post.objects.published().filter(pk__in=posts).select_related("author", "person", "source").defer("body")
    things.update({("post", row.pk): row for row in found})
    return [things[ref] for ref in map(ref_of, keys) if ref in things]


def _ids(keys: Sequence[int]) -> tuple[list[int], list[int]]:
    refs = [ref_of(key) for key in keys]
    return [ref.pk for ref in refs if ref.kind == "comment"], [ref.pk for ref in refs if ref.kind == "post"]


def wanted_of(query: Query) -> Wanted | None:
    """What the index is asked for this query; None when a name or tag in it is nobody's, so nothing can fit."""
    groups: list[tuple[Phrase, ...]] = [(phrase,) for phrase in query.phrases]
    alternatives = [
        *([_authors(query.values("author"))] if query.values("author") else []),
        *(_tagged(tag) for tag in query.values("tag")),
        *([[marks.thread(int(pk)) for pk in query.values("in")]] if query.values("in") else []),
        *([[_KINDS[name] for name in query.values("is")]] if query.values("is") else []),
        *([[_ERAS[name] for name in query.values("era") if name in _ERAS]] if _one_era(query) else []),
    ]
    if not all(alternatives):
        return None
    groups += [tuple((mark,) for mark in group) for group in alternatives]
    against = [
        *_authors(query.values("author", against=True)),
        *(mark for tag in query.values("tag", against=True) for mark in _tagged(tag)),
        *(marks.thread(int(pk)) for pk in query.values("in", against=True)),
        *(_KINDS[name] for name in query.values("is", against=True)),
        *(_ERAS[name] for name in query.values("era", against=True) if name in _ERAS),
    ]
    return Wanted(
        every=tuple(groups) or (((marks.EVERY,),),),
        none=(*query.against, *((mark,) for mark in against)),
        begin=_key_at(query.begin) if query.begin else 0,
        end=_key_at(query.end) if query.end else END,
        no_tags=tuple(found.pk for tag in query.values("tag", against=True) for found in _tags(tag)),
        no_names=tuple(query.values("author", against=True)),
    )


_KINDS: Final = {"post": marks.POST, "comment": marks.COMMENT, "question": marks.kind("question")}
_ERAS: Final = {"then": marks.THEN, "now": marks.NOW}


def _one_era(query: Query) -> bool:
    return bool(query.values("era")) and "both" not in query.values("era")


def _key_at(day: dt.date) -> int:
    return begin_of(dt.datetime.combine(day, dt.time(), dt.UTC))


def _authors(typed: Sequence[str]) -> list[str]:
    """The marks of all members and persons called so. A name that was taken off is nobody's. Two queries each."""
    found: list[str] = []
    for name in typed:
        members = User.objects.filter(is_called(name)).values_list("pk", flat=True)
        persons = _called(name).order_by("pk").values_list("pk", flat=True)[:NAMESAKES]
        found += [*map(marks.member, members), *map(marks.person, persons)]
    return found


def _called(name: str) -> QuerySet[Person]:
    spellings = {name, name.lower(), name.upper(), name.title(), name.capitalize()}
    called = Person.objects.filter(Q(name__iexact=name) | Q(name__in=spellings), removed_at__isnull=True)
    return called.exclude(name="")


def _tagged(tag: str) -> list[str]:
    """The marks of the threads with a tag, those spoken in latest first. Two queries."""
    found = _tags(tag).first()
    if found is None:
        return []
    posts = Bearing.objects.filter(tag=found, listed=True).order_by("-active_at", "-post_id")
    return [marks.thread(pk) for pk in posts.values_list("post_id", flat=True)[:THREADS]]


def _tags(tag: str) -> TagQuerySet:
    """The tag that is called so, or the one that it was merged into."""
    return Tag.objects.filter(Q(slug=tag.lower()) | Q(name__iexact=tag)).living()
