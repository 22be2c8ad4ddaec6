"""Finds the article of a saved page: the element with its words, without what layouts put among them."""

import re
from collections.abc import Iterator
from typing import Final

from forum.archive.readers.html_head import (
    CLAIM_WORDS,
    Article,
    address_of,
    claimed,
    outside,
    post_id,
    read_byline,
    read_title,
)
from forum.archive.readers.html_labels import props
from forum.archive.readers.html_tree import Node, Text, Tree
from forum.archive.readers.html_words import lines_of, text_of

_CONTENT: Final = (
    re.compile(
        r"^(?:e-content|entry-content|articlebody|article-body|entry-body|post-body|post-content|entrytext|entry_text)$"
    ),
    re.compile(
        r"(?:^|[-_])(?:(?:post|entry|article|story|asset|blog|node|single|page|text)[-_]?(?:content|body|text|copy|inner|main)"
        r"|storycontent|storybody|articletext|entry|article|content|story|post|asset-body)$"
    ),
)
_MORE: Final = re.compile(r"(?:^|[-_])(?:asset|entry)[-_]?(?:more|extended)$")
_CLUTTER: Final = re.compile(
    r"(?:^|[-_])(?:sharedaddy|share\w*|sharing|social\w*|jp-relatedposts|related\w*|addtoany\w*|a2a\w*|addthis\w*|shariff"
    r"|heateor\w*|wpcnt|wpa|likes?|sd-like|postmeta|metadata|meta|tags|tagcloud|breadcrumbs?|nav|navigation|nav-links|pager"
    r"|author-?(?:box|bio|info|description)|about-?author|bio|newsletter|subscribe\w*|ads?|adsense|advert\w*|sponsor\w*|toc"
    r"|rating\w*|print\w*|pagination|edit-link|comments?-?link|screen-reader-text|postnav|wp-polls|yarpp\w*|outbrain|taboola"
    r"|reactions|flattr\w*|vgwort|cookie\w*)(?:$|[-_])"
)
_SECTION: Final = re.compile(rf"\b(?:{CLAIM_WORDS}|trackbacks?|pingbacks?)\b", re.IGNORECASE)
_ENOUGH: Final = 80


def find(tree: Tree, comments: set[Node]) -> Article:
    """The article of a page whose comments stand in the elements given."""
    first = min((node.start for node in comments), default=len(tree.text))
    article = Article(address=address_of(tree))
    content = _content(tree, comments, first)
    if content is not None:
        article.body = [content, *_continued(content)]
        article.skipped = {*comments, *_clutter(content, comments), *_below(content, first)}
    read_title(tree, article, comments, first)
    if article.title_node is not None:
        article.skipped.add(article.title_node)
    read_byline(tree, article, comments)
    article.source_id = post_id(tree, content)
    article.claimed = claimed(tree, comments, first)
    return article


def _content(tree: Tree, comments: set[Node], first: int) -> Node | None:
    """The element with the article: the longest that is called so, or else that with the most paragraphs."""
    for names in _CONTENT:
        best = _longest(_called(tree, names, comments, first), comments)
        if best is not None:
            return best
    return _longest_run(tree, comments, first)


def _called(tree: Tree, names: re.Pattern[str], comments: set[Node], first: int) -> Iterator[Node]:
    for node in outside(tree, comments):
        if node.start > first or node.tag in ("body", "html", "a", "h1", "h2", "h3", "span", "header", "footer", "li"):
            continue
        labels = [*node.classes, node.label, *props(node)]
        if any(names.search(label) for label in labels if label):
            yield node


def _longest(nodes: Iterator[Node], comments: set[Node]) -> Node | None:
    """The one with the most words; of two in each other with nearly as many, the inner."""
    best: tuple[int, Node] | None = None
    for node in nodes:
        words = _length(node, comments)
        if words < _ENOUGH:
            continue
        inner = best is not None and best[1].holds(node) and words >= 0.75 * best[0]
        if best is None or words > best[0] or inner:
            best = words, node
    return best[1] if best else None


def _length(node: Node, comments: set[Node]) -> int:
    skipped = {*comments, *_clutter(node, comments)}
    return sum(len(line.text) for line in lines_of([node], skipped))


def _longest_run(tree: Tree, comments: set[Node], first: int) -> Node | None:
    best: tuple[int, Node] | None = None
    for node in outside(tree, comments):
        if node.start > first or node.tag in ("form", "ul", "ol"):
            continue
        direct = sum(len(child.value.strip()) for child in node.children if isinstance(child, Text))
        for child in node.elements:
            if (
                child.tag in ("p", "blockquote", "pre", "ul", "ol", "h2", "h3", "h4", "b", "i", "em", "strong")
                and child not in comments
            ):
                length = sum(len(line.text) for line in lines_of([child], comments))
                linked = (
                    sum(len(text_of([a])) for a in child.walk() if a.tag == "a") if child.tag in ("ul", "ol") else 0
                )
                direct += 0 if linked * 2 > length else length
        if direct >= _ENOUGH and (best is None or direct > best[0]):
            best = direct, node
    return best[1] if best else None


def _continued(content: Node) -> list[Node]:
    """The rest of an article that the page has cut in two."""
    siblings = content.parent.elements if content.parent else [content]
    after = siblings[siblings.index(content) + 1 :]
    return [node for node in after[:3] if any(_MORE.search(name) for name in (*node.classes, node.label))]


def _below(content: Node, first: int) -> Iterator[Node | Text]:
    """Where the element with the article holds the comments too: all from their heading on."""
    if content.end <= first:
        return
    headings = [n for n in content.walk() if n.tag in ("h1", "h2", "h3", "h4", "h5") and n.start < first]
    sections = [n.start for n in headings if len(text := text_of([n])) < 60 and _SECTION.search(text)]
    begin = min(sections, default=first)
    waiting: list[Node] = [content]
    while waiting:
        for child in waiting.pop().children:
            if child.start >= begin:
                yield child
            elif isinstance(child, Node):
                waiting.append(child)


def _clutter(content: Node, comments: set[Node]) -> Iterator[Node]:
    waiting = list(content.elements)
    while waiting:
        node = waiting.pop()
        if node in comments:
            continue
        labels = [*node.classes, node.label]
        hidden = node.tag in ("nav", "aside", "footer", "form") or "screen-reader-text" in node.classes
        if hidden or any(_CLUTTER.search(label) for label in labels if label):
            yield node
        else:
            waiting.extend(node.elements)
