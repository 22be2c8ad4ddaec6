"""Writes a plan: persons, post, comments and where each came from, in one transaction, and never twice."""

from __future__ import annotations

import datetime as dt
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from comments.actions import redact
from comments.importing import ArchivedComment, ArchivedQuotation, import_comments
from comments.models import Comment
from forum.archive import items, keys, restoring
from forum.archive.items import Moment, Thread
from forum.archive.limits import Refused
from forum.archive.models import Item, Run
from forum.archive.readers import own
from forum.moderation import naming
from forum.states import Precision
from forum.text import names, plain
from forum.text.html import TooLarge
from forum.text.redaction import Change
from forum.users.models import NAME_TAKEN_OFF, Person, Source, User
from posts.actions import ArchivedPost, import_post, update_imported_post

if TYPE_CHECKING:
    from forum.archive.plan import Plan
    from posts.models import Post

_BATCH: Final = 500
_BEFORE_ALL: Final = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
"""Orders words whose page gives no date that could be read; nothing shows it."""


@dataclass(slots=True)
class Outcome:
    """What an import did, or in a dry run would do."""

    posts: list[Post] = field(default_factory=list)
    created_posts: int = 0
    created_comments: int = 0
    created_persons: int = 0
    updated_posts: int = 0
    left: int = 0
    """Posts and comments that were here already, or were taken away here; none is touched."""
    changed: list[int] = field(default_factory=list)
    """Lines at which the file now has other words under the same key; what is here stays."""
    clashes: list[str] = field(default_factory=list)
    """Names that look like the name of a member. They stay persons and are nobody's account."""

    @property
    def wrote(self) -> bool:
        """Whether anything was written."""
        return bool(self.created_posts or self.created_comments or self.updated_posts)


def load(plan: Plan, *, operator: str = "", commit: bool) -> Outcome:
    """Write the plan, or do the same and take it back when not `commit`.

    One transaction; a second run of the same source waits for it. Raises Refused, and writes nothing then.
    """
    if plan.format == own.READER.key:
        return restoring.restore(plan, Outcome(), operator=operator, commit=commit)
    started = timezone.now()
    try:
        with transaction.atomic():
            loading = _Loading(plan, operator, started)
            for thread in plan.threads:
                loading.take(thread)
            loading.finish()
            if not commit:
                transaction.set_rollback(True)
    except TooLarge as error:
        raise Refused(f"A text of the file cannot be shown. {error}") from None
    return loading.outcome


