"""Gives every line of an HTML file its place: a comment's own lines do not meet another's, the rest is named."""

from collections.abc import Iterable, Iterator, Sequence

from forum.archive.items import Lines, Stretch
from forum.archive.readers.html_replies import Found
from forum.archive.readers.html_tree import Node, Text, Tree
from forum.archive.readers.html_words import Skipped, lines_of


def of_comments(tree: Tree, found: Sequence[Found]) -> list[Lines]:
    """First and last line of each comment, from its tag to the last of its own words; several on one line share it."""
    spans: list[Lines] = []
    for one in found:
        region = one.unit.region()
        nested = min((unit.start for unit in one.unit.inner), default=one.unit.end)
        pieces = [p for line in lines_of(region.nodes, region.skipped) for p in line.pieces if p.value.strip()]
        last = max((piece.end for piece in pieces if piece.start < nested), default=one.unit.start)
        spans.append((tree.line(one.unit.start), tree.line(max(last - 1, one.unit.start))))
    return [
        (first, max(first, min(last, following[0] - 1))) if following else (first, max(first, last))
        for (first, last), following in zip(spans, [*spans[1:], None], strict=True)
    ]


def of_words(tree: Tree, nodes: Iterable[Node], skipped: Skipped) -> Lines | None:
    """From the first to the last line with words of these elements."""
    pieces = [p for line in lines_of(nodes, skipped) for p in line.pieces if p.value.strip()]
    if not pieces:
        return None
    begin, end = min(pieces, key=lambda p: p.start), max(pieces, key=lambda p: p.end)
    lead = len(begin.value) - len(begin.value.lstrip())
    trail = len(end.value) - len(end.value.rstrip())
    return tree.line(begin.start + lead), tree.line(max(end.end - 1 - trail, begin.start))


def of_pieces(tree: Tree, pieces: Iterable[Node | Text]) -> tuple[int, ...]:
    """The lines on which these begin."""
    starts = {p.start + len(p.value) - len(p.value.lstrip()) if isinstance(p, Text) else p.start for p in pieces}
    return tuple(sorted({tree.line(start) for start in starts}))


def blank(tree: Tree) -> frozenset[int]:
    """The lines with nothing on them."""
    return frozenset(n for n, line in enumerate(tree.text.split("\n"), 1) if not line.strip())


def furniture(tree: Tree, article: Lines | None, taken: Sequence[Lines]) -> Iterator[Stretch]:
    """All lines that are in no comment and not in the article, in stretches, and what they are."""
    first = min((lines[0] for lines in taken), default=tree.line_count + 1)
    last = max((lines[1] for lines in taken), default=0)
    at = 1
    for begin, end in [*_merged([*taken, *([article] if article else [])]), (tree.line_count + 1, 0)]:
        if at < begin:
            yield from _named(at, begin - 1, article, first, last)
        at = max(at, end + 1)


def _named(begin: int, end: int, article: Lines | None, first: int, last: int) -> Iterator[Stretch]:
    if end < first and (article is None or end < article[0]):
        what = "head of the page"
    elif end < first:
        what = "between article and comments"
    elif begin > last:
        what = "foot of the page"
    else:
        what = "markup between comments"
    yield Stretch((begin, end), what)


def _merged(spans: Sequence[Lines]) -> list[Lines]:
    found: list[Lines] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found
