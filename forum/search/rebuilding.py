"""Compares the index with posts and comments, a batch at a time while people write, and puts right what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from comments.models import Comment
from forum.search.index import entry_of_comment, entry_of_post, write
from forum.search.keys import key, key_of, ref_of
from forum.search.models import Entry
from posts.models import Post

BATCH: Final = 500
_OF_BOTH: Final = ("author_id", "person_id", "archived", "created_at", "html", "state")


@dataclass
class Difference:
    """What was wrong: entries that were ``missing``, had ``other`` words, or were ``over``; and how many are right."""

    right: int = 0
    missing: int = 0
    other: int = 0
    over: int = 0

    @property
    def wrong(self) -> int:
        """All that differed."""
        return self.missing + self.other + self.over

    def add(self, more: Difference) -> None:
        """Counts another batch in."""
        self.right += more.right
        self.missing += more.missing
        self.other += more.other
        self.over += more.over


def rebuild(*, repair: bool, batch: int = BATCH, tell: Callable[[Difference], None] = lambda _: None) -> Difference:
    """Goes through all posts, comments and entries; ``tell`` hears of the whole after each batch.

    Each batch is a transaction of its own. What is right already is only read, so a run that was stopped can be
    started again. Rows that somebody is writing at that moment come last, one by one, so nobody waits for another.
    """
    whole = Difference()
    late: list[tuple[QuerySet[Any], int]] = []
    for rows in (_posts(), _comments()):
        for ids in _batches(rows, batch):
            done, difference = _compare(rows, ids, repair=repair, skip_locked=True)
            late += [(rows, pk) for pk in ids if pk not in done]
            whole.add(difference)
            tell(whole)
    for rows, pk in late:
        whole.add(_compare(rows, [pk], repair=repair, skip_locked=False)[1])
    for keys in _batches(Entry.objects.all(), batch):
        whole.over += _gone(keys, repair=repair)
        tell(whole)
    return whole


def _posts() -> QuerySet[Any]:
    return Post.objects.only("kind", "title", "url", *_OF_BOTH)


def _comments() -> QuerySet[Any]:
    return Comment.objects.only("post_id", *_OF_BOTH)


def _batches(rows: QuerySet[Any], size: int) -> Iterator[list[int]]:
    """The primary keys of rows, in order, however many there are."""
    last = -1
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        yield ids
        last = ids[-1]


def _compare(
    rows: QuerySet[Any], ids: Sequence[int], *, repair: bool, skip_locked: bool
) -> tuple[set[int], Difference]:
    """Compares these rows, locked, with their entries; returns those it could lock."""
    with transaction.atomic():
        found = list(rows.filter(pk__in=ids).select_for_update(skip_locked=skip_locked, no_key=True))
        right = {key_of(row): _entry(row) for row in found if row.is_public}
        here = dict(Entry.objects.filter(pk__in=[key_of(row) for row in found]).values_list("key", "words"))
        missing = [entry for at, entry in right.items() if at not in here]
        other = [entry for at, entry in right.items() if at in here and here[at] != entry.words]
        over = [at for at in here if at not in right]
        if repair:
            write([*missing, *other])
            Entry.objects.filter(pk__in=over).delete()
    fine = len(right) - len(missing) - len(other)
    return {row.pk for row in found}, Difference(fine, len(missing), len(other), len(over))


def _entry(row: Post | Comment) -> Entry:
    return entry_of_post(row) if isinstance(row, Post) else entry_of_comment(row)


def _gone(keys: Sequence[int], *, repair: bool) -> int:
    """Entries of what is not there any more; returns how many."""
    refs = [ref_of(at) for at in keys]
    posts = Post.objects.filter(pk__in=[ref.pk for ref in refs if ref.kind == "post"])
    comments = Comment.objects.filter(pk__in=[ref.pk for ref in refs if ref.kind == "comment"])
    there = {key("post", pk, at) for pk, at in posts.values_list("pk", "created_at")}
    there |= {key("comment", pk, at) for pk, at in comments.values_list("pk", "created_at")}
    gone = [at for at in keys if at not in there]
    if repair and gone:
        Entry.objects.filter(pk__in=gone).delete()
    return len(gone)
