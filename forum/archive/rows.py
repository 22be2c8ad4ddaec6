"""Makes what actions take out of what readers give: posts, comments, and the items that say where each came from."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from comments.importing import ArchivedQuotation
from comments.models import Comment
from forum.archive import items, keys, knowing
from forum.archive.items import Moment, Thread
from forum.archive.limits import Refused
from forum.archive.models import Item, Run
from forum.bylines import UNDATED
from forum.states import Precision, State
from forum.text import html, plain
from forum.text.html import TooLarge
from posts.actions import ArchivedPost, render

if TYPE_CHECKING:
    from forum.users.models import Person, Source
    from posts.models import Post, Tag

STATES: Final[Mapping[str, State]] = {
    "published": State.PUBLISHED,
    "held": State.HELD,
    "hidden": State.HIDDEN,
    "removed": State.REMOVED,
    "deleted": State.DELETED,
    "spam": State.HELD,
}
_SHORT: Final = 4_096
_KEY_ROOM: Final = 200
_ELEMENT_ROOM: Final = 200
_ANCHOR_ROOM: Final = 100


def archived_post(thread: Thread, person: Person | None, source: Source, tags: tuple[Tag, ...]) -> ArchivedPost:
    """The post of a thread as it is written."""
    post = thread.post
    return ArchivedPost(
        title=post.title[:300] or "Untitled page",
        person=person,
        source=source,
        created_at=begins(thread),
        body=post.body,
        html=article_html(thread),
        format=post.format,  # type: ignore[arg-type]
        url=post.address if html.is_page(post.address) else "",
        state=STATES[post.state],
        archived=not post.living,
        tags=tags,
        **printed(post.moment),
    )


def article_html(thread: Thread) -> str:
    """The article as pages show it. Refuses one that is too large or too deep."""
    post = thread.post
    try:
        if not can_be_kept(post.title, post.body, post.author, post.moment.printed, post.key):
            raise TooLarge("It has characters that no database takes.")
        if post.format == "html":
            return html.sanitise(post.body, limit=plain.MAX_ARTICLE_BYTES)
        if post.format == "markdown":
            return render(post.body)
        blocks = [plain.Block(b.first_paragraph, b.last_paragraph, b.source) for b in post.blocks]
        return plain.render_article(post.body, blocks=blocks)
    except TooLarge as error:
        raise Refused(f"The text of “{post.title[:80]}” (line {post.lines[0]}) cannot be shown. {error}") from None


def can_be_kept(*texts: str) -> bool:
    """Whether a database takes these words: readers leave no NUL and no half of a pair in them, but one may fail."""
    whole = "".join(texts)
    try:
        whole.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in whole


def comment_html(comment: items.Comment) -> str:
    """The HTML of a comment that quotes nothing; empty where it cannot be known yet. Raises TooLarge."""
    if comment.format == "html":
        return html.sanitise(comment.body)
    if comment.quotes or comment.format == "markdown":
        html.check_size(comment.body)
        return ""
    return plain.render(comment.body, resolve=_nothing).html


def _nothing(_: int) -> None:
    """What is quoted where nothing is."""


def printed(moment: Moment) -> dict[str, Any]:
    """The fields of a time as it was printed."""
    return {
        "printed_date": moment.printed,
        "printed_at": moment.local,
        "precision": Precision(moment.precision),
        "zone": moment.zone,
        "instant": dt.datetime.fromisoformat(moment.instant) if moment.instant else None,
    }


def begins(thread: Thread) -> dt.datetime:
    """The ordering key of a post: its printed time, or that of its first comment where that is earlier."""
    told = sortable(thread.post.moment)
    dated = (at for comment in thread.comments if (at := sortable(comment.moment)))
    first = next(islice(dated, 1), UNDATED)
    return min(told, first) if told else first


def sortable(moment: Moment) -> dt.datetime | None:
    """The time by which words are ordered, or None where the page prints none."""
    if not moment.local:
        return None
    at = dt.datetime.fromisoformat(moment.instant or moment.local)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def quotation(quote: items.Quote, of: int | Comment) -> ArchivedQuotation:
    """A quotation of the comment ``of``."""
    return ArchivedQuotation(
        of=of,
        start=quote.start,
        end=quote.end,
        attribution_start=quote.attribution_start,
        attribution_end=quote.attribution_end,
    )


def item_of_post(thread: Thread, post: Post, run: Run, source: Source) -> Item:
    """Where a post came from."""
    found = thread.post
    first = min([found.title_line or found.lines[0] or 1, *found.byline_lines, found.lines[0] or 1])
    first = min(first, found.title_line or 1) if thread.line_count else first
    return Item(
        run=run,
        source=source,
        source_key=found.key[:_KEY_ROOM],
        kind=Item.Kind.POST,
        post=post,
        first_line=first,
        last_line=max(found.lines[1], first),
        digest=digest_of_post(found),
        body_digest=keys.digest(found.title[:300], found.body),
        evidence={"html": keys.digest(post.html)},
        element=found.element[:_ELEMENT_ROOM],
        raw=packed(found.source),
        words_digest=words_digest_of_post(thread),
    )


def words_digest_of_post(thread: Thread) -> str:
    """By which an article that was taken down is known in any other file."""
    return knowing.words_digest(thread.post.author, thread.post.body, thread.post.format)


def digest_of_post(post: items.Post) -> str:
    """By which a changed source is noticed."""
    return keys.digest(post.title, post.body)


def item_of_comment(found: items.Comment, row: Comment | None, run: Run, source: Source) -> Item:
    """Where a comment came from, or a pingback that is none."""
    return Item(**item_values(found, row, run, source))


def item_values(
    found: items.Comment, row: Comment | None, run: Run, source: Source, *, words: str | None = None
) -> dict[str, Any]:
    """The same as values of columns, to be written with many; ``words`` is the digest of its words, if it is known."""
    if words is None:
        words = knowing.words_digest(found.author, found.body, found.format)
    return {
        "run_id": run.pk,
        "source_id": source.pk,
        "source_key": found.key[:_KEY_ROOM],
        "kind": found.kind,
        "comment_id": None if row is None else row.pk,
        "first_line": found.lines[0],
        "last_line": found.lines[1],
        "digest": found.digest,
        "evidence": evidence(found),
        "element": found.element[:_ELEMENT_ROOM],
        "raw": packed(found.source),
        "body_digest": keys.digest(found.body),
        "words_digest": words if row is not None else "",
        "parent_key": (found.parent or "")[:_KEY_ROOM],
    }


def packed(text: str) -> bytes:
    """The text of the source as it is kept; whatever no database takes is marked as lost."""
    if not text:
        return b""
    data = text.encode("utf-8", "replace")
    if len(data) > _SHORT:
        return zlib.compress(data, 6)
    small = zlib.compressobj(6, zlib.DEFLATED, 12, 5)  # short texts: most of the time goes into clearing memory
    return small.compress(data) + small.flush()


def evidence(comment: items.Comment) -> dict[str, Any]:
    """By which passages the parent of a comment was inferred."""
    if not comment.quotes:
        return {}
    return {
        "basis": comment.parent_basis,
        "quotes": [
            {
                "of": quote.of,
                "passage": [quote.start, quote.end],
                "attribution": None
                if quote.attribution_start is None
                else [quote.attribution_start, quote.attribution_end],
            }
            for quote in comment.quotes
        ],
    }


def anchor(comment: items.Comment) -> str:
    """The id of the comment on its old page."""
    return comment.source_id[:_ANCHOR_ROOM]
