"""Makes posts and comments from the records of a WordPress export, and tells what is doubtful about each."""

from typing import Final
from urllib.parse import unquote

from forum.archive import keys
from forum.archive.items import Comment, Kind, Post, State
from forum.archive.limits import MAX_ARTICLE_BYTES, MAX_BODY_BYTES, MAX_NAME, MAX_TITLE
from forum.archive.readers import xml_notes, xml_words
from forum.archive.readers.xml_notes import Keys, Notes
from forum.archive.readers.xml_stream import Record

SHOWN: Final = frozenset({"", "publish", "inherit"})
"""The states of posts that everybody could read."""
_STATES: Final[dict[str, State]] = {
    **{"": "published", "1": "published", "approve": "published", "approved": "published"},
    **{"0": "held", "hold": "held", "spam": "spam", "trash": "deleted", "post-trashed": "deleted"},
}
_FAR_TOO_LONG: Final = 1024 * 1024
"""Characters of a text that is not even looked at."""


class Maker:
    """Makes the items of one export."""

    def __init__(self) -> None:
        self._authors: dict[str, tuple[str, str]] = {}
        self._keys = {kind: Keys(f"wxr:{kind}") for kind in ("post", "comment")}

    def author(self, record: Record) -> None:
        """Remember what the site calls one of its authors."""
        login = record.get("wp:author_login")
        name = xml_words.bare(record.get("wp:author_display_name")) or login
        self._authors[login] = (name, record.get("wp:author_email").lower())

    def post(self, record: Record, notes: Notes) -> Post | None:
        """The post of an item; None when its article is too long."""
        line = record.first_line
        written = record.fields.get("content:encoded", "")
        body = xml_words.from_wordpress(written, shortcodes=True) if len(written) < _FAR_TOO_LONG else written
        if len(body.encode()) > MAX_ARTICLE_BYTES:
            return None
        login = record.get("dc:creator")
        name, identity = self._authors.get(login, (xml_words.bare(login), ""))
        told, doubt = xml_notes.moment(record.get("wp:post_date"), record.get("wp:post_date_gmt"))
        if doubt:
            notes.say(line, doubt, "kept as printed")
        placed = record.placed
        number = record.get("wp:post_id")
        return Post(
            key=self._keys["post"].key(number, notes, line, author=name, printed=told.printed, body=body),
            title=notes.short(xml_words.bare(record.get("title")), MAX_TITLE, "title", line),
            author=notes.short(name, MAX_NAME, "name", line),
            moment=told,
            body=body,
            lines=placed.get("content:encoded", (line, line)),
            title_line=placed["title"][0] if "title" in placed else None,
            byline_lines=tuple(placed[field][0] for field in ("dc:creator", "wp:post_date") if field in placed),
            source_id=f"post-{number[:100]}" if number else "",
            address=_address(record.get("link")),
            format="html",
            state=_state_of_post(record, notes),
            identity=identity,
            tags=_tags(record),
            element=f"item {number}".rstrip()[:200],
            source=record.source,
        )

    def comment(self, record: Record, kind: Kind, notes: Notes) -> Comment | None:
        """A comment, pingback or trackback; None when it is too long."""
        line = record.first_line
        written = record.fields.get("wp:comment_content", "")
        body = xml_words.from_wordpress(written) if len(written) < _FAR_TOO_LONG else written
        if len(body.encode()) > MAX_BODY_BYTES:
            return None
        if not body:
            notes.say(line, "a comment without words", "kept as an empty comment")
        told, doubt = xml_notes.moment(record.get("wp:comment_date"), record.get("wp:comment_date_gmt"))
        if doubt:
            notes.say(line, doubt, "kept as printed")
        author = notes.short(xml_words.bare(record.get("wp:comment_author")), MAX_NAME, "name", line)
        number, parent = record.get("wp:comment_id"), record.get("wp:comment_parent")
        source = record.source
        return Comment(
            key=self._keys["comment"].key(number, notes, line, author=author, printed=told.printed, body=body),
            author=author,
            moment=told,
            body=body,
            lines=record.lines,
            digest=keys.digest(source),
            source_id=f"comment-{number[:100]}" if number else "",
            parent=None if parent in ("", "0") else self._keys["comment"].of(parent),
            parent_basis="none" if parent in ("", "0") else "format",
            format="html",
            kind=kind,
            state=_state(record, notes),
            identity=_identity(record),
            element=f"wp:comment {number}".rstrip()[:200],
            source=source,
        )


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


def _state_of_post(record: Record, notes: Notes) -> State:
    """A post that not everybody could read does not become one that everybody can."""
    status = record.get("wp:status")
    if status in SHOWN and not record.get("wp:post_password"):
        return "published"
    why = "a password" if status in SHOWN else f"the state “{status[:20]}”"
    notes.say(record.first_line, f"a post with {why}", "held for the moderators")
    return "held"


def _state(record: Record, notes: Notes) -> State:
    approved = record.get("wp:comment_approved").lower()
    if approved not in _STATES:
        what = f"a comment in the state “{approved[:20]}”"
        notes.say(record.first_line, what, "held for the moderators")
    return _STATES.get(approved, "held")
