"""The text of a page's words: what is indexed, and what a hit is shown by."""

import re
from html import unescape

_PIECE = re.compile(r"<(/?)([a-z0-9]+)((?:[^<>\"]|\"[^\"]*\")*)>|[^<>]+")
_INLINE = {"a", "b", "cite", "code", "del", "em", "i", "ins", "kbd", "q", "s", "samp", "strong", "sub", "sup", "u"}


def text_of(html: str) -> str:
    """The text of sanitised HTML, without passages that quote another comment of this site; linear.

    Those words are found where they were said. So nothing is left of them here when they are taken back there.
    """
    words: list[str] = []
    open_quotations: list[bool] = []  # of each blockquote that is open: whether it quotes a comment
    for match in _PIECE.finditer(html):
        tag = match[2]
        if tag is None:
            words.append("" if any(open_quotations) else match[0])
            continue
        if tag == "blockquote" and match[1]:
            open_quotations = open_quotations[:-1]
        elif tag == "blockquote":
            open_quotations.append('class="quote"' in match[3])
        words.append("" if tag in _INLINE else " ")
    return " ".join(unescape("".join(words)).split())
