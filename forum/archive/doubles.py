"""Tells of new threads whose words are here already: copies whose title, key or source does not say that they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from comments.models import Comment
from forum.archive import knowing, rows
from forum.archive.models import Item
from forum.archive.outcome import Double
from posts.models import Post

if TYPE_CHECKING:
    from forum.archive.items import Thread

_ALIKE: Final = 3
"""Comments of a thread, and half of them, that stand under one post where the thread is a copy of it."""
_LOOKED_AT: Final = 5_000
"""Places of the same words that are looked at: some words are said in every thread."""


def find(threads: Sequence[tuple[Thread, Sequence[str]]], run: int | None) -> Iterator[Double]:
    """The threads, each given with the digests of its comments' words, that are copies of what is here.

    What this ``run`` brought does not count. One query, and two more where some of the words are here.
    """
    articles = [rows.words_digest_of_post(thread) for thread, _ in threads]
    here = _posts_of({*articles, *(digest for _, words in threads for digest in words)}, run)
    copied = [_copied(article, words, here) for article, (_, words) in zip(articles, threads, strict=True)]
    posts = Post.objects.in_bulk({pk for pk in copied if pk}) if any(copied) else {}
    for pk, (thread, _) in zip(copied, threads, strict=True):
        if pk in posts:
            yield Double(thread.post.lines[0], posts[pk].shown_title, posts[pk].get_absolute_url())


def _posts_of(digests: Collection[str], run: int | None) -> dict[str, set[int]]:
    """The posts that have these words, or under which they stand, by the digests."""
    wanted = [digest for digest in digests if digest]
    items = Item.objects.exclude(words_digest="").exclude(run=run).order_by()  # so that the index of words serves
    found = items.filter(words_digest__in=wanted).values_list("words_digest", "post_id", "comment_id")
    places = list(found[:_LOOKED_AT]) if wanted else []
    under: dict[int, int] = {}
    for some in knowing.lots(sorted({comment for _, _, comment in places if comment})):
        under.update(Comment.objects.filter(pk__in=some).values_list("pk", "post_id"))
    posts: dict[str, set[int]] = {}
    for digest, post, comment in places:
        if pk := post or under.get(comment or 0):
            posts.setdefault(digest, set()).add(pk)
    return posts


def _copied(article: str, words: Sequence[str], here: dict[str, set[int]]) -> int:
    """The post of which a thread with these words is a copy: it has the article, or most of the comments; else 0."""
    found = Counter(pk for digest in words for pk in here.get(digest, ()))
    if same := here.get(article):
        return max(same, key=lambda pk: (found[pk], -pk))
    pk, number = max(found.items(), key=lambda each: (each[1], -each[0]), default=(0, 0))
    return pk if number >= max(_ALIKE, len(words) / 2) else 0
