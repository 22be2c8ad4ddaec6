"""The words of an element: as lines a reader of the page saw, or as plain well-formed HTML with nothing else in it."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Final

from forum.archive.readers.html_tags import BREAKS, HEADINGS, HIDDEN, PARAGRAPHS
from forum.archive.readers.html_tree import Node, Text

_HOLDERS: Final = frozenset(["blockquote", "dd", "dl", "dt", "li", "ol", "pre", "ul"])
_INLINE: Final = {
    **{
        tag: tag
        for tag in ["b", "cite", "code", "del", "em", "i", "ins", "kbd", "q", "s", "samp", "strong", "sub", "sup", "u"]
    },
    **{"strike": "s", "tt": "code", "a": "a"},
}
_BARE: Final = frozenset(["dd", "dt", "li", "pre"])
_LISTS: Final = frozenset(["dl", "ol", "ul"])
_MOST_OPEN: Final = 24
_SMILEY: Final = re.compile(r"\b(?:smil|smiley|emoji|emoticon)", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\n\f\r\u00a0]+")
_TAGS: Final = re.compile(r"<[^>]*>")

Skipped = Collection[Node | Text]
"""Elements and words that do not count; a set, for they are looked up by identity."""


@dataclass(slots=True)
class Line:
    """One visible line: its words, and the pieces of the file that they come from."""

    text: str = ""
    pieces: list[Text] = field(default_factory=list)
    paragraph: bool = False
    """Whether it begins a paragraph."""


def lines_of(nodes: Iterable[Node | Text], skipped: Skipped = ()) -> list[Line]:
    """The visible lines with words on them, in the order of the page."""
    lines, apart = [Line()], False
    for what, entering in _events(nodes, skipped):
        if isinstance(what, Text):
            apart = apart and what.value[:1].isalnum() and lines[-1].text[-1:] not in ("", "(", "[")
            lines[-1].text += f" {what.value}" if apart else what.value
            lines[-1].pieces.append(what)
            apart = False
        elif what.tag == "img":
            lines[-1].text += smiley(what) if entering else ""
        elif _is_label(what):
            apart = True
        elif what.tag in BREAKS and (entering or what.tag not in ("br", "hr")):
            lines.append(Line(paragraph=what.tag in PARAGRAPHS or (lines[-1].paragraph and not lines[-1].text.strip())))
    for line in lines:
        line.text = joined(line.text)
    return [line for line in lines if line.text]


def _is_label(node: Node) -> bool:
    """Whether the layout may set the element apart though it stands within a line."""
    return node.tag in ("span", "cite", "time", "abbr", "a", "small", "b", "strong") and bool(node.raw.strip())


def text_of(nodes: Iterable[Node | Text], skipped: Skipped = ()) -> str:
    """The visible words on one line."""
    return joined(" ".join(line.text for line in lines_of(nodes, skipped)))


def joined(text: str) -> str:
    """The text with its blanks joined to one each."""
    return _BLANKS.sub(" ", text).strip()


def smiley(image: Node) -> str:
    """The letters that a picture of a face stands for, or nothing for every other picture."""
    said = image.get("alt") or image.get("title")
    known = any(_SMILEY.search(name) for name in image.classes) or _SMILEY.search(image.get("src"))
    return said if said and len(said) <= 12 and (known or not any(c.isalnum() for c in said)) else ""


def html_of(nodes: Iterable[Node | Text], skipped: Skipped = (), *, link: Callable[[str], str]) -> str:
    """The words with paragraphs, quotations, lists, emphasis and links; `link` gives an address, or "" for none."""
    writer = _Writer(link)
    for what, entering in _events(nodes, skipped, embedded=True):
        if isinstance(what, Text):
            writer.words(what.value)
        elif entering:
            writer.enter(what)
        else:
            writer.leave(what)
    return writer.finish()


def _events(
    nodes: Iterable[Node | Text], skipped: Skipped, *, embedded: bool = False
) -> Iterator[tuple[Node | Text, bool]]:
    """Each element at its beginning (True) and at its end (False), and the words between."""
    waiting: list[tuple[Node | Text, bool]] = [(node, True) for node in reversed(list(nodes))]
    while waiting:
        what, entering = waiting.pop()
        if what in skipped:
            continue
        if isinstance(what, Text) or not entering:
            yield what, entering
        elif what.tag not in HIDDEN or (embedded and what.tag == "iframe"):
            yield what, True
            waiting.append((what, False))
            waiting.extend((child, True) for child in reversed(what.children))


class _Writer:
    """Writes HTML whose every tag is closed, whatever the page left open or crossed."""

    def __init__(self, link: Callable[[str], str]) -> None:
        self.link = link
        self.out: list[str] = []
        self.paragraph: list[str] = []
        self.inline: list[tuple[Node, str, str]] = []
        self.holders: list[tuple[Node, str]] = []

    def words(self, value: str) -> None:
        if any(tag == "pre" for _, tag in self.holders):
            self.paragraph.append(escape(value, quote=False))
        else:
            self.paragraph.append(_BLANKS.sub(" ", escape(value, quote=False)))

    def enter(self, node: Node) -> None:
        tag = node.tag
        if tag == "br":
            self._break()
        elif tag == "img":
            self._image(node)
        elif tag == "iframe":
            self._linked(self.link(node.get("src")), "embedded page")
        elif tag in _INLINE:
            self._begin_inline(node, _INLINE[tag])
        elif tag in BREAKS:
            self._end_paragraph()
            if tag in _HOLDERS and len(self.holders) < _MOST_OPEN:
                self._hold(node)
            elif tag in HEADINGS:
                self._open(node, "strong", "<strong>")
            elif tag == "hr":
                self.out.append("<hr>")
        elif tag in ("td", "th"):
            self.paragraph.append(" ")

    def leave(self, node: Node) -> None:
        tag = node.tag
        if tag in BREAKS and tag not in ("br", "hr"):
            self._end_paragraph()
        if self.holders and self.holders[-1][0] is node:
            self.out.append(f"</{self.holders.pop()[1]}>")
        self._close(node)

    def finish(self) -> str:
        """All that was written."""
        self._end_paragraph()
        while self.holders:
            self.out.append(f"</{self.holders.pop()[1]}>")
        text = "".join(self.out)
        for _ in range(2):  # what held nothing but what was left out
            text = re.sub(r"<(blockquote|ul|ol|li|dl|dd|dt|pre)>\s*</\1>", "", text)
        return text

    def _hold(self, node: Node) -> None:
        tag = node.tag
        if tag in ("li", "dd", "dt") and not (self.holders and self.holders[-1][1] in _LISTS):
            return
        self.holders.append((node, tag))
        self.out.append(f"<{tag}>")

    def _begin_inline(self, node: Node, tag: str) -> None:
        if tag != "a":
            self._open(node, tag, f"<{tag}>")
        elif address := self.link(node.get("href")):
            self._open(node, tag, f'<a href="{escape(address)}">')

    def _open(self, node: Node, tag: str, written: str) -> None:
        if len(self.inline) < _MOST_OPEN:
            self.inline.append((node, tag, written))
            self.paragraph.append(written)

    def _close(self, node: Node) -> None:
        """Close an inline element; those opened inside it and not yet closed are closed with it and opened again."""
        for at in range(len(self.inline) - 1, -1, -1):
            if self.inline[at][0] is node:
                inside = self.inline[at + 1 :]
                self.paragraph += [f"</{tag}>" for _, tag, _ in reversed(self.inline[at:])]
                self.paragraph += [written for _, _, written in inside]
                del self.inline[at]
                return

    def _image(self, node: Node) -> None:
        if said := smiley(node):
            self.words(said)
            return
        said = joined(node.get("alt") or node.get("title"))[:200]
        inside_link = any(tag == "a" for _, tag, _ in self.inline)
        address = "" if inside_link else self.link(node.get("src"))
        if address or inside_link or said:
            self._linked(address, said or "picture")

    def _linked(self, address: str, words: str) -> None:
        written = f"[{escape(words, quote=False)}]"
        self.paragraph.append(f'<a href="{escape(address)}">{written}</a>' if address else written)

    def _break(self) -> None:
        """One break ends a line, two end the paragraph."""
        if self._is_pre():
            self.paragraph.append("\n")
            return
        for piece in reversed(self.paragraph):
            if piece == "<br>":
                self._end_paragraph()
                return
            if piece.strip() and not piece.startswith("<"):
                break
        self.paragraph.append("<br>")

    def _is_pre(self) -> bool:
        return any(tag == "pre" for _, tag in self.holders)

    def _end_paragraph(self) -> None:
        """Write the paragraph so far, with its emphasis closed at its end and taken up again after it."""
        closing = "".join(f"</{tag}>" for _, tag, _ in reversed(self.inline))
        text = "".join(self.paragraph) + closing
        self.paragraph = [written for _, _, written in self.inline]
        if not _TAGS.sub("", text).strip():
            return
        if self._is_pre():
            self.out.append(text)
            return
        text = _tidy(text)
        holder = self.holders[-1][1] if self.holders else ""
        if holder in _LISTS:
            self.out.append(f"<{'dd' if holder == 'dl' else 'li'}>{text}</{'dd' if holder == 'dl' else 'li'}>")
        elif holder in _BARE and self.out and self.out[-1] == f"<{holder}>":
            self.out.append(text)
        else:
            self.out.append(f"<p>{text}</p>")


def _tidy(text: str) -> str:
    """A paragraph with single blanks, no emphasis of nothing, and no breaks at its edges."""
    before = ""
    while before != text:
        before = text
        text = re.sub(r"<(\w+)(?: [^>]*)?>(\s*)</\1>", r"\2", text)
    text = re.sub(r" {2,}", " ", text)
    text = re.sub(r" ?(<br>) ?", r"\1", text).strip()
    text = re.sub(r"^(?:<br>|\s)+|(?:<br>|\s)+$", "", text)
    return re.sub(r"(?:<br>){2,}", "<br><br>", text)
