"""Reads a saved HTML page: an article, and the comments its markup shows to be such, nested as they are nested."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from forum.archive import keys
from forum.archive.items import Anomaly, Comment, Lines, Moment, Post, Quote, SavedFile, Stretch, Thread
from forum.archive.limits import MAX_ARTICLE_BYTES, MAX_BODY_BYTES, MAX_COMMENTS, Refused
from forum.archive.readers import (
    html_article,
    html_charset,
    html_comments,
    html_dates,
    html_head,
    html_lines,
    html_replies,
    html_rows,
    html_tree,
    html_visible,
    indentation,
)
from forum.archive.readers.html_head import Article
from forum.archive.readers.html_parts import Parts
from forum.archive.readers.html_replies import Found, Threading
from forum.archive.readers.html_tree import Tree
from forum.archive.readers.html_words import html_of, lines_of
from forum.archive.readers.registry import Guess, Reader

_LOOKS: Final = re.compile(rb"<!doctype\s+html|<html[\s>]|<body[\s>]|<head[\s>]", re.IGNORECASE)
_MARKUP: Final = re.compile(rb"<(?:div|p|li|ol|ul|table|span|article|section|a)[\s>]", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"
)
_ELSEWHERE: Final = (
    ("disqus_thread", "Disqus", "export the comments from Disqus as XML and import that file"),
    ("fb-comments", "Facebook", "Facebook gives no export of them"),
    ("livefyre", "Livefyre", "look for an export from Livefyre"),
    ("idc-container", "IntenseDebate", "export the comments from IntenseDebate as XML and import that file"),
    ("js-kit-comments", "JS-Kit/Echo", "look for an export from Echo"),
    ("commento", "Commento", "export the comments from Commento"),
    ("utterances", "utterances", "the comments are issues on GitHub"),
    ("remark42", "Remark42", "export the comments from Remark42"),
    ("isso-thread", "Isso", "export the comments from Isso"),
)


def recognise(head: bytes) -> Guess:
    """How far the beginning of a file looks like HTML."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2_000]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = head.decode("utf-16", "ignore").encode()[:2_000]
    if start[:1] == b"<" and _LOOKS.search(start):
        return Guess(0.95, "it is an HTML page")
    if start[:1] == b"<" and not start.startswith(b"<?xml") and len(_MARKUP.findall(head)) > 5:
        return Guess(0.7, "it is a piece of HTML")
    return Guess(0.0, "it does not begin like an HTML page")


def read(saved: SavedFile) -> Iterator[Thread]:
    """The one thread of the page; refuses a page without comments. Fetches nothing; time grows with the file."""
    decoded, odd = html_charset.decode(saved.data)
    tree = html_tree.parse(decoded.text)
    if tree.is_cut:
        last = tree.line(len(decoded.text.rstrip()))
        odd.append(Anomaly(last, "the page ends before its markup does: it was cut off", "read as far as it goes"))
    found = html_comments.find(tree)
    if not any(one.kind == "comment" for one in found):
        yield _from_words(tree, odd)
        return
    if len(found) > MAX_COMMENTS:
        raise Refused(f"The page has {len(found):,} comments; at most {MAX_COMMENTS:,} are read.")
    yield _Reading(tree, found, odd).thread()


def _from_words(tree: Tree, odd: list[Anomaly]) -> Thread:
    """A page whose markup shows no comments, by what a reader of it would see; refuses when that shows none either."""
    names = {name for node in tree.root.walk() for name in (node.get("id"), *node.classes)}
    thread = html_visible.read(tree)
    if thread is not None:
        return html_visible.with_notes(thread, odd)
    for mark, who, hint in _ELSEWHERE:
        if any(mark in name for name in names):
            raise Refused(
                f"The page has no comments in it: {who} brought them while it was shown, and none was saved; {hint}."
            )
    near = "nothing in it repeats that has a name, a date and words"
    if html_visible.sought(tree):
        near = "its words show dates, but no notation that repeats"
    raise Refused(
        f"No comments were found in this HTML page: {near}. Save the page with its comments unfolded, or save it as "
        "plain text and import that."
    )


