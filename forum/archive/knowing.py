"""What of a file is here already: by its key, by what a better copy would show, and by words that were taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, TypeVar

from django.db.models import Prefetch, Q

from comments.models import Comment
from forum.archive import items, keys
from forum.archive.models import Item
from forum.search.shown import text_of
from forum.states import State
from forum.text import addresses
from forum.users.models import Person
from posts.models import Post

if TYPE_CHECKING:
    from forum.users.models import Source

_T = TypeVar("_T")

LOT: Final = 500
"""Values that every database takes as parameters of one statement."""
_ALIKE: Final = 0.6
"""Share of their words that two copies of one comment have in common at least."""
_COMPARED: Final = 400
"""Words of each that are compared."""
_TELLING: Final = 5
"""Fewer words than this say nothing of who said them: the name must agree as well."""


@dataclass(frozen=True, slots=True)
class Known:
    """An item that an import brought before, and what has become of it."""

    key: str
    item: int
    kind: str
    digest: str
    body_digest: str
    parent_key: str
    comment: int | None
    post: int | None
    """The post that the comment stands under; of a post, itself. None when it is gone."""
    parent: int | None
    basis: str
    created_at: dt.datetime | None
    position: int
    state: str


_FIELDS: Final = (
    *("source_key", "pk", "kind", "digest", "body_digest", "parent_key", "comment_id", "post_id"),
    *("comment__post_id", "comment__parent_id", "comment__parent_basis"),
    *("comment__created_at", "comment__position", "comment__state"),
)


def known_items(source: Source | None, wanted: Iterable[str]) -> dict[str, Known]:
    """The items of a source with these keys. One query for each few hundred."""
    found: dict[str, Known] = {}
    for some in lots(list(dict.fromkeys(wanted)) if source is not None else ()):
        rows = Item.objects.filter(source=source, source_key__in=some).values_list(*_FIELDS)
        for key, pk, kind, digest, body, parent_key, comment, post, under, parent, basis, at, position, state in rows:
            found[key] = Known(
                *(key, pk, kind, digest, body, parent_key, comment, post or under, parent, basis or ""),
                *(at, position or 0, state or ""),
            )
    return found


def of_row(found: items.Comment, row: Comment) -> Known:
    """The same of a comment that was just written."""
    return Known(
        *(found.key, 0, found.kind, found.digest, "", found.parent or "", row.pk, row.post_id),
        *(row.parent_id, row.parent_basis, row.created_at, row.position, row.state),
    )


def lots(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """The values in lots that every database takes as parameters."""
    for begin in range(0, len(values), LOT):
        yield values[begin : begin + LOT]


# -- words that were taken away ----------------------------------------------------------------------------


def words_digest(author: str, body: str, form: str) -> str:
    """The digest of the bare words, the same in every format; of a few words, with the name. Empty for none."""
    words = keys.words(text_of(body) if form == "html" else body)
    if not words:
        return ""
    return keys.digest(" ".join(words)) if len(words) >= _TELLING else keys.digest(author, " ".join(words))


def taken_away(digests: Collection[str]) -> set[str]:
    """Of these words, those that a moderator hid or removed, or that are gone, in any source.

    One query, and another where some of them are here: asked for all at once, databases may read the whole of a table.
    """
    here = Item.objects.exclude(words_digest="").order_by()
    wanted = {digest for digest in digests if digest}
    wanted = set(here.filter(words_digest__in=wanted).values_list("words_digest", flat=True)) if wanted else wanted
    if not wanted:
        return wanted
    away = Q(comment__state__in=[State.HIDDEN, State.REMOVED]) | Q(comment=None, kind=Item.Kind.COMMENT)
    return set(here.filter(away, words_digest__in=wanted).values_list("words_digest", flat=True))


# -- a better copy -----------------------------------------------------------------------------------------


def scheme(key: str) -> str:
    """What a key that a format gives begins with; empty for one that was made from the words."""
    return key.rpartition(":")[0]


def same_posts(source: Source, posts: Sequence[items.Post], run: int | None) -> dict[str, int]:
    """The posts that other copies of these pages made: at their address, or with their title, author and day.

    Each is recognised once; what this ``run`` made is another page. Two queries.
    """
    fits = Q(title__in={post.title[:300] for post in posts if post.title})
    if urls := {addresses.key(post.address) for post in posts if post.address}:
        fits |= Q(url_key__in=urls)
    items_of = Prefetch("archive_items", Item.objects.only("run_id", "source_key", "post_id"))
    candidates = Post.objects.filter(fits, source=source).exclude(archive_items=None).select_related("person")
    rows = list(candidates.prefetch_related(items_of).order_by("pk").distinct())
    same: dict[str, int] = {}
    for post in posts:
        row = next((row for row in rows if _is_copy(row, post, run)), None)
        if row is not None:
            same[post.key] = row.pk
            rows.remove(row)
    return same


def _is_copy(here: Post, post: items.Post, run: int | None) -> bool:
    for item in here.archive_items.all():
        if item.run_id == run or (scheme(post.key) and scheme(item.source_key) == scheme(post.key)):
            return False  # the source itself says that they are two
    if post.address and here.url:
        return addresses.key(post.address) == here.url_key
    if not post.title or here.title != post.title[:300]:
        return False
    day, printed = post.moment.local[:10], here.printed_at[:10]
    same_author = here.person is None or not post.author or here.person.digest == Person.digest_of(post.author)
    return same_author and (not day or not printed or day == printed)


def same_comments(
    post: int, unknown: Sequence[items.Comment], run: int | None, in_file: Collection[str]
) -> dict[str, Comment]:
    """Comments here that other copies brought and that these are: by the author and time as printed, and the words.

    Each is recognised once. What this ``run`` brought, or this file holds under its own key, is another comment.
    """
    times = {comment.moment.local for comment in unknown if comment.moment.local}
    times |= {""} if any(not comment.moment.local for comment in unknown) else set()
    found: dict[tuple[str, str], list[Comment]] = {}
    for some in lots(sorted(times)):
        rows = Comment.objects.filter(post=post, printed_at__in=some, archive_items__isnull=False)
        items_of = Prefetch("archive_items", Item.objects.only("run_id", "source_key", "comment_id"))
        rows = rows.select_related("person").prefetch_related(items_of).order_by("position").distinct()
        for row in rows:
            found.setdefault((row.printed_at, row.person.digest if row.person else ""), []).append(row)
    same: dict[str, Comment] = {}
    for comment in unknown:
        digest = Person.digest_of(comment.author) if comment.author else ""
        for row in found.get((comment.moment.local, digest), ()):
            if _may_be(row, comment, run, in_file) and alike(row, comment):
                same[comment.key] = row
                found[row.printed_at, digest].remove(row)
                break
    return same


def _may_be(row: Comment, comment: items.Comment, run: int | None, in_file: Collection[str]) -> bool:
    if not comment.moment.local and row.printed_date != comment.moment.printed:
        return False
    for item in row.archive_items.all():
        if item.run_id == run or item.source_key in in_file:
            return False
        if scheme(item.source_key) and scheme(item.source_key) == scheme(comment.key):
            return False
    return True


def alike(row: Comment, comment: items.Comment) -> bool:
    """Whether the words are much the same, whatever the format."""
    ours = keys.words(text_of(row.body) if row.format == "html" else row.body)[:_COMPARED]
    theirs = keys.words(text_of(comment.body) if comment.format == "html" else comment.body)[:_COMPARED]
    if ours == theirs or ours[:20] == theirs[:20]:
        return True
    return SequenceMatcher(None, ours, theirs, autojunk=False).ratio() >= _ALIKE


def by_pk(pks: Iterable[int]) -> Mapping[int, Comment]:
    """These comments with their bylines, to be quoted. One query, none for none."""
    wanted = list(pks)
    return Comment.objects.with_bylines().in_bulk(wanted) if wanted else {}
