"""Threads as a reader would give them, without a file, and a format of many threads to try plans with."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from forum.archive import corrections, keys, readers
from forum.archive.items import Comment, Moment, Post, Rest, SavedFile, Thread
from forum.archive.plan import Plan, make_plan
from forum.archive.readers.registry import Guess, Reader


def said(number: int, **more: Any) -> Comment:
    """Comment ``number``, by one of seven people, a minute after the one before."""
    body = more.pop("body", f"Words of comment {number}.")
    printed = f"2004-05-{1 + number // 1440 % 28:02}T{number // 60 % 24:02}:{number % 60:02}:00"
    return Comment(
        **{
            "key": f"talk:{number}",
            "author": f"Person {number % 7}",
            "moment": Moment(printed, printed, "minute"),
            "body": body,
            "lines": (number + 10, number + 10),
            "digest": keys.digest(body),
            "source": body,
            **more,
        }
    )


def talk(comments: Sequence[Comment], **more: Any) -> Thread:
    """A thread that shows by itself who answers whom."""
    post = Post("talk:post", "A talk", "Hanna", Moment("May 1", "2004-05-01", "day"), "Let us talk.", (2, 2))
    return Thread(more.pop("post", post), comments, threaded=True, **more)


class Mill:
    """A format that streams: each of its threads is given again whenever the file is read."""

    def __init__(self, *threads: Thread, rest: Rest | None = None) -> None:
        self.threads, self.rest, self.times = threads, rest, 0

    def read(self, saved: SavedFile) -> Iterator[Thread | Rest]:
        """Every thread, then the rest."""
        self.times += 1
        yield from self.threads
        yield self.rest or Rest(0)

    def plan(self, monkeypatch: pytest.MonkeyPatch, source: str = "mill", data: bytes = b"mill") -> Plan:
        """The plan of a file of this format."""
        reader = Reader("mill", "a mill", lambda _: Guess(1.0, "it grinds"), self.read, streams=True)
        monkeypatch.setattr(readers, "READERS", (reader,))
        return make_plan(SavedFile("mill.json", data), corrections.for_file(source), forced="mill")


def as_told(plan: Plan) -> dict[str, Any]:
    """The plan as programs read it."""
    told: dict[str, Any] = json.loads("".join(plan_pieces(plan)))
    return told


def plan_pieces(plan: Plan) -> Iterator[str]:
    """Its JSON in the pieces that are written."""
    from forum.archive.plan import json_pieces

    return json_pieces(plan)
