"""Reads an export of this forum: JSON lines, alone or in a thread that was saved as one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final, overload

from forum.archive import records
from forum.archive.items import Comment, Moment, Post, Quote, Rest, SavedFile, Stretch, Thread
from forum.archive.keys import digest
from forum.archive.limits import Refused
from forum.archive.readers.registry import Guess, Reader
from forum.archive.records import Book, Owned, Values

MARK: Final = b'<meta name="generator" content="Rejoinder thread">'
OPEN: Final = b'<template id="rejoinder">'
CLOSE: Final = b"</template>"
_BOM: Final = b"\xef\xbb\xbf"


def recognise(head: bytes) -> Guess:
    """How much the beginning of a file looks like an export."""
    if head.removeprefix(_BOM).lstrip()[:40].replace(b" ", b"").startswith(b'{"rejoinder":'):
        return Guess(1.0, "it begins as exports of this forum do")
    if MARK in head[:4096]:
        return Guess(1.0, "it is a thread that this forum saved as one file")
    return Guess(0.0, "no line that names the version of an export")


def read(saved: SavedFile) -> Iterator[Thread | Rest]:
    """The threads of the file, each as soon as its last comment was seen; refuses a file that was cut off."""
    reading = _Reading(saved)
    yield from reading.threads()
    yield reading.rest()


READER: Final = Reader(records.KEY, "export of this forum", recognise, read, streams=True)


class _Reading:
    """One file under way."""

    def __init__(self, saved: SavedFile) -> None:
        self.saved = saved
        self.book = Book()
        self.line_count = 0
        self.furniture: list[Stretch] = []
        self.counts = {"threads": 0, "comments": 0, "records": 0}
        self.whole = False

    def threads(self) -> Iterator[Thread]:
        """Each post with the place of its comments in the file."""
        post: tuple[int, Values] | None = None
        begin = count = 0
        for number, offset, kind, values in self._records():
            if kind == "comment":
                if post is None:
                    raise Refused(f"Line {number} is a comment that stands under no post.")
                _check_place(values, count, number)
                begin, count = begin or offset, count + 1
                self.counts["comments"] += 1
                continue
            if post is not None:
                yield self._thread(*post, begin, count)
            post, begin, count = None, 0, 0
            if kind == "post":
                post = (number, values)
                self._refer(values, number)
                self.counts["threads"] += 1
            else:
                self._keep(kind, values, number)
        if not self.whole:
            raise Refused(
                f"The file ends at line {self.line_count} without the line that ends an export: it was cut off. "
                "Copy it again, or export again."
            )

    def rest(self) -> Rest:
        """The lines that are in no thread."""
        return Rest(self.line_count, furniture=tuple(self.furniture))

    def _records(self) -> Iterator[tuple[int, int, str, Values]]:
        with self.saved.open() as file:
            begun = False
            for number, offset, raw in self._lines(file):
                if self.whole:
                    raise Refused(f"Line {number} stands after the line that ends the export.")
                found = records.parsed(raw, number)
                if not begun:
                    begun = bool(records.check_head(found))
                    self._furnish(number, "the head of the export")
                    continue
                kind, values = records.record(found, number)
                if kind == "comment":
                    self._refer(values, number)
                self.whole = kind == "end"
                self.counts["records"] += not self.whole
                yield number, offset, kind, values
            if not begun:
                raise Refused("There is no export in this file.")

    def _lines(self, file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
        """The lines with JSON: the whole file, or the block in a page; all others are furniture of that page."""
        first = file.readline(records.MAX_LINE + 1).removeprefix(_BOM)
        page, inside = not first.lstrip().startswith(b"{"), False
        file.seek(0)
        offset = 0
        while raw := file.readline(records.MAX_LINE + 1):
            self.line_count += 1
            at, offset = offset, offset + len(raw)
            if page and not inside:
                inside = raw.startswith(OPEN)
                self._furnish(self.line_count, "the page around the export")
            elif page and raw.startswith(CLOSE):
                inside = False
                self._furnish(self.line_count, "the page around the export")
            elif raw.strip():
                yield self.line_count, at, raw.removeprefix(_BOM) if at == 0 else raw
            else:
                self._furnish(self.line_count, "a blank line")

    def _keep(self, kind: str, values: Values, number: int) -> None:
        """A record that threads refer to."""
        book = self.book
        if kind == "source":
            book.sources[values["key"]] = values
        elif kind == "tag":
            book.tags[values["slug"]] = values
        elif kind in ("person", "run"):
            self._source(values["source"], number)
            kept = book.persons if kind == "person" else book.runs
            if values["number"] != len(kept) + 1:
                raise Refused(f"Line {number} is {kind} {values['number']}, where {len(kept) + 1} was to come.")
            kept[values["number"]] = values
        elif kind == "item":
            self._refer(values, number)
            book.items.append(values)
        elif {name: values[name] for name in self.counts} != self.counts:
            raise Refused(f"Line {number} counts {values['records']} records, here are {self.counts['records']}.")
        self._furnish(number, f"{'an' if kind in ('item', 'end') else 'a'} {kind} record")

    def _refer(self, values: Values, number: int) -> None:
        """Refuse what refers to nothing, and a key that was there before."""
        for name in ("source", "from"):
            if values.get(name):
                self._source(values[name], number)
        if values.get("by") is not None and values["by"] not in self.book.persons:
            raise Refused(f"Line {number} is by person {values['by']}, who is not in the file before it.")
        origin = values.get("origin")
        if origin and origin["run"] not in self.book.runs:
            raise Refused(f"Line {number} came with run {origin['run']}, which is not in the file before it.")
        for slug in values.get("tags", ()):
            if slug not in self.book.tags:
                raise Refused(f"Line {number} bears the tag {slug}, which is not in the file before it.")

    def _source(self, key: str, number: int) -> None:
        if key not in self.book.sources:
            raise Refused(f"Line {number} is of the source {key}, which is not in the file before it.")

    def _furnish(self, number: int, what: str) -> None:
        last = self.furniture[-1] if self.furniture else None
        if last and last.lines[1] == number - 1 and last.what == what:
            self.furniture[-1] = Stretch((last.lines[0], number), what)
        else:
            self.furniture.append(Stretch((number, number), what))

    def _thread(self, number: int, values: Values, begin: int, count: int) -> Thread:
        post = _post(number, values, self.book)
        comments = _Comments(self.saved, begin, count, number + 1, post.key, values["source"], self.book)
        return Thread(post, comments, notation="records of an export", threaded=True)


@dataclass(frozen=True, slots=True)
class _Comments(Sequence[Comment]):
    """The comments of a thread, read from the file whenever they are gone through: none is held in memory."""

    saved: SavedFile
    begin: int
    size: int
    first_line: int
    post: str
    source: str
    book: Book

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Comment]:
        if not self.size:
            return
        with self.saved.open() as file:
            file.seek(self.begin)
            number, found = self.first_line, 0
            while found < self.size:
                raw = file.readline(records.MAX_LINE + 1)
                if raw.strip():
                    _, values = records.record(records.parsed(raw, number), number)
                    yield _comment(number, values, self)
                    found += 1
                number += 1

    @overload
    def __getitem__(self, index: int) -> Comment: ...

    @overload
    def __getitem__(self, index: slice) -> list[Comment]: ...

    def __getitem__(self, index: int | slice) -> Comment | list[Comment]:
        if isinstance(index, slice):
            begin, end, step = index.indices(self.size)
            return list(islice(self, begin, end, step)) if step > 0 else list(self)[index]
        if not -self.size <= index < self.size:
            raise IndexError(index)
        return next(islice(self, index % self.size, None))


def _check_place(values: Values, before: int, number: int) -> None:
    if values["n"] != before + 1:
        raise Refused(f"Line {number} is comment {values['n']} of its thread, where {before + 1} was to come.")
    if values["parent"] == values["n"]:
        raise Refused(f"Line {number} is a comment that answers itself.")


def _post(number: int, values: Values, book: Book) -> Post:
    return Post(
        key=f"{values['source']}/{values['key']}",
        title=values["title"],
        author=_name(values, book),
        moment=_moment(values),
        body=values["body"],
        lines=(number, number),
        title_line=number,
        address=values["address"],
        format=values["format"],
        state=values["state"],
        living=values["living"],
        tags=tuple(values["tags"]),
        source=_text(values),
        own=Owned(values, book),
    )


def _comment(number: int, values: Values, around: _Comments) -> Comment:
    """The comment; it is named by its number in the thread, as those it answers and quotes are."""
    return Comment(
        key=f"{around.post}#{values['n']}",
        author=_name(values, around.book),
        moment=_moment(values),
        body=values["body"],
        lines=(number, number),
        digest=_digest(values),
        source_id=values["anchor"],
        parent=f"{around.post}#{values['parent']}" if values["parent"] else None,
        parent_basis="format" if values["parent"] else "none",
        quotes=tuple(_quote(one, around.post) for one in values["quotes"] if one["of"]),
        format=values["format"],
        state=values["state"],
        living=values["living"],
        source=_text(values),
        own=Owned(values, around.book),
    )


def _quote(one: Values, post: str) -> Quote:
    passage, attribution = one["passage"] or (0, 0), one["attribution"] or (None, None)
    return Quote(f"{post}#{one['of']}", passage[0], passage[1], attribution[0], attribution[1])


def _moment(values: Values) -> Moment:
    instant = values["instant"]
    printed = values["printed"] or (f"{values['created_at']:%Y-%m-%d %H:%M} UTC" if values["living"] else "")
    return Moment(printed, values["local"], values["precision"], values["zone"], instant.isoformat() if instant else "")


def _name(values: Values, book: Book) -> str:
    return str(book.persons[values["by"]]["name"]) if values["by"] is not None else ""


def _digest(values: Values) -> str:
    origin: dict[str, Any] = values["origin"] or {}
    return origin.get("digest") or digest(values["body"])


def _text(values: Values) -> str:
    origin: dict[str, Any] = values["origin"] or {}
    return origin.get("text") or ""
