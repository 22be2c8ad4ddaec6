"""Compares what a source says now with what it said then and what stands here: what people did here wins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comments.importing import ArchivedComment
from comments.mending import replace_words
from comments.models import Comment
from forum.archive import items, keys, knowing, rows
from forum.archive.knowing import Known
from forum.archive.models import Item
from forum.archive.opening import Way
from forum.states import State

if TYPE_CHECKING:
    from forum.archive.models import Run
    from forum.archive.outcome import Outcome
    from forum.users.models import Source


@dataclass(frozen=True, slots=True)
class Take:
    """Words of the source that take the place of those here; ``keep``: those go into the history of the comment.

    ``item`` is that of the comment when this file names it by the same key.
    """

    one: items.Comment
    way: Way
    row: Comment
    keep: bool
    item: int | None


def changes(found: Sequence[tuple[items.Comment, Known, Way]], *, force: bool, outcome: Outcome) -> Iterator[Take]:
    """Of the comments whose source has changed, those whose words are taken; the others are told. One query.

    ``force``: the source wins even where the words were changed here.
    """
    pks = [known.comment for _, known, _ in found if known.comment is not None]
    here = Comment.objects.in_bulk(pks) if pks else {}
    for one, known, way in found:
        row = here.get(known.comment or 0)
        if row is None:
            continue
        now, then, said = keys.digest(row.body), known.body_digest, keys.digest(one.body)
        if said in (now, then):
            continue
        untouched = bool(then) and now == then
        if row.state == State.PUBLISHED and (untouched or force):
            yield Take(one, way, row, not untouched, known.item)
        else:
            outcome.changed.append(one.lines[0])


def better(row: Comment, one: items.Comment) -> bool:
    """Whether a copy under another key has more than what is here, which nobody has changed."""
    if row.state != State.PUBLISHED or row.body == one.body:
        return False
    here = keys.digest(row.body)
    if not Item.objects.filter(comment=row, body_digest=here).exists():
        return False
    if row.format == one.format:
        return len(one.body) > len(row.body)
    return one.format == "html" and row.format == "plain"


def take(taken: Take, run: Run, source: Source) -> bool:
    """Put the words in place, with the quotations in them; returns whether nobody came between.

    In the transaction of its batch, with the post locked. What was edited, blacked out or taken down since it was
    looked at stays so.
    """
    one, way = taken.one, taken.way
    row = Comment.objects.filter(pk=taken.row.pk).first()
    if row is None or (row.state, row.body) != (taken.row.state, taken.row.body):
        return False
    known = knowing.known_items(source, {quote.of for quote in one.quotes})
    quoted = knowing.by_pk(item.comment for item in known.values() if item.comment and item.post == way.post)
    quotations = []
    for quote in one.quotes:
        of = quoted.get(known[quote.of].comment or 0) if quote.of in known else None
        if of is not None:
            quotations.append(rows.quotation(quote, of))
    found = ArchivedComment(
        person=None,
        created_at=row.created_at,
        body=one.body,
        format=one.format,  # type: ignore[arg-type]
        quotations=tuple(quotations),
    )
    replace_words(comment=row, found=found, keep=taken.keep)
    way.wrote = True
    if taken.item is not None:
        _remember(taken.item, one, run)
    return True


def _remember(pk: int, one: items.Comment, run: Run) -> None:
    """The item is now of this file; its evidence says which import brought the comment first."""
    item = Item.objects.get(pk=pk)
    new = rows.item_of_comment(one, item.comment, run, item.source)
    since = item.evidence.get("since", item.run_id)
    for name in ("run", "digest", "raw", "element", "first_line", "last_line", "body_digest", "words_digest"):
        setattr(item, name, getattr(new, name))
    item.evidence = {**new.evidence, "since": since}
    item.save()
