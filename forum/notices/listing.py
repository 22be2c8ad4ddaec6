"""Notices as their page shows them: by thread, and within a thread by the comment that was answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from comments.models import Comment
from forum.notices.models import Notice
from posts.models import Post


@dataclass
class Branch:
    """Notices of comments that answer the same comment; ``of`` is empty for those that answer the post."""

    of: Comment | None
    notices: list[Notice] = field(default_factory=list)


@dataclass
class Thread:
    """What was told of one thread."""

    post: Post
    branches: list[Branch] = field(default_factory=list)

    @property
    def unread(self) -> int:
        """How many of these are unread."""
        return sum(notice.read_at is None for branch in self.branches for notice in branch.notices)


def by_thread(notices: Iterable[Notice]) -> list[Thread]:
    """Groups notices, the latest thread and the latest branch first, in the order they come in."""
    threads: dict[int, Thread] = {}
    branches: dict[tuple[int, int], Branch] = {}
    for notice in notices:
        thread = threads.setdefault(notice.post_id, Thread(notice.post))
        above = notice.comment.parent if notice.comment and not notice.action_id else None
        key = (notice.post_id, above.pk if above else 0)
        if key not in branches:
            branches[key] = Branch(above)
            thread.branches.append(branches[key])
        branches[key].notices.append(notice)
    return list(threads.values())
