"""Whom a text names with an @."""

import re
from html import unescape

_PIECE = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>|[^<>]+")
_NAME = re.compile(r"(?<![\w@/.+-])@(\w[\w.'-]{1,60})")
_NOT_SAID = {"blockquote", "figure", "code", "pre"}  # quoted, or shown as an example


def names_in(html: str) -> list[str]:
    """Return the names after an @ in sanitised HTML, each once, in order; not those in quotations and code; linear."""
    words: list[str] = []
    skipped = 0
    for match in _PIECE.finditer(html):
        tag = match[2]
        if tag in _NOT_SAID:
            skipped += -1 if match[1] else 1
        words.append((match[0] if tag is None else " " if tag in {"p", "br", "li"} else "") if not skipped else " ")
    found = (match[1].rstrip("-_.'") for match in _NAME.finditer(unescape("".join(words))))
    return list(dict.fromkeys(name for name in found if len(name) > 1))
