"""Reads an XML file piece by piece into records, with their lines; refuses what could be dangerous or is broken.

Where a file breaks after whole records, these are right and are kept: a better copy of the file adds the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.entities import html5
from typing import Final
from xml.parsers import expat
from xml.parsers.expat import errors

from forum.archive.items import Anomaly, Lines, SavedFile
from forum.archive.limits import Refused
from forum.archive.readers.xml_bytes import CleanPieces

MAX_DEPTH: Final = 64
MAX_RECORD: Final = 24 * 1024 * 1024
"""Bytes of one record, without the records in it; so much of a file is in memory at once."""
MAX_MARKUP: Final = 2 * 1024 * 1024
"""Bytes of one tag or remark."""
MAX_NAMES: Final = 10_000
MAX_FIELDS: Final = 1_000
_NOWHERE: Final = -9
"""The depth of the innermost record when none is open: nothing is a child of that."""

_BROKEN_OFF: Final = frozenset(
    errors.codes[name]
    for name in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        errors.XML_ERROR_PARTIAL_CHAR,
    )
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a document is wanted: its outermost element, and its records, each with the depth it stands at.
    `whole`: those that are worth having when the file breaks after them.

    `private`: elements whose words are in no record's `source`. `placed`: children whose lines are wanted.
    `repeated`: children that may stand more than once, or say something in their attributes.
    """

    root: str
    records: Mapping[str, int]
    whole: frozenset[str]
    private: frozenset[str] = frozenset()
    placed: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()


@dataclass(slots=True)
class Record:
    """An element with the texts of its children; records in it stand for themselves.

    A text that stands a level deeper has the name `child/grandchild`. Of two children of one name the first counts.
    """

    name: str
    within: str
    attributes: Mapping[str, str]
    first_line: int
    last_line: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    repeated: list[tuple[str, Mapping[str, str], str]] = field(default_factory=list)
    placed: dict[str, Lines] = field(default_factory=dict)
    text: str = ""
    parts: list[bytearray] = field(default_factory=list)

    def get(self, name: str) -> str:
        """The text of a child without the blanks around it; empty when there is none."""
        return self.fields.get(name, "").strip()

    @property
    def lines(self) -> Lines:
        """First and last line in the file."""
        return self.first_line, self.last_line

    @property
    def source(self) -> str:
        """Its text in the file, without what is private."""
        return b"".join(self.parts).decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


