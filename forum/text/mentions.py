"""Whom a text names with an @."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import unescape

MOST = 10
"""Names in one text that are looked up; the rest are words."""

People = Callable[[Sequence[str]], Mapping[str, str]]
"""Finds the pages of the members with these names, by the name in small letters."""

# A letter, or a mark that the letters of some scripts need.
_PART = r"[\w\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff.'-]"
NAME = re.compile(rf"@([^\W_]{_PART}{{1,29}})(?!{_PART}{{9}})")
# Linked names, and the elements in which words are quoted or shown as an example.
_LINKED = re.compile(r'<a href="/members/[^"<>]*"[^<>]*>@([^<>]+)</a>|<(/?)(?:blockquote|figure|code|pre)\b')


def names_in(html: str) -> list[str]:
    """Return the names after an @ that link to a member, each once, in order; not those in quotations; linear."""
    found: list[str] = []
    skipped = 0
    for match in _LINKED.finditer(html):
        if match[1] is None:
            skipped += -1 if match[2] else 1
        elif not skipped:
            found.append(unescape(match[1]))
    return list(dict.fromkeys(found))


def spellings(name: str) -> list[str]:
    """Return what a name after an @ may be, the longest first: in "@ann's" it is "ann's", or else "ann"."""
    found = [name]
    while len(found) < 3 and (cut := max(found[-1].rfind(mark) for mark in ".'-")) > 1:
        found.append(found[-1][:cut])
    return found
