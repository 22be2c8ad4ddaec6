"""The values of each record of an export: what a guest may read, or everything, of a post, a comment, a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from comments.models import Comment, CommentQuerySet
from forum.archive import records
from forum.archive.blackout import BAR, Place, again, black_out, name_places
from forum.states import Format, State
from forum.text import markdown
from forum.text.html import is_page
from forum.text.quotations import POST
from forum.text.redaction import Change, change, moved
from forum.users.models import NAME_TAKEN_OFF, Person

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from comments.models import Quotation
    from forum.archive.models import Item, Run
    from forum.archive.records import Values
    from forum.earlier import Earlier
    from forum.users.models import Source, User
    from posts.models import Post, Tag

    Items = QuerySet[Item]

Comments = CommentQuerySet
UNKNOWN: Final = 10**18 - 1
"""The number of a quoted comment that is not in the thread: none has it."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What is covered: these names, and words that are not public; nothing where ``everything`` is told."""

    names: frozenset[str]
    everything: bool

    def shows(self, thing: Comment | Post) -> bool:
        """Whether the words are told."""
        return self.everything or thing.state == State.PUBLISHED


@dataclass(frozen=True, slots=True)
class Shape:
    """The number of each comment of a thread, and who wrote in it."""

    post: Post
    numbers: dict[int, int]
    people: list[tuple[str, int]]
    hidden: set[int]
    """The ids of comments whose words are not told."""


class Told(Protocol):
    """What an export has numbered so far."""

    site: str
    cover: Cover
    persons: dict[tuple[str, int], int]
    runs: dict[int, int]


def who(person: int | None, author: int | None) -> tuple[str, int] | None:
    """Whose words they are, as a key; None where the member has left."""
    if person is not None:
        return ("person", person)
    return ("member", author) if author is not None else None


def source_values(source: Source, names: frozenset[str]) -> Values:
    """A site that words came from."""
    return {
        "key": source.key,
        "name": source.name,
        "address": _address(source.address),
        "provenance": black_out(source.provenance_note, names=names),
        "content": black_out(source.content_note, names=names),
        "downloads": source.downloads,
    }


def person_values(person: Person) -> Values:
    """A name of an archive; of one that was taken off there is only the digest."""
    return {
        "source": person.source.key,
        "scope": person.scope,
        "name": "" if person.removed_at else person.name,
        "digest": person.digest,
        "removed_at": records.moment(person.removed_at),
    }


def member_values(member: User, site: str) -> Values:
    """A member, as a name of this site that is joined with no other of the same spelling."""
    scope = f"member-{member.pk}-{member.date_joined:%Y%m%d%H%M%S}"
    digest = Person.digest_of(member.username)
    return {"source": site, "scope": scope, "name": member.username, "digest": digest, "removed_at": None}


def run_values(run: Run, cover: Cover) -> Values:
    """An import; what it said of lines in no comment, and who ran it, is for staff."""
    return {
        "source": run.source.key,
        "file": black_out(run.file_name, names=cover.names),
        "sha256": run.sha256,
        "size": run.size,
        "format": run.format,
        "started_at": records.moment(run.started_at),
        "ended_at": records.moment(run.ended_at),
        "counts": run.counts,
        "options": run.options if cover.everything else {},
        "report": run.report if cover.everything else {},
    }


def tag_values(tag: Tag) -> Values:
    """A tag of the moderators' list."""
    return {"slug": tag.slug, "name": tag.name, "description": tag.description, "active": tag.active}