class Records:
    """The records of one file: gone through once, gives after each megabyte those that ended in it.

    `broken`, known at the end: where the file is no XML any more and was not read on.
    """

    def __init__(self, saved: SavedFile, shape: Shape) -> None:
        self.bytes = CleanPieces(saved)
        self.broken: Anomaly | None = None
        self._shape = shape
        self._outermost = 0
        self._known = shape.private | shape.placed | shape.repeated | shape.records.keys()
        self._text: list[str] = []
        self._clear = self._text.clear
        self._parser = self._made_parser()
        self._depth = 0
        self._open: list[tuple[Record, int]] = []
        self._done: list[Record] = []
        # Of the innermost record: its depth, the child that is open, its texts, and how many private elements are open.
        self._level, self._child, self._child_line = _NOWHERE, "", 0
        self._fields: dict[str, str] = {}
        self._attributes: Mapping[str, str] = {}
        self._hidden = 0
        # The bytes that may still be wanted, where in the file they begin, and up to where they are dealt with.
        self._buffer = bytearray()
        self._base = self._taken = 0

    def __iter__(self) -> Iterator[Record]:
        for piece in self.bytes:
            if self.broken is None:
                self._feed(piece)
                done, self._done = self._done, []
                yield from done
        if self.broken is None:
            self._parse(b"", last=True)

    @property
    def line_count(self) -> int:
        """The lines of the file, known at the end."""
        return self.bytes.line_count

    def anomalies(self) -> tuple[Anomaly, ...]:
        """What is odd in the bytes and in the XML, known at the end."""
        return (*self.bytes.anomalies(), *((self.broken,) if self.broken else ()))

    # -- feeding the parser ------------------------------------------------------------------------------

    def _made_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = 64 * 1024
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        # As if a DTD stood elsewhere that nobody reads: an entity of HTML is then no error, and is handed over.
        parser.UseForeignDTD(True)
        parser.SkippedEntityHandler = self._entity
        parser.CharacterDataHandler = self._text.append
        return parser

    def _feed(self, piece: bytes) -> None:
        del self._buffer[: self._taken - self._base]
        self._base = self._taken
        self._buffer += piece
        self._parse(piece, last=False)
        if self.broken:
            return
        fed, at = self._base + len(self._buffer), max(self._parser.CurrentByteIndex, 0)
        if not self._open:
            self._taken = at
        if fed - at > MAX_MARKUP + len(piece):
            self._refuse(f"a tag or remark has more than {MAX_MARKUP:,} bytes. This is no export as sites write it")
        if fed - self._taken > MAX_RECORD:
            what = f"<{self._open[-1][0].name}>" if self._open else "one element"
            self._refuse(f"{what} has more than {MAX_RECORD:,} bytes. Take it out, or shorten it")
        if len(self._parser.intern) > MAX_NAMES:
            self._refuse(f"there are more than {MAX_NAMES:,} different names. This is no export as sites write it")

    def _parse(self, piece: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as error:
            if not self._outermost:
                raise Refused(f"{self._broken(error)}.") from None
            self.broken = Anomaly(error.lineno, self._broken(error), "what comes before it was read, the rest was not")

    def _refuse(self, what: str) -> None:
        line = self._open[-1][0].first_line if self._open else self._parser.CurrentLineNumber
        raise Refused(f"From line {line} on, {what}.")

    def _broken(self, error: expat.ExpatError) -> str:
        first = self._open[0][0] if self._open else None
        where = f", in the <{first.name}> that begins at line {first.first_line}" if first else ""
        if error.code in _BROKEN_OFF and self._depth:
            return f"The file breaks off at line {error.lineno}{where}: download or export it again"
        why = expat.ErrorString(error.code)
        return f"This is no valid XML at line {error.lineno}{where}: {why}. Correct that line, or export it again"

    # -- what the parser finds ---------------------------------------------------------------------------

    def _doctype(self, *_: object) -> None:
        line = self._parser.CurrentLineNumber
        raise Refused(f"Line {line} declares a document type, which no export has. Nothing was read; take it out.")

    def _entity(self, name: str, _: bool) -> None:
        """Blogs write entities of HTML where XML knows none; one that nobody knows stays as it is written."""
        self._text.append(html5.get(f"{name};", f"&{name};"))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._clear()
        self._depth = depth = self._depth + 1
        if depth - self._level == 1:
            self._child = name
        if depth > MAX_DEPTH or depth == 1 or name in self._known:
            self._start_known(name, attributes, depth)

    def _end(self, name: str) -> None:
        depth, self._depth = self._depth, self._depth - 1
        if depth - self._level != 1 or name in self._known:
            self._end_known(name, depth)
        elif name not in self._fields:
            self._fields[name] = "".join(self._text)
        self._clear()

    def _start_known(self, name: str, attributes: dict[str, str], depth: int) -> None:
        line = self._parser.CurrentLineNumber
        if depth > MAX_DEPTH:
            raise Refused(f"At line {line} elements are nested {MAX_DEPTH} deep. This is no export as sites write it.")
        if depth == 1 and name != self._shape.root:
            raise Refused(f"The outermost element is <{name[:40]}>, not <{self._shape.root}>: this is another format.")
        if self._shape.records.get(name) == depth:
            self._begin(name, attributes, line)
        elif self._open:
            if depth - self._level == 1:
                self._attributes, self._child_line = attributes, line
            if name in self._shape.private:
                self._hide()

    def _end_known(self, name: str, depth: int) -> None:
        """The end of a record, of a child that is known, or of what stands deeper."""
        if not self._open:
            return
        record, inside = self._open[-1][0], depth - self._level
        if inside == 0:
            self._finish(record)
            return
        if inside == 1:
            self._note(record, name)
        elif inside == 2:
            record.fields.setdefault(f"{self._child}/{name}", "".join(self._text))
        if name in self._shape.private:
            self._show()

    def _note(self, record: Record, name: str) -> None:
        """Keep what a child of a record says."""
        if name in self._shape.repeated and len(record.repeated) < MAX_FIELDS:
            record.repeated.append((name, self._attributes, "".join(self._text)))
        if name in record.fields:
            return
        record.fields[name] = "".join(self._text)
        if name in self._shape.placed:
            record.placed[name] = (self._child_line, self._parser.CurrentLineNumber)

    # -- the text of a record ----------------------------------------------------------------------------

    def _begin(self, name: str, attributes: dict[str, str], line: int) -> None:
        within = ""
        if self._open:
            within = self._open[-1][0].name
            self._take(self._parser.CurrentByteIndex)
        self._taken = self._parser.CurrentByteIndex
        self._open.append((Record(name, within, attributes, line), self._depth))
        self._look_at_innermost()

    def _finish(self, record: Record) -> None:
        record.text = "".join(self._text)
        record.last_line = self._parser.CurrentLineNumber
        self._take(self._end_of_tag())
        self._hidden = 0
        self._open.pop()
        self._look_at_innermost()
        self._outermost += not self._open and record.name in self._shape.whole
        self._done.append(record)

    def _look_at_innermost(self) -> None:
        if self._open:
            record, self._level = self._open[-1]
            self._fields = record.fields
        else:
            self._level, self._fields = _NOWHERE, {}

    def _hide(self) -> None:
        if self._hidden == 0:
            self._take(self._parser.CurrentByteIndex)
        self._hidden += 1

    def _show(self) -> None:
        self._hidden -= 1
        if self._hidden == 0:
            self._taken = self._end_of_tag()

    def _take(self, end: int) -> None:
        """The bytes up to there are text of the innermost record, without the blanks before what is left out."""
        if part := self._buffer[self._taken - self._base : end - self._base].rstrip():
            self._open[-1][0].parts.append(part)
        self._taken = end

    def _end_of_tag(self) -> int:
        at = self._parser.CurrentByteIndex - self._base
        if self._buffer[at : at + 2] != b"</":
            return at + self._base  # An element without content: the parser stands behind it already.
        return self._buffer.index(b">", at) + 1 + self._base
