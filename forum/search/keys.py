"""The key of an entry: one number that says when something was said and what it is, so that keys sort by time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from comments.models import Comment
    from posts.models import Post

Kind = Literal["comment", "post"]

_BEGIN: Final = int(dt.datetime(1900, 1, 1, tzinfo=dt.UTC).timestamp())
_SECONDS: Final = 2**33 - 2  # until 2172, and so that END stays above every key
_IDS: Final = 2**29  # ids of one kind, more than half a milliard
_SHIFT: Final = 30

FIRST: Final = 0
END: Final = 2**63 - 1


class Ref(NamedTuple):
    """What an entry stands for."""

    kind: Kind
    pk: int


def key_of(thing: Comment | Post) -> int:
    """The key of a post or comment: its ordering key to the second, then posts before comments, then its id.

    Raises OverflowError past 536 million of one kind.
    """
    kind: Kind = "comment" if thing._meta.model_name == "comment" else "post"
    return key(kind, thing.pk, thing.created_at)


def key(kind: Kind, pk: int, at: dt.datetime) -> int:
    """The same of a row that was not loaded whole."""
    if pk >= _IDS:
        raise OverflowError(f"{kind} {pk}: the search index has no room for so many")
    return begin_of(at) | (_IDS if kind == "comment" else 0) | pk


def begin_of(at: dt.datetime) -> int:
    """The least key of a second."""
    seconds = int(at.timestamp()) - _BEGIN
    return min(max(seconds, 0), _SECONDS) << _SHIFT


def ref_of(key: int) -> Ref:
    """What has this key."""
    return Ref("comment" if key & _IDS else "post", key & (_IDS - 1))
