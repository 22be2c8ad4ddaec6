"""What markup calls its elements: those of the author, the date, the words, and those of the layout alone."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from forum.archive.limits import MAX_NAME
from forum.archive.readers import html_dates
from forum.archive.readers.html_names import NO_NAME, clean_name, is_furniture
from forum.archive.readers.html_tags import HIDDEN
from forum.archive.readers.html_tree import LONGEST_NAME, Node, Text
from forum.archive.readers.html_words import Skipped, lines_of, text_of

_AUTHOR: Final = re.compile(
    r"(?:^|[-_])(?:author|authorname|commenter|commentauthor|username|usr|user|nick|nickname|poster|screenname|autor"
    r"|auteur|autore|fn|byline|by|name|who|cite|person|writer|p-author|p-name)(?:[-_]?(?:name|link|url|info|\d+))?$"
)
_NO_AUTHOR: Final = re.compile(r"avatar|image|photo|picture|bio|badge|email|site|blog|form|post-author-comment|bypost")
_BODY: Final = re.compile(
    r"(?:^|[-_])(?:content|contents|text|txt|body|bodytext|message|msg|entry|copy|bd|description|commenttext|commentbody"
    r"|commentcontent|inhalt|texte|texto|testo)(?:[-_]?(?:text|body|content|inner|area|\d+))?$|^e-content$|^p-content$"
)
_BODY_PROPS: Final = frozenset({"text", "commenttext", "articlebody", "reviewbody", "description"})
_DATE_PROPS: Final = frozenset({"datecreated", "datepublished", "commenttime", "datemodified"})
_FURNITURE_CLASS: Final = re.compile(
    r"(?:^|[-_])(?:reply|replylink|comment-reply|actions?|likes?|share|sharing|sharedaddy|avatar|gravatar|vote|votes"
    r"|voting|rating|ratings|karma|report|flag|edit|permalink|says|said|awaiting-moderation|moderation|screen-reader-text"
    r"|screenreader|sr-only|assistive-text|visually-hidden|offscreen|number|num|count|tools|toolbar|controls|buttons?"
    r"|links|userpic|icon|perma|abuse|moderate|badge)(?:[-_]?(?:link|links|text|button|btn|wrap|box))?$"
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
META_LINE: Final = 220


@dataclass
class Region:
    """What belongs to one comment: its elements, without the comments in it."""

    nodes: list[Node]
    skipped: set[Node | Text] = field(default_factory=set)

    def walk(self) -> Iterator[Node]:
        """The elements of the comment that a reader sees, in the order of the page."""
        waiting = list(reversed(self.nodes))
        while waiting:
            node = waiting.pop()
            if node in self.skipped or (node.tag in HIDDEN and node.tag not in ("meta", "link")):
                continue
            yield node
            waiting.extend(reversed(node.elements))

    def without(self, *more: Node | Text) -> "Region":
        """The same comment with more left out."""
        return Region(self.nodes, self.skipped.union(more))


def name_in(node: Node, skipped: Skipped = ()) -> str:
    """The name that an element gives, without date, verb and links beside it."""
    inner = next((n for n in node.walk() if n is not node and props(n) & {"name"}), None)
    inner = inner or next((n for n in node.walk() if n is not node and {"fn", "p-name"} & set(n.classes)), None)
    if inner is not None and (name := clean_name(text_of([inner], skipped) or inner.get("content"))):
        return name
    left_out = {*skipped, *layout([node], skipped)}
    text = text_of([node], left_out) or node.get("content")
    if html_dates.find(text) or len(text.split()) > 6:
        for part in node.walk():
            if part.tag in ("cite", "b", "strong", "a", "span", "em") and part is not node and part not in left_out:
                words = text_of([part], left_out)
                if words and not is_furniture(words) and not html_dates.find(words) and len(words) <= MAX_NAME:
                    return clean_name(words)
    return clean_name(text)


def author_node(region: Region) -> Node | None:
    """The element that names the author: by property, by class, by role."""
    best: tuple[int, Node] | None = None
    for node in region.walk():
        rank = _author_rank(node, region)
        if rank and (best is None or rank < best[0]):
            text = name_in(node, region.skipped)
            if text and ((rank < 4 and not NO_NAME.fullmatch(text)) or not is_furniture(text)):
                best = rank, node
    return best[1] if best else None


def marked_body(region: Region) -> list[Node]:
    """The element called content, text or the like, if a name or a date stands outside it."""
    named = [n for n in region.walk() if n.tag not in ("a", "h1", "h2", "h3") and props(n) & _BODY_PROPS]
    named += [
        n
        for n in region.walk()
        if n.tag not in ("a", "img", "time", "body")
        and (n not in region.nodes or len(region.nodes) > 1)
        and any(_BODY.search(label) for label in labels_of(n))
        and not is_date_label(n)
    ]
    for node in named:
        if not text_of([node], region.skipped):
            continue
        around = region.without(node)
        lines = lines_of(around.nodes, around.skipped)
        dated = any(html_dates.find(line.text) for line in lines if len(line.text) < META_LINE)
        dated = dated or any(stamp_of_time(n) for n in around.walk())
        author = author_node(around) is not None
        inside = author_node(Region([node], region.skipped))
        if (dated and author) or (author and not _dated_inside(node, region)) or (dated and inside is None):
            # Parts of one text that stand side by side are all of it; the layout's own words are none of it.
            return [node]
    return []


def stamp_of_time(node: Node) -> str:
    """What an element that is a time tells machines."""
    if node.tag == "time" or props(node) & _DATE_PROPS or is_date_label(node) or "value-title" in node.classes:
        return html_dates.stamp_of(node)
    return html_dates.stamp_of(node) if any(name.startswith("data-") for name in node.attributes) else ""


def layout(nodes: list[Node], skipped: Skipped) -> Iterator[Node | Text]:
    """What the layout prints within the words: links to answer, counts of likes, notes of moderation."""
    for top in nodes:
        waiting = [top]
        while waiting:
            node = waiting.pop()
            if node in skipped:
                continue
            if node is not top and _is_layout(node, skipped):
                yield node
                continue
            waiting.extend(node.elements)


def is_date_label(node: Node) -> bool:
    return node.tag in ("time", "abbr") or any("date" in name or "time" in name for name in node.classes)


def props(node: Node) -> set[str]:
    return set(node.get("itemprop").lower().split()) if "itemprop" in node.raw else set()


def labels_of(node: Node) -> Iterable[str]:
    """The classes and the id of an element without its number; `commentBodyStyle` is read as `comment-body`."""
    for name in node.get("class").split():
        if len(name) > LONGEST_NAME:
            continue
        apart = _CAMEL.sub("-", name).lower()
        yield apart.removesuffix("-style")
        if apart != name.lower():
            yield name.lower()
    if node.label:
        yield re.sub(r"[-_]?\d+$", "", node.label)


def _author_rank(node: Node, region: Region) -> int:
    if node in region.nodes and len(region.nodes) == 1:
        return 0
    if props(node) & {"author", "creator"}:
        return 1
    if {"fn", "p-author"} & set(node.classes) or "author" in node.get("rel").lower().split():
        return 2
    labels = [label for label in labels_of(node) if _AUTHOR.search(label) and not _NO_AUTHOR.search(label)]
    if labels and not is_date_label(node):
        return 3 if any("author" in label or "user" in label for label in labels) else 4
    if node.tag == "cite":
        return 4
    return 6 if node.tag == "a" and "external" in node.get("rel") and "url" in node.classes else 0


def _dated_inside(node: Node, region: Region) -> bool:
    lines = lines_of([node], region.skipped)
    edges = [*lines[:2], *lines[-2:]]
    return any(html_dates.find(line.text) for line in edges if len(line.text) < 60) or any(
        n.tag == "time" for n in Region([node], region.skipped).walk()
    )


def _is_layout(node: Node, skipped: Skipped) -> bool:
    labels = [label for label in labels_of(node) if _FURNITURE_CLASS.search(label) or label.startswith("comment-like")]
    if labels:
        text = text_of([node], skipped)
        return len(text) < 160 and (len(text.split()) <= 8 or "moderation" in labels[0])
    if node.tag in ("a", "button", "small", "div", "p", "span", "li"):
        if node.tag == "a" and "replytocom=" in node.get("href"):
            return True
        text = text_of([node], skipped) if not _large(node) else ""
        linked = node.tag == "a" or any(child.tag == "a" for child in node.elements)
        return bool(text) and linked and is_furniture(text) and any(c.isalpha() for c in text)
    return False


def _large(node: Node) -> bool:
    return node.end - node.start > 2_000