def post_values(post: Post, shape: Shape, export: Told, tags: list[str]) -> Values:
    """A post; of one whose words are not told, its place."""
    item = next(iter(post.archive_items.select_related("source").order_by("pk")), None)
    place: Values = {
        **_named(post, item, export),
        "kind": post.kind,
        "living": not post.archived,
        "created_at": records.moment(post.created_at),
        "state": post.state,
    }
    if not export.cover.shows(post):
        return {**place, "origin": origin(item, export, text="", bare=True)}
    names = export.cover.names
    answer = post.answer
    public = answer is not None and export.cover.shows(answer)
    return {
        **place,
        **_printed(post),
        "from": post.source.key if post.source else "",
        "title": black_out(post.title, names=names),
        "address": _address(post.url),
        "by": export.persons.get(who(post.person_id, post.author_id) or ("", 0)),
        "format": post.format,
        "body": black_out(_body(post, export.cover), names=names),
        # Markdown is drawn from its words; the quotations of an archived article are in its HTML alone.
        "html": "" if post.format == Format.MARKDOWN else black_out(post.html, names=names),
        "tags": tags,
        "locked_at": records.moment(post.locked_at),
        "answer": shape.numbers.get(answer.pk) if answer is not None and public else None,
        "edited_at": records.moment(post.edited_at),
        "revised_at": records.moment(post.revised_at),
        "earlier": [
            _earlier(one, black_out(one.body, names=names))
            | {"title": black_out(one.title, names=names), "address": _address(one.url)}
            for one in post.revisions.order_by("pk")
            if export.cover.everything or (one.counts and not one.hidden)
        ],
        "origin": origin(item, export, text=_source_text(post, item, export.cover)),
    }


def comment_values(comment: Comment, shape: Shape, export: Told) -> Values:
    """A comment; of one whose words are not told, its place."""
    item = next(iter(sorted(comment.archive_items.all(), key=lambda item: item.pk)), None)
    named = _named(comment, item, export)
    place: Values = {
        "n": shape.numbers[comment.pk],
        **named,
        "parent": shape.numbers.get(comment.parent_id or 0),
        "anchor": comment.anchor,
        "living": not comment.archived,
        "created_at": records.moment(comment.created_at),
        "state": comment.state,
    }
    if not export.cover.shows(comment):
        return {**place, "origin": origin(item, export, text="", bare=True)}
    body, quotes = _covered(comment, shape, export.cover)
    return {
        **place,
        **_printed(comment),
        "basis": comment.parent_basis,
        "by": export.persons.get(who(comment.person_id, comment.author_id) or ("", 0)),
        "format": comment.format,
        "body": body,
        "quotes": quotes,
        "edited_at": records.moment(comment.edited_at),
        "revised_at": records.moment(comment.revised_at),
        "earlier": [
            _earlier(one, _markdown(one.body, shape, export.cover))
            for one in sorted(comment.revisions.all(), key=lambda one: one.pk)
            if export.cover.everything or (one.counts and not one.hidden)
        ],
        "origin": origin(item, export, text=_source_text(comment, item, export.cover)),
    }


def origin(item: Item | None, export: Told, *, text: str, bare: bool = False) -> Values | None:
    """Where it came from: file, lines and digests; ``bare``: nothing that tells of the words."""
    if item is None or item.run_id not in export.runs:
        return None
    values: Values = {
        "run": export.runs[item.run_id],
        "lines": [item.first_line, item.last_line],
        "kind": item.kind,
        "element": item.element,
    }
    if not bare:
        values |= {
            "digest": item.digest,
            "body_digest": item.body_digest,
            "words_digest": item.words_digest,
            "parent_key": item.parent_key,
            "evidence": item.evidence,
            "text": text,
        }
    return records.short(records.ORIGIN, values)


def _named(thing: Comment | Post, item: Item | None, export: Told) -> Values:
    """The source and the key by which every import knows it again."""
    if item is not None:
        return {"source": item.source.key, "key": item.source_key}
    kind = thing._meta.model_name
    return {"source": export.site, "key": f"{kind}-{thing.pk}-{thing.created_at:%Y%m%d%H%M%S%f}"}


def _printed(thing: Comment | Post) -> Values:
    return {
        "printed": thing.printed_date,
        "local": thing.printed_at,
        "precision": thing.precision,
        "zone": thing.zone,
        "instant": records.moment(thing.instant),
    }


def _address(address: str) -> str:
    """The address, if an import takes it: before imports looked at them, some were stored that lead to no page."""
    return address if is_page(address) else ""


