"""Names and texts in one form for comparing, and the keys by which a second run knows an item again."""

import hashlib
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"\w+")
_ANCHOR: Final = re.compile(r"(?:[A-Za-z]+[-_])*(?:[A-Za-z]{0,12}[-_]?(?P<number>\d+)|(?P<hex>[0-9a-f]{12,}))")
_PLACEHOLDERS: Final = frozenset(
    {"anonymous", "anon", "guest", "admin", "administrator", "unknown", "[deleted]", "deleted", "[removed]"}
)


@lru_cache(maxsize=4096)
def normal_name(name: str) -> str:
    """The name in NFKC with blanks joined; capitals stay, for names that differ in them are two."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


@lru_cache(maxsize=4096)
def is_placeholder(name: str) -> bool:
    """Whether the name stands for nobody in particular, such as Anonymous or a bare number."""
    folded = normal_name(name).casefold()
    return folded in _PLACEHOLDERS or not any(c.isalpha() for c in folded)


def words(text: str) -> list[str]:
    """The words of the text, folded for comparing."""
    if text.isascii():
        return _WORD.findall(text.lower())
    return [fold(word) for word in _WORD.findall(text)]


def words_at(text: str) -> list[tuple[str, int, int]]:
    """The words of the text, folded for comparing, each with its start and end in characters."""
    if text.isascii():  # what folding does to each word of it, done at once
        return [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text.lower())]
    return [(fold(match.group()), match.start(), match.end()) for match in _WORD.finditer(text)]


def fold(word: str) -> str:
    """One word in the form in which words are compared."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", word).casefold()


def item_id(anchor: str) -> str:
    """The id of an item in its source, from its anchor on the old page: 143 for `comment-143`."""
    match = _ANCHOR.fullmatch(anchor)
    return (match["number"] or match["hex"]) if match else anchor


def digest(*parts: str) -> str:
    """SHA-256 of the parts, in hexadecimal; no two lists of parts share their bytes."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


class StableKeys:
    """Gives the items of one thread, where they have no id, a key that is the same in every run."""

    def __init__(self, thread: str) -> None:
        self._thread = thread
        self._seen: Counter[str] = Counter()

    def key(self, *, author: str, printed: str, body: str) -> str:
        """The key of the next item with this author, printed time and beginning of text."""
        base = digest(self._thread, normal_name(author), " ".join(printed.split()), " ".join(body.split())[:200])
        self._seen[base] += 1
        nth = self._seen[base]
        return base if nth == 1 else digest(base, str(nth))
