"""Safe HTML for mails: as plain text, and as HTML whose links lead to the site from anywhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from forum.text.html import MAX_GENERATED_BYTES, sanitise

_INSIDE = re.compile(r'(<a\b[^<>]*?\shref=")/(?!/)')
_BLOCKS = {"p", "div", "pre", "ul", "ol", "figure", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "dl"}


def as_html(html: str, *, site: str) -> str:
    """Return sanitised HTML with the links inside the site made whole, sanitised once more; linear."""
    return sanitise(_INSIDE.sub(rf"\g<1>{site}/", html), limit=MAX_GENERATED_BYTES * 2)


def as_text(html: str, *, site: str) -> str:
    """Return sanitised HTML as plain text: paragraphs apart, quotations with ``>``, links with their address."""
    reader = _Reader(site)
    reader.feed(html)
    reader.close()
    reader.end_paragraph()
    return "\n".join(reader.lines).strip("\n")


class _Reader(HTMLParser):
    """Writes lines; what a quotation holds begins with as many ``>`` as quotations are open."""

    def __init__(self, site: str) -> None:
        super().__init__(convert_charrefs=True)
        self.site = site
        self.lines: list[str] = []
        self._words: list[str] = []
        self._quotes = 0
        self._bullet = ""
        self._kept = 0  # how many <pre> are open: their line breaks count
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a paragraph, a quotation, a list item or a link."""
        if tag == "blockquote":
            self.end_paragraph()
            self._quotes += 1
        elif tag == "li":
            self.end_paragraph()
            self._bullet = "- "
        elif tag == "br":
            self._words.append("\n")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self._words)))
        elif tag in _BLOCKS:
            self.end_paragraph()
            self._kept += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if tag == "a" and self._links:
            self._end_link()
        elif tag in _BLOCKS or tag in ("li", "blockquote"):
            self.end_paragraph()
            self._quotes -= tag == "blockquote"
            self._kept -= tag == "pre"

    def handle_data(self, data: str) -> None:
        """Take words; white space is one space, except where it was set by hand."""
        self._words.append(data if self._kept else re.sub(r"\s+", " ", data))

    def end_paragraph(self) -> None:
        """Write the words there are as a paragraph."""
        text = "".join(self._words).strip("\n") if self._kept else "".join(self._words).strip()
        self._words = []
        if not text:
            return
        mark = "> " * self._quotes
        before = self.lines[-1] if self.lines else ""
        if before.strip("> ") and not self._bullet:
            self.lines.append(mark.rstrip())
        first = self._bullet
        for line in text.split("\n"):
            self.lines.append(f"{mark}{first}{line.rstrip() if self._kept else line.strip()}".rstrip())
            first = "  " if first else ""
        self._bullet = ""

    def _end_link(self) -> None:
        address, start = self._links.pop()
        words = "".join(self._words[start:]).strip()
        if address.startswith("/") and not address.startswith("//"):
            address = self.site + address
        if address and not address.startswith("#") and address != words and address != f"mailto:{words}":
            self._words.append(f" ({address})")