class _Loading:
    """One import under way."""

    def __init__(self, plan: Plan, operator: str, started: dt.datetime) -> None:
        self.plan, self.operator, self.started = plan, operator, started
        self.source = _locked_source(plan)
        self.outcome = Outcome()
        self.run: Run | None = None

    def take(self, thread: Thread) -> None:
        """Load a thread that is new, or say what of it is here."""
        known = self._known(thread)
        if thread.post.key in known:
            self._leave(thread, known)
        elif known:
            raise Refused("Comments of this thread were imported under another post. Nothing was written.")
        else:
            self._create(thread)
        self.outcome.clashes += _clashes(thread)

    def finish(self) -> None:
        """Complete the record of the run, if it wrote anything new."""
        if self.run is not None:
            self.run.ended_at = timezone.now()
            self.run.counts = {
                "posts": self.outcome.created_posts,
                "comments": self.outcome.created_comments,
                "persons": self.outcome.created_persons,
            }
            self.run.save(update_fields=["ended_at", "counts"])

    def _known(self, thread: Thread) -> dict[str, Item]:
        wanted = [thread.post.key, *(comment.key for comment in thread.comments)]
        found: dict[str, Item] = {}
        for some in _batches(wanted):
            rows = Item.objects.filter(source=self.source, source_key__in=some).select_related("post")
            found.update((item.source_key, item) for item in rows)
        return found

    def _leave(self, thread: Thread, known: dict[str, Item]) -> None:
        """Whatever was imported once is left as it is here: local edits and moderators' decisions win."""
        new = [comment for comment in thread.comments if comment.key not in known]
        if new:
            raise Refused(
                f"This thread was imported before, and {len(new)} of its comments here were not in that file "
                f"(the first is at line {new[0].lines[0]}). Adding to an imported thread is not possible yet."
            )
        self.outcome.left += len(known)
        for comment in thread.comments:
            if known[comment.key].digest != comment.digest:
                self.outcome.changed.append(comment.lines[0])
        post = known[thread.post.key].post
        if post is not None:
            self.outcome.posts.append(post)
            self.outcome.updated_posts += _shown_anew(known[thread.post.key], post, thread)

    def _create(self, thread: Thread) -> None:
        self._refuse_other_source()
        persons = self._persons(thread)
        order = _order(thread)
        post = import_post(found=self._archived_post(thread, persons, order[0]))
        rows = import_comments(post=post, found=_archived_comments(thread, persons, order[1:]))
        _keep_names_off(persons)
        run = self.run = self.run or self._begin()
        Item.objects.bulk_create(self._items(thread, post, rows, run), batch_size=_BATCH)
        post.refresh_from_db()
        self.outcome.posts.append(post)
        self.outcome.created_posts += 1
        self.outcome.created_comments += len(rows)

    def _refuse_other_source(self) -> None:
        before = Run.objects.filter(sha256=self.plan.saved.sha256).exclude(source=self.source).select_related("source")
        if other := before.defer("raw").first():
            raise Refused(
                f"This very file was imported before, from the source “{other.source.key}”. Name the same source key "
                "in its corrections, or the same words would be here twice."
            )

    def _begin(self) -> Run:
        saved, now = self.plan.saved, timezone.now()
        return Run.objects.create(
            source=self.source,
            file_name=saved.name[-255:],
            sha256=saved.sha256,
            size=saved.size,
            format=self.plan.format,
            options=self.plan.said.as_options(),
            operator=self.operator[:150],
            started_at=self.started,
            ended_at=now,
            raw=zlib.compress(saved.data, 9),
        )

    def _persons(self, thread: Thread) -> dict[str, Person]:
        """The person of each printed name: found by digest, so that a name taken off stays off."""
        printed = dict.fromkeys(name for name in (thread.post.author, *(c.author for c in thread.comments)) if name)
        wanted = {(_scope(name, thread), Person.digest_of(name)): name for name in printed}
        found: dict[tuple[str, str], Person] = {}
        for some in _batches([digest for _, digest in wanted]):
            rows = Person.objects.filter(source=self.source, digest__in=some, scope__in=["", thread.post.key])
            found.update(((person.scope, person.digest), person) for person in rows)
        missing = [
            Person(source=self.source, scope=scope, digest=digest, name=name)
            for (scope, digest), name in wanted.items()
            if (scope, digest) not in found
        ]
        Person.objects.bulk_create(missing, batch_size=_BATCH)
        found.update(((person.scope, person.digest), person) for person in missing)
        self.outcome.created_persons += len(missing)
        return {name: found[(_scope(name, thread), Person.digest_of(name))] for name in printed}

    def _archived_post(self, thread: Thread, persons: dict[str, Person], created_at: dt.datetime) -> ArchivedPost:
        post = thread.post
        return ArchivedPost(
            title=post.title or "Untitled page",
            person=persons.get(post.author),
            source=self.source,
            created_at=created_at,
            body=post.body,
            html=_article_html(thread),
            url=post.address,
            **_printed(post.moment),
        )

    def _items(self, thread: Thread, post: Post, rows: Sequence[Comment], run: Run) -> Iterator[Item]:
        first = min([thread.post.title_line or 1, *thread.post.byline_lines])
        yield Item(
            run=run,
            source=self.source,
            source_key=thread.post.key,
            kind=Item.Kind.POST,
            post=post,
            first_line=first,
            last_line=max(thread.post.lines[1], first),
            digest=keys.digest(thread.post.title, thread.post.body),
            evidence={"html": keys.digest(post.html)},
        )
        for found, row in zip(thread.comments, rows, strict=True):
            yield Item(
                run=run,
                source=self.source,
                source_key=found.key,
                comment=row,
                first_line=found.lines[0],
                last_line=found.lines[1],
                digest=found.digest,
                evidence=_evidence(found),
            )


def _locked_source(plan: Plan) -> Source:
    """The source, made if it is new, and locked until the transaction ends: its runs come one after another."""
    said = plan.said
    source, _ = Source.objects.get_or_create(
        key=said.source_key,
        defaults={
            "name": said.source_name,
            "address": said.address,
            "provenance_note": said.provenance,
            "content_note": said.content,
        },
    )
    return Source.objects.select_for_update().get(pk=source.pk)


