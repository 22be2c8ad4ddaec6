"""The version by which the pages of comments are kept."""

from __future__ import annotations

from forum.pagecache.versions import Version, read

BRANCH = (
    "SELECT p.id, p.version, e.number FROM comments_comment c JOIN posts_post p ON p.id = c.post_id"
    " CROSS JOIN pagecache_edition e WHERE c.id = %s"
)


def of_branch(pk: int) -> Version | None:
    """The version of the page of a comment and its branch: that of its thread. One query."""
    return read(BRANCH, pk)
