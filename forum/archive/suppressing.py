"""Keeps away what an import brings again after it was taken away here: names within words, and articles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from html import unescape
from typing import TYPE_CHECKING

from comments import actions as comments
from comments.models import Comment, CommentQuerySet
from forum.archive import keys
from forum.archive.blackout import removed_names
from forum.archive.limits import Refused
from forum.archive.models import Item, Run
from forum.moderation import naming
from forum.refusals import Conflict
from forum.states import Format, State
from forum.text.redaction import Change, instead_of, places, places_in_html
from forum.users.models import NAME_TAKEN_OFF, Person
from posts import actions as posts
from posts.models import Post

if TYPE_CHECKING:
    from django.db.models import QuerySet

_TAKEN = (State.HIDDEN, State.REMOVED)


def article_states(digests: Collection[str], *, but: Run | None = None) -> dict[str, State]:
    """Of articles with these words, what became of those that a moderator took down, in any source. One query.

    ``but`` leaves out what came with this import.
    """
    wanted = {digest for digest in digests if digest}
    if not wanted:
        return {}
    found = _before(but).filter(kind=Item.Kind.POST, words_digest__in=wanted, post__state__in=_TAKEN)
    # Of two answers the stricter one holds: "removed" sorts after "hidden".
    return {digest: State(state) for digest, state in sorted(found.values_list("words_digest", "post__state"))}


def comments_away(digests: Collection[str], *, but: Run | None) -> set[str]:
    """Of comments with these words, those that a moderator took down before this import, in any source. One query."""
    wanted = {digest for digest in digests if digest}
    if not wanted:
        return set()
    found = _before(but).filter(words_digest__in=wanted, comment__state__in=_TAKEN)
    return set(found.values_list("words_digest", flat=True))


def _before(run: Run | None) -> QuerySet[Item]:
    found = Item.objects.exclude(words_digest="").order_by()  # said so that the index of words serves
    return found if run is None else found.exclude(run=run).exclude(run__in=Run.objects.filter(carried_by=run))


class NamesOff:
    """Names that were taken off, as far as an import has met their bearers: where they speak, others name them."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._off: frozenset[str] | None = None

    def note(self, printed: Iterable[str]) -> None:
        """Remember which of these names were taken off before the import, in any source. One query the first time."""
        if self._off is None:
            self._off = removed_names()
        off = self._off
        if off:
            self._names |= {name for name in printed if not keys.is_placeholder(name) and Person.digest_of(name) in off}

    def keep(self, runs: Collection[Run], among: Collection[int]) -> None:
        """Put the mark in place of them in the words that these runs brought under these posts.

        Two queries for each name, none without one. What was here before is as a moderator left it.
        """
        for name in sorted(self._names):
            brought = Comment.objects.filter(post__in=among, archive_items__run__in=runs)
            _take_off(brought.distinct(), name)
            for post in Post.objects.filter(pk__in=among, archived=True, archive_items__run__in=runs).distinct():
                _take_off_post(post, name)

    def keep_in(self, written: Post | Sequence[Comment]) -> None:
        """Put the mark in place of them in words that were written just now, before anybody can read these.

        A query for each name, none without one.
        """
        for name in sorted(self._names):
            if isinstance(written, Post):
                if written.archived:
                    _take_off_post(written, name)
                    written.refresh_from_db(fields=["title", "body", "html"])
            else:
                _take_off(Comment.objects.filter(pk__in=[comment.pk for comment in written]), name)


def _take_off(brought: CommentQuerySet, name: str) -> None:
    for comment in brought.filter(naming.may_hold(name), archived=True).order_by("pk"):
        changes = list(_changes(comment.body, name, is_html=comment.format == Format.HTML))
        if changes:
            comments.redact(comment=comment, changes=changes)


def _changes(text: str, name: str, *, is_html: bool) -> Iterator[Change]:
    """A name of one word is taken only as it was printed: in another case it may be a word like any other."""
    alone = len(name.split()) == 1
    for start, end in places_in_html(text, name) if is_html else places(text, name):
        found = text[start:end]
        if not alone or (unescape(found) if is_html else found) == name:
            yield Change(start, end, instead_of(found, NAME_TAKEN_OFF) if is_html else NAME_TAKEN_OFF)


def _take_off_post(post: Post, name: str) -> None:
    changes = {
        "title": list(_changes(post.title, name, is_html=False)),
        "body": list(_changes(post.body, name, is_html=post.format == Format.HTML)),
        "html": list(_changes(post.html, name, is_html=True)),
    }
    if not any(changes.values()):
        return
    try:
        posts.redact(post=post, changes=changes)
    except Conflict:
        raise Refused(
            f"A name that was taken off here stands in the article “{post.slug}”. Take it out first."
        ) from None
