"""Makes comments of the elements found: their ids, their words, what is a pingback, what is held."""

import re
from collections.abc import Callable
from typing import Final

from forum.archive.items import Kind, State
from forum.archive.readers import html_parts, html_units
from forum.archive.readers.html_groups import id_of
from forum.archive.readers.html_names import is_furniture
from forum.archive.readers.html_parts import Parts
from forum.archive.readers.html_replies import NUMBER, Found
from forum.archive.readers.html_tree import Node, Tree
from forum.archive.readers.html_units import Unit
from forum.archive.readers.html_words import html_of, lines_of, text_of

# Letter by letter, and not too many of them: by the word, a long link would be read in ever more ways.
_PERMALINK: Final = re.compile(
    r"#((?:[A-Za-z][-_]?){0,80}?(?:comment|cmt|kommentar|commentaire|c|r|reply)[-_]?(?:\d+|[0-9a-f-]{12,}))$"
)
_LONGEST_DATE: Final = 60
_LIKE_A_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}(?!\d).{0,30}(?<!\d)\d{4}|\d{4}(?!\d).{0,30}(?<!\d)\d{1,2}|\d{1,2}[:.]\d\d)(?!\d)"
)
_REPLY_LINK: Final = re.compile(r"[?&](?:amp;)?replytocom=(\d+)")
_PING: Final = re.compile(r"(?:^|[-_])(?:ping|pings|pingback|pingbacks|pinglist)(?:$|[-_])")
_TRACK: Final = re.compile(r"(?:^|[-_])(?:trackback|trackbacks|tb|tbs)(?:$|[-_])")
_PING_TEXT: Final = re.compile(
    r"\W*(ping|track)backs?\b[ ]?(?:\(.{0,40}\))?(?P<mark>:|[ ]?(?:by|from|von|de|di)\b:?)?", re.IGNORECASE
)
_WAITING: Final = re.compile(
    r"awaiting (?:moderation|approval)|held for moderation|wartet auf (?:freischaltung|moderation|genehmigung)"
    r"|muss noch freigeschaltet werden|en attente de (?:modération|validation)|pendiente de moderación"
    r"|está (?:esperando|pendiente de) (?:moderación|aprobación)|in attesa di (?:moderazione|approvazione)"
    r"|wacht op (?:moderatie|goedkeuring)|aguardando moderação",
    re.IGNORECASE,
)
_GONE: Final = re.compile(
    r"\W*(?:this |the )?(?:comment|post|user|message)s? (?:has been|was|is) (?:removed|deleted|withdrawn)\b.{0,80}"
    r"|\W*(?:comment )?(?:deleted|removed)(?: by .{1,60})?\W*"
    r"|\W*(?:dieser )?(?:kommentar|beitrag) (?:wurde|ist) (?:vom? .{1,60} )?(?:gelöscht|entfernt)\b.{0,80}"
    r"|\W*(?:ce )?commentaire a été supprimé\b.{0,80}"
    r"|\W*(?:este )?comentario (?:ha sido|fue) (?:eliminado|suprimido)\b.{0,80}",
    re.IGNORECASE,
)


def find(tree: Tree) -> list[Found]:
    """The comments of the page in its order, with their parts."""
    units = html_units.find(tree)
    found = []
    for unit in units:
        parts = html_parts.read(unit.region())
        anchor = _anchor(unit, parts)
        number = NUMBER.search(anchor)
        kind = _kind(unit)
        if kind != "comment":
            _read_ping(unit, parts)
        if not parts.dated:
            parts.printed = _unread_date(unit, parts, anchor)
        found.append(Found(unit, parts, anchor, number.group() if number else "", kind, _state(unit, parts)))
    return found


def body_html(one: Found, link: Callable[[str], str]) -> str:
    """The comment's words as HTML, without what the layout prints among them."""
    return html_of(one.parts.body, one.parts.skipped, link=link)


def source_of(one: Found) -> str:
    """The visible lines of the comment's own element."""
    region = one.unit.region()
    return "\n".join(line.text for line in lines_of(region.nodes, region.skipped))


