"""The versions by which the pages of posts are kept: each changes with whatever shows on them."""

from __future__ import annotations

from forum.pagecache.versions import Version, read
from posts.lists import PAGE

THREAD = "SELECT p.version, e.number FROM posts_post p, pagecache_edition e WHERE p.id = %s"
FRONT = (
    "SELECT p.id, p.version, e.number FROM posts_post p, pagecache_edition e WHERE p.state = 'published'"
    " ORDER BY p.active_at DESC, p.id DESC LIMIT %s"
)
TAG = (
    "SELECT p.id, p.version, e.number FROM posts_post_tags b JOIN posts_post p ON p.id = b.post_id"
    " CROSS JOIN pagecache_edition e"
    " WHERE b.tag_id = (SELECT t.id FROM posts_tag t WHERE t.slug = %s AND t.merged_into_id IS NULL) AND b.listed"
    " ORDER BY b.active_at DESC, b.post_id DESC LIMIT %s"
)


def of_thread(pk: int, slug: str = "") -> Version | None:
    """The version of the page of a post and its thread. One query."""
    return read(THREAD, pk)


def of_front() -> Version | None:
    """The versions of the threads on the front page, and of the one that tells that there are more. One query.

    No number moves with every comment of the site, since all who write would queue at it.
    """
    return read(FRONT, PAGE + 1)


def of_tag(slug: str) -> Version | None:
    """The same of the page of a tag, which has none while nothing bears it. One query."""
    return read(TAG, slug, PAGE + 1)