def _earlier(one: Earlier, body: str) -> Values:
    values = {
        "body": body,
        "written_at": records.moment(one.written_at),
        "replaced_at": records.moment(one.replaced_at),
        "counts": one.counts,
        "hidden": one.hidden,
    }
    return records.short(records.EARLIER, values)


def _body(thing: Comment | Post, cover: Cover) -> str:
    """The words: of HTML, for all but staff, what is left of it on a page."""
    return thing.html if thing.format == Format.HTML and not cover.everything else thing.body


def _markdown(body: str, shape: Shape, cover: Cover) -> str:
    """Markdown that names other comments by their numbers in the file, with what may not be read covered."""

    def shown(pk: int) -> bool:
        if pk == POST:
            return cover.shows(shape.post)
        return cover.everything or (pk in shape.numbers and pk not in shape.hidden)

    found = markdown.renumbered(body, number=lambda pk: shape.numbers.get(pk, UNKNOWN), shown=shown, bar=BAR)
    return black_out(found, names=cover.names)


def _covered(comment: Comment, shape: Shape, cover: Cover) -> tuple[str, list[Values]]:
    """The words and the passages they repeat, after names and passages that may not be read were covered."""
    if comment.format == Format.MARKDOWN:
        return _markdown(comment.body, shape, cover), []
    body = _body(comment, cover)
    spans = [
        _Span(one.quoted_id, cover.shows(one.quoted or shape.post), *_places(one, comment.body, body))
        for one in comment.quotations.all()
        if one.start is not None and one.end is not None
    ]
    # The HTML of archived markup is told without passages that may not be read: they are not there to be covered.
    spans = [one for one in spans if one.shown or one.passage is not None]
    changes = _changes(body, spans, cover)
    kept = [one for one in spans if one.of is None or one.of in shape.numbers]
    return change(body, changes).text, [_quote(one, shape, changes) for one in kept]


@dataclass(frozen=True, slots=True)
class _Span:
    """A passage of a text that repeats another one, with its attribution; None where it cannot be told."""

    of: int | None
    shown: bool
    passage: Place | None
    attribution: Place | None


def _places(one: Quotation, body: str, told: str) -> tuple[Place | None, Place | None]:
    """Where the passage and the attribution stand in the text that is told, which may be the body with less markup."""
    found: list[Place | None] = []
    for start, end in ((one.start, one.end), (one.attribution_start, one.attribution_end)):
        if start is None or end is None:
            found.append(None)
        elif body == told:
            found.append((start, end))
        else:
            places = again([(start, end)], body, told)
            found.append(places[0] if places else None)
    return found[0], found[1]


def _changes(body: str, spans: Sequence[_Span], cover: Cover) -> list[Change]:
    hidden: list[Place] = []
    for one in spans:
        if not one.shown:
            hidden += [place for place in (one.passage, one.attribution) if place and place[0] < place[1]]
    names = [
        (start, end)
        for start, end in name_places(body, cover.names)
        if not any(start < last and first < end for first, last in hidden)
    ]
    return [Change(start, end, BAR) for start, end in sorted({*hidden, *names})]


def _quote(one: _Span, shape: Shape, changes: Sequence[Change]) -> Values:
    def after(place: Place) -> list[int]:
        start, end = place
        return [moved(start, changes), moved(end, changes, closes=start < end)]

    values: Values = {
        "of": shape.numbers[one.of] if one.of is not None else 0,
        "passage": after(one.passage or (0, 0)),
    }
    if one.attribution is not None:
        values["attribution"] = after(one.attribution)
    return values


def _source_text(thing: Comment | Post, item: Item | None, cover: Cover) -> str:
    """Its text in the file it came from; none where it tells of a name or of words that may not be read."""
    if item is None or not item.raw:
        return ""
    if cover.everything:
        return item.text
    taken = thing.person is not None and thing.person.removed_at is not None
    if taken or NAME_TAKEN_OFF in thing.body:
        return ""
    if isinstance(thing, Comment) and any(not cover.shows(q.quoted) for q in thing.quotations.all() if q.quoted):
        return ""
    return black_out(item.text, names=cover.names)
