"""Finds the post of each thread of an import, or makes it, and gives a known one what a better copy has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import F, Q

from forum.archive import keys, knowing, rows
from forum.archive.items import Basis, Thread
from forum.archive.knowing import Known
from forum.archive.models import Item, Run
from forum.bylines import UNDATED
from posts.actions import ArchivedPost, import_posts, update_imported_post
from posts.models import Post, Tag

if TYPE_CHECKING:
    from forum.archive.outcome import Outcome
    from forum.users.models import Source


_ALL_BUT_KEY = ("digest", "body_digest", "raw", "evidence", "run", "first_line", "last_line")


@dataclass(slots=True)
class Way:
    """A thread that is being loaded, and how far it has come.

    ``latest`` is the ordering key of the last comment so far and ``tail`` its position, 0 before the first.
    """

    thread: Thread
    post: int | None = None
    item: Item | None = None
    found: bool = False
    """Whether the post has been looked for."""
    fresh: bool = False
    """Made by this import: no archived comment of others stands in it."""
    alias: bool = False
    """Recognised under another key."""
    latest: dt.datetime = UNDATED
    tail: int = 0
    tail_pk: int | None = None
    later: list[tuple[str, str, Basis]] = field(default_factory=list)
    """Comments and what they answer, where that was not here when they came."""
    in_file: frozenset[str] | None = None
    wrote: bool = False
    verdict: str = ""
    """What becomes of the words of a post that is here."""

    @property
    def gone(self) -> bool:
        """Whether the post was imported before and is here no more."""
        return self.found and self.post is None and not self.fresh

    def keys_in_file(self) -> frozenset[str]:
        """The keys of all its comments; costs about 120 bytes each."""
        if self.in_file is None:
            self.in_file = frozenset(comment.key for comment in self.thread.comments)
        return self.in_file


def find(
    waiting: Sequence[Way], source: Source | None, comments: dict[str, Known], run: int | None, outcome: Outcome
) -> None:
    """Look for the posts: by key, by a comment that is known, and by what another copy would show."""
    known = _items(source, [way.thread.post.key for way in waiting])
    unknown = [way.thread.post for way in waiting if way.thread.post.key not in known]
    copies = knowing.same_posts(source, unknown, run) if source is not None and unknown else {}
    for way in waiting:
        way.found, way.item = True, known.get(way.thread.post.key)
        if way.item is not None:
            way.post = way.item.post_id
        else:
            way.post = _under_which(way, comments) or copies.get(way.thread.post.key)
            way.alias = way.post is not None
            way.fresh = way.post is None
        outcome.left += not way.fresh
        outcome.recognised += way.alias
        way.latest = rows.begins(way.thread)
    _note([way.post for way in waiting if way.post], outcome)


def _items(source: Source | None, wanted: Sequence[str]) -> dict[str, Item]:
    """The items of posts that are known, with the posts. One query for each few hundred."""
    found: dict[str, Item] = {}
    for some in knowing.lots(wanted if source is not None else ()):
        rows = Item.objects.filter(source=source, source_key__in=some).select_related("post").defer("raw")
        found.update((item.source_key, item) for item in rows)
    return found


def _note(pks: Sequence[int], outcome: Outcome) -> None:
    room = 100 - len(outcome.posts)
    if pks and room > 0:
        here = Post.objects.in_bulk(pks[:room])
        outcome.posts += [here[pk] for pk in pks[:room] if pk in here]


def _under_which(way: Way, known: dict[str, Known]) -> int | None:
    """The post that comments of this thread stand under, where only its own key has changed."""
    for comment in islice(way.thread.comments, 20):
        item = known.get(comment.key)
        if item is not None and item.post is not None:
            return item.post
    return None


def make(ways: Sequence[Way], found: Sequence[ArchivedPost], run: Run, source: Source, outcome: Outcome) -> list[Post]:
    """Write the posts of threads that are new."""
    made = import_posts(found)
    Item.objects.bulk_create(
        rows.item_of_post(way.thread, post, run, source) for way, post in zip(ways, made, strict=True)
    )
    for way, post in zip(ways, made, strict=True):
        way.post, way.wrote = post.pk, True
    outcome.created_posts += len(made)
    outcome.posts += made[: max(0, 100 - len(outcome.posts))]
    return made


def tags_of(thread: Thread, tags: dict[str, Tag], outcome: Outcome) -> tuple[Tag, ...]:
    """The tags that there are here; the others are told."""
    asked = {name.strip().casefold(): name for name in thread.post.tags}
    for folded, name in asked.items():
        if folded not in tags and len(outcome.unknown_tags) < 1_000:
            outcome.unknown_tags[name] = outcome.unknown_tags.get(name, 0) + 1
    return tuple({tags[folded].pk: tags[folded] for folded in asked if folded in tags}.values())[:5]


def known_tags() -> dict[str, Tag]:
    """The tags that posts may bear, by their names and slugs, and by those of what was merged into them. One query."""
    found: dict[str, Tag] = {}
    borne = Q(active=True, merged_into=None) | Q(merged_into__active=True)
    # Those that were merged first: what a tag is called now wins over what another was called.
    for tag in Tag.objects.filter(borne).select_related("merged_into").order_by(F("merged_into").asc(nulls_last=True)):
        found[tag.slug] = found[tag.name.casefold()] = tag.merged_into or tag
    return found


def update(way: Way, run: Run | None, *, take: bool) -> str:
    """Give a known post what its source has now: "taken", "drawn", "changed" where what is here stands, or nothing.

    ``take``: also where the words were changed here; those go into the history. Without a ``run``, only say it.
    """
    item = way.item
    if item is None or item.post is None:
        return ""
    post, html = item.post, rows.article_html(way.thread)
    if item.digest != rows.digest_of_post(way.thread.post):
        return _take(way, item, post, html, run, take=take)
    if post.html == html or keys.digest(post.html) != item.evidence.get("html"):
        return ""
    if run is not None:
        item.evidence = {**item.evidence, "html": keys.digest(html)}
        item.save(update_fields=["evidence"])
        update_imported_post(post=post, html=html)
    return "drawn"


def _take(way: Way, item: Item, post: Post, html: str, run: Run | None, *, take: bool) -> str:
    found = way.thread.post
    here = keys.digest(post.title, post.body)
    told = keys.digest(found.title[:300], found.body)
    untouched = bool(item.body_digest) and here == item.body_digest
    if told in (item.body_digest, here):
        return ""
    if not (untouched or take) or not post.is_public:
        return "changed"
    if run is not None:
        words = {"title": found.title[:300] or post.title, "body": found.body, "format": found.format}
        update_imported_post(post=post, html=html, words=words, keep=not untouched)
        new = rows.item_of_post(way.thread, post, run, item.source)
        item.digest, item.body_digest, item.raw = new.digest, new.body_digest, new.raw
        item.evidence = {"html": keys.digest(html), "since": item.evidence.get("since", item.run_id)}
        item.run, item.first_line, item.last_line = run, new.first_line, new.last_line
        item.save(update_fields=_ALL_BUT_KEY)
    return "taken"
