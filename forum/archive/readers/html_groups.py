"""Groups the elements of a page that are alike: by their ids, their classes, their types, their shape."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from forum.archive.readers import html_rows
from forum.archive.readers.html_labels import props
from forum.archive.readers.html_tags import HEADINGS, HIDDEN
from forum.archive.readers.html_tree import LONGEST_NAME, Node, Tree

WORDS: Final = (
    r"comments?|cmt|kommentare?|commentaires?|comentarios?|commenti|commento|reacties?|reactions?|responses?|repl(?:y|ies)"
    r"|answers?|antwort|feedback|talkback|dsq|opinions?|pingbacks?|trackbacks?|pings?|tb|h-cite"
)
_WORD: Final = re.compile(
    rf"(?:^|[-_]|(?<=[a-z])(?=comment))(?:{WORDS}|message|msg)(?:$|[-_]|item|entry|box|wrap|block|body)"
)
ID: Final = re.compile(
    r"(?P<prefix>[A-Za-z][A-Za-z_.:-]*?)[-_:.]?(?P<number>\d+|(?=[a-f]{0,64}\d)[0-9a-f]{12,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
_ASIDE: Final = re.compile(
    r"(?:[a-z0-9]+[-_]+)?sidebar(?:[-_]?(?:\d+|left|right|primary|secondary|inner|area|content|widgets?|wrap(?:per)?))?"
    r"|(?:[a-z0-9]+[-_]+)*widgets?(?:[-_]\w*)?"
    r"|(?:[a-z0-9]+[-_]+)?(?:recent|latest|popular)[-_]?(?:comments?|posts?|articles?|entries|news|list)?(?:[-_].*)?"
    r"|(?:jp-)?related.*|(?:[a-z0-9]+[-_]+)?(?:nav|navigation|menu)(?:[-_]\w*)?"
)
_SMALL: Final = 0.5
"""Of the page: what is larger is no sidebar, whatever it is called."""
_LEAVES: Final = frozenset(["a", "span", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "cite", "img", "hr"])
_ARTICLE: Final = re.compile(r"(?:^|[-_])(?:hentry|h-entry|post|entry|article|teaser|story|node)(?:$|[-_]\d)")
_FURNISHED: Final = re.compile(
    r"(?:^|[-_])(?:author|meta|header|footer|body|content|text|like|likes|reply|avatar|date|time|link|form|actions?|count|nav)\d*$"
)
HEADS: Final = HEADINGS | {"dt"}


@dataclass
class Group:
    """Elements that are alike in one respect."""

    rank: int
    label: str
    members: list[Node]


def groups_of(tree: Tree) -> Iterator[Group]:
    """The groups whose elements could be comments; those by shape alone only where nothing is called a comment."""
    found: defaultdict[tuple[int, str], list[Node]] = defaultdict(list)
    likes: defaultdict[tuple[int, str, str], list[Node]] = defaultdict(list)
    for node in _seen(tree):
        for rank, label in _labels(node):
            found[rank, label].append(node)
        if node.tag in ("li", "div", "article", "section", "tr", "dl", "blockquote", "p", "table", "td"):
            likes[
                id(node.parent), node.tag, " ".join(c for c in node.classes if not re.search(r"\d|odd|even|alt", c))
            ].append(node)
    for (rank, label), members in found.items():
        if members := list(_outermost(members)):
            yield Group(rank, label, members)
    if rows := [row.node for row in html_rows.find(tree) if row.called]:
        yield Group(4, "rows", rows)
    if not any(rank < 4 for rank, _ in found):
        for members in likes.values():
            if len(members) > 1 and not _are_articles(members):
                yield Group(4, "", members)


def id_of(node: Node) -> str:
    """The id of an element, or the name of an anchor, or what its data attributes name."""
    name = node.get("id") or (node.get("name") if node.tag == "a" else "")
    return name if len(name) <= LONGEST_NAME else ""


def lists_articles(tree: Tree) -> bool:
    """Whether the page is a list of articles, each with a title that leads to it."""
    rows: defaultdict[int, list[Node]] = defaultdict(list)
    for node in _seen(tree):
        if node.tag in ("div", "article", "section", "li") and any(_ARTICLE.search(name) for name in node.classes):
            rows[id(node.parent)].append(node)
    return any(len(members) > 2 and _have_linked_titles(members) for members in rows.values())


def is_aside(node: Node, tree: Tree) -> bool:
    """Whether the element is a sidebar, a menu, or a list of recent or related things."""
    if node.tag in ("nav", "head"):
        return True
    if node.tag in ("body", "html") or not node.raw or node.end - node.start > _SMALL * len(tree.text):
        return False
    return any(_ASIDE.fullmatch(label) for label in (*node.classes, node.label) if label)


def is_only_mark(members: Sequence[Node]) -> bool:
    """Whether the elements hold no comments, and only stand at their beginnings."""
    return sum(node.tag in _LEAVES or not node.children for node in members) * 2 > len(members)


def _outermost(members: list[Node]) -> Iterator[Node]:
    """Of elements in each other with one number the outer one: an id and the anchor in it are one mark."""
    around: list[Node] = []
    for node in members:
        while around and not around[-1].holds(node):
            around.pop()
        number = ID.fullmatch(id_of(node))
        if not (number and any(id_of(other).endswith(number["number"]) for other in around)):
            yield node
        around.append(node)


def _are_articles(members: list[Node]) -> bool:
    """Whether the elements are articles in a list, as on the front page of a blog."""
    named = sum(any(_ARTICLE.search(label) for label in (*node.classes, node.label)) for node in members)
    return named * 2 > len(members) or _have_linked_titles(members)


def _have_linked_titles(members: list[Node]) -> bool:
    linked = sum(
        any(n.tag in ("h1", "h2", "h3") and any(a.tag == "a" for a in n.walk()) for n in node.walk())
        for node in members
    )
    return linked * 2 > len(members)


def _seen(tree: Tree) -> Iterator[Node]:
    """The elements that a reader sees, without those aside."""
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        if (node.tag in HIDDEN and node.tag != "form") or is_aside(node, tree):
            continue
        yield node
        waiting.extend(reversed(node.elements))


def _labels(node: Node) -> Iterator[tuple[int, str]]:
    match = ID.fullmatch(id_of(node)) if node.raw else None
    if match:
        prefix = match["prefix"].lower().rstrip("-_:.")
        if prefix in ("c", "cm", "com") or _WORD.search(prefix):
            yield (2 if _FURNISHED.search(prefix) else 0), f"id {prefix}"
    for name in ("data-comment-id", "data-commentid", "data-comment"):
        if node.get(name).strip():
            yield 1, name
    kind = node.get("itemtype").lower().rsplit("/", 1)[-1]
    if kind in ("comment", "usercomments", "answer") or "comment" in props(node):
        yield 1, "item"
    for name in node.classes:
        if (_WORD.search(name) or name in ("u-comment", "p-comment")) and not re.search(r"\d", name):
            yield (3 if _FURNISHED.search(name) else 2), f"class {name}"
