"""The words of HTML with every tag blanked out, so that what stands at an offset still stands there."""

import html
import re
from typing import Final

# A tag that is never closed ends before the next, so that time grows with the length.
_TAG: Final = re.compile(r"</?(?P<name>[a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>|<!--[^<>]*+>|&(?:#\w{1,8}|\w{1,32});")
_BREAKS: Final = frozenset(
    {"blockquote", "br", "dd", "div", "dl", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p"}
    | {"pre", "table", "td", "th", "tr", "ul"}
)


def unmarked(text: str) -> str:
    """The text with a line break in place of tags that part lines and blanks in place of others; as long as before."""
    return _TAG.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    found = match.group()
    if found.startswith("&"):
        said = html.unescape(found)
        said = said if len(said) == 1 and said.isprintable() else " "
        return said.ljust(len(found))
    breaks = match["name"] is not None and match["name"].lower() in _BREAKS
    return ("\n" if breaks else " ").ljust(len(found))
