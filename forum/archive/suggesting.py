"""Keeps what a thread's pages make likely as suggestions, which wait for a moderator; decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Exists, OuterRef

from comments.models import Comment, Quotation
from forum.archive.likely import Said, likely_replies
from forum.archive.models import Suggestion
from forum.states import Format, State
from forum.text import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from posts.models import Post

MOST: Final = 20_000
"""Archived comments of a thread; in longer ones nothing is looked for."""
_BATCH: Final = 500
_SHOWN_BY_SOURCE: Final = frozenset({Comment.Basis.FORMAT, Comment.Basis.INDENTATION})


def suggest(post: Post) -> int:
    """Looks for likely replies in an archived thread and keeps those that are new; returns how many.

    A comment that has a parent, or was ever proposed for or placed by a moderator, is left. One query, another where
    comments of the thread are quoted, and one for every 500 suggestions; the work grows with the words of the thread.
    """
    if not post.source_id or post.comment_count - post.living_count > MOST:
        return 0
    rows = _rows(post)
    if len(rows) > MOST:
        return 0
    quoting = _quoting(post, rows) if any(row.quoted_count for row in rows) else []
    known = {row.pk for row in rows if row.proposed} | {suggestion.comment_id for suggestion in quoting}
    threaded = any(row.parent_basis in _SHOWN_BY_SOURCE for row in rows)
    found = quoting + [
        Suggestion(
            comment_id=rows[likely.comment].pk,
            parent_id=rows[likely.parent].pk,
            why=Suggestion.Why(likely.why),
            start=likely.start,
            end=likely.end,
        )
        for likely in likely_replies(
            [_said(row, known, threaded=threaded) for row in rows],
            article="" if threaded else post.body,
            host=post.person.name if post.person else "",
            threaded=threaded,
        )
    ]
    # Two imports of one thread come one after the other; a second one at the same moment changes nothing.
    Suggestion.objects.bulk_create(found, batch_size=_BATCH, ignore_conflicts=True)
    return len(found)


class _Row(NamedTuple):
    """What is looked at of a comment: a hundred thousand of them are a matter of seconds, as models of many more."""

    pk: int
    parent: int | None
    parent_basis: str
    state: str
    format: str
    body: str
    html: str
    quoted_count: int
    person: int | None
    name: str | None
    proposed: bool


def _rows(post: Post) -> list[_Row]:
    """The archived comments of a thread in page order, and one more than are looked at."""
    proposed = Exists(Suggestion.objects.filter(comment=OuterRef("pk")))
    rows = Comment.objects.filter(post=post, archived=True).order_by("created_at", "position")
    columns = ("pk", "parent_id", "parent_basis", "state", "format", "body", "html", "quoted_count")
    return [_Row(*row) for row in rows.values_list(*columns, "person_id", "person__name", proposed)[: MOST + 1]]


def words_of(comment: Comment) -> str:
    """The text that the offsets of a suggestion count in: the body, or the bare words of HTML."""
    return _words(comment.format, comment.body, comment.html)


def _words(form: str, body: str, html: str) -> str:
    return excerpt.own(html) if form == Format.HTML else body


def _quoting(post: Post, rows: Sequence[_Row]) -> list[Suggestion]:
    """Comments that quote another one and were placed by nobody: the one quoted first is whom they may answer."""
    quoting = Quotation.objects.filter(
        comment__post=post,
        comment__archived=True,
        comment__parent=None,
        comment__state=State.PUBLISHED,
        quoted__archived=True,
        quoted__state=State.PUBLISHED,
    )
    quoting = quoting.exclude(comment__parent_basis__in=[Comment.Basis.MODERATOR, *_SHOWN_BY_SOURCE])
    known = {row.pk for row in rows if row.proposed}
    first = {row.comment_id: row for row in quoting.order_by("-start", "-pk") if row.comment_id not in known}
    return [
        Suggestion(
            comment_id=row.comment_id,
            parent_id=row.quoted_id,
            why=Suggestion.Why.QUOTE,
            start=row.start or 0,
            end=row.end or 0,
        )
        for row in first.values()
        if row.quoted_id is not None
    ]


def _said(row: _Row, known: set[int], *, threaded: bool) -> Said:
    """The comment as the finder sees it; where the source shows who answers whom, without words it does not look at."""
    if row.state != State.PUBLISHED:
        return Said("", "", "", settled=True)
    settled = row.parent is not None or row.parent_basis == Comment.Basis.MODERATOR or row.pk in known
    words = "" if threaded and settled else _words(row.format, row.body, row.html)
    return Said(str(row.person or ""), row.name or "", words, settled=settled)