class _Reading:
    """One page being made into a thread."""

    def __init__(self, tree: Tree, found: list[Found], odd: list[Anomaly]) -> None:
        self.tree = tree
        self.found = found
        self.anomalies = odd
        self.leftover: list[Stretch] = []
        self.elements = {node for one in found for node in one.unit.nodes}
        self.article: Article = html_article.find(tree, self.elements)
        self.threading: Threading = html_replies.relate(found, html_rows.find(tree))
        self.lines = html_lines.of_comments(tree, found)
        self.moments = self._moments()

    def thread(self) -> Thread:
        """The thread with every line of the page in its place."""
        post = self._post()
        made = self._comments(post)
        article = post.lines if post.body else None
        self._say(post)
        return Thread(
            post=post,
            comments=tuple(comment for comment in made if comment.kind == "comment"),
            pings=tuple(comment for comment in made if comment.kind != "comment"),
            notation=self._notation(),
            threaded=self.threading.threaded,
            attribution_lines=len(made),
            anomalies=tuple(sorted(self.anomalies, key=lambda anomaly: anomaly.line)),
            furniture=tuple(html_lines.furniture(self.tree, article, self.lines)),
            leftover=tuple(self.leftover),
            line_count=self.tree.line_count,
            blank_lines=html_lines.blank(self.tree),
        )

    def _moments(self) -> list[Moment]:
        """All dates together: only together do they tell whether months come first."""
        html = next((node for node in self.tree.root.walk() if node.tag == "html"), None)
        language = (html.get("lang") or html.get("xml:lang")) if html else ""
        every = [self.article.parts, *(one.parts for one in self.found)]
        first = html_dates.day_first(language, [parts.found for parts in every if parts.found])
        return [_moment(parts, first) for parts in every]

    def _post(self) -> Post:
        article, address = self.article, self.article.address
        body = html_of(article.body, article.skipped, link=self._link)
        if len(body.encode()) > MAX_ARTICLE_BYTES:
            raise Refused(f"The article has {len(body.encode()):,} bytes; at most {MAX_ARTICLE_BYTES:,} are read.")
        ident = html_head.plain_address(address) or f"{article.source_id} {keys.normal_name(article.title)}"
        title = article.title_node
        lines = html_lines.of_words(self.tree, article.body, article.skipped)
        return Post(
            key=keys.digest("html post", ident),
            title=article.title,
            author=article.parts.author,
            moment=self.moments[0],
            body=body,
            lines=lines or (1, 1),
            title_line=self.tree.line(title.start) if title else None,
            byline_lines=html_lines.of_pieces(self.tree, article.used),
            source_id=article.source_id,
            address=address,
            claimed_comments=article.claimed,
            format="html",
            element=article.body[0].name if article.body else "",
            source=hidden("\n".join(line.text for line in lines_of(article.body, article.skipped))),
        )

    def _comments(self, post: Post) -> list[Comment]:
        """All comments and pings; one over the limits stays out, and is told."""
        bodies = [html_comments.body_html(one, self._link) for one in self.found]
        key_of = dict(zip(self.found, self._keys(post, bodies), strict=True))
        made = []
        for one, body, lines, told in zip(self.found, bodies, self.lines, self.moments[1:], strict=True):
            source = hidden(html_comments.source_of(one))
            if self._is_left_out(one, body, source, lines):
                continue
            made.append(
                Comment(
                    key=key_of[one],
                    author=one.parts.author,
                    moment=told,
                    body=body,
                    lines=lines,
                    digest=keys.digest(source),
                    source_id=one.anchor,
                    parent=key_of[one.parent] if one.parent else None,
                    parent_basis=one.basis,
                    quotes=tuple(_quotes(body, [(number, key_of[of]) for number, of in one.cited])),
                    format="html",
                    kind=one.kind,
                    state=one.state,
                    element=one.unit.nodes[0].name,
                    source=source,
                )
            )
        return made

    def _is_left_out(self, one: Found, body: str, source: str, lines: Lines) -> bool:
        name = one.unit.nodes[0].name
        if len(body.encode()) > MAX_BODY_BYTES:
            what = f"{name}: a comment of more than {MAX_BODY_BYTES:,} bytes"
        elif not source or (one.kind == "comment" and not body and not one.parts.author):
            what = f"{name} has neither name nor words"
        else:
            if one.kind == "comment" and not body:
                self.anomalies.append(Anomaly(lines[0], f"{name} has no words", "kept as an empty comment"))
            if one.kind == "comment" and not one.parts.author:
                self.anomalies.append(Anomaly(lines[0], f"{name} names no author", "kept without a name"))
            return False
        self.anomalies.append(Anomaly(lines[0], what, "not imported"))
        self.leftover.append(Stretch(lines, what))
        return True

    def _keys(self, post: Post, bodies: Sequence[str]) -> Iterator[str]:
        """By the number each has in its blog; by name, date and words where it has none, or one of this page only."""
        given = keys.StableKeys(post.key)
        seen = Counter(one.number for one in self.found)
        counted = [str(n) for n in range(1, len(self.found) + 1)]
        own = len(counted) < 3 or sorted(one.number for one in self.found) != sorted(counted)
        for one, body in zip(self.found, bodies, strict=True):
            if own and one.number and seen[one.number] == 1:
                yield f"html:{post.key[:20]}:{one.number}"
            else:
                told = one.parts.found.printed if one.parts.found else one.parts.stamp
                yield given.key(author=one.parts.author, printed=told, body=body)

    def _link(self, address: str) -> str:
        return html_head.resolve(address, self.article.address) if address else ""

    def _notation(self) -> str:
        unit = self.found[0].unit.nodes[0]
        name = f"{unit.tag}.{unit.classes[0]}" if unit.classes else unit.tag
        bases = Counter(one.basis for one in self.found if one.parent)
        how = "replies as the markup shows them" if self.threading.threaded else "one after another, no replies shown"
        return f"HTML, each comment in an element like {name}" + (
            f", {how}" if bases or not self.threading.threaded else ""
        )

    def _say(self, post: Post) -> None:
        line_of = dict(zip(self.found, self.lines, strict=True))
        for one, what in self.threading.odd:
            self.anomalies.append(Anomaly(line_of[one][0], what, "placed by the nesting"))
        self.anomalies += [Anomaly(line_of[one][0], *indentation.UNKNOWN) for one in self.threading.lost]
        repeated = [n for n, times in Counter(one.number for one in self.found if one.number).items() if times > 1]
        if repeated:
            self.anomalies.append(
                Anomaly(0, f"the id {repeated[0]} occurs more than once", "told apart by their words")
            )
        if not any(told.zone for told in self.moments[1:]):
            self.anomalies.append(Anomaly(0, "zone not stated", "times kept as printed, without an instant"))
        self._say_dates(line_of)
        if not post.body:
            self.anomalies.append(Anomaly(0, "no article was found above the comments", "the post has no words"))

    def _say_dates(self, line_of: dict[Found, Lines]) -> None:
        dated = list(zip(self.found, self.moments[1:], strict=True))
        unread = [one for one, told in dated if not told.local and (one.parts.dated or told.printed)]
        if unread:
            what = f"{len(unread)} dates that are not read, could be two, or count from the day of saving"
            self.anomalies.append(Anomaly(line_of[unread[0]][0], f"{what}, the first here", "kept as text"))
        without = [one for one in self.found if one.kind == "comment" and not (one.parts.dated or one.parts.printed)]
        if without:
            what = "a comment without a date" if len(without) == 1 else f"{len(without)} comments without a date"
            here = ", the first here" if len(without) > 1 else ""
            self.anomalies.append(Anomaly(line_of[without[0]][0], what + here, "kept without one"))


def _quotes(body: str, cited: Sequence[tuple[int, str]]) -> Iterator[Quote]:
    """The passages of the block quotations with these numbers, which are those of these comments."""
    open_ones: list[int] = []
    passages: dict[int, tuple[int, int]] = {}
    begun = 0
    for match in re.finditer(r"<(/?)blockquote>", body):
        if not match[1]:
            open_ones.append(begun)
            passages[begun] = match.end(), match.end()
            begun += 1
        elif open_ones:
            number = open_ones.pop()
            passages[number] = passages[number][0], match.start()
    yield from (Quote(of, *passages[number]) for number, of in cited if number in passages)


def hidden(text: str) -> str:
    """The text without addresses of mail and network."""
    return _ADDRESS.sub("[address]", text)


def _moment(parts: Parts, months_first: bool | None) -> Moment:
    told = (
        html_dates.moment_of(parts.found, months_first=months_first) if parts.found else Moment(printed=parts.printed)
    )
    return html_dates.with_stamp(told, parts.stamp) if parts.stamp else told


READER: Final = Reader("html-page", "saved HTML page with a comment list", recognise, read)
