"""Words as the index knows them: the same in both databases, because Python alone makes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 64  # characters of one word that count

# Scripts written without spaces: each character is a word, and what is typed together is looked for together.
_ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003ffff"
)
# Marks that belong to a word though Python counts them as no letters: accents, vowels of Hebrew, Arabic and India.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963"
    "\u0966-\u0dff"
)
_LETTER = rf"(?:(?![{_ALONE}])(?:[^\W_]|[{_MARKS}]))"
_RUN = re.compile(rf"[{_ALONE}]|{_LETTER}+(?:['\u2019]{_LETTER}+)*")
_ASCII_RUN = re.compile(r"[0-9A-Za-z]+(?:'[0-9A-Za-z]+)*")
_LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]"
)
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """A word of the index and the characters of the text that it was made from."""

    word: str
    start: int
    end: int


def words(text: str) -> list[str]:
    """The words of a text, in order; linear."""
    runs = (_ASCII_RUN if text.isascii() else _RUN).findall(text)
    return [word for run in runs for word in _fold(run)]


def places(text: str) -> Iterator[Place]:
    """The words of a text and where each stands; linear."""
    for match in (_ASCII_RUN if text.isascii() else _RUN).finditer(text):
        for word in _fold(match[0]):
            yield Place(word, match.start(), match.end())


@lru_cache(maxsize=1 << 15)
def _fold(run: str) -> tuple[str, ...]:
    """A run of letters without case, accents, apostrophes and the s of a plural: mostly one word."""
    plain = run.lower() if run.isascii() else _plain(run)
    plain = plain.replace("\u2019", "'").removesuffix("'s").replace("'", "")
    pieces = (plain,) if plain.isalnum() and not re.search(f"[{_ALONE}]", plain) else tuple(_RUN.findall(plain))
    return tuple(_singular(piece[:LONGEST]) for piece in pieces)


def _plain(run: str) -> str:
    letters = _LEFT_OUT.sub("", unicodedata.normalize("NFKD", run.casefold()))
    return unicodedata.normalize("NFKC", letters.casefold().translate(_PLAIN_LETTERS))


def _singular(word: str) -> str:
    """A word without the s of an English plural; what is typed loses it as well, so nothing is missed."""
    if len(word) < 4 or not word.endswith("s") or not word.isascii() or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes", "zes")) else word[:-1]
