"""What a person says about a saved file in a TOML beside it: its source, zone, quotations and notes."""

import re
import tomllib
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeGuard

from forum.archive import dates, fixes
from forum.archive.fixes import Fix
from forum.archive.items import Anomaly, Block, Lines, Post, Thread
from forum.archive.limits import MAX_NAME, MAX_NOTE, MAX_TITLE, Refused
from forum.text.html import is_page

__all__ = ["Corrections", "Fix", "Quoted", "apply", "for_file", "paragraph_lines", "parse"]

_LONGEST: Final = {"title": MAX_TITLE, "author": MAX_NAME, "name": 200, "source": 200, "address": 500, "by": MAX_NAME}
_KEY: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LAST_LINE: Final = 10**9  # more than a file has
_DEEPEST: Final = 8  # brackets in one another, or points between the parts of names in one line
_ASIDE: Final = re.compile(  # texts and remarks; one without an end is refused later
    r'"""(?:[^\\]|\\.)*?(?:"{3,5}|\Z)|"(?:[^"\\\n]|\\[^\n])*"?'
    r"|'''.*?(?:'{3,5}|\Z)|'[^'\n]*'?|#[^\n]*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """Lines of the article that are quoted, and from where if that is known."""

    lines: Lines
    source: str | None


@dataclass(frozen=True, slots=True)
class Corrections:
    """All that may be said; what is empty leaves the page as it was read."""

    source_key: str
    source_name: str
    address: str = ""
    sha256: str = ""
    title: str = ""
    author: str = ""
    zone: str = ""
    provenance: str = ""
    content: str = ""
    quotations: tuple[Quoted, ...] = ()
    fixes: tuple[Fix, ...] = ()
    by_name: bool = field(default=False, compare=False)
    """The source is named after the file, for want of anything better; nobody has chosen it, and no TOML says so."""

    def as_options(self) -> dict[str, Any]:
        """What was said about the page itself, for the record of a run."""
        said = {"title": self.title, "author": self.author, "zone": self.zone}
        quoted = [{"lines": list(one.lines), "source": one.source} for one in self.quotations]
        fixed = [fix.as_table() for fix in self.fixes]
        told = {**said, "quotations": quoted, "comments": fixed}
        return {name: value for name, value in told.items() if value}


def parse(text: str) -> Corrections:
    """Read the TOML; refuses what it does not know, so that a misspelt key is not passed over."""
    _check_depth(text)
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"The corrections are not valid TOML: {error}.") from None
    except ValueError:  # a number of more digits than Python reads
        raise Refused("The corrections hold a number that is too long.") from None
    source, page, notes = (_table(told, name) for name in ("source", "page", "notes"))
    _only(told, {"sha256", "source", "page", "notes", "quotation", "comment"}, "the file")
    _only(source, {"key", "name", "address"}, "[source]")
    _only(page, {"title", "author", "zone"}, "[page]")
    _only(notes, {"provenance", "content"}, "[notes]")
    return Corrections(
        source_key=_source_key(_text(source, "key")),
        source_name=_text(source, "name") or _text(source, "key"),
        address=_address(_text(source, "address")),
        sha256=_text(told, "sha256").lower(),
        title=_text(page, "title"),
        author=_text(page, "author"),
        zone=_text(page, "zone"),
        provenance=_text(notes, "provenance"),
        content=_text(notes, "content"),
        quotations=_quotations(told.get("quotation", [])),
        fixes=_fixes(told.get("comment", [])),
    )


def for_file(stem: str) -> Corrections:
    """The corrections of a file that has none: each such file is a source of its own, named as the file."""
    key = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:50].strip("-")
    return Corrections(source_key=key or "file", source_name=stem[:100] or "file", by_name=True)


def apply(thread: Thread, said: Corrections) -> Thread:
    """The thread with what the person said put in its place."""
    thread = fixes.put(thread, said.fixes)
    post, notes = _place_post(thread.post, said)
    comments = []
    for comment in thread.comments:
        moment, doubt = dates.place(comment.moment, said.zone)
        if doubt:
            notes.append(Anomaly(comment.lines[1], f"“{moment.printed}” {doubt}", "kept without an instant"))
        comments.append(comment if moment is comment.moment else replace(comment, moment=moment))
    kept = [a for a in thread.anomalies if not (said.zone and a.what == "zone not stated")]
    if said.zone:
        notes.append(Anomaly(0, "zone not stated in the file", f"took {said.zone}, as the operator said"))
    anomalies = tuple(sorted((*kept, *notes), key=lambda a: a.line))
    return replace(thread, post=post, comments=tuple(comments), anomalies=anomalies)


def _place_post(post: Post, said: Corrections) -> tuple[Post, list[Anomaly]]:
    moment, doubt = dates.place(post.moment, said.zone)
    line = post.byline_lines[0] if post.byline_lines else 0
    notes = [Anomaly(line, f"“{moment.printed}” {doubt}", "kept without an instant")] if doubt else []
    return (
        replace(
            post,
            moment=moment,
            title=said.title or post.title,
            author=said.author or post.author,
            blocks=tuple(_block(post, quoted) for quoted in said.quotations),
        ),
        notes,
    )


def _block(post: Post, quoted: Quoted) -> Block:
    """The paragraphs of the article that the lines make up; refuses lines that are not whole paragraphs."""
    first, last = quoted.lines
    paragraphs = paragraph_lines(post)
    inside = [n for n, (a, b) in enumerate(paragraphs) if first <= a and b <= last]
    begins = bool(inside) and paragraphs[inside[0]][0] == first
    if not begins or paragraphs[inside[-1]][1] != last:
        raise Refused(f"The quotation at lines {first} to {last} does not begin and end with a paragraph.")
    return Block(inside[0], inside[-1], quoted.source, quoted.lines)


def paragraph_lines(post: Post) -> list[Lines]:
    """First and last line in the file of each paragraph of the article."""
    paragraphs: list[Lines] = []
    above = False
    for number, line in enumerate(post.body.split("\n"), post.lines[0]):
        filled = bool(line.strip())
        if filled and above:
            paragraphs[-1] = (paragraphs[-1][0], number)
        elif filled:
            paragraphs.append((number, number))
        above = filled
    return paragraphs


def _check_depth(text: str) -> None:
    """Refuse what is nested deeply: Python's reader fails at deep brackets, and takes minutes over long names."""
    depth, bare = 0, _ASIDE.sub("", text)
    for bracket in re.findall(r"[][{}]", bare):
        depth += 1 if bracket in "[{" else -1
        if depth > _DEEPEST:
            break
    if depth > _DEEPEST or any(line.count(".") > _DEEPEST for line in bare.split("\n")):
        raise Refused("The corrections are nested too deeply. They hold tables of texts and numbers, and no more.")


def _is_line(number: Any) -> TypeGuard[int]:
    return type(number) is int and 1 <= number <= _LAST_LINE


def _fixes(told: Any) -> tuple[Fix, ...]:
    found = [_fix(one) for one in _tables(told, "comment")]
    return tuple(sorted(found, key=lambda fix: (fix.line, fix.key)))


def _fix(one: dict[str, Any]) -> Fix:
    _only(one, {"line", "key", "author", "parent", "parent_key", "drop", "merge", "by"}, "[[comment]]")
    line, parent = one.get("line"), one.get("parent")
    if not _is_line(line):
        raise Refused("A [[comment]] names the line at which it begins: line = 57.")
    if parent is not None and not (_is_line(parent) or (type(parent) is int and parent == fixes.TOP)):
        raise Refused("A comment answers the one that begins at a line, parent = 34, or nobody, parent = 0.")
    drop, merge = one.get("drop", False), one.get("merge", False)
    if type(drop) is not bool or type(merge) is not bool or (drop and merge):
        raise Refused(f"The comment at line {line} is dropped, drop = true, or joined to the last one, merge = true.")
    names = {name: _text(one, name) for name in ("key", "parent_key", "by")}
    return Fix(line, author=_text(one, "author") or None, parent=parent, drop=drop, merge=merge, **names)


def _tables(told: Any, name: str) -> list[dict[str, Any]]:
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise Refused(f"In the corrections, each {name} is written as a table: [[{name}]].")
    return told


def _quotations(told: Any) -> tuple[Quoted, ...]:
    found: list[Quoted] = []
    for one in _tables(told, "quotation"):
        _only(one, {"lines", "source"}, "[[quotation]]")
        lines = one.get("lines")
        if not (isinstance(lines, list) and len(lines) == 2 and all(_is_line(n) for n in lines)):
            raise Refused("A quotation names its first and last line: lines = [9, 15].")
        if lines[0] > lines[1]:
            raise Refused(f"A quotation cannot run from line {lines[0]} to line {lines[1]}.")
        if found and lines[0] <= found[-1].lines[1]:
            raise Refused("Quotations are listed in the order of the file and do not overlap.")
        found.append(Quoted((lines[0], lines[1]), _text(one, "source") or None))
    return tuple(found)


def _table(told: dict[str, Any], name: str) -> dict[str, Any]:
    value = told.get(name, {})
    if not isinstance(value, dict):
        raise Refused(f"In the corrections, {name} is written as a table: [{name}].")
    return value


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if strange := sorted(set(table) - known):
        raise Refused(f"In the corrections, {where} has nothing called {', '.join(strange)}.")


def _text(table: dict[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise Refused(f"In the corrections, {name} is a text in quotation marks.")
    most = _LONGEST.get(name, MAX_NOTE)
    if len(value) > most or "\0" in value:
        raise Refused(f"In the corrections, {name} has {len(value):,} characters; at most {most:,} are kept.")
    return value.strip()


def _source_key(key: str) -> str:
    if not _KEY.fullmatch(key) or len(key) > 50:
        raise Refused("The corrections need a source key of small letters, digits and hyphens: [source] key.")
    return key


def _address(address: str) -> str:
    if address and not is_page(address):
        raise Refused("The address of the source begins with http:// or https://, or is left empty.")
    return address
