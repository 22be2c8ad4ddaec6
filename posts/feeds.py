"""Atom feeds of the site and of a thread: full text, nothing that is not public, and of old words only the post."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from comments.models import Comment
from forum.states import State
from forum.text.characters import clean
from posts.models import Post

ENTRIES = 40
INSIDE = re.compile(r'(<a [^<>]*?href=")(/)')


class AtomFeed(Atom1Feed):
    """Atom whose addresses follow the site's own and not the request, and whose entries hold full text."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Writes the words as content rather than as a summary."""
        words = item["description"]
        super().add_item_elements(handler, {**item, "description": None})
        if words:
            handler.addQuickElement("content", words, {"type": "html"})


class OwnFeed(Feed):  # type: ignore[type-arg]
    """What the feeds share: entries of posts and comments, each with the site's own address."""

    feed_type = AtomFeed

    def item_link(self, item: Post | Comment) -> str:
        """Its page."""
        return settings.SITE_URL + item.get_absolute_url()

    def item_title(self, item: Post | Comment) -> str:
        """The post's title, or who comments."""
        return clean(item.title if isinstance(item, Post) else f"Comment by {item.byline.name}")

    def item_description(self, item: Post | Comment) -> str:
        """The words."""
        return _whole_addresses(item.html)

    def item_guid(self, item: Post | Comment) -> str:
        """An id that never moves."""
        return _tag(f"{'post' if isinstance(item, Post) else 'comment'}/{item.pk}")

    def item_author_name(self, item: Post | Comment) -> str:
        """Whose words these are, as of now."""
        return clean(item.byline.name)

    def item_pubdate(self, item: Post | Comment) -> dt.datetime | None:
        """The moment it was posted, where that is known: a printed date without a zone is no moment."""
        return item.instant

    def item_updateddate(self, item: Post | Comment) -> dt.datetime:
        """When it was posted, came here, or was last edited."""
        return item.last_change if isinstance(item, Post) else item.edited_at or item.created_at


class SiteFeed(OwnFeed):
    """The latest posts."""

    def link(self) -> str:
        """The front page."""
        return settings.SITE_URL + reverse("front")

    def feed_url(self) -> str:
        """Where the feed itself stands."""
        return settings.SITE_URL + reverse("feed")

    def title(self) -> str:
        """The name of the site."""
        return settings.SITE_NAME

    def subtitle(self) -> str:
        """What the feed holds."""
        return f"Posts on {settings.SITE_NAME}"

    def feed_guid(self) -> str:
        """The id of the feed, which no change of the site's scheme moves."""
        return _tag("feed")

    def items(self) -> list[Post]:
        """The latest to come here, whenever they were first said."""
        return list(Post.objects.published().with_bylines().order_by("-pk")[:ENTRIES])


class PostFeed(OwnFeed):
    """A post and the latest living comments under it."""

    def get_object(self, request: HttpRequest, pk: int) -> Post:
        """The post, if everyone reads it."""
        return get_object_or_404(Post.objects.published().with_bylines(), pk=pk)

    def title(self, obj: Post) -> str:
        """The post's title."""
        return clean(f"{obj.title} · {settings.SITE_NAME}")

    def link(self, obj: Post) -> str:
        """The page of the thread."""
        return settings.SITE_URL + obj.get_absolute_url()

    def feed_url(self, obj: Post) -> str:
        """Where the feed itself stands."""
        return settings.SITE_URL + reverse("post-feed", args=[obj.pk])

    def feed_guid(self, obj: Post) -> str:
        """The id of the feed."""
        return _tag(f"post/{obj.pk}/feed")

    def items(self, obj: Post) -> list[Post | Comment]:
        """The latest living comments, then the post."""
        living = Comment.objects.with_bylines().filter(post=obj, state=State.PUBLISHED, archived=False)
        # No further than there are living ones: behind them an archive may hold a hundred thousand.
        return [*living.order_by("-created_at", "-position")[: min(ENTRIES, obj.living_count)], obj]


def _tag(what: str) -> str:
    """A tag URI (RFC 4151) for a thing of this site."""
    host = settings.SITE_URL.split("://", 1)[1].split(":")[0]
    return f"tag:{host},2007:{what}"


def _whole_addresses(html: str) -> str:
    """The links inside the site with its address before them: a feed is read elsewhere."""
    return INSIDE.sub(rf"\1{settings.SITE_URL}\2", html)
