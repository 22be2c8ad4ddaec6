"""Reads the export of a WordPress site (WXR 1.0 to 1.2), however large: posts and pages with their comments."""

import re
from array import array
from collections.abc import Iterator
from typing import Final

from forum.archive import charsets
from forum.archive.items import Kind, Lines, Post, Rest, SavedFile, Thread
from forum.archive.limits import MAX_ARTICLE_BYTES, MAX_BODY_BYTES
from forum.archive.readers import xml_notes
from forum.archive.readers.registry import Guess, Reader
from forum.archive.readers.xml_bytes import is_xml
from forum.archive.readers.xml_notes import Notes, Stretches
from forum.archive.readers.xml_stream import Record, Records, Shape
from forum.archive.readers.xml_wordpress import SHOWN, Maker
from forum.archive.spool import Spool

_SHAPE: Final = Shape(
    root="rss",
    records={
        **dict.fromkeys(("wp:wxr_version", "wp:author", "wp:category", "wp:tag", "wp:term", "item"), 3),
        "wp:comment": 4,
    },
    whole=frozenset({"item"}),
    private=frozenset(
        {
            *("wp:comment_author_email", "wp:comment_author_IP", "wp:comment_author_url", "wp:comment_agent"),
            *("wp:commentmeta", "wp:postmeta", "wp:post_password"),
        }
    ),
    placed=frozenset({"title", "dc:creator", "wp:post_date", "content:encoded"}),
    repeated=frozenset({"category"}),
)
_VERSIONS: Final = ("1.0", "1.1", "1.2")
_KINDS: Final[dict[str, Kind]] = {
    **{"": "comment", "comment": "comment", "review": "comment"},
    **{"pingback": "pingback", "webmention": "pingback", "trackback": "trackback"},
}
_PAGES: Final = frozenset({"", "post", "page"})
_NO_WORDS: Final = frozenset(
    {
        *("attachment", "nav_menu_item", "revision", "custom_css", "customize_changeset", "oembed_cache", "wp_block"),
        *("wp_template", "wp_template_part", "wp_global_styles", "wp_navigation", "wp_font_family", "wp_font_face"),
    }
)
_FIELDS: Final = "fields of a post"


def recognise(head: bytes) -> Guess:
    """How far the beginning of a file looks like a WordPress export: its namespace, or its version."""
    text = charsets.glance(head).replace("\0", "")
    if not is_xml(text):
        return Guess(0.0, "it does not begin like XML")
    if re.search(r"xmlns:wp\s*=\s*[\"']https?://wordpress\.org/export/", text):
        return Guess(1.0, "it is XML with the namespace of WordPress exports")
    if "<wp:wxr_version>" in text:
        return Guess(0.9, "it is XML and names the version of its format")
    if "<rss" in text:
        return Guess(0.2, "it is a feed (RSS), but without comments as WordPress exports them")
    return Guess(0.0, "it is markup of another kind")


def read(saved: SavedFile) -> Iterator[Thread | Rest]:
    """Thread by thread, in the order of the file, then the rest; memory does not grow with the file."""
    records = Records(saved, _SHAPE)
    export = _Export()
    for record in records:
        if record.name == "wp:comment" and record.within == "item":
            export.comment(record)
        elif record.name == "item":
            thread = export.item(record)
            if thread is not None:
                yield thread
        else:
            export.other(record)
    yield export.rest(records)