def _anchor(unit: Unit, parts: Parts) -> str:
    """The id that links to the comment lead to; of several with one number the one that links name."""
    region = unit.region()
    own = unit.anchor
    number = NUMBER.search(own)
    ids, links = [own] if own else [], []
    for node in region.walk():
        name = id_of(node)
        if number and name.endswith(number.group()) and not name[: -len(number.group())][-1:].isdigit():
            ids.append(name)
        if node.tag == "a" and not _is_in_words(node, unit, parts):
            if match := _PERMALINK.search(node.get("href")):
                links.append(match[1])
            elif match := _REPLY_LINK.search(node.get("href")):
                links.append(f"comment-{match[1]}")
    named = [link for link in links if link in ids or not ids]
    if named:
        return named[0][:100]
    plain = [name for name in ids if re.fullmatch(r"(?:comment|c|cmt)[-_]?\w+", name)]
    return min(plain or ids[:1], key=len, default="")[:100]


def _unread_date(unit: Unit, parts: Parts, anchor: str) -> str:
    """The words of a time element or of the comment's own permalink, in a language whose dates are not read.

    A link without a year beside another number, or a time of day, is "Comment 3 of 12" or "Permalink", and no date.
    """
    region = unit.region()
    for node in region.walk():
        is_time = node.tag == "time"
        is_own = node.tag == "a" and bool(anchor) and node.get("href").rpartition("#")[2] == anchor
        if not (is_time or is_own) or _is_in_words(node, unit, parts):
            continue
        text = text_of([node], region.skipped)
        if 0 < len(text) <= _LONGEST_DATE and (is_time or _LIKE_A_DATE.search(text)):
            return text
    return ""


def _is_in_words(node: Node, unit: Unit, parts: Parts) -> bool:
    """Whether the element stands in the comment's words, where these have an element of their own."""
    return any(top.holds(node) for top in parts.body if top not in unit.nodes)


def _kind(unit: Unit) -> Kind:
    labels = [label for node in unit.nodes for label in (*node.classes, re.sub(r"[-_]?\d+$", "", node.label))]
    for around in unit.nodes[0].ancestors():
        if around.tag in ("body", "html") or any(name == "comments" for name in (*around.classes, around.get("id"))):
            break
        labels += [*around.classes, around.label]
    mixed = any(
        re.search(r"comment", label) and _PING.search(label) for label in labels[len(unit.nodes[0].classes) + 1 :]
    )
    if any(_PING.search(label) for label in labels) and not mixed:
        return "pingback"
    if any(_TRACK.search(label) for label in labels) and not mixed:
        return "trackback"
    lines = lines_of(unit.nodes, unit.region().skipped)
    lines = [*lines[:2], *lines[2:][-1:]]
    matches = ((line, _PING_TEXT.match(line.text)) for line in lines)
    match = next((m for line, m in matches if m and (m["mark"] or m.end() == len(line.text))), None)
    return "comment" if match is None else "pingback" if match[1].lower() == "ping" else "trackback"


def _read_ping(unit: Unit, parts: Parts) -> None:
    """The author of a pingback is the title of the page that links here."""
    region = unit.region()
    for node in region.walk():
        if node.tag == "a" and node.get("href").startswith("http") and "edit" not in node.get("href"):
            title = text_of([node], region.skipped)
            if title and not is_furniture(title) and (not parts.author or _PING_TEXT.match(parts.author)):
                parts.author = title[:150]
                parts.skipped.add(node)
            break
    for line in lines_of(parts.body, parts.skipped):
        if _PING_TEXT.fullmatch(line.text):
            parts.skipped.update(line.pieces)
    if match := _PING_TEXT.match(parts.author):
        parts.author = parts.author[match.end() :].strip() or parts.author


def _state(unit: Unit, parts: Parts) -> State:
    region = unit.region()
    text = text_of(region.nodes, region.skipped) if unit.end - unit.start < 20_000 else ""
    said = _WAITING.search(text)
    body = text_of(parts.body, parts.skipped)
    if said and (not _WAITING.search(body) or _is_notice(unit)):
        return "held"
    return "deleted" if len(body) < 160 and _GONE.fullmatch(body) else "published"


def _is_notice(unit: Unit) -> bool:
    return any("moderation" in label for node in unit.region().walk() for label in node.classes)
