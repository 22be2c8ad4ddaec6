"""Words of no language, and Markdown made of them whose HTML is known without drawing it a million times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from typing import Final

from forum.text import markdown

_BEGINS: Final = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "br", "tr", "")
_MIDDLES: Final = ("a", "e", "i", "o", "u", "ai", "ou", "ä", "é")
_ENDS: Final = ("", "", "", "n", "r", "s", "l", "m")
_VOCABULARY, _PARAGRAPHS, _EXTRAS = 3_000, 500, 90
_SHORT: Final = (1, 1, 1, 1, 2, 2, 3, 4, 7)  # paragraphs of one comment
_EXTRA = 0.08  # share of comments in which something stands between two paragraphs


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of Markdown that stands between blank lines, its HTML, and its first sentence as plain words."""

    body: str
    html: str
    first: str


class Words:
    """Everything that can be said; the same in every process."""

    def __init__(self) -> None:
        random = Random(1)  # noqa: S311  the same for everybody, not a secret
        self.vocabulary = [_word(random) for _ in range(_VOCABULARY)]
        self.commonness = list(accumulate(1 / (rank + 3) for rank in range(_VOCABULARY)))
        self.paragraphs = [self._paragraph(random) for _ in range(_PARAGRAPHS)]
        self.extras = [self._extra(random, number) for number in range(_EXTRAS)]

    def some(self, random: Random, many: int) -> list[str]:
        """So many words, the common ones often."""
        return random.choices(self.vocabulary, cum_weights=self.commonness, k=many)

    def title(self, random: Random) -> str:
        """A title of a few words."""
        return " ".join(self.some(random, 3 + int(random.random() * 6))).capitalize()

    def blocks(self, random: Random) -> list[Block]:
        """The blocks of one comment: mostly a paragraph or two, now and then a list or code between them."""
        many = _SHORT[int(random.random() * len(_SHORT))]
        chosen = [self.paragraphs[int(random.random() * _PARAGRAPHS)] for _ in range(many)]
        if many > 1 and random.random() < _EXTRA * 2:
            chosen.insert(1, self.extras[int(random.random() * _EXTRAS)])
        return chosen

    def _sentence(self, random: Random) -> str:
        words = self.some(random, 3 + int(random.random() * 15))
        return f"{' '.join(words).capitalize()}{random.choice('....?')}"

    def _paragraph(self, random: Random) -> Block:
        first = self._sentence(random)
        rest = [_adorned(self._sentence(random), random) for _ in range(int(random.random() * 4))]
        return _block(" ".join([first, *rest]), first)

    def _extra(self, random: Random, number: int) -> Block:
        """A list, a numbered list, or code."""
        lines = [" ".join(self.some(random, 2 + int(random.random() * 6))) for _ in range(2 + number % 4)]
        kind = number % 3
        if kind == 2:
            return _block("\n".join(["```", *lines, "```"]), "")
        return _block("\n".join(f"{'-' if kind else f'{at}.'} {line}" for at, line in enumerate(lines, 1)), "")


@cache
def words() -> Words:
    """The one stock of words; a tenth of a second to make."""
    return Words()


def joined(blocks: list[Block]) -> tuple[str, str]:
    """Markdown and HTML of blocks that stand one under the other: between two lists there is a paragraph."""
    return "\n\n".join([block.body for block in blocks]), "".join([block.html for block in blocks])


def _word(random: Random) -> str:
    pieces = 1 + int(random.random() * random.random() * 4)
    return "".join(random.choice(_BEGINS) + random.choice(_MIDDLES) + random.choice(_ENDS) for _ in range(pieces))


def _adorned(sentence: str, random: Random) -> str:
    """The sentence, one in five with something marked in it."""
    words = sentence.split()
    at = int(random.random() * (len(words) - 1))
    kind = random.random() * 20
    if kind < 2:
        words[at] = f"*{words[at]}*"
    elif kind < 3:
        words[at] = f"**{words[at]}**"
    elif kind < 3.5:
        words[at] = f"`{words[at]}`"
    elif kind < 4:
        words[at] = f"[{words[at]}](https://made-up.invalid/{int(kind * 1000)})"
    return " ".join(words)


def _block(body: str, first: str) -> Block:
    return Block(body, markdown.render(body, resolve=None).html, first)
