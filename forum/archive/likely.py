"""Finds replies that a page makes likely and does not prove: by a name, or by words that are taken up.

The figures below were set on pages that show who answers whom: there, of the proposals by words for a comment whose
parent is known, two in three named it, and most others one of its neighbours.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from forum.archive import keys

Why = Literal["name", "passing"]
_WINDOW: Final = 8
"""A passing answer stands at most so many comments after what it answers."""
_NEAR: Final = 4
_ALIKE, _ALIKE_FAR, _ALIKE_AGREED = 0.07, 0.1, 0.05
"""How alike the words must be (1: the same): near, farther off, and after words that agree."""
_SAME: Final = 0.9
"""Two comments as alike as this are one said twice."""
_NAMED, _WENT_ON, _ANSWERED, _CAME_BACK = 2.0, 1.0, 0.06, 0.05
"""What the other ways to tell are worth beside the likeness of words."""
_AT_MOST: Final = 2
"""Proposals for one comment."""
_SHORT: Final = 3
"""Shorter words and names tell nothing."""
_LONG: Final = 41
"""Nobody is called by a longer name."""
_MISSPELT: Final = 5
"""A name of so many letters may have a wrong one."""

_SENTENCE: Final = re.compile(r"[^.!?…\n]+[.!?…]*[\u201d\u2019\"')\]]*")
_CLOSING: Final = "\u201d\u2019\"')] "
_ADDRESSED: Final = re.compile(
    r"^[ \t>]*(?:(?:to|re|hey|hi|hello|dear|sorry|thanks|thank you|yes|no|well|yeah|ok|so)[,:]? )?"
    r"(?P<name>[^\n,:;!?@<>()…]{2,40}?)(?P<end>[,:;]|!| ?[-\u2013\u2014]{1,3} |\.{2,}|…|[ \t]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_AT: Final = re.compile(r"(?<![\w.])@ ?(?P<name>\w[\w.'\u2019 -]{1,40})")
_SPOKEN_OF: Final = re.compile(
    r"^\s*(?:(?:as|what|like) )?(?P<name>\w[\w.'\u2019 -]{1,40}?)"
    r"(?: is (?:\w+ )?(?:right|wrong)|['\u2019]s right| said| says| wrote| has a point)",
    re.IGNORECASE,
)
_AGREED_WITH: Final = re.compile(
    r"^\s*(?:i )?(?:\w+ )?(?:dis)?agree with (?P<name>\w[\w.'\u2019 -]{1,40})", re.IGNORECASE
)
_AGREES: Final = re.compile(
    r"^\W*(?:i (?:\w+ )?(?:dis)?agree|agreed|yup|yep|yeah|yes|no|nope|exactly|indeed|absolutely|amen|ditto|true|wrong"
    r"|good (?:point|call|question|idea)|great point|(?:not|so) true|same here|me too|well said|not really|actually)\b",
    re.IGNORECASE,
)
_ANSWERS: Final = re.compile(r"^\W*(?:well|because|yes|no|nope|yep|yup|of course|to answer)\b", re.IGNORECASE)
_GOES_ON: Final = re.compile(
    r"^\W*(?:they|he|she|these|those|and|also|or|p\.?s|plus|correction|i meant?)\b", re.IGNORECASE
)
_AS_FOR: Final = re.compile(r"^[^\w\n]*as (?:for|to) (?P<what>[^\n,.;:!?…]{3,40})", re.IGNORECASE | re.MULTILINE)
_STOP_WORDS: Final = """a about after again against all also always am an and any anyone anything are as at away
    back be because been before being better between both but by came can cannot come could did do does doing done
    down each else enough even ever every everyone few find first for from get getting give go going gone gonna good
    got great had has have having he her here him his how i if in into is it its itself just keep kind know last
    least let like little ll look looks lot made make makes many may maybe me mean might mine more most much must my
    myself need never new next no nor not nothing now of off oh ok on once one only or other others our out over own
    people pretty probably put quite rather re read really right s said same saw say says see seem seems she should
    since so some someone something still such sure t take tell than thanks that the their them then there these
    they thing things think this those though thought through time to too try two under until up us use used ve very
    want was way we well went were what when where whether which while who whole why will with without won wont work
    would yes yet you your don doesn didn isn wasn aren couldn wouldn shouldn hasn haven ain day days year today
    comment post thank hello hi nice love please lol article blog
