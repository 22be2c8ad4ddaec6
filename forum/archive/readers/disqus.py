"""Reads the export of Disqus (XML), however large: the pages of a site, and the comments that stood under each."""

import re
from array import array
from collections.abc import Iterator
from typing import Final

from forum.archive import charsets, keys
from forum.archive.items import Comment, Lines, Moment, Post, Rest, SavedFile, State, Stretch, Thread
from forum.archive.limits import MAX_BODY_BYTES, MAX_NAME, MAX_TITLE
from forum.archive.readers import xml_notes, xml_words
from forum.archive.readers.registry import Guess, Reader
from forum.archive.readers.xml_bytes import is_xml
from forum.archive.readers.xml_notes import Keys, Notes, Stretches
from forum.archive.readers.xml_stream import Record, Records, Shape
from forum.archive.spool import Spool

_SHAPE: Final = Shape(
    root="disqus",
    records=dict.fromkeys(("category", "thread", "post"), 2),
    whole=frozenset({"post"}),
    private=frozenset({"email", "ipAddress"}),
    placed=frozenset({"title"}),
    repeated=frozenset({"thread", "parent"}),
)
_ID: Final = "dsq:id"
_FAR_TOO_LONG: Final = 1024 * 1024


def recognise(head: bytes) -> Guess:
    """How far the beginning of a file looks like a Disqus export: by its outermost element and namespace."""
    text = charsets.glance(head).replace("\0", "")
    if not is_xml(text):
        return Guess(0.0, "it does not begin like XML")
    if re.search(r"<disqus\b[^>]{0,400}https?://disqus\.com", text):
        return Guess(1.0, "it is XML with the namespace of Disqus exports")
    if "<disqus" in text:
        return Guess(0.8, "it is XML with an element <disqus>")
    return Guess(0.0, "it is markup of another kind")


def read(saved: SavedFile) -> Iterator[Thread | Rest]:
    """Thread by thread, then the rest; the comments of a page may stand anywhere in the file, so all are read first.

    Memory grows by some bytes for each comment and page, not with their words.
    """
    records = Records(saved, _SHAPE)
    export = _Export()
    for record in records:
        export.between(record)
        if record.name == "thread":
            export.page(record)
        elif record.name == "post":
            export.comment(record)
    yield from export.threads()
    yield export.rest(records)


