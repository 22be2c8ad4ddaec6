"""Says what applying a plan would do, without writing, locking or trying anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from forum.archive.items import Thread
from forum.archive.models import Item
from forum.archive.plan import Plan
from forum.text import names
from forum.users.models import User

_BATCH = 500


@dataclass(slots=True)
class Foreseen:
    """How many posts and comments would be new, how many are here, and which of these read otherwise in the file."""

    new_posts: int = 0
    new_comments: int = 0
    left: int = 0
    changed: list[int] = field(default_factory=list)
    """Lines of comments whose words are others here than in the file."""


def foresee(plan: Plan) -> Foreseen:
    """What of the plan is here already, by its keys. A query for each 500 comments."""
    found = Foreseen()
    for thread in plan.threads:
        _look(thread, plan.said.source_key, found)
    return found


def clashes(authors: Iterable[str]) -> list[str]:
    """Printed names that look like the name of a member. A query for each 500 names."""
    alike = {names.skeleton(name): name for name in authors if name}
    found: list[str] = []
    for some in _batches(list(alike)):
        found += User.objects.filter(name_key__in=some).values_list("name_key", flat=True)
    return sorted(alike[key] for key in found)


def _look(thread: Thread, source: str, found: Foreseen) -> None:
    known = _known(source, [thread.post.key, *(comment.key for comment in thread.comments)])
    found.left += len(known)
    found.new_posts += thread.post.key not in known
    for comment in thread.comments:
        if comment.key not in known:
            found.new_comments += 1
        elif known[comment.key] != comment.digest:
            found.changed.append(comment.lines[0])


def _known(source: str, wanted: list[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for some in _batches(wanted):
        rows = Item.objects.filter(source__key=source, source_key__in=some)
        known.update(rows.values_list("source_key", "digest"))
    return known


def _batches(values: list[str]) -> Iterator[list[str]]:
    for begin in range(0, len(values), _BATCH):
        yield values[begin : begin + _BATCH]
