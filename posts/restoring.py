"""Writes posts from an export of this forum, with everything that their pages showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from forum.refusals import Unreadable
from forum.search import index
from forum.states import Format
from forum.text import addresses, html, plain
from posts.actions import locked, render, show_beside
from posts.models import Post, Revision, Tag
from posts.tags import bearing


def restore_post(
    *, fields: Mapping[str, Any], shown: str, tags: Sequence[Tag] = (), earlier: Sequence[Mapping[str, Any]] = ()
) -> Post:
    """Adds a post with these columns; ``shown`` is its HTML where it is not Markdown, and is made safe here.

    Raises TooLarge or Unreadable, the latter also for an address that leads to no page.
    """
    for address in (fields.get("url", ""), *(one.get("url", "") for one in earlier)):
        if address and not html.is_page(address):
            raise Unreadable("Its address is not that of a page.")
    safe = _html(fields, shown)
    with transaction.atomic():
        post = Post.objects.create(
            **fields, html=safe, active_at=fields["created_at"], url_key=addresses.key(fields.get("url", ""))
        )
        bearing.bear(post, tags)
        Revision.objects.bulk_create(Revision(post=post, **values) for values in earlier)
        index.put_post(post.pk)
        show_beside([post])
    return post


def restore_answer(*, post: Post, answer: int) -> None:
    """Marks the comment that was the answer."""
    with transaction.atomic():
        locked(post.pk)
        Post.objects.filter(pk=post.pk).update(answer=answer, **post.moved())


def _html(fields: Mapping[str, Any], shown: str) -> str:
    if fields["format"] == Format.MARKDOWN:
        return render(fields["body"])
    if not shown:
        return plain.render_article(fields["body"]) if fields["format"] == Format.PLAIN and fields["body"] else ""
    return html.sanitise(shown, limit=html.MAX_GENERATED_BYTES)
