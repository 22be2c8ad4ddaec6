"""HTML as blogs keep it in their exports, made into well-formed HTML of few elements; nothing here is trusted.

WordPress keeps line breaks where a page has paragraphs and makes them when it shows the text; so does this.
"""

import re
from html import escape, unescape
from typing import Final

_DEPTH: Final = 32
_INLINE: Final = {
    **{name: name for name in ("a", "b", "cite", "code", "del", "em", "i", "ins", "kbd", "q", "s", "samp", "strong")},
    **{"sub": "sub", "sup": "sup", "u": "u", "strike": "s", "tt": "code", "acronym": "", "abbr": "", "span": ""},
    **{"font": "", "big": "", "small": "", "label": "", "time": "", "mark": "", "nobr": "", "center": "", "wbr": ""},
}
"""Each with what it becomes; those with nothing lose their tags."""
_INLINES: Final = frozenset(_INLINE.values())
_BLOCKS: Final = frozenset({"blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS: Final = frozenset({"td", "th"})
_UNREAD: Final = frozenset(
    {"script", "style", "noscript", "template", "textarea", "select", "math", "title", "head", "xmp"}
)
"""Their content was never meant to be read."""
_FRAMES: Final = frozenset({"iframe", "embed", "video", "audio", "source"})
_PARTS: Final = {"li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)}
_LISTS: Final = frozenset({"ul", "ol", "dl"})

# A quoted value holds no "<" here, so that each attempt ends at the next one and the whole is linear.
_TOKEN: Final = re.compile(
    r"""<!--.*?(?:-->|\Z)
      | <(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+)
        (?: (?P<said>(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)> | (?P<loose>[^<>]*+)> )""",
    re.VERBOSE | re.DOTALL,
)
_VALUE: Final = r"""\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
_ATTRIBUTES: Final = {name: re.compile(rf"(?:^|\s){name}{_VALUE}", re.I) for name in ("href", "src", "alt", "start")}
_PARAGRAPH: Final = re.compile(r"\n[ \t\xa0]*\n\s*")
_BREAK: Final = re.compile(r"[ \t]*\n[ \t]*")
_SHORTCODE: Final = re.compile(
    r"\[/?(?:caption|wp_caption|embed|audio|video|quote|blockquote|pullquote|code|sourcecode|highlight|googlemaps|url|b|i)"
    r"\b[^\[\]<>]*\]"
)


def from_wordpress(text: str, *, shortcodes: bool = False) -> str:
    """The text of a post or comment: blank lines part paragraphs, line ends break lines; linear."""
    if shortcodes and "[" in text:
        text = _SHORTCODE.sub("", text)
    # What the block editor wrote has its paragraphs marked, and line ends mean nothing in it.
    return _made(text, breaks="<!-- wp:" not in text)


def from_disqus(text: str) -> str:
    """The text of a message: line ends count only where nothing else marks paragraphs; linear."""
    return _made(text, breaks="<p" not in text and "<br" not in text)


def bare(text: str) -> str:
    """A title or name as a reader saw it: no tags, entities as characters, blanks joined."""
    if "<" in text:
        text = _TOKEN.sub("", text)
    if "&" in text:
        text = unescape(text)
    return " ".join(text.split())


def _made(text: str, *, breaks: bool) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        return ""
    if "<" not in text and breaks:
        # Most comments: no marks at all.
        return "\n".join(f"<p>{_BREAK.sub('<br>' + chr(10), part)}</p>" for part in _PARAGRAPH.split(text))
    writer = _Writer(breaks=breaks)
    at = 0
    for match in _TOKEN.finditer(text):
        writer.words(text[at : match.start()])
        at = match.end()
        if name := match["name"]:
            writer.tag(name.lower(), match["said"] or match["loose"] or "", end=bool(match["end"]))
    writer.words(text[at:])
    return writer.finished()


class _Writer:
    """Takes words and tags one after the other; whatever comes, what it writes is nested rightly."""

    def __init__(self, *, breaks: bool) -> None:
        self._breaks = breaks
        self._out: list[str] = []
        self._open: list[tuple[str, str]] = []
        """The open elements, each with its name and the tag that began it."""
        self._unread = ""
        self._heading = False

    def words(self, text: str) -> None:
        """Text between two tags."""
        if not text or self._unread:
            return
        text = text.replace("<", "&lt;")
        if any(name == "pre" for name, _ in self._open):
            self._out.append(text)
            return
        if not text.strip():
            self._blank(text)
            return
        if not self._breaks:
            self._paragraph(text)
            return
        for number, part in enumerate(_PARAGRAPH.split(text)):
            if number:
                self._next_paragraph()
            if part.strip() or (part and not number):
                self._paragraph(part)

    def tag(self, name: str, said: str, *, end: bool) -> None:
        """The beginning or end of an element, with what is said of it."""
        if self._unread:
            self._unread = "" if end and name == self._unread else self._unread
        elif name in _UNREAD:
            self._unread = "" if end else name
        elif name == "br":
            self._out.append("<br>")
        elif name in ("img", *_FRAMES):
            self._picture(name, said, end=end)
        elif (inline := _INLINE.get(name)) is not None:
            self._inline(inline, said, end=end)
        elif name in _BLOCKS:
            self._block(name, said, end=end)
        elif name in _CELLS:
            self._out.append(" ")
        else:
            self._boundary(name, end=end)

    def finished(self) -> str:
        """All of it, with everything closed."""
        self._close_to(0)
        return "".join(self._out).strip()

    # -- text --------------------------------------------------------------------------------------------

    def _in_flow(self) -> bool:
        """Whether what comes needs a paragraph around it."""
        return not self._open or self._open[-1][0] == "blockquote"

    def _blank(self, text: str) -> None:
        if self._in_flow() or self._open[-1][0] in _LISTS:
            return
        if self._breaks and text.count("\n") > 1:
            self._next_paragraph()
        else:
            self._out.append("<br>\n" if self._breaks and "\n" in text and not self._after_break() else " ")

    def _after_break(self) -> bool:
        return bool(self._out) and self._out[-1].rstrip().endswith("<br>")

    def _paragraph(self, text: str) -> None:
        begins = self._in_flow()
        if begins:
            self._begin("p", "<p>")
        if begins or self._after_break():
            text = text.lstrip()
        self._out.append(_BREAK.sub("<br>\n", text) if self._breaks and "\n" in text else text)

    def _next_paragraph(self) -> None:
        """Ends the paragraph and, where words in it were marked, goes on marking them in the next."""
        at = self._last("p")
        if at is None:
            if not self._in_flow():
                self._out.append("<br>\n")
            return
        if any(name in _BLOCKS for name, _ in self._open[at + 1 :]):
            return
        marked = self._open[at + 1 :]
        self._close_to(at)
        if marked:
            for name, began in [("p", "<p>"), *marked]:
                self._begin(name, began)

    # -- elements ----------------------------------------------------------------------------------------

    def _inline(self, name: str, said: str, *, end: bool) -> None:
        if end:
            at = self._last(name) if name else None
            if at is not None and not any(other in _BLOCKS or other == "p" for other, _ in self._open[at:]):
                self._close_to(at)
            return
        if not name:
            return
        address = _attribute(said, "href") if name == "a" else ""
        if name == "a" and (not address or self._last("a") is not None):
            return
        if self._open and self._open[-1][0] in _LISTS:
            return
        if self._in_flow():
            self._begin("p", "<p>")
        self._begin(name, f'<a href="{escape(address)}">' if address else f"<{name}>")

    def _picture(self, name: str, said: str, *, end: bool) -> None:
        """A picture or film is a link to where it was."""
        address = _attribute(said, "src")
        scheme, colon, _ = address.partition("/")[0].partition(":")
        if end or not address or (colon and scheme.lower() not in ("http", "https")):
            return
        words = escape(_attribute(said, "alt") or address.rsplit("/", 1)[-1] or name, quote=False)
        if self._in_flow():
            self._begin("p", "<p>")
        self._out.append(words if self._last("a") is not None else f'<a href="{escape(address)}">{words}</a>')

    def _block(self, name: str, said: str, *, end: bool) -> None:
        if end:
            at = self._last(name)
            if at is not None:
                self._close_to(at)
            return
        self._leave_paragraph()
        if name in _PARTS:
            lists = [self._last(one) for one in _PARTS[name]]
            within = max((at for at in lists if at is not None), default=-1)
            if len(self._open) > within + 1:
                self._close_to(within + 1)
        start = _attribute(said, "start") if name == "ol" else ""
        self._begin(name, f'<ol start="{start}">' if start.isdecimal() and start.isascii() else f"<{name}>")

    def _boundary(self, name: str, *, end: bool) -> None:
        """Paragraphs, headings, and all else that stands on lines of its own."""
        at = self._last("p")
        if at is not None and not any(other in _BLOCKS for other, _ in self._open[at:]):
            self._close_to(at)
        if name in _HEADINGS and not end and self._in_flow():
            self._begin("p", "<p>")
            self._begin("strong", "<strong>")
        elif name == "hr" and self._in_flow():
            self._out.append("<hr>\n")

    def _leave_paragraph(self) -> None:
        at = self._last("p")
        if at is not None and not any(other in _BLOCKS for other, _ in self._open[at:]):
            self._close_to(at)
        while self._open and self._open[-1][0] not in _BLOCKS:
            self._close_to(len(self._open) - 1)

    def _last(self, name: str) -> int | None:
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at][0] == name:
                return at
        return None

    def _begin(self, name: str, began: str) -> None:
        if len(self._open) < _DEPTH:
            self._open.append((name, began))
            self._out.append(began)

    def _close_to(self, at: int) -> None:
        while len(self._open) > at:
            name, began = self._open.pop()
            if name not in _INLINES:
                self._take_off_breaks()
            if self._out[-1] == began:
                self._out.pop()
                continue
            self._out.append(f"</{name}>\n" if name in _BLOCKS or name == "p" else f"</{name}>")

    def _take_off_breaks(self) -> None:
        """Line breaks and blanks at the end of a paragraph show nothing."""
        while self._out and (last := self._out[-1]) != "<pre>":
            bare = last.rstrip()
            while bare.endswith("<br>"):
                bare = bare[:-4].rstrip()
            if bare == last:
                return
            self._out.pop()
            if bare:
                self._out.append(bare)
                return


def _attribute(said: str, name: str) -> str:
    match = _ATTRIBUTES[name].search(said)
    return unescape(next((value for value in match.groups() if value is not None), "")).strip() if match else ""
