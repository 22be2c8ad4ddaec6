"""Reads the export of a WordPress site (WXR 1.0 to 1.2), however large: posts and pages with their comments."""

import re
from array import array
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from forum.archive import charsets, keys
from forum.archive.items import Comment, Kind, Lines, Post, Rest, SavedFile, State, Thread
from forum.archive.limits import MAX_ARTICLE_BYTES, MAX_BODY_BYTES, MAX_NAME, MAX_TITLE
from forum.archive.readers import xml_notes, xml_words
from forum.archive.readers.registry import Guess, Reader
from forum.archive.readers.xml_bytes import is_xml
from forum.archive.readers.xml_notes import Keys, Notes, Stretches
from forum.archive.readers.xml_stream import Record, Records, Shape
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
_STATES: Final[dict[str, State]] = {
    **{"": "published", "1": "published", "approve": "published", "approved": "published"},
    **{"0": "held", "hold": "held", "spam": "spam", "trash": "deleted", "post-trashed": "deleted"},
}
_KINDS: Final[dict[str, Kind]] = {
    **{"": "comment", "comment": "comment", "review": "comment"},
    **{"pingback": "pingback", "webmention": "pingback", "trackback": "trackback"},
}
_PAGES: Final = frozenset({"", "post", "page"})
_SHOWN: Final = frozenset({"", "publish", "inherit"})
_NO_WORDS: Final = frozenset(
    {
        *("attachment", "nav_menu_item", "revision", "custom_css", "customize_changeset", "oembed_cache", "wp_block"),
        *("wp_template", "wp_template_part", "wp_global_styles", "wp_navigation", "wp_font_family", "wp_font_face"),
    }
)
_FAR_TOO_LONG: Final = 1024 * 1024
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
        self._authors: dict[str, tuple[str, str]] = {}
        self._keys = {kind: Keys(f"wxr:{kind}") for kind in ("post", "comment")}
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
            login = record.get("wp:author_login")
            name = xml_words.bare(record.get("wp:author_display_name")) or login
            self._authors[login] = (name, record.get("wp:author_email").lower())
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
        comment = self._made(record, kind)
        if len(comment.body.encode()) > MAX_BODY_BYTES or not comment.source:
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
        post = None if why else self._post(record)
        if post is None:
            self._leave(record, why or "an article that is too long")
            thread = None
        else:
            thread = self._thread(record, post)
        self._begin_item()
        return thread

    def rest(self, records: Records) -> Rest:
        """What is left when the file is at its end."""
        if self._line < records.line_count:
            rest, into = (self._line + 1, records.line_count), self._leftover if records.broken else self._furniture
            into.add(
                rest, "not read, because the file is broken" if records.broken else "the end of the export", number=0
            )
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

    def _fields(self, record: Record, body: Lines) -> Stretches:
        """The lines of an item that are neither its article nor its comments."""
        found, at = Stretches(), record.first_line
        for first, last in sorted([*self._covered, body]):
            found.add((at, first - 1), _FIELDS, number=0)
            at = max(at, last + 1)
        found.add((at, record.last_line), _FIELDS, number=0)
        return found

    def _why_not(self, record: Record) -> str:
        """Why an item is not imported, in words; empty when it is."""
        kind, status = record.get("wp:post_type"), record.get("wp:status")
        talk = len(self._comments) + len(self._pings)
        if status == "trash" or (status not in _SHOWN and not talk):
            return f"{kind or 'post'} that was not public (“{status[:20]}”)"
        if kind not in _PAGES and not talk:
            return f"{kind[:40]}"
        return ""

    def _leave(self, record: Record, why: str) -> None:
        if lost := len(self._comments) + len(self._pings):
            self._whole.say(record.first_line, f"{why}, with {lost:,} comments", "listed in the remainder")
        into = self._furniture if record.get("wp:post_type") in _NO_WORDS else self._leftover
        into.add(record.lines, why)

    # -- making them -------------------------------------------------------------------------------------

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
            furniture=self._fields(record, post.lines).all(),
            leftover=self._unread.all(),
        )

    def _post(self, record: Record) -> Post | None:
        line = record.first_line
        written = record.fields.get("content:encoded", "")
        body = xml_words.from_wordpress(written, shortcodes=True) if len(written) < _FAR_TOO_LONG else written
        if len(body.encode()) > MAX_ARTICLE_BYTES:
            self._whole.say(line, f"an article of more than {MAX_ARTICLE_BYTES:,} bytes", "not imported")
            return None
        login = record.get("dc:creator")
        name, identity = self._authors.get(login, (xml_words.bare(login), ""))
        told, doubt = xml_notes.moment(record.get("wp:post_date"), record.get("wp:post_date_gmt"))
        if doubt:
            self._notes.say(line, doubt, "kept as printed")
        placed = record.placed
        number = record.get("wp:post_id")
        return Post(
            key=self._keys["post"].key(number, self._notes, line, author=name, printed=told.printed, body=body),
            title=self._short(xml_words.bare(record.get("title")), MAX_TITLE, "title", line),
            author=self._short(name, MAX_NAME, "name", line),
            moment=told,
            body=body,
            lines=placed.get("content:encoded", (line, line)),
            title_line=placed["title"][0] if "title" in placed else None,
            byline_lines=tuple(placed[field][0] for field in ("dc:creator", "wp:post_date") if field in placed),
            source_id=f"post-{number}" if number else "",
            address=_address(record.get("link")),
            format="html",
            state=self._state_of_post(record),
            identity=identity or (f"login:{login}" if login else ""),
            tags=_tags(record),
            element=f"item {number}".rstrip(),
            source=record.source,
        )

    def _state_of_post(self, record: Record) -> State:
        """A post that not everybody could read does not become one that everybody can."""
        status = record.get("wp:status")
        if status in _SHOWN and not record.get("wp:post_password"):
            return "published"
        why = "a password" if status in _SHOWN else f"the state “{status[:20]}”"
        self._notes.say(record.first_line, f"a post with {why}", "held for the moderators")
        return "held"

    def _made(self, record: Record, kind: Kind) -> Comment:
        line = record.first_line
        written = record.fields.get("wp:comment_content", "")
        too_long = len(written) > _FAR_TOO_LONG
        body = "" if too_long else xml_words.from_wordpress(written)
        if not body and not too_long:
            self._notes.say(line, "a comment without words", "kept as an empty comment")
        told, doubt = xml_notes.moment(record.get("wp:comment_date"), record.get("wp:comment_date_gmt"))
        if doubt:
            self._notes.say(line, doubt, "kept as printed")
        author = self._short(xml_words.bare(record.get("wp:comment_author")), MAX_NAME, "name", line)
        number, parent = record.get("wp:comment_id"), record.get("wp:comment_parent")
        source = "" if too_long else record.source
        return Comment(
            key=self._keys["comment"].key(number, self._notes, line, author=author, printed=told.printed, body=body),
            author=author,
            moment=told,
            body=body,
            lines=record.lines,
            digest=keys.digest(source),
            source_id=f"comment-{number}" if number else "",
            parent=None if parent in ("", "0") else self._keys["comment"].of(parent),
            parent_basis="none" if parent in ("", "0") else "format",
            format="html",
            kind=kind,
            state=self._state(record),
            identity=_identity(record),
            element=f"wp:comment {number}".rstrip()[:200],
            source=source,
        )

    def _state(self, record: Record) -> State:
        approved = record.get("wp:comment_approved").lower()
        if approved not in _STATES:
            what = f"a comment in the state “{approved[:20]}”"
            self._notes.say(record.first_line, what, "held for the moderators")
        return _STATES.get(approved, "held")

    def _short(self, text: str, most: int, what: str, line: int) -> str:
        if len(text) <= most:
            return text
        self._notes.say(line, f"a {what} of more than {most} characters", "shortened")
        return text[: most - 1] + "…"


def _identity(record: Record) -> str:
    """What tells people of one name apart: the e-mail address, or else the number of the account."""
    if email := record.get("wp:comment_author_email").lower():
        return email
    user = record.get("wp:comment_user_id")
    return f"user:{user}" if user not in ("", "0") else ""


def _tags(record: Record) -> tuple[str, ...]:
    """The slugs of categories and tags, without the one that says there is none."""
    slugs = (
        unquote(said.get("nicename", ""))
        for _, said, _ in record.repeated
        if said.get("domain") in ("category", "post_tag", "tag")
    )
    return tuple(dict.fromkeys(slug for slug in slugs if slug and slug != "uncategorized"))


def _address(link: str) -> str:
    return link if link.startswith(("http://", "https://")) and len(link) <= 500 else ""


READER: Final = Reader("wxr", "WordPress export (WXR)", recognise, read, streams=True)
