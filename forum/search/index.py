"""Keeps the index of words: actions call it in the transaction of each change of words or of who reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from forum import storing
from forum.inserting import insert_values
from forum.search import marks
from forum.search.folding import words
from forum.search.keys import key, key_of
from forum.search.models import Entry
from forum.search.shown import text_of
from posts.models import Post

if TYPE_CHECKING:
    from comments.models import Comment

MOST: Final = 400_000  # bytes of words of one text; the whole of what PostgreSQL indexes is a megabyte
_WRITE: Final = (
    "INSERT INTO search_entry (key, words) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET words = excluded.words"
)


def put_comment(comment: Comment, found: list[str] | None = None) -> None:
    """Indexes a comment as it is now, or takes it out when not everyone reads it. One statement.

    ``found`` are the ``words_in`` its HTML, where somebody has looked for them before others waited.
    """
    if comment.is_public:
        write([Entry(key=key_of(comment), words=_words_of(comment, found))])
    else:
        drop(comment)


def words_in(html: str) -> list[str]:
    """The words of sanitised HTML that are found by a search; linear, 3 to 10 ms for 40 kB."""
    return words(text_of(html))


def put_comments(comments: Iterable[Comment]) -> None:
    """Indexes many comments, one statement for each few hundred."""
    write([entry_of_comment(comment) for comment in comments if comment.is_public])


def put_new_comments(comments: Iterable[Comment]) -> None:
    """The same of comments that were never indexed, at a third of the cost."""
    public = (comment for comment in comments if comment.is_public)
    insert_values(Entry, ("key", "words"), [(key_of(comment), _words_of(comment)) for comment in public])


def put_post(pk: int) -> None:
    """Indexes the title and text of a post as they are now, or takes them out. One query and one statement.

    What is said under it keeps its place: the search asks again whether the post has a page.
    """
    post = Post.objects.get(pk=pk)
    if post.is_public:
        write([entry_of_post(post)])
    else:
        drop(post)


def drop(thing: Comment | Post) -> None:
    """Takes a post or comment out. One statement."""
    Entry.objects.filter(pk=key_of(thing)).delete()


def drop_comments(comments: Iterable[tuple[int, dt.datetime]]) -> None:
    """Takes comments out by their ids and ordering keys. One statement."""
    Entry.objects.filter(pk__in=[key("comment", pk, at) for pk, at in comments]).delete()


def entry_of_comment(comment: Comment) -> Entry:
    """What the index ought to hold of a comment that everyone reads."""
    return Entry(key=key_of(comment), words=_words_of(comment))


def entry_of_post(post: Post) -> Entry:
    """What the index ought to hold of a post that everyone reads."""
    text = [*words(post.title), marks.STOP, *words(post.url), marks.STOP, *words_in(post.html)]
    return Entry(key=key_of(post), words=_line(marks.of_post(post), text))


def _words_of(comment: Comment, found: list[str] | None = None) -> str:
    return _line(marks.of_comment(comment), words_in(comment.html) if found is None else found)


def _line(about: list[str], text: list[str]) -> str:
    line = f" {' '.join([*about, marks.STOP, *text])} "
    if len(line.encode()) <= MOST:
        return line
    return line.encode()[:MOST].decode(errors="ignore").rpartition(" ")[0] + " "


def write(entries: Iterable[Entry]) -> None:
    """Writes entries as they are; one that is there gets the new words. One statement, repeated for each."""
    storing.run(_WRITE, *((entry.key, entry.words) for entry in entries))