"""
_STOP: Final = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as the finder sees it.

    ``author`` tells authors apart ("" : not known, or not to be judged by); ``name`` is the name as printed.
    ``settled``: what it answers is known or was decided, so that nothing is proposed for it.
    """

    author: str
    name: str
    body: str
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Likely:
    """Comment ``comment`` may answer ``parent`` (indexes in page order); the offsets are those of what tells it."""

    comment: int
    parent: int
    why: Why
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    terms: frozenset[str]
    asks: bool


def likely_replies(
    comments: Sequence[Said], *, article: str = "", host: str = "", threaded: bool = False
) -> Iterator[Likely]:
    """The likely replies in page order, at most two for a comment, the likelier first.

    Who names the ``host`` (the author of the article) may mean the article, so that says nothing. In a ``threaded``
    source only names count: what stands apart there was set apart. The cost grows with the words of the thread.
    """
    names, terms = _Names(host), None if threaded else _Terms(comments, article)
    for number, said in enumerate(comments):
        if not said.settled:
            found = [*names.look_at(number, said), *(terms.look_at(number) if terms else ())]
            yield from _likeliest(found)
        names.add(number, said.name)


def _likeliest(found: Iterable[tuple[float, Likely]]) -> Iterator[Likely]:
    """The best proposals, each parent once; of two alike the later parent."""
    parents: set[int] = set()
    for _, likely in sorted(found, key=lambda pair: (-pair[0], -pair[1].parent)):
        if likely.parent not in parents:
            parents.add(likely.parent)
            yield likely
        if len(parents) == _AT_MOST:
            return


class _Names:
    """The names of those who spoke so far, and where each spoke last."""

    def __init__(self, host: str) -> None:
        self.host = _forms(host)
        self.last: dict[str, dict[str, int]] = {}
        self.near: dict[str, str] = {}

    def add(self, number: int, printed: str) -> None:
        """From now on the name may be called."""
        for name in _forms(printed):
            if name not in self.last and len(name) >= _MISSPELT:
                self.near.update((key, name) for key in _one_letter_off(name))
            self.last.setdefault(name, {})[printed] = number

    def look_at(self, number: int, said: Said) -> Iterator[tuple[float, Likely]]:
        """Whoever is called by name, with what the name is worth."""
        own = _forms(said.name)
        for match in _calls(said.body):
            words = keys.words_at(match["name"])
            shortest = 1 if match.re in (_AT, _AGREED_WITH) else len(words)  # else the name ends where the match does
            for length in range(min(4, len(words)), min(shortest, 4) - 1, -1):
                name = self._known(" ".join(word for word, _, _ in words[:length]))
                if not name or name in own or (name in self.host and match.re is not _AT):
                    continue
                at = match.start("name")
                for spoke in sorted(self.last[name].values())[-_AT_MOST:]:
                    yield _NAMED, Likely(number, spoke, "name", at + words[0][1], at + words[length - 1][2])
                break

    def _known(self, name: str) -> str:
        """The name as its bearer writes it, when at most one letter is wrong."""
        if name in self.last:
            return name
        if len(name) < _MISSPELT - 1 or name in _STOP:
            return ""
        return next((self.near[key] for key in sorted(_one_letter_off(name)) if key in self.near), "")


def _forms(printed: str) -> set[str]:
    """What one may be called: the whole name, or its first word."""
    if keys.is_placeholder(printed):
        return set()
    words = keys.words(printed)
    return {name for name in (" ".join(words), *words[:1]) if _SHORT <= len(name) <= _LONG and name not in _STOP}


def _one_letter_off(name: str) -> set[str]:
    """The name, and the name without each of its letters but the first: two that share one are nearly the same."""
    return {name, *(name[:n] + name[n + 1 :] for n in range(1, len(name)))}


def _calls(body: str) -> Iterator[re.Match[str]]:
    """Where a name may be called: at the beginning, at that of a line before a comma or colon, or after "@"."""
    for match in _ADDRESSED.finditer(body):
        begins = not body[: match.start()].strip()
        if len(match["name"].split()) <= 4 and (begins or match["end"] in (",", ":")):
            yield match
    if "@" in body:
        yield from _AT.finditer(body)
    yield from filter(None, (_SPOKEN_OF.match(body), _AGREED_WITH.match(body)))


