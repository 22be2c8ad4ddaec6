"""Divides comments among threads as they fall on a real site: a few threads with thousands, many with two."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from random import Random
from typing import Final

from django.db import connection, transaction

from comments.inventing.members import cast
from comments.inventing.threads import Wanted, invent
from comments.inventing.words import words
from posts.models import Post, Tag

ENDS: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # a fixed day, so that a seed gives the same rows for ever
MEMBERS: Final = 400  # who talk in one thread
_SITE_MEMBERS: Final = 2_000
_AGE: Final = dt.timedelta(days=730)
_THREAD: Final = dt.timedelta(days=30)
_AT_ONCE: Final = 20_000  # comments in one transaction, but for larger threads
_TAGS: Final = 24
_KINDS: Final = {"article": 5, "link": 3, "question": 2}


def make_thread(*, comments: int, shape: str, seed: str, members: int = MEMBERS) -> Post:
    """One thread with so many comments in one of the ``SHAPES``; its last month ends on ``ENDS``."""
    wanted = Wanted(comments=comments, shape=shape, seed=seed, begins=ENDS - _THREAD, ends=ENDS)
    with _room(), transaction.atomic():
        return invent([wanted], cast(members))[0]


def make_site(*, posts: int, comments: int, seed: str, tell: Callable[[int], None] = lambda made: None) -> None:
    """So many threads with so many comments in all, over two years; ``tell`` hears how many comments are made.

    A transaction for each ``_AT_ONCE`` comments: one that is broken off leaves whole threads.
    """
    made = 0
    with _room():
        members = cast(min(_SITE_MEMBERS, max(MEMBERS, comments // 100)))
        tags = _tags()
        batch: list[Wanted] = []
        for wanted in _threads(posts, comments, seed, tags):
            batch.append(wanted)
            if sum(one.comments for one in batch) >= _AT_ONCE or len(batch) == _AT_ONCE:
                invent(batch, members)
                made += sum(one.comments for one in batch)
                tell(made)
                batch = []
        invent(batch, members)
    tell(comments)


def _threads(posts: int, comments: int, seed: str, tags: list[Tag]) -> Iterator[Wanted]:
    """The threads in the order in which they begin."""
    random = Random(seed)  # noqa: S311  the same again, not a secret
    weights = [1 / (rank + 10) for rank in range(posts)]
    random.shuffle(weights)
    shares = Counter(random.choices(range(posts), cum_weights=list(accumulate(weights)), k=comments))
    begins = ENDS - _AGE
    for number in range(posts):
        begin = begins + (_AGE * number) / posts
        yield Wanted(
            comments=shares[number],
            shape="lifelike",
            seed=f"{seed}:{number}",
            begins=begin,
            ends=min(ENDS, begin + _THREAD * random.random() ** 2 + dt.timedelta(hours=2)),
            kind=random.choices(list(_KINDS), list(_KINDS.values()))[0],
            tags=tuple(random.sample(tags, int(random.random() * 4))),
        )


def _tags() -> list[Tag]:
    """The tags of made-up sites, which moderators can rename and retire like any other."""
    names = [f"made-up {word}" for word in words().vocabulary[:_TAGS]]
    slugs = [f"made-up-{number}" for number in range(1, _TAGS + 1)]
    pairs = zip(slugs, names, strict=True)
    return [Tag.objects.get_or_create(slug=slug, defaults={"name": name})[0] for slug, name in pairs]


@contextmanager
def _room() -> Iterator[None]:
    """Lets SQLite keep the ends of its indexes in memory meanwhile, 256 MB at most."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA cache_size").fetchone()[0]
        cursor.execute("PRAGMA cache_size = -262144")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {int(before)}")
