"""Who quotes a comment or a post, with the passages that they quote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe

from comments.models import Comment, Quotation
from comments.rendering import references, resolver
from forum.paging import ListPage, latest_first
from forum.states import Format
from forum.text import markdown
from forum.text.quotations import POST, Resolve

if TYPE_CHECKING:
    from posts.models import Post

PAGE = 50


def quotations_of(words: Comment | Post, *, after: Any) -> ListPage[Comment]:
    """The published comments that quote ``words``, the latest first, each with its ``passages``. Four queries at most.

    What an archive holds is not cut up to stand on another page: of an archived comment only the place is told.
    """
    of = {"quoted": words} if isinstance(words, Comment) else {"quoted_post": words}
    quoting = Quotation.objects.filter(**of).order_by().values("comment")
    found = Comment.objects.published().filter(pk__in=quoting).with_bylines()
    page = latest_first(found, key="created_at", after=after, size=PAGE)
    post = words.post if isinstance(words, Comment) else words
    asked = {of for row in page.rows if row.format == Format.MARKDOWN for of in references(row.body)}
    resolve = resolver(post, asked)
    for row in page.rows:
        row.passages = _passages(row, words.pk if isinstance(words, Comment) else POST, resolve)  # type: ignore[attr-defined]
    return page


def _passages(row: Comment, of: int, resolve: Resolve) -> list[SafeString]:
    if row.format != Format.MARKDOWN:
        return []
    found = markdown.passages(row.body, of=of, resolve=resolve)
    return [mark_safe(passage) for passage in found]  # noqa: S308  sanitised there
