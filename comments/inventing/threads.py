"""Writes threads that nobody said as the rows that actions would have left, with every figure right."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, islice
from random import Random
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from comments.inventing.shapes import ROOT, SHAPES, Parents
from comments.inventing.words import Block, joined, words
from comments.models import TOP, Comment, Quotation
from comments.ranking import best
from comments.rendering import known_comments, render_markdown
from forum.inserting import insert, insert_values, reserve
from forum.text import addresses
from forum.voices.models import Vote
from posts import pulse
from posts.models import Post, Tag
from posts.tags.bearing import borne, counted

if TYPE_CHECKING:
    from forum.users.models import User

BATCH: Final = 10_000  # comments in one statement
_QUOTING: Final = 0.015  # of replies
_VOTED: Final = 0.25  # of comments and posts
_UP: Final = 0.8
_COLUMNS: Final = (
    *("id", "post_id", "parent_id", "branch", "position", "score", "best", "reply_count", "quoted_count", "came_with"),
    *("author_id", "answers_id", "created_at", "instant", "zone", "body", "html"),
)
_ANSWERED: Final = 0.5  # of questions

_best = cache(best)


@cache
def _talkative(many: int) -> list[float]:
    """How much each of so many members says, summed: a few say most of it."""
    return list(accumulate(1 / (rank + 8) for rank in range(many)))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A thread that is to be made: everything in it is said between two moments, and follows from the seed."""

    comments: int
    shape: str
    seed: str
    begins: dt.datetime
    ends: dt.datetime
    kind: str = Post.Kind.ARTICLE
    tags: tuple[Tag, ...] = ()


