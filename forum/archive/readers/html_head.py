"""What a page says of its article: address, title, author, date, and how many comments it has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin, urlsplit

from forum.archive.limits import MAX_TITLE
from forum.archive.readers import html_parts
from forum.archive.readers.html_groups import is_aside
from forum.archive.readers.html_labels import Region, props
from forum.archive.readers.html_names import clean_name
from forum.archive.readers.html_parts import Parts
from forum.archive.readers.html_tree import Node, Text, Tree
from forum.archive.readers.html_words import joined, text_of

_TITLE: Final = re.compile(
    r"(?:^|[-_])(?:entry|post|article|story|asset|page|single|content|node)?[-_]?(?:title|headline|p-name|name|header)$"
)
_SUFFIX: Final = re.compile(r"\s+(?:[|»«·•:\u2013—]|-|&laquo;|::)\s+|\s*[»«|]\s*")
CLAIM_WORDS: Final = (
    r"(?:comments?|responses?|replies|reply|thoughts?|remarks|reactions?|kommentare?n?|antworten|gedanken|reaktionen|meinungen"
    r"|commentaires?|réponses?|réactions?|comentarios?|respuestas?|opiniones|commenti|commento|risposte|reacties|reactie"
    r"|opmerkingen|comentários?|respostas?|kommentarer|komentarzy?|svar)"
)
_CLAIM: Final = re.compile(
    rf"(?<![\d/.-])(?P<n>\d{{1,3}}(?:[.,\u00a0 ]\d{{3}})*|\d{{1,6}}|^(?:one|ein))\s+(?:\w+\s+)?{CLAIM_WORDS}\b"
    rf"|\b{CLAIM_WORDS}\s*[:(\[]\s*(?P<m>\d{{1,6}})\b",
    re.IGNORECASE,
)
_SAVED: Final = re.compile(r"^(?:https?://web\.archive\.org)?/web/\d{4,14}(?:[a-z]{2}_)?/(?=https?:)", re.IGNORECASE)
_PAGED: Final = re.compile(r"/(?:comment-page-\d+|page/\d+|amp)/?$")


@dataclass
class Article:
    """What was found of the post."""

    title: str = ""
    title_node: Node | None = None
    parts: Parts = field(default_factory=Parts)
    used: set[Node | Text] = field(default_factory=set)
    body: list[Node] = field(default_factory=list)
    skipped: set[Node | Text] = field(default_factory=set)
    address: str = ""
    source_id: str = ""
    claimed: int | None = None


def plain_address(address: str) -> str:
    """The address by which copies of one page know each other: without scheme, www, page of comments, or anchor."""
    parts = urlsplit(address)
    path = _PAGED.sub("", parts.path.rstrip("/")).rstrip("/")
    asked = "&".join(
        sorted(p for p in parts.query.split("&") if re.match(r"(?:p|id|page_id|entry|article\w*|nid|t)=", p))
    )
    return f"{(parts.hostname or '').removeprefix('www.')}{path}{'?' + asked if asked else ''}".lower()


def resolve(address: str, base: str) -> str:
    """Where a link on the page leads, whole; nothing when that cannot be known or is no place on the web."""
    address = _SAVED.sub("", address.strip())
    if address.startswith("#"):
        return address if len(address) > 1 else ""
    try:
        whole = urljoin(base, address) if base else address
        parts = urlsplit(whole)
        if parts.fragment and base and plain_address(whole) == plain_address(base):
            return f"#{parts.fragment}"
    except ValueError:
        return ""
    if parts.scheme == "mailto":
        return ""
    return whole if parts.scheme in ("http", "https") and parts.netloc else ""


def address_of(tree: Tree) -> str:
    """The address the page gives as its own."""
    found: dict[int, str] = {}
    for node in tree.root.walk():
        if node.tag == "link" and "canonical" in node.get("rel").lower().split():
            found.setdefault(0, node.get("href"))
        elif node.tag == "meta" and node.get("property").lower() == "og:url":
            found.setdefault(1, node.get("content"))
        elif node.tag == "link" and node.get("rel").lower() == "shortlink":
            found.setdefault(2, node.get("href"))
    for rank in sorted(found):
        address = _SAVED.sub("", found[rank].strip())
        try:
            parts = urlsplit(address)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.netloc and len(address) <= 500:
            return address
    return ""


def post_id(tree: Tree, content: Node | None) -> str:
    for node in (content, *content.ancestors()) if content is not None else ():
        if re.fullmatch(r"(?:post|entry|article|node)[-_]?\d+", node.get("id")):
            return node.get("id")
        for name in node.classes:
            if match := re.fullmatch(r"post-?id-(\d+)|page-id-(\d+)", name):
                return f"post-{match[1] or match[2]}"
    return ""


def read_title(tree: Tree, article: Article, comments: set[Node], first: int) -> None:
    said = dict.fromkeys(("title", "og"), "")
    for node in tree.root.walk():
        if node.tag == "title" and not said["title"]:
            said["title"] = joined("".join(c.value for c in node.children if isinstance(c, Text)))
        elif node.tag == "meta" and node.get("property").lower() == "og:title":
            said["og"] = said["og"] or joined(node.get("content"))
    headings = [n for n in outside(tree, comments) if n.tag in ("h1", "h2", "h3") and n.start < first and text_of([n])]
    best = max(headings, key=lambda node: _title_rank(node, article, said), default=None)
    if best is not None and _title_rank(best, article, said)[0] > 0:
        article.title, article.title_node = text_of([best]), best
    else:
        article.title = said["og"] or _SUFFIX.split(said["title"])[0] or (text_of([best]) if best else "")
    article.title = joined(article.title)[:MAX_TITLE]


def _title_rank(node: Node, article: Article, said: dict[str, str]) -> tuple[int, int, int]:
    text = _plain(text_of([node]))
    title, og = _plain(said["title"]), _plain(said["og"])
    points = 4 if text and text == og else 0
    segments = [_plain(part) for part in _SUFFIX.split(said["title"])]
    points += 3 if text in segments[:1] else 2 if text and (text in segments or title.startswith(f"{text} ")) else 0
    points += 1 if text and text in title and len(text) * 3 > len(title) else 0
    points += 1 if text and text in title and node.tag == "h1" else 0
    marked = any(_TITLE.search(name) for name in node.classes) or props(node) & {"headline", "name"}
    points += 2 if marked and "site" not in node.get("class") else 0
    points -= 3 if any(a.tag == "a" and _is_front_page(a.get("href")) for a in node.walk()) else 0
    if article.body and node.start > article.body[0].start:
        points -= 1
    return points, node.start if points > 1 else -node.start, -ord(node.tag[1])


def _is_front_page(address: str) -> bool:
    try:
        return urlsplit(address).path in ("", "/")
    except ValueError:
        return False


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def read_byline(tree: Tree, article: Article, comments: set[Node]) -> None:
    """Author and date from around the title and the words, or else from what the head says."""
    content = article.body[0] if article.body else None
    if content is not None:
        around = _around(content, article.title_node)
        elsewhere = {n for n in around.walk() if n is not around and is_aside(n, tree) and not n.holds(content)}
        region = Region([around], {*comments, *elsewhere})
        byline = Region([around], {*region.skipped, *article.body})
        article.parts = html_parts.read_byline(byline, article.used)
        if not article.parts.author or not article.parts.dated:
            within: set[Node | Text] = set()
            more = html_parts.read_byline(Region([content], article.skipped), within, whole=False)
            article.used |= within
            article.skipped |= within
            article.parts.author = article.parts.author or more.author
            if not article.parts.dated:
                article.parts.found, article.parts.stamp = more.found, more.stamp
    elif (beside := _around_a_title(tree, article, comments)) is not None:
        article.parts = html_parts.read_byline(Region([beside]), article.used)
    for node in tree.root.walk():
        name = (node.get("name") or node.get("property")).lower() if node.tag == "meta" else ""
        said = joined(node.get("content")) if name else ""
        if name in ("author", "article:author", "dc.creator") and said and "/" not in said and not article.parts.author:
            article.parts.author = clean_name(said)
        elif name in ("article:published_time", "dc.date", "date") and said and not article.parts.dated:
            article.parts.stamp = said


def _around(content: Node, title: Node | None) -> Node:
    """The element that holds the words and the title, or at least what stands beside the words."""
    for node in content.ancestors():
        if node.tag in ("body", "html", "#document"):
            break
        if title is not None and node.holds(title):
            return node.parent if node.parent and node.parent.tag in ("article", "main") else node
    return content.parent or content


def _around_a_title(tree: Tree, article: Article, comments: set[Node]) -> Node | None:
    """Where a page has no words but comments, as under a link: the largest element with its title and none of them."""
    title = article.title_node or next(
        (n for n in outside(tree, comments) if n.tag == "a" and article.title and text_of([n]) == article.title), None
    )
    around = None
    for node in title.ancestors() if title is not None else ():
        if node.tag in ("body", "html", "#document") or any(node.holds(comment) for comment in comments):
            break
        around = node
    return around


def claimed(tree: Tree, comments: set[Node], first: int) -> int | None:
    """The number of comments the page says it has, where it says so last before them."""
    found = None
    for node in outside(tree, comments):
        for child in node.children:
            if isinstance(child, Text) and child.start < first and len(child.value) < 300:
                line = joined(text_of([node], comments)) if node.end - node.start < 600 else joined(child.value)
                match = _CLAIM.search(line) if len(line) < 160 else None
                if match:
                    said = match["n"] or match["m"]
                    digits = re.sub(r"\D", "", said)
                    found = int(digits) if digits else 1
    return found


def outside(tree: Tree, comments: set[Node]) -> Iterator[Node]:
    """The elements that are in no comment, no head, no sidebar."""
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        if node in comments or node.tag in ("head", "script", "style", "nav", "aside", "noscript"):
            continue
        if node.tag not in ("body", "html") and is_aside(node, tree):
            continue
        yield node
        waiting.extend(reversed(node.elements))
