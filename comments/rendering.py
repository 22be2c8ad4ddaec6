"""Turns the words of comments into the safe HTML that pages show; what a preview shows is made here too."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.urls import reverse

from comments.models import Comment, Quotation
from forum.refusals import Unreadable
from forum.states import Format, State
from forum.text import excerpt, html, markdown, plain
from forum.text.quotations import POST, Quoted, Rendered, Resolve, is_shown, not_shown
from forum.text.redaction import Change, change, instead_of
from forum.users.mentions import addresses_of

if TYPE_CHECKING:
    from posts.models import Post

EMPTY = "Write something before you post."
REFERENCE = re.compile(r"#(?:c([1-9][0-9]{0,17})|post)\b")


def render_markdown(
    body: str, post: Post, *, written: dt.datetime | None = None, resolve: Resolve | None = None
) -> Rendered:
    """The HTML of a member's words in the thread of ``post``, and what they quote. Two queries at most.

    ``written`` is when they were written, to tell which sources have changed since. Raises Unreadable.
    """
    try:
        resolve = resolve or resolver(post, references(body))
        return markdown.render(body, resolve=resolve, written=written, people=addresses_of)
    except html.TooLarge as error:
        raise Unreadable(str(error)) from None


def render_new(body: str, post: Post) -> Rendered:
    """The same for words that somebody wants to say now. Raises Unreadable also where nothing of them is seen.

    This is told here and not in the form: of some Markdown, such as an address that no link uses, nothing is left,
    and only whoever renders it knows.
    """
    rendered = render_markdown(body, post)
    if not excerpt.is_seen(rendered.html):
        raise Unreadable(EMPTY)
    return rendered


def render_archived(comment: Comment, quotations: Sequence[Quotation], resolve: Resolve | None = None) -> str:
    """The HTML of archived words, each quotation joined to the comment it repeats.

    Markup of an archive stands as it was, save passages that repeat words which are no longer shown.
    """
    spans = [
        plain.Span(q.start, q.end, q.attribution_start, q.attribution_end, q.quoted_id)
        for q in quotations
        if q.start is not None and q.end is not None and q.quoted_id is not None
    ]
    resolve = resolve or resolver(comment.post, {span.of for span in spans})
    if comment.format == Format.HTML:
        return html.sanitise(_without_hidden(comment.body, spans, resolve))
    return plain.render(comment.body, quotes=spans, resolve=resolve).html


def _without_hidden(body: str, spans: Sequence[plain.Span], resolve: Resolve) -> str:
    gone = [span for span in spans if not is_shown(resolve(span.of))]
    passages = [(span.start, span.end, not_shown(span.of)) for span in gone]
    passages += [(span.attribution_start or 0, span.attribution_end or 0, "") for span in gone]
    changes = [Change(start, end, instead_of(body[start:end], words)) for start, end, words in passages if start < end]
    return change(body, changes).text


def references(body: str) -> set[int]:
    """What the words may quote: ids of comments, and ``POST``. More may be found than is quoted in the end."""
    return {int(pk or POST) for pk in REFERENCE.findall(body)}


def resolver(post: Post, quoted: set[int]) -> Resolve:
    """Says what a quotation in this thread may show: a comment of another thread is as unknown as none at all."""
    known: dict[int, Quoted] = {}
    if POST in quoted:
        known[POST] = _quoted_post(post)
    if quoted - {POST}:
        found = Comment.objects.with_bylines().filter(pk__in=quoted, post=post)
        known |= {comment.pk: _quoted(comment) for comment in found}
    return known.get


def known_comments(comments: Iterable[Comment]) -> Resolve:
    """Says what a quotation of one of these comments may show."""
    known = {comment.pk: _quoted(comment) for comment in comments}
    return known.get


def _quoted(comment: Comment) -> Quoted:
    return Quoted(
        comment.byline.name,
        comment.get_absolute_url(),
        comment.state == State.PUBLISHED,
        words=excerpt.own(comment.html),
        anchor=f"c{comment.pk}",
        edited_at=comment.revised_at,
        history=reverse("comment-history", args=[comment.pk]) if comment.revised_at else "",
    )


def _quoted_post(post: Post) -> Quoted:
    what = post.get_kind_display().lower()
    return Quoted(
        f"The {what}",
        post.get_absolute_url(),
        post.state == State.PUBLISHED,
        words=excerpt.whole(post.html),
        what=what,
        anchor="words",
        edited_at=post.revised_at,
        history=reverse("post-history", args=[post.pk]) if post.revised_at else "",
    )
