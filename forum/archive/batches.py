"""Loads some hundred comments of one or more threads: finds what is here, then writes the rest in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from comments.importing import ArchivedComment, add_comments
from comments.models import Comment
from forum.archive import doubles, items, knowing, merging, opening, placing, rows
from forum.archive.knowing import Known
from forum.archive.merging import Take
from forum.archive.models import Item
from forum.archive.opening import Way
from forum.archive.outcome import MOST
from forum.archive.people import Byline, byline, keep_names_off
from forum.archive.suppressing import article_states
from forum.inserting import insert_values
from forum.states import State
from forum.text.html import TooLarge
from posts.models import Post

if TYPE_CHECKING:
    from forum.archive.load import Loading
    from forum.archive.models import Run
    from forum.users.models import Person, Source

SIZE: Final = 500
"""Comments of one transaction."""
POSTS: Final = 100
"""Posts of one transaction."""
_NOT_DECIDED: Final = ("", "none", "format", "indentation", "named", "quote", "guess")
"""What a moderator has not decided."""


@dataclass(slots=True)
class Portion:
    """Comments and pings of one thread, one after another as the file has them."""

    way: Way
    comments: list[items.Comment] = field(default_factory=list)
    pings: list[items.Comment] = field(default_factory=list)
    new: list[items.Comment] = field(default_factory=list)
    again: dict[str, Comment] = field(default_factory=dict)
    """Those recognised under another key."""


def cut(ways: Iterator[Way]) -> Iterator[tuple[list[Portion], list[Way]]]:
    """The threads in batches, each with the threads that end in it; the same file is always cut in the same places."""
    portions: list[Portion] = []
    ended: list[Way] = []
    number = 0
    for way in ways:
        portions.append(Portion(way))
        for comment in way.thread.comments:
            if number == SIZE:
                yield portions, ended
                portions, ended, number = [Portion(way)], [], 0
            portions[-1].comments.append(comment)
            number += 1
        for ping in way.thread.pings:
            portions[-1].pings.append(ping)
            number += 1
        ended.append(way)
        if number >= SIZE or len(portions) >= POSTS:
            yield portions, ended
            portions, ended, number = [], [], 0
    if portions:
        yield portions, ended


class Batch:
    """One batch: ``look`` reads and decides, ``write`` does it."""

    def __init__(self, loading: Loading, portions: Sequence[Portion]) -> None:
        self.loading, self.portions = loading, portions
        self.outcome, self.source = loading.outcome, loading.source
        self.known: dict[str, Known] = {}
        self.takes: list[Take] = []
        self.html: dict[str, str] = {}
        self.words: dict[str, str] = {}
        self.away: set[str] = set()
        self.pings: list[items.Comment] = []
        self.fresh: list[Way] = []

    def look(self) -> None:
        """Find out what is here and what is new, and draw what is new. Writes nothing."""
        wanted = [one.key for p in self.portions for one in (*p.comments, *p.pings)]
        self.known = knowing.known_items(self.source, wanted)
        self._find_posts()
        changed: list[tuple[items.Comment, Known, Way]] = []
        for portion in self.portions:
            changed += self._sort(portion)
        self.takes += merging.changes(changed, force=self.loading.update, outcome=self.outcome)
        self.words = {
            one.key: knowing.words_digest(one.author, one.body, one.format) for p in self.portions for one in p.new
        }
        self._look_for_doubles()
        away = knowing.taken_away(set(self.words.values()))
        self.away = {key for key, digest in self.words.items() if digest in away}
        self.loading.names_off.note(
            {one.author for p in self.portions for one in p.comments}
            | {p.way.thread.post.author for p in self.portions}
        )
        self._count()

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        new = any(p.new or p.again or p.way.alias or p.way.verdict for p in self.portions)
        return bool(new or self.pings or self.fresh or self.takes)

    def pretend(self) -> None:
        """Count what writing would do, where only looking does not tell."""
        self.loading.people.find(self.source, self._bylines(), write=False)
        self.outcome.created_posts += len(self.fresh)
        self.outcome.updated_posts += sum(bool(p.way.verdict) for p in self.portions)
        for taken in self.takes:
            self._tell(taken, done=True)
        for portion in self.portions:
            portion.way.verdict, portion.way.alias = "", False

    def follow(self) -> None:
        """Go on from the comments that are here now: the place they end at, and what still waits for its parent."""
        for portion in self.portions:
            for comment in portion.comments:
                self._follow(portion.way, comment)

    # -- looking -------------------------------------------------------------------------------------------

    def _find_posts(self) -> None:
        ways = [p.way for p in self.portions if not p.way.found]
        run = self.loading.run.pk if self.loading.run else None
        opening.find(ways, self.source, self.known, run, self.outcome)
        self.fresh = [way for way in ways if way.fresh]
        for way in ways:
            verdict = opening.update(way, None, take=self.loading.update)
            if verdict == "changed":
                self.outcome.changed.append(way.thread.post.lines[0])
            elif verdict:
                way.verdict = verdict

    def _look_for_doubles(self) -> None:
        """The first batch of a thread that is new tells whether it is."""
        fresh = {id(way) for way in self.fresh}
        new = [(p.way.thread, [self.words[one.key] for one in p.new]) for p in self.portions if id(p.way) in fresh]
        run = self.loading.run.pk if self.loading.run else None
        room = MOST - len(self.outcome.doubles)
        self.outcome.doubles += islice(doubles.find(new, run), room) if new else ()

    def _sort(self, portion: Portion) -> list[tuple[items.Comment, Known, Way]]:
        """Part what is known from what is new; returns what is known and has changed in the source."""
        way, unknown, changed = portion.way, [], []
        for comment in portion.comments:
            if comment.state == "spam":
                self.outcome.spam += 1
            elif known := self.known.get(comment.key):
                self.outcome.left += 1
                if known.digest != comment.digest and known.comment is not None:
                    changed.append((comment, known, way))
            elif way.gone:
                self.outcome.left += 1
            else:
                unknown.append(comment)
        self._recognise(portion, unknown)
        portion.new = [comment for comment in unknown if comment.key not in portion.again and self._draw(comment)]
        if not way.gone:
            self.pings += [ping for ping in portion.pings if ping.key not in self.known]
        self.outcome.left += sum(ping.key in self.known for ping in portion.pings)
        return changed

    def _recognise(self, portion: Portion, unknown: Sequence[items.Comment]) -> None:
        way = portion.way
        if not unknown or way.post is None or way.fresh:
            return
        run = self.loading.run.pk if self.loading.run else None
        portion.again = knowing.same_comments(way.post, unknown, run, way.keys_in_file())
        self.outcome.recognised += len(portion.again)
        self.outcome.left += len(portion.again)
        for one in unknown:
            row = portion.again.get(one.key)
            if row is not None:
                self.known[one.key] = knowing.of_row(one, row)
                if merging.better(row, one):
                    self.takes.append(Take(one, way, row, keep=False, item=None))

    def _draw(self, comment: items.Comment) -> bool:
        try:
            if not rows.can_be_kept(
                comment.author, comment.body, comment.moment.printed, comment.source_id, comment.key
            ):
                raise TooLarge("It has characters that no database takes.")
            self.html[comment.key] = rows.comment_html(comment)
        except TooLarge:
            self.outcome.left_out.add(comment.lines[0])
            return False
        return True

    def _count(self) -> None:
        for portion in self.portions:
            self.outcome.created_comments += len(portion.new)
            for comment in portion.new:
                if comment.key in self.away:
                    self.outcome.suppressed.add(comment.lines[0])
        self.outcome.created_pings += len(self.pings)
        authors = {c.author for p in self.portions for c in p.comments}
        self.loading.people.note_clashes({author for author in authors if rows.can_be_kept(author)})

    def _tell(self, taken: Take, *, done: bool) -> None:
        if done:
            self.outcome.taken.add(taken.one.lines[0])
        else:
            self.outcome.changed.append(taken.one.lines[0])

    def _bylines(self) -> list[Byline]:
        of_posts = [self._byline(way, way.thread.post.author, way.thread.post.identity) for way in self.fresh]
        return of_posts + [self._byline(p.way, one.author, one.identity) for p in self.portions for one in p.new]

    def _byline(self, way: Way, name: str, identity: str) -> Byline:
        return byline(name, identity, way.thread.post.key, self.loading.plan.said.source_key)

    # -- writing -------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Write what is new. In a transaction of the caller."""
        source, run = self.loading.begin()
        self.source = source
        posts = self._locked()  # before any person, as by whoever takes a name off
        people = self.loading.people.find(source, self._bylines(), write=True)
        self._open(posts, source, run, people)
        here = [(portion, posts[portion.way.post]) for portion in self.portions if portion.way.post in posts]
        found = [self._archived(portion, post, people) for portion, post in here]
        added = add_comments([(post, some) for (_, post), some in zip(here, found, strict=True)])
        new: list[dict[str, Any]] = []
        for (portion, _), made in zip(here, added, strict=True):
            pairs = [*zip(portion.new, made, strict=True)]
            pairs += [(one, portion.again[one.key]) for one in portion.comments if one.key in portion.again]
            new += [rows.item_values(one, row, run, source, words=self.words.get(one.key)) for one, row in pairs]
            self.known |= {one.key: knowing.of_row(one, row) for one, row in pairs}
            portion.way.wrote = portion.way.wrote or bool(made)
        new += [rows.item_values(ping, None, run, source) for ping in self.pings]
        insert_values(Item, [*new[0]] if new else [], (values.values() for values in new))
        for taken in self.takes:
            self._tell(taken, done=merging.take(taken, run, source))
        keep_names_off(people)
        self.loading.names_off.keep([run], [pk for pk in posts if pk is not None])

    def _locked(self) -> dict[int | None, Post]:
        """The posts of this batch that are here, locked in one order."""
        pks = {p.way.post for p in self.portions if p.way.post is not None}
        pks |= {taken.row.post_id for taken in self.takes}
        return {post.pk: post for post in Post.objects.select_for_update().filter(pk__in=sorted(pks)).order_by("pk")}

    def _open(self, posts: dict[int | None, Post], source: Source, run: Run, people: dict[Byline, Person]) -> None:
        """Makes the posts that are new and adds them to those that are here, which get what a better copy has."""
        found = []
        bear = any(way.thread.post.tags for way in self.fresh)
        offered = opening.known_tags() if bear else {}  # anew for each batch: one may be retired meanwhile
        for way in self.fresh:
            person = people.get(self._byline(way, way.thread.post.author, way.thread.post.identity))
            tags = opening.tags_of(way.thread, offered, self.outcome)
            found.append(rows.archived_post(way.thread, person, source, tags))
        states = article_states([rows.words_digest_of_post(way.thread) for way in self.fresh])
        found = [
            replace(post, state=states.get(rows.words_digest_of_post(way.thread), post.state))
            for way, post in zip(self.fresh, found, strict=True)
        ]
        made = opening.make(self.fresh, found, run, source, self.outcome)
        posts.update((post.pk, post) for post in made)
        aliases = []
        for way in (portion.way for portion in self.portions):
            if way.alias and way.post in posts:
                aliases.append(rows.item_of_post(way.thread, posts[way.post], run, source))
            elif way.verdict and way.item is not None and way.post in posts:
                way.item.post = posts[way.post]  # as it is now that nobody else can change it
                verdict = opening.update(way, run, take=self.loading.update)
                self.outcome.updated_posts += verdict in ("taken", "drawn")
                if verdict == "changed":
                    self.outcome.changed.append(way.thread.post.lines[0])
            way.alias, way.verdict = False, ""
        Item.objects.bulk_create(aliases)

    def _archived(self, portion: Portion, post: Post, people: dict[Byline, Person]) -> list[ArchivedComment]:
        way = portion.way
        here = self._here(portion)
        places = placing.place(way, post, portion, self.known)
        number = {comment.key: n for n, comment in enumerate(portion.new)}
        quoted = knowing.by_pk(
            here[quote.of].pk
            for one in portion.new
            for quote in one.quotes
            if quote.of in here and quote.of not in number
        )
        found = []
        for one, (created_at, position) in zip(portion.new, places, strict=True):
            parent: int | Comment | None = number.get(one.parent or "")
            if parent is None and one.parent:
                parent = here.get(one.parent)
            person = people.get(self._byline(way, one.author, one.identity))
            found.append(
                ArchivedComment(
                    person=person,
                    created_at=created_at,
                    position=position,
                    body=one.body,
                    html=self.html[one.key],
                    format=one.format,  # type: ignore[arg-type]
                    parent=parent,
                    parent_basis=Comment.Basis(one.parent_basis),
                    anchor=rows.anchor(one),
                    quotations=tuple(
                        rows.quotation(quote, number[quote.of] if quote.of in number else quoted[here[quote.of].pk])
                        for quote in one.quotes
                        if quote.of in number or (quote.of in here and here[quote.of].pk in quoted)
                    ),
                    state=State.REMOVED if one.key in self.away else rows.STATES[one.state],
                    archived=not one.living,
                    **rows.printed(one.moment),
                )
            )
        return found

    def _here(self, portion: Portion) -> dict[str, Comment]:
        """The comments of the thread that these answer or quote and that are here, by the keys the file gives them."""
        mine = {one.key for one in portion.new}
        asked = {one.parent for one in portion.new if one.parent and one.parent not in mine}
        asked |= {quote.of for one in portion.new for quote in one.quotes if quote.of not in mine}
        known = {key: self.known[key] for key in asked if key in self.known}
        known |= knowing.known_items(self.source, asked - set(known) - set(portion.again))
        here = {
            key: Comment(pk=item.comment, post_id=portion.way.post or 0)
            for key, item in known.items()
            if item.comment is not None and item.post == portion.way.post
        }
        return here | {key: row for key, row in portion.again.items() if key in asked}

    def _follow(self, way: Way, comment: items.Comment) -> None:
        """Go on from a comment that is here: its place, and what it answers where that is not known yet."""
        known = self.known.get(comment.key)
        if known is None or known.comment is None or known.post != way.post or known.created_at is None:
            return
        way.latest, way.tail, way.tail_pk = known.created_at, known.position, known.comment
        if comment.parent and known.parent is None and known.basis in _NOT_DECIDED:
            way.later.append((comment.key, comment.parent, comment.parent_basis))
