"""Turns the words of comments into the safe HTML that pages show; what a preview shows is made here too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from comments.models import Comment, Quotation
from forum.refusals import Unreadable
from forum.states import Format, State
from forum.text import html, markdown, plain
from forum.text.quotations import Quoted, Rendered, Resolve

if TYPE_CHECKING:
    from posts.models import Post

REFERENCE = re.compile(r"#c([1-9][0-9]{0,17})\b")


def render_markdown(body: str, post: Post) -> Rendered:
    """The HTML of a member's words in the thread of ``post``, and the comments they quote. One query, if any.

    Raises Unreadable.
    """
    quoted = {int(pk) for pk in REFERENCE.findall(body)}
    try:
        return markdown.render(body, resolve=resolver(post.pk, quoted))
    except html.TooLarge as error:
        raise Unreadable(str(error)) from None


def render_archived(comment: Comment, quotations: Sequence[Quotation]) -> str:
    """The HTML of archived words, each quotation joined to the comment it repeats."""
    if comment.format == Format.HTML:
        return html.sanitise(comment.body)
    spans = [
        plain.Span(q.start, q.end, q.attribution_start, q.attribution_end, q.quoted_id)
        for q in quotations
        if q.start is not None and q.end is not None and q.quoted_id is not None
    ]
    resolve = resolver(comment.post_id, {span.of for span in spans})
    return plain.render(comment.body, quotes=spans, resolve=resolve).html


def resolver(post_id: int, quoted: set[int]) -> Resolve:
    """Says what a quotation in this thread may show: a comment of another thread is as unknown as none at all."""
    if not quoted:
        return lambda _: None
    return known_comments(Comment.objects.with_bylines().filter(pk__in=quoted, post=post_id))


def known_comments(comments: Iterable[Comment]) -> Resolve:
    """Says what a quotation of one of these comments may show."""
    known = {comment.pk: _quoted(comment) for comment in comments}
    return known.get


def _quoted(comment: Comment) -> Quoted:
    return Quoted(comment.byline.name, comment.get_absolute_url(), comment.state == State.PUBLISHED)
