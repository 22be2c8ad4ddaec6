"""The versions of a post or a comment, the latest first, each with what it changed in the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe

from comments.models import Comment
from comments.rendering import references, resolver
from forum.archive.blackout import again, passages_hidden_from
from forum.states import Format
from forum.text import diff, markdown
from forum.text.quotations import NOT_SHOWN, Resolve
from forum.text.redaction import Change, change
from forum.users.roles import may_moderate

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comments.models import Revision as CommentRevision
    from forum.users.models import User
    from posts.models import Post
    from posts.models import Revision as PostRevision

    Revision = CommentRevision | PostRevision

PAGE = 10  # versions; each is compared with the one before


@dataclass(frozen=True, slots=True)
class Text:
    """What a version said: the title and the address of a post, "" for a comment, and its words as typed."""

    title: str
    url: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version as a reader sees it; ``revision`` is its row, None for the words that stand now.

    ``first`` says that there is nothing earlier to compare it with: then the HTML holds it whole. A version that is
    ``hidden`` is ``withheld`` from all but moderators.
    """

    revision: Revision | None
    written_at: dt.datetime
    first: bool = False
    hidden: bool = False
    withheld: bool = False
    title: str = ""
    url: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """The versions of one page, and the address of the next ("" at the end)."""

    versions: list[Version]
    next_url: str


def history_of(words: Comment | Post, user: User | AnonymousUser, *, after: int | None = None) -> History:
    """The versions that ``user`` may read, ``PAGE`` of them, those before the earlier version ``after``.

    Readers find neither what was put right in the first minutes nor what a moderator hid, of which only the place
    stays. Three queries at most. What a version quotes of words that are gone is left out.
    """
    moderates = may_moderate(user)
    rows = list(_rows(words, moderates, after)[: PAGE + 1])
    page, older = rows[:PAGE], rows[PAGE:]
    if older and older[0].hidden and not moderates:
        older = list(_rows(words, moderates, older[0].pk).filter(hidden=False)[:1])
    said: list[tuple[Revision | None, Text | None]] = [(row, _text(row, moderates)) for row in [*page, *older]]
    if after is None:
        said.insert(0, (None, Text(getattr(words, "title", ""), getattr(words, "url", ""), words.body)))
    known = _known(words, [text for _, text in said if text])
    gone = _gone(words, user)
    read = [(row, _readable(text, known, gone) if text else None) for row, text in said]
    shown = read[: len(page) + (after is None)]
    versions = [_version(words, row, text, _before(read[n + 1 :])) for n, (row, text) in enumerate(shown)]
    return History(versions, f"?after={page[-1].pk}" if len(rows) > PAGE else "")


def _rows(words: Comment | Post, moderates: bool, after: int | None) -> Any:
    rows: Any = words.revisions.order_by("-pk")
    if not moderates:
        rows = rows.filter(counts=True)
    return rows if after is None else rows.filter(pk__lt=after)


def _text(row: Any, moderates: bool) -> Text | None:
    if row.hidden and not moderates:
        return None
    return Text(getattr(row, "title", ""), getattr(row, "url", ""), row.body)


def _known(words: Comment | Post, texts: Sequence[Text]) -> Resolve | None:
    """Says which quotations in a comment's versions may be read; the words of a post quote nobody by name."""
    if not isinstance(words, Comment):
        return None
    quoted = {of for text in texts for of in references(text.body)}
    return resolver(words.post, quoted)


def _gone(words: Comment | Post, user: User | AnonymousUser) -> list[str]:
    """Passages of archived words that repeat what ``user`` may not read: no line in them marks them as quotations."""
    if not isinstance(words, Comment) or words.format == Format.MARKDOWN:
        return []
    return [words.body[start:end] for start, end in passages_hidden_from(words, user)]


def _readable(text: Text, known: Resolve | None, gone: Sequence[str]) -> Text:
    if known is None:
        return text
    body = markdown.without_hidden(text.body, resolve=known)
    for passage in gone:
        places = again([(0, len(passage))], passage, body)
        # What cannot be told in an earlier version takes the whole of it along.
        body = NOT_SHOWN if places is None else change(body, [Change(*place, NOT_SHOWN) for place in places]).text
    return Text(text.title, text.url, body)


def _before(earlier: Sequence[tuple[Any, Text | None]]) -> Text | None:
    return next((text for _, text in earlier if text is not None), None)


def _version(words: Comment | Post, row: Any, text: Text | None, before: Text | None) -> Version:
    written = row.written_at if row else words.edited_at or words.created_at
    if text is None:
        return Version(revision=row, written_at=written, hidden=True, withheld=True)
    if before is None:
        pieces = [[diff.Piece("same", said)] for said in (text.title, text.url, text.body)]
    else:
        pieces = [
            diff.changes(before.title, text.title),
            diff.changes(before.url, text.url) if before.url != text.url else [],
            diff.shortened(diff.changes(before.body, text.body)),
        ]
    title, url, body = map(_html, pieces)
    hidden = bool(row and row.hidden)
    return Version(
        revision=row, written_at=written, first=before is None, hidden=hidden, title=title, url=url, body=body
    )


def _html(pieces: Sequence[diff.Piece]) -> SafeString:
    return mark_safe(diff.as_html(pieces))  # noqa: S308  escaped there