class _Export:
    """One export under way: what was said of the site, and of the item whose comments come now."""

    def __init__(self) -> None:
        self._version = ""
        self._maker = Maker()
        self._whole = Notes()
        self._furniture, self._leftover = Stretches(), Stretches()
        self._line = 0
        self._in_items = False
        self._begin_item()

    def _begin_item(self) -> None:
        self._notes = Notes()
        self._comments, self._pings = Spool(), Spool()
        self._orders = array("q")
        self._threaded = False
        self._covered: list[Lines] = []
        self._unread = Stretches()

    # -- records -----------------------------------------------------------------------------------------

    def other(self, record: Record) -> None:
        """Something said of the whole site."""
        if record.name == "wp:wxr_version":
            self._version = record.text.strip()
            if self._version not in _VERSIONS:
                self._whole.say(record.first_line, f"the version “{self._version[:20]}” is not known", "read as 1.2")
        elif record.name == "wp:author":
            self._maker.author(record)
        elif record.name == "wp:comment":
            self._whole.say(record.first_line, "a comment outside of any post", "listed in the remainder")
            self._account_between(record)
            self._leftover.add(record.lines, "a comment outside of any post")

    def comment(self, record: Record) -> None:
        """A comment of the item that is open."""
        self._cover(record.lines)
        kind = _KINDS.get(record.get("wp:comment_type").lower())
        line = record.first_line
        if kind is None:
            what = f"a comment of the type “{record.get('wp:comment_type')[:40]}”"
            self._notes.say(line, what, "listed in the remainder")
            self._unread.add(record.lines, what)
            return
        comment = self._maker.comment(record, kind, self._notes)
        if comment is None:
            self._notes.say(line, f"a comment of more than {MAX_BODY_BYTES:,} bytes", "not imported")
            self._unread.add(record.lines, "a comment that is too long")
            return
        if kind != "comment":
            self._pings.append(comment)
            return
        self._comments.append(comment)
        self._orders.append(xml_notes.order(comment.moment))
        self._threaded |= comment.parent is not None

    def item(self, record: Record) -> Thread | None:
        """A post with the comments that came before its end; None when it is not to be imported."""
        self._account_between(record)
        why = self._why_not(record)
        post = None if why else self._maker.post(record, self._notes)
        if post is None and not why:
            why = "an article that is too long"
            self._whole.say(record.first_line, f"an article of more than {MAX_ARTICLE_BYTES:,} bytes", "not imported")
        thread = self._thread(record, post) if post else None
        if thread is None:
            self._leave(record, why)
        self._begin_item()
        return thread

    def rest(self, records: Records) -> Rest:
        """What is left when the file is at its end."""
        if self._line < records.line_count:
            into = self._leftover if records.broken else self._furniture
            what = "not read, because the file is broken" if records.broken else "the end of the export"
            into.add((self._line + 1, records.line_count), what, number=0)
        if not self._version:
            self._whole.say(0, "the version of the format is not stated", "read as 1.2")
        return Rest(
            line_count=records.line_count,
            furniture=self._furniture.all(),
            leftover=self._leftover.all(),
            anomalies=(*records.anomalies(), *self._whole.anomalies()),
        )

    # -- lines -------------------------------------------------------------------------------------------

    def _cover(self, lines: Lines) -> None:
        """Note lines of the item that are accounted for, neighbours together."""
        if self._covered and lines[0] <= self._covered[-1][1] + 1:
            self._covered[-1] = (self._covered[-1][0], max(self._covered[-1][1], lines[1]))
        else:
            self._covered.append(lines)

    def _account_between(self, record: Record) -> None:
        """The lines between the last item and this one."""
        if record.first_line > self._line + 1:
            what = "between the items" if self._in_items else "the beginning of the export"
            self._furniture.add((self._line + 1, record.first_line - 1), what, number=0)
        self._line, self._in_items = max(self._line, record.last_line), True

    def _fields(self, record: Record, post: Post) -> Stretches:
        """The lines of an item that are neither its article nor its comments."""
        found, at = Stretches(), record.first_line
        article = [post.lines] if post.body else []
        for first, last in sorted([*self._covered, *article]):
            found.add((at, first - 1), _FIELDS, number=0)
            at = max(at, last + 1)
        found.add((at, record.last_line), _FIELDS, number=0)
        return found

    def _why_not(self, record: Record) -> str:
        """Why an item is not imported, in words; empty when it is."""
        kind, status = record.get("wp:post_type"), record.get("wp:status")
        talk = len(self._comments) + len(self._pings)
        if status == "trash" or (status not in SHOWN and not talk):
            return f"{kind or 'post'} that was not public (“{status[:20]}”)"
        if kind not in _PAGES and not talk:
            return f"{kind[:40]}"
        return ""

    def _leave(self, record: Record, why: str) -> None:
        if lost := len(self._comments) + len(self._pings):
            self._whole.say(record.first_line, f"{why}, with {lost:,} comments", "listed in the remainder")
        into = self._furniture if record.get("wp:post_type") in _NO_WORDS else self._leftover
        into.add(record.lines, why)

    def _thread(self, record: Record, post: Post) -> Thread:
        numbers = xml_notes.in_order(self._orders)
        if numbers is not None:
            self._notes.say(post.lines[0], "comments that do not stand in the order of their times", "put in order")
        return Thread(
            post=post,
            comments=self._comments if numbers is None else self._comments.picked(numbers),
            notation=f"WordPress export {self._version}".rstrip(),
            threaded=self._threaded,
            pings=self._pings,
            anomalies=self._notes.anomalies(),
            furniture=self._fields(record, post).all(),
            leftover=self._unread.all(),
        )


READER: Final = Reader("wxr", "WordPress export (WXR)", recognise, read, streams=True)
