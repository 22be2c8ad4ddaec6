"""Keeps what a thread's pages make likely as suggestions, which wait for a moderator; decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

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

    A comment that has a parent, or was ever proposed for or placed by a moderator, is left. Four queries, and one
    for every 500 suggestions; the work grows with the words of the thread.
    """
    archived = Comment.objects.filter(post=post, archived=True)
    if not post.source_id or archived[: MOST + 1].count() > MOST:
        return 0
    with transaction.atomic():
        rows = list(
            archived.select_related("person")
            .only("parent", "parent_basis", "state", "format", "body", "html", "person__name", "person__removed_at")
            .order_by("created_at", "position")
        )
        known = set(Suggestion.objects.filter(comment__post=post).values_list("comment", flat=True))
        quoting = _quoting(post, known)
        known |= {suggestion.comment_id for suggestion in quoting}
        found = quoting + [
            Suggestion(
                comment=rows[likely.comment],
                parent=rows[likely.parent],
                why=Suggestion.Why(likely.why),
                start=likely.start,
                end=likely.end,
            )
            for likely in likely_replies(
                [_said(row, known) for row in rows],
                article=post.body,
                host=post.person.name if post.person else "",
                threaded=_is_threaded(rows),
            )
        ]
        # Two imports of one thread come one after the other; a second one at the same moment changes nothing.
        Suggestion.objects.bulk_create(found, batch_size=_BATCH, ignore_conflicts=True)
    return len(found)


def words_of(comment: Comment) -> str:
    """The text that the offsets of a suggestion count in: the body, or the bare words of HTML."""
    return excerpt.own(comment.html) if comment.format == Format.HTML else comment.body


def _quoting(post: Post, known: set[int]) -> list[Suggestion]:
    """Comments that quote another one and were placed by nobody: the one quoted first is whom they may answer."""
    rows = Quotation.objects.filter(
        comment__post=post,
        comment__archived=True,
        comment__parent=None,
        comment__state=State.PUBLISHED,
        quoted__archived=True,
        quoted__state=State.PUBLISHED,
    )
    rows = rows.exclude(comment__parent_basis__in=[Comment.Basis.MODERATOR, *_SHOWN_BY_SOURCE])
    first = {row.comment_id: row for row in rows.order_by("-start", "-pk") if row.comment_id not in known}
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


def _said(row: Comment, known: set[int]) -> Said:
    if row.state != State.PUBLISHED:
        return Said("", "", "", settled=True)
    decided = row.parent_id is not None or row.parent_basis == Comment.Basis.MODERATOR or row.pk in known
    return Said(str(row.person_id or ""), row.person.name if row.person else "", words_of(row), settled=decided)


def _is_threaded(rows: Sequence[Comment]) -> bool:
    """Whether the source itself showed who answers whom."""
    return any(row.parent_basis in _SHOWN_BY_SOURCE for row in rows)
