"""Atom feeds of the site, a thread, a tag and a member: full text, nothing that is not public, and no words of an
archive, which are no news however late they came here.

Each feed asks first, in one light query, what stands in it now; whoever has that already is told so and costs no
more. There is no Last-Modified: taking words away moves no date, and the old ones must never be confirmed. The tag is
a digest of the feed itself: one of the versions that were read would tell guests that something is held.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from comments.models import Comment
from forum.states import State
from forum.users.mentions import called, with_pages
from posts.atom import Entry, Head, written
from posts.models import Bearing, Post, PostQuerySet, Tag

ENTRIES = 40
KNOWN = 1_000  # feeds whose tags this process remembers by what was read of them
INSIDE = re.compile(r'(<a [^<>]*?href=")(/)')

# What an entry shows of a post, but for its words: an edit or a name taken off moves the version.
SHOWN = ("pk", "version", "author__username")

_etag_of: dict[bytes, str] = {}


@require_safe
def site_feed(request: HttpRequest) -> HttpResponseBase:
    """The latest posts written here. Three queries, one if nothing is new."""
    head = Head(
        id=_tag("feed"),
        title=settings.SITE_NAME,
        subtitle=f"Posts on {settings.SITE_NAME}",
        url=_whole(reverse("feed")),
        page=_whole(reverse("front")),
    )
    return _posts(request, head, Post.objects.published())


@require_safe
def tag_feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The latest posts under a tag; of one merged into another, the way there. Four queries, two if nothing is new."""
    tag = get_object_or_404(Tag.objects.select_related("merged_into"), slug=slug)
    if tag.merged_into is not None:
        return redirect("tag-feed", slug=tag.merged_into.slug, permanent=True)
    head = Head(
        id=_tag(f"tag/{tag.pk}/feed"),
        title=f"{tag.name} · {settings.SITE_NAME}",
        subtitle=tag.description,
        url=_whole(reverse("tag-feed", args=[tag.slug])),
        page=_whole(tag.get_absolute_url()),
    )
    newest = Bearing.objects.filter(tag=tag, listed=True, post__archived=False).order_by("-created_at", "-post_id")
    posts = Post.objects.published().filter(pk__in=newest.values("post_id")[:ENTRIES])
    return _posts(request, head, posts, tag.name, tag.description)