class _Thread:
    """One thread while it is made: what must be known of all comments before the first one is written."""

    def __init__(self, wanted: Wanted, members: Sequence[User], ids: Sequence[int], post: int) -> None:
        self.random = Random(wanted.seed)  # noqa: S311  the same again, not a secret
        self.wanted, self.ids = wanted, ids
        many = wanted.comments
        self.members = members
        self.parents: Parents = SHAPES[wanted.shape](many, self.random)
        self.moments = self._moments(many)
        self.authors = self.random.choices(members, cum_weights=_talkative(len(members)), k=many)
        self.replies = Counter(self.parents)
        self.quoting = {
            number for number, parent in enumerate(self.parents) if parent != ROOT and self.random.random() < _QUOTING
        }
        self.quoted = Counter(self.parents[number] for number in self.quoting)
        self.votes: list[tuple[int, int | None, int | None, int, dt.datetime]] = []
        self.quotations: list[tuple[int, int]] = []
        self.post = self._post(post)

    def _moments(self, many: int) -> list[dt.datetime]:
        """When each is said: the first half in the first quarter of the time."""
        begins, length = self.wanted.begins, self.wanted.ends - self.wanted.begins
        shares = sorted(self.random.random() ** 2 for _ in range(many))
        return [begins + length * share for share in shares]

    def _post(self, pk: int) -> Post:
        random, wanted, many = self.random, self.wanted, self.wanted.comments
        body, html = joined(words().blocks(random) + words().blocks(random)[:1])
        self.author = author = random.choice(self.members)
        url = f"https://made-up.invalid/{random.getrandbits(48):x}" if wanted.kind == Post.Kind.LINK else ""
        answered = wanted.kind == Post.Kind.QUESTION and many and random.random() < _ANSWERED
        ups, downs = self._vote(author, wanted.begins, post=pk)
        return Post(
            pk=pk,
            kind=wanted.kind,
            title=words().title(random),
            url=url,
            url_key=addresses.key(url),
            body=body,
            html=html,
            author=author,
            score=ups - downs,
            created_at=wanted.begins,
            instant=wanted.begins,
            added_at=wanted.begins,
            zone="UTC",
            version=1 + many,
            last_position=many,
            comment_count=many,
            living_count=many,
            answer_id=self.ids[0] if answered else None,
            active_at=self.moments[-1] if many else wanted.begins,
            last_comment_at=self.moments[-1] if many else None,
            last_author=self.authors[-1] if many else None,
            pulse=pulse.build({"now": self.moments}),
        )

    def _vote(
        self, author: User, moment: dt.datetime, *, post: int | None = None, comment: int | None = None
    ) -> tuple[int, int]:
        """Votes by others, most things without any and a few with many; how many up and down."""
        random, members = self.random, self.members
        if random.random() >= _VOTED:
            return 0, 0
        many = min(int(random.paretovariate(1.1)), len(members) - 1)
        first, ups = int(random.random() * len(members)), 0
        voters = [one for at in range(many + 1) if (one := members[(first + at) % len(members)]) is not author][:many]
        for voter in voters:
            value = 1 if random.random() < _UP else -1
            ups += value == 1
            self.votes.append((voter.pk, post, comment, value, moment))
        return ups, many - ups

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of ``_COLUMNS`` of each comment, in the order of the thread; fills votes and quotations."""
        ids, parents, random, stock = self.ids, self.parents, self.random, words()
        firsts: list[Block] = []
        for number, pk in enumerate(ids):
            blocks = stock.blocks(random)
            firsts.append(blocks[0])
            body, html = joined(blocks)
            author, moment, parent = self.authors[number], self.moments[number], parents[number]
            if number in self.quoting:
                quotation = self._quotation(parent, firsts[parent])
                body, html = joined([quotation, *blocks])
                self.quotations.append((pk, ids[parent]))
            ups, downs = self._vote(author, moment, comment=pk)
            above = self.authors[parent] if parent != ROOT else self.author
            yield (
                pk,
                self.post.pk,
                ids[parent] if parent != ROOT else None,
                ids[parent] if parent != ROOT else TOP,
                number + 1,
                ups - downs,
                _best(ups, downs),
                self.replies[number],
                self.quoted[number],
                number + 2,
                author.pk,
                above.pk if above is not author else None,
                moment,
                moment,
                "UTC",
                body,
                html,
            )

    def _quotation(self, of: int, first: Block) -> Block:
        """The first sentence of comment ``of``, quoted and drawn as members' quotations are."""
        pk = self.ids[of]
        source = Comment(pk=pk, post=self.post, author=self.authors[of], html=first.html)
        body = f"> #c{pk}\n> {first.first}"
        return Block(body, render_markdown(body, self.post, resolve=known_comments([source])).html, "")


def invent(wanted: Sequence[Wanted], members: Sequence[User]) -> list[Post]:
    """Makes these threads in one transaction, and returns their posts; 20,000 comments a second on one core.

    About 1 kB of memory a comment. The search index is left as it is.
    """
    with transaction.atomic():
        ids = iter(reserve(Comment, sum(one.comments for one in wanted)))
        posts = reserve(Post, len(wanted))
        threads = [
            _Thread(one, members, list(islice(ids, one.comments)), pk) for one, pk in zip(wanted, posts, strict=True)
        ]
        insert([thread.post for thread in threads])
        rows = (row for thread in threads for row in thread.rows())
        while batch := list(islice(rows, BATCH)):
            insert_values(Comment, _COLUMNS, batch)
        quotations = [pair for thread in threads for pair in thread.quotations]
        insert_values(Quotation, ("comment_id", "quoted_id"), quotations)
        votes = [vote for thread in threads for vote in thread.votes]
        insert_values(Vote, ("member_id", "post_id", "comment_id", "value", "made_at"), votes)
        _tag(threads)
    return [thread.post for thread in threads]


def _tag(threads: Sequence[_Thread]) -> None:
    insert([borne(thread.post, tag.pk) for thread in threads for tag in thread.wanted.tags])
    for tag in {tag for thread in threads for tag in thread.wanted.tags}:
        Tag.objects.filter(pk=tag.pk).update(post_count=counted(tag))
