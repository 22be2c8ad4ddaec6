"""Reads an HTML page whose markup shows no comments by its visible words, as the reader of text pages would."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from forum.archive.items import Anomaly, Comment, Lines, Post, SavedFile, Stretch, Thread
from forum.archive.limits import Refused
from forum.archive.readers import html_article, html_dates, html_head, html_lines, html_rows, indentation, text_page
from forum.archive.readers.html_groups import is_aside, lists_articles
from forum.archive.readers.html_head import Article
from forum.archive.readers.html_rows import Row
from forum.archive.readers.html_tree import Node, Text, Tree
from forum.archive.readers.html_words import Line, html_of, lines_of, text_of

_FEW: Final = 3
_DATED: Final = 3


def read(tree: Tree) -> Thread | None:
    """The thread that the visible words make, if at least three comments are found in them; else None."""
    if lists_articles(tree):
        return None
    shown: list[str] = []
    at: list[int] = []
    rows = html_rows.find(tree)
    begins: dict[int | None, int] = {}
    for line in _lines(tree):
        first = [piece for piece in line.pieces if piece.value.strip()][:1]
        here = html_lines.of_pieces(tree, first)
        at += [*here] or [at[-1] if at else 1]
        if line.paragraph and shown:
            shown.append("")
            at.append(at[-1])
        shown.append(line.text)
        begins.setdefault(_row_of(rows, first), len(shown))
    try:
        thread = next(iter(text_page.read(SavedFile("words.txt", "\n".join(shown).encode("utf-8", "replace")))), None)
    except Refused:
        return None
    if thread is None or len(thread.comments) < _FEW or any(not comment.author for comment in thread.comments):
        return None
    return _placed(tree, _related(thread, rows, begins), at)


def sought(tree: Tree) -> bool:
    """Whether the visible words bear dates at all."""
    return sum(html_dates.find(line.text) is not None for line in _lines(tree) if len(line.text) < 200) >= _DATED


def with_notes(thread: Thread, odd: list[Anomaly]) -> Thread:
    """The thread with what was odd about the file added."""
    return replace(thread, anomalies=tuple(sorted((*odd, *thread.anomalies), key=lambda anomaly: anomaly.line)))


def _lines(tree: Tree) -> list[Line]:
    aside = {
        node
        for node in tree.root.walk()
        if node.tag == "nav" or (node.tag not in ("body", "html") and is_aside(node, tree))
    }
    return [line for line in lines_of([tree.root], {n for n in aside if isinstance(n, Node)}) if line.pieces]


def _row_of(rows: Sequence[Row], words: Sequence[Text]) -> int | None:
    """The number of the row in which words stand."""
    number = bisect_right(rows, words[0].start, key=lambda row: row.node.start) - 1 if words else -1
    return number if number >= 0 and rows[number].node.holds(words[0]) else None


def _related(thread: Thread, rows: Sequence[Row], begins: dict[int | None, int]) -> Thread:
    """The thread with the replies that its rows show, where each comment begins with the first words of one."""
    row_at = {line: row for row, line in begins.items()}
    places = html_rows.places(rows, [row_at.get(comment.lines[0]) for comment in thread.comments])
    if thread.threaded or places is None:
        return thread
    comments, lost = [], []
    for comment, place in zip(thread.comments, places, strict=True):
        if place.parent is not None:
            comment = replace(comment, parent=thread.comments[place.parent].key, parent_basis="indentation")
        elif place.unknown:
            lost.append(Anomaly(comment.lines[0], *indentation.UNKNOWN))
        comments.append(comment)
    return replace(thread, comments=tuple(comments), threaded=True, anomalies=(*thread.anomalies, *lost))


def _placed(tree: Tree, thread: Thread, at: list[int]) -> Thread:
    """The thread with the lines of the file in place of those of its words."""

    def place(lines: Lines) -> Lines:
        first, last = (at[min(max(n, 1), len(at)) - 1] for n in lines)
        return first, max(first, last)

    def placed(comment: Comment) -> Comment:
        return replace(comment, lines=place(comment.lines))

    comments = _apart([placed(comment) for comment in thread.comments])
    told = html_article.find(tree, set())
    written = _article(tree, thread, told)
    post = replace(
        written or thread.post,
        title=told.title or thread.post.title,
        address=told.address,
        source_id=told.source_id,
        lines=written.lines if written else place(thread.post.lines),
        title_line=place((thread.post.title_line,) * 2)[0] if thread.post.title_line else None,
        byline_lines=tuple(sorted({place((n, n))[0] for n in thread.post.byline_lines})),
    )
    taken = [comment.lines for comment in comments]
    return replace(
        thread,
        post=post,
        comments=tuple(comments),
        notation=f"the visible words of an HTML page: {thread.notation}",
        anomalies=(
            Anomaly(0, "the markup of the page shows no comments", "read by its visible words"),
            *(replace(a, line=place((a.line, a.line))[0]) if a.line else a for a in thread.anomalies),
        ),
        furniture=tuple(html_lines.furniture(tree, post.lines if post.body else None, taken)),
        leftover=tuple(Stretch(place(s.lines), s.what) for s in thread.leftover),
        line_count=tree.line_count,
        blank_lines=html_lines.blank(tree),
    )


def _article(tree: Tree, thread: Thread, told: Article) -> Post | None:
    """The article by its markup, where that holds no comment: it knows better where an article ends."""
    lines = html_lines.of_words(tree, told.body, told.skipped)
    words = text_of(told.body, told.skipped)
    begins = [_on_one_line(comment.body)[:40] for comment in thread.comments if comment.body.strip()]
    if lines is None or len(words) < len(thread.post.body) / 2 or any(one in words for one in begins):
        return None
    body = html_of(told.body, told.skipped, link=lambda address: html_head.resolve(address, told.address))
    return replace(thread.post, body=body, format="html", lines=lines, source=words, element=told.body[0].name)


def _on_one_line(text: str) -> str:
    """The words on one line."""
    return " ".join(text.split())


def _apart(comments: list[Comment]) -> list[Comment]:
    """The comments with no line given to two, where the file has enough lines."""
    firsts = [comment.lines[0] for comment in comments[1:]]
    return [
        replace(comment, lines=(comment.lines[0], max(comment.lines[0], min(comment.lines[1], following - 1))))
        for comment, following in zip(comments, [*firsts, comments[-1].lines[1] + 1], strict=True)
    ]
