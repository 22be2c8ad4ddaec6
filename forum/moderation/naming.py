"""Finds where a name from an archive stands: on bylines, in printed attributions, and in archived words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

from comments.models import Comment, CommentQuerySet, Quotation
from forum.states import Format
from forum.text.redaction import places, places_in_html
from forum.users.models import Person
from posts.models import Post, PostQuerySet

if TYPE_CHECKING:
    from forum.users.models import Source

_LETTERS = re.compile(r"[0-9A-Za-z]+")
_ASCII = re.compile(r"[\x00-\x7f]+")
MOST = 500  # texts looked at for one name
AROUND = 60  # characters shown on each side


@dataclass(frozen=True, slots=True)
class Place:
    """A name as it stands in archived words, with some of the words on both sides.

    A place in a post stands for every place in it: its quotations are marked in the HTML, not in the text.
    """

    thing: Post | Comment
    start: int
    end: int
    before: str
    words: str
    after: str

    @property
    def key(self) -> str:
        """What names this place in a form."""
        return f"c{self.thing.pk}-{self.start}" if isinstance(self.thing, Comment) else f"p{self.thing.pk}"


def persons_called(name: str) -> list[Person]:
    """The persons of all archives with exactly this printed name, as found by its digest."""
    found = Person.objects.filter(digest=Person.digest_of(name), removed_at__isnull=True)
    return list(found.select_related("source").order_by("id"))


def persons_by(ids: Iterable[int]) -> list[Person]:
    """These persons."""
    return list(Person.objects.filter(pk__in=list(ids)).order_by("id"))


def persons_alike(name: str) -> list[Person]:
    """Persons whose printed name differs from this one in its case alone."""
    found = Person.objects.filter(in_any_case(name, "name", by="iexact"), removed_at__isnull=True).exclude(name=name)
    return list(found.select_related("source").order_by("id")[:20])


def attributions(person: Person, name: str) -> Iterator[Place]:
    """The places in quoting comments that print this person's ``name`` above words of theirs. One query."""
    found = Quotation.objects.filter(
        quoted__person=person, attribution_start__isnull=False, attribution_end__isnull=False
    ).select_related("comment__post", "comment__author", "comment__person")
    for quotation in found:
        begin, end = quotation.attribution_start or 0, quotation.attribution_end or 0
        body = quotation.comment.body
        for start, stop in places_in(quotation.comment, body[begin:end], name):
            yield _place(quotation.comment, body, begin + start, begin + stop)


def mentions(name: str, source: Source | None) -> list[Place]:
    """Where the name stands as a word in the archived words of a source, or of all. Two queries; reads every text."""
    found: list[Place] = []
    for post in _posts(name, source):
        spans = places_in(post, post.body, name)
        if spans:
            found.append(_place(post, post.body, *spans[0]))
        elif titles := places(post.title, name):
            found.append(_place(post, post.title, *titles[0]))
    for comment in _comments(name, source):
        spans = places_in(comment, comment.body, name)
        found += [_place(comment, comment.body, start, end) for start, end in spans]
    return found


def places_in(thing: Post | Comment, text: str, name: str) -> list[tuple[int, int]]:
    """Where the name stands in a text of this format."""
    return places_in_html(text, name) if thing.format == Format.HTML else places(text, name)


def living(name: str, source: Source | None) -> list[Comment]:
    """Members' comments under archived posts that hold the name: those words are theirs, and not changed here."""
    comments = _within(Comment.objects.filter(archived=False, post__archived=True), source)
    found = comments.filter(in_any_case(longest_word(name), "body")).with_bylines().select_related("post")[:MOST]
    return [comment for comment in found if places(comment.body, name)]


def _posts(name: str, source: Source | None) -> list[Post]:
    posts: PostQuerySet = Post.objects.filter(archived=True)
    if source is not None:
        posts = posts.filter(source=source)
    return list(posts.filter(may_hold(name) | in_any_case(longest_word(name), "title"))[:MOST])


def _comments(name: str, source: Source | None) -> list[Comment]:
    comments = _within(Comment.objects.filter(archived=True), source)
    found = comments.filter(may_hold(name)).with_bylines().select_related("post")
    return list(found.order_by("post", "position")[:MOST])


def _within(comments: CommentQuerySet, source: Source | None) -> CommentQuerySet:
    return comments if source is None else comments.filter(post__source=source)


def may_hold(name: str) -> Q:
    """Bodies worth reading for the name: in HTML any letter may be written as an entity."""
    letters = max(_LETTERS.findall(name), key=len, default="")
    written = Q(body__contains="&#") if len(letters) > 1 else Q(body__contains="&")
    if len(letters) > 1:
        written |= Q(body__icontains=letters)
    return in_any_case(longest_word(name), "body") | Q(format=Format.HTML) & written


def in_any_case(words: str, *columns: str, by: str = "icontains") -> Q:
    """That one of the columns holds the words, in any capitals; SQLite folds ASCII alone, so others are spelt out.

    A part of ASCII is looked for first: it passes nearly all rows over, and the others are looked through once more.
    """
    if words.isascii():
        return reduce(or_, [Q(**{f"{column}__{by}": words}) for column in columns])
    ways = (words, words.lower(), words.upper(), words.title())
    spelt = sorted({_ASCII.sub(lambda part: part[0].lower(), way): way for way in ways}.values())
    part = max(_ASCII.findall(words), key=len, default="")
    found = Q()
    for column in columns:
        held = reduce(or_, [Q(**{f"{column}__{by}": way}) for way in spelt])
        found |= Q(**{f"{column}__icontains": part}) & held if len(part) > 1 else held
    return found


def longest_word(name: str) -> str:
    """A line break may stand between the words of a name, so one word of it is looked for."""
    return max(name.split(), key=len, default="\x01")


def _place(thing: Post | Comment, text: str, start: int, end: int) -> Place:
    before = ("…" if start > AROUND else "") + text[max(0, start - AROUND) : start]
    after = text[end : end + AROUND] + ("…" if end + AROUND < len(text) else "")
    return Place(thing, start, end, before, text[start:end], after)