class _Export:
    """One export under way."""

    def __init__(self) -> None:
        self._whole = Notes()
        self._thread_keys, self._comment_keys = Keys("disqus:thread"), Keys("disqus:comment")
        self._pages, self._comments = Spool(), Spool()
        self._at: dict[str, int] = {}
        """The number of each page by its id."""
        self._under: dict[str, array[int]] = {}
        """The numbers of the comments under each page, by its id."""
        self._orders: array[int] = array("q")
        self._unread: list[tuple[Lines, str]] = []
        self._notes: dict[str, Notes] = {}
        self._furniture = Stretches()
        self._line = 0
        self._begun = False

    # -- records -----------------------------------------------------------------------------------------

    def between(self, record: Record) -> None:
        """The lines between the last record and this one, and those of the site's own categories."""
        if record.first_line > self._line + 1:
            what = "between the items" if self._begun else "the beginning of the export"
            self._furniture.add((self._line + 1, record.first_line - 1), what, number=0)
        if record.name == "category":
            self._furniture.add(record.lines, "category")
        self._line, self._begun = max(self._line, record.last_line), True

    def page(self, record: Record) -> None:
        """A page that people could comment on; it is kept in the shape of a comment, its title as the body."""
        number = record.attributes.get(_ID, "").strip()[:100]
        if not number or number in self._at:
            self._whole.say(record.first_line, "a thread without an id of its own", "listed in the remainder")
            self._unread.append((record.lines, "a thread without an id of its own"))
            return
        link = record.get("link")
        title = xml_words.bare(record.get("title")) or link.removeprefix("http://").removeprefix("https://")
        self._at[number] = len(self._pages)
        told, _ = xml_notes.moment("", record.get("createdAt"))
        self._pages.append(
            Comment(
                key=number,
                author=self._name(record, self._whole),
                moment=told,
                body=self._whole.short(title, MAX_TITLE, "title", record.first_line),
                lines=record.lines,
                digest=str(record.placed["title"][0] if "title" in record.placed else 0),
                source_id=link if re.match("https?://", link) and len(link) <= 500 else "",
                state="held" if record.get("isDeleted") == "true" else "published",
                identity=_identity(record),
                source=record.source,
            )
        )

    def comment(self, record: Record) -> None:
        """A comment, which names its page and what it answers."""
        page = next((said.get(_ID, "") for name, said, _ in record.repeated if name == "thread"), "").strip()[:100]
        if page and page not in self._notes:
            self._notes[page] = Notes()
        notes = self._notes[page] if page else self._whole
        written = record.fields.get("message", "")
        body = xml_words.from_disqus(written) if len(written) <= _FAR_TOO_LONG else written
        if not page or len(body.encode()) > MAX_BODY_BYTES:
            why = "a comment that is too long" if page else "a comment that names no thread"
            self._whole.say(record.first_line, why, "listed in the remainder")
            self._unread.append((record.lines, why))
            return
        comment = self._made(record, body, notes)
        self._under.setdefault(page, array("Q")).append(len(self._comments))
        self._orders.append(xml_notes.order(comment.moment))
        self._comments.append(comment)

    # -- what came of it ---------------------------------------------------------------------------------

    def threads(self) -> Iterator[Thread]:
        """The pages with comments, in the order of the file, then those that it lacks; the others are left over."""
        for page in self._pages:
            numbers = self._under.pop(page.key, None)
            if numbers is None:
                self._unread.append((page.lines, "a thread without comments"))
            else:
                yield self._thread(page, numbers)
        for page_id, numbers in self._under.items():
            yield self._thread(self._lost(page_id, self._comments[numbers[0]]), numbers)

    def rest(self, records: Records) -> Rest:
        """What is left when all threads are told."""
        leftover = Stretches()
        for lines, what in sorted(self._unread):
            leftover.add(lines, what)
        if self._line < records.line_count and records.broken:
            leftover.add((self._line + 1, records.line_count), "not read, because the file is broken", number=0)
        elif self._line < records.line_count:
            self._furniture.add((self._line + 1, records.line_count), "the end of the export", number=0)
        return Rest(
            line_count=records.line_count,
            furniture=self._furniture.all(),
            leftover=leftover.all(),
            anomalies=(*records.anomalies(), *self._whole.anomalies()),
        )

    # -- making them -------------------------------------------------------------------------------------

    def _thread(self, page: Comment, numbers: "array[int]") -> Thread:
        notes = self._notes.pop(page.key)
        if page.state != "published":
            why = "a thread that was deleted" if page.source else "comments whose thread is not in the file"
            notes.say(page.lines[0], why, "held for the moderators")
        by_time = xml_notes.in_order([self._orders[number] for number in numbers])
        chosen = numbers if by_time is None else array("Q", (numbers[at] for at in by_time))
        comments = self._comments.picked(chosen)
        return Thread(
            post=_post(page, self._thread_keys),
            comments=comments,
            notation="Disqus export",
            threaded=any(comment.parent for comment in comments),
            anomalies=notes.anomalies(),
            furniture=(Stretch(page.lines, "what is said of the page"),) if page.source else (),
        )

    def _lost(self, page_id: str, first: Comment) -> Comment:
        """In place of a page that the file does not have: what was said there is kept, and shown to moderators."""
        title = f"Comments on a page that is not in the export (thread {page_id})"
        return Comment(key=page_id, author="", moment=Moment(), body=title, lines=first.lines, digest="0", state="held")

    def _made(self, record: Record, body: str, notes: Notes) -> Comment:
        line = record.first_line
        number = record.attributes.get(_ID, "").strip()
        parent = next((said.get(_ID, "") for name, said, _ in record.repeated if name == "parent"), "").strip()
        state = _state(record)
        if not body and state != "deleted":
            notes.say(line, "a comment without words", "kept as an empty comment")
        told = self._moment(record, notes)
        author = self._name(record, notes)
        source = record.source
        return Comment(
            key=self._comment_keys.key(number, notes, line, author=author, printed=told.printed, body=body),
            author=author,
            moment=told,
            body=body,
            lines=record.lines,
            digest=keys.digest(source),
            source_id=f"comment-{number[:100]}" if number else "",
            parent=self._comment_keys.of(parent) if parent else None,
            parent_basis="format" if parent else "none",
            format="html",
            state=state,
            identity=_identity(record),
            element=f"post {number}".rstrip()[:200],
            source=source,
        )

    def _moment(self, record: Record, notes: Notes) -> Moment:
        printed = record.get("createdAt")
        told, doubt = xml_notes.moment("", printed)
        if doubt:
            notes.say(record.first_line, "a date that is none" if printed else "no date", "kept as printed")
            return Moment(printed=printed[:100])
        return told

    def _name(self, record: Record, notes: Notes) -> str:
        name = xml_words.bare(record.get("author/name") or record.get("author/username"))
        return notes.short(name, MAX_NAME, "name", record.first_line)


def _post(page: Comment, thread_keys: Keys) -> Post:
    return Post(
        key=thread_keys.of(page.key),
        title=page.body,
        author=page.author,
        moment=page.moment,
        body="",
        lines=page.lines,
        title_line=int(page.digest) or None,
        address=page.source_id,
        format="html",
        state=page.state,
        identity=page.identity,
        element=f"thread {page.key}"[:200],
        source=page.source,
    )


def _state(record: Record) -> State:
    if record.get("isSpam") == "true":
        return "spam"
    return "deleted" if record.get("isDeleted") == "true" else "published"


def _identity(record: Record) -> str:
    """What tells people of one name apart: the e-mail address, or else the name of the account."""
    if email := record.get("author/email").lower():
        return email
    user = record.get("author/username")
    return f"user:{user[:200]}" if user else ""


READER: Final = Reader("disqus", "Disqus export (XML)", recognise, read, streams=True)