def _shown_anew(item: Item, post: Post, thread: Thread) -> bool:
    """Draw the article's quotations by new corrections, unless anything but an import has changed its HTML since."""
    found = _article_html(thread)
    if post.html == found or keys.digest(post.html) != item.evidence.get("html"):
        return False
    item.evidence = {"html": keys.digest(found)}
    item.save(update_fields=["evidence"])
    return update_imported_post(post=post, html=found)


def _keep_names_off(persons: dict[str, Person]) -> None:
    """A name that was taken off goes from the attributions that new comments quote, as it went from the old ones."""
    for name, person in persons.items():
        if person.removed_at is None:
            continue
        changes: defaultdict[int, list[Change]] = defaultdict(list)
        for place in naming.attributions(person, name):
            changes[place.thing.pk].append(Change(place.start, place.end, NAME_TAKEN_OFF))
        for pk, found in changes.items():
            found.sort(key=lambda change: change.start)
            redact(comment=Comment.objects.get(pk=pk), changes=found)


def _archived_comments(
    thread: Thread, persons: dict[str, Person], order: Sequence[dt.datetime]
) -> list[ArchivedComment]:
    number = {comment.key: n for n, comment in enumerate(thread.comments)}
    return [
        ArchivedComment(
            person=persons.get(comment.author),
            created_at=created_at,
            body=comment.body,
            parent=number[comment.parent] if comment.parent else None,
            parent_basis=Comment.Basis(comment.parent_basis),
            anchor=comment.source_id,
            quotations=tuple(_quotation(quote, number) for quote in comment.quotes),
            **_printed(comment.moment),
        )
        for comment, created_at in zip(thread.comments, order, strict=True)
    ]


def _quotation(quote: items.Quote, number: dict[str, int]) -> ArchivedQuotation:
    return ArchivedQuotation(
        of=number[quote.of],
        start=quote.start,
        end=quote.end,
        attribution_start=quote.attribution_start,
        attribution_end=quote.attribution_end,
    )


def _printed(moment: Moment) -> dict[str, Any]:
    return {
        "printed_date": moment.printed,
        "printed_at": moment.local,
        "precision": Precision(moment.precision),
        "zone": moment.zone,
        "instant": dt.datetime.fromisoformat(moment.instant) if moment.instant else None,
    }


def _article_html(thread: Thread) -> str:
    blocks = [plain.Block(b.first_paragraph, b.last_paragraph, b.source) for b in thread.post.blocks]
    return plain.render_article(thread.post.body, blocks=blocks)


def _order(thread: Thread) -> list[dt.datetime]:
    """The ordering keys of the post and of each comment: the printed times where they go on, else the one before."""
    moments = [thread.post.moment, *(comment.moment for comment in thread.comments)]
    told = [_sortable(moment) for moment in moments]
    first_comment = next((at for at in told[1:] if at), _BEFORE_ALL)
    latest = min(told[0], first_comment) if told[0] else first_comment
    order: list[dt.datetime] = []
    for at in told:
        latest = max(latest, at) if at and order else latest
        order.append(latest)
    return order


def _sortable(moment: Moment) -> dt.datetime | None:
    if not moment.local:
        return None
    at = dt.datetime.fromisoformat(moment.instant or moment.local)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _evidence(comment: items.Comment) -> dict[str, Any]:
    if not comment.quotes:
        return {}
    return {
        "basis": comment.parent_basis,
        "quotes": [
            {
                "of": quote.of,
                "passage": [quote.start, quote.end],
                "attribution": None
                if quote.attribution_start is None
                else [quote.attribution_start, quote.attribution_end],
            }
            for quote in comment.quotes
        ],
    }


def _scope(name: str, thread: Thread) -> str:
    """A placeholder such as Anonymous is one in each thread, and never one person everywhere."""
    return thread.post.key if keys.is_placeholder(name) else ""


def _clashes(thread: Thread) -> list[str]:
    """Printed names that look like the name of a member."""
    alike = {names.skeleton(comment.author): comment.author for comment in thread.comments}
    found: list[str] = []
    for some in _batches(list(alike)):
        found += User.objects.filter(name_key__in=some).values_list("name_key", flat=True)
    return sorted(alike[key] for key in found)


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """The values in lots that every database takes as parameters."""
    for begin in range(0, len(values), _BATCH):
        yield values[begin : begin + _BATCH]