@require_safe
def post_feed(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A post, unless it is from an archive, and the latest living comments under it. Four queries, one if no news."""
    found = get_object_or_404(Post.objects.published().with_bylines().defer("body", "html"), pk=pk)
    source = found.source and (found.source.content_note, found.source.provenance_note)
    head = Head(
        id=_tag(f"post/{found.pk}/feed"),
        title=f"{found.title} · {settings.SITE_NAME}",
        url=_whole(reverse("post-feed", args=[found.pk])),
        page=_whole(found.get_absolute_url()),
        subtitle=" ".join(note for note in source or () if note),
    )

    def entries() -> Iterable[Entry]:
        living = _comments().filter(post=found, archived=False)
        # No further than there are living ones: behind them an archive may hold a hundred thousand.
        latest = living.order_by("-created_at", "-position")[: min(ENTRIES, found.living_count)]
        for comment in latest:
            comment.post = found
            yield _of_comment(comment, f"Comment by {comment.byline.name}")
        if not found.archived:
            yield _of_post(found)

    return _answer(request, head, [found.pk, found.version, found.byline, source], entries)


@require_safe
def member_feed(request: HttpRequest, name: str) -> HttpResponseBase:
    """The latest posts and comments of a member who has a page. Six queries, three if nothing is new."""
    member = get_object_or_404(with_pages(), called(name), username__iexact=name)
    head = Head(
        id=_tag(f"member/{member.pk}/feed"),
        title=f"{member.username} · {settings.SITE_NAME}",
        subtitle=f"What {member.username} wrote on {settings.SITE_NAME}",
        url=_whole(reverse("member-feed", args=[member.username])),
        page=_whole(member.get_absolute_url()),
    )
    comments = _comments().filter(author=member, archived=False).order_by("-created_at", "-pk")[:ENTRIES]
    posts = Post.objects.published().filter(author=member, archived=False).newest()[:ENTRIES]

    def entries() -> Iterable[Entry]:
        said = [(comment.created_at, _of_comment(comment, f"On “{comment.post.shown_title}”")) for comment in comments]
        posted = [(post.created_at, _of_post(post)) for post in posts.with_bylines().prefetch_related("tags")]
        latest = sorted([*said, *posted], key=lambda item: item[0], reverse=True)
        return [entry for _, entry in latest[:ENTRIES]]

    stamp = [*comments.values_list("pk", "edited_at", "post__version"), *posts.values_list(*SHOWN)]
    return _answer(request, head, [member.username, *stamp], entries)


def _posts(request: HttpRequest, head: Head, posts: PostQuerySet, *more: str) -> HttpResponseBase:
    latest = posts.filter(archived=False).newest()[:ENTRIES]

    def entries() -> Iterable[Entry]:
        return map(_of_post, latest.with_bylines().prefetch_related("tags"))

    return _answer(request, head, [*more, *latest.values_list(*SHOWN)], entries)


def _answer(
    request: HttpRequest, head: Head, stamp: list[Any], entries: Callable[[], Iterable[Entry]]
) -> HttpResponseBase:
    """The feed, or that nothing in it has changed; ``stamp`` is everything that its entries follow from."""
    looked = hashlib.sha256(f"{head} {stamp}".encode(errors="replace")).digest()
    made, etag = b"", _etag_of.get(looked)
    if etag is None:
        made = written(head, entries())
        etag = quote_etag(hashlib.sha256(made).hexdigest()[:24])
        if len(_etag_of) >= KNOWN:
            _etag_of.clear()  # whole, for other threads read it meanwhile
        _etag_of[looked] = etag
    unchanged = get_conditional_response(request, etag=etag)
    answer = unchanged or HttpResponse(
        made or written(head, entries()), content_type="application/atom+xml; charset=utf-8"
    )
    answer["ETag"] = etag
    return answer


def _comments() -> Any:
    """Public comments with their authors, and of what they answer only the state."""
    related = Comment.objects.published().select_related("author", "person", "parent", "post")
    return related.defer("body", "parent__body", "parent__html", "post__body", "post__html")


def _of_post(post: Post) -> Entry:
    return Entry(
        id=_tag(f"post/{post.pk}"),
        title=post.title,
        url=_whole(post.get_absolute_url()),
        html=_link(post.url) + _whole_addresses(post.html),
        related=post.url,
        updated=post.last_change,
        published=post.instant,
        replies=(_whole(reverse("post-feed", args=[post.pk])), post.comment_count),
        tags=tuple((tag.slug, tag.name) for tag in post.tags.all()),
        author=_author(post),
    )


def _of_comment(comment: Comment, title: str) -> Entry:
    above = comment.parent if comment.parent and comment.parent.state == State.PUBLISHED else None
    kind, answered = ("comment", above) if above else ("post", comment.post)
    return Entry(
        id=_tag(f"comment/{comment.pk}"),
        title=title,
        url=_whole(comment.get_absolute_url()),
        html=_whole_addresses(comment.html),
        updated=comment.edited_at or comment.created_at,
        published=comment.instant,
        answers=(_tag(f"{kind}/{answered.pk}"), _whole(answered.get_absolute_url())),
        author=_author(comment),
    )


def _link(address: str) -> str:
    """The line with the page that a post is about: many readers of feeds show nothing but the words."""
    return f'<p>Link: <a href="{escape(address)}">{escape(address)}</a></p>' if address else ""


def _author(words: Post | Comment) -> tuple[str, str]:
    """Whose words these are, as of now; persons of archives have no page that a feed may lead to."""
    byline = words.byline
    return byline.name, _whole(byline.url) if byline.kind == "member" else ""


def _tag(what: str) -> str:
    """A tag URI (RFC 4151) for a thing of this site: it moves with no title and no scheme."""
    host = settings.SITE_URL.split("://", 1)[1].split(":")[0]
    return f"tag:{host},2007:{what}"


def _whole(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _whole_addresses(html: str) -> str:
    """The links inside the site with its address before them: a feed is read elsewhere."""
    return INSIDE.sub(rf"\1{settings.SITE_URL}\2", html)