class _Terms:
    """The words of each comment that tell it from the others, weighed by how few comments have them."""

    def __init__(self, comments: Sequence[Said], article: str) -> None:
        self.comments = comments
        self.sentences = [_sentences(said.body) for said in comments]
        self.terms: list[frozenset[str]] = [
            frozenset().union(*(sentence.terms for sentence in found)) for found in self.sentences
        ]
        self.spread = Counter(term for terms in self.terms for term in terms)
        self.article = _terms(article)
        self.rare = max(3, len(comments) // 20)
        self.length = [math.sqrt(sum(self._weight(term) ** 2 for term in terms)) for terms in self.terms]

    def look_at(self, number: int) -> Iterator[tuple[float, Likely]]:
        """What the comment may answer among the few before it."""
        said = self.comments[number]
        if not self.sentences[number] or not said.author:
            return
        as_for = []
        for earlier in range(number - 1, max(-1, number - 1 - _WINDOW), -1):
            if not self.comments[earlier].author:
                continue
            if self.comments[earlier].author == said.author:
                yield from self._going_on(number, earlier)
                continue
            shared = self.terms[number] & self.terms[earlier]
            alike = self._alike(number, earlier, shared)
            if alike > _SAME:
                continue
            if alike >= self._bar(number, number - earlier, shared):
                yield alike, self._likely(number, earlier, shared)
            elif number - earlier <= 2 and self._answers_question(number, earlier):
                yield _ANSWERED, self._likely(number, earlier, frozenset())
            elif found := self._as_for(number, earlier):
                as_for.append((alike, found))
        if as_for:
            yield _CAME_BACK, max(as_for, key=lambda pair: pair[0])[1]

    def _weight(self, term: str) -> float:
        weight = math.log((len(self.comments) + 2) / self.spread[term])
        return weight / 2 if term in self.article else weight

    def _alike(self, number: int, earlier: int, shared: frozenset[str]) -> float:
        """The cosine of the two comments' words."""
        both = self.length[number] * self.length[earlier]
        return sum(self._weight(term) ** 2 for term in shared) / both if both else 0.0

    def _bar(self, number: int, distance: int, shared: frozenset[str]) -> float:
        rare = any(self.spread[term] <= self.rare for term in shared)
        if rare and distance <= _NEAR and _AGREES.match(self.comments[number].body):
            return _ALIKE_AGREED
        return _ALIKE if distance <= _NEAR else _ALIKE_FAR

    def _going_on(self, number: int, earlier: int) -> Iterator[tuple[float, Likely]]:
        """One who goes on at once, with a word that needs what was said before."""
        said = self.comments[number]
        if number - earlier == 1 and not keys.is_placeholder(said.name) and _GOES_ON.match(said.body):
            yield _WENT_ON, self._likely(number, earlier, frozenset())

    def _answers_question(self, number: int, earlier: int) -> bool:
        asked = self.sentences[earlier]
        return bool(asked and asked[-1].asks and _ANSWERS.match(self.comments[number].body))

    def _as_for(self, number: int, earlier: int) -> Likely | None:
        """A comment that comes back to something by its name."""
        for match in _AS_FOR.finditer(self.comments[number].body):
            if _terms(match["what"]) & self.terms[earlier]:
                return Likely(number, earlier, "passing", match.start(), match.end())
        return None

    def _likely(self, number: int, earlier: int, shared: frozenset[str]) -> Likely:
        """The proposal, with the sentence that tells most."""
        told = max(self.sentences[number], key=lambda s: sum(self._weight(term) for term in s.terms & shared))
        return Likely(number, earlier, "passing", told.start, told.end)


def _sentences(body: str) -> list[_Sentence]:
    found = []
    for match in _SENTENCE.finditer(body):
        text = match.group()
        start, end = match.start() + len(text) - len(text.lstrip()), match.start() + len(text.rstrip())
        if start < end:
            found.append(_Sentence(start, end, _terms(text), text.rstrip(_CLOSING).endswith("?")))
    return found


def _terms(text: str) -> frozenset[str]:
    """The telling words, without the endings of plurals; also short ones joined to the next ("a foot")."""
    words = keys.words(text)
    found = {_stem(word) for word in words if len(word) >= _SHORT and word not in _STOP}
    joined = (a + b for a, b in pairwise(words) if len(a) <= 2 < len(b) and b not in _STOP)
    return frozenset(found.union(joined))


def _stem(word: str) -> str:
    for ending in ("ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word
