"""How well an import agrees with what a person found in the same file: pairs comments, then counts what is right."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from forum.archive import keys
from forum.archive.items import Comment, Moment, Thread

_WORD: Final = re.compile(r"\w+")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\dT")
_SIX: Final = 6
_SECONDS: Final = len("2007-03-22T19:01:00")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One comment as a person labelled it; what was not labelled is empty and is not scored."""

    number: int
    source_id: str
    author: str
    time: str
    heads: tuple[tuple[str, ...], ...]
    tails: tuple[tuple[str, ...], ...]
    parent: int | None
    parent_unknown: bool
    quoted: frozenset[int]
    """The comments it quotes, and in `shared` those whose words a program found in it again."""
    shared: frozenset[int]


@dataclass
class Score:
    """The counts of one file; `proved` are parents on a page that shows none, whose words the comment repeats."""

    name: str
    kind: str
    truth: int
    imported: int = 0
    found: int = 0
    author: tuple[int, int] = (0, 0)
    """Right, and of how many."""
    time: tuple[int, int] = (0, 0)
    body: tuple[int, int] = (0, 0)
    parents_right: int = 0
    parents_wrong: int = 0
    parents_missed: int = 0
    proved: int = 0
    quotes: tuple[int, int] = (0, 0)
    refused: str = ""
    odd: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of the true comments that were found."""
        return self.found / self.truth if self.truth else 1.0

    @property
    def precision(self) -> float:
        """The share of the imported comments that are true ones."""
        return self.found / self.imported if self.imported else float(not self.truth)

    @property
    def points(self) -> float:
        """0 to 100; a parent that the page does not show counts as wrong here, whatever proves it."""
        wrong = self.parents_wrong + self.proved
        parents = _harmonic(
            _share(self.parents_right, self.parents_right + wrong),
            _share(self.parents_right, self.parents_right + self.parents_missed),
        )
        sides = 20 * _share(*self.author) + 10 * _share(*self.time) + 10 * _share(*self.body) + 20 * parents
        return 40 * _harmonic(self.recall, self.precision) + self.recall * sides if self.found else 0.0


def score(name: str, kind: str, labelled: dict[str, Any], thread: Thread) -> Score:
    """The score of one thread against its labels."""
    truth, comments = _truth(labelled), list(thread.comments)
    pairs = _pairs(truth, comments)
    told = Score(name, kind, len(truth), len(comments), len(pairs))
    found = [(one, comments[pairs[one.number]]) for one in truth if one.number in pairs]
    told.author = _count(_name(c.author) == _name(t.author) for t, c in found if t.author)
    told.time = _count(_time(c.moment) == t.time for t, c in found if t.time)
    told.body = _count(_body_right(t, c) for t, c in found if t.heads)
    number = {comments[at].key: n for n, at in pairs.items()}
    _count_parents(told, truth, found, number, shows_parents=not _is_flat(labelled))
    wanted = [(c, of) for t, c in found for of in t.quoted]
    right = sum(any(number.get(quote.of) == of for quote in c.quotes) for c, of in wanted)
    told.quotes = (right, sum(len(t.quoted) for t in truth))
    return told


def _truth(labelled: dict[str, Any]) -> list[Labelled]:
    items = labelled.get("comments") or labelled.get("messages") or []
    # A plan keeps pingbacks apart from comments.
    items = [item for item in items if not item.get("pingback")]
    ids = [str(item.get("source_id") or item.get("message_id") or "") for item in items]
    at = {one: n for n, one in reversed(list(enumerate(ids, 1))) if one}
    return [_true(item, n, one, at) for n, (item, one) in enumerate(zip(items, ids, strict=True), 1)]


def _true(item: dict[str, Any], number: int, source_id: str, at: dict[str, int]) -> Labelled:
    time = item.get("posted_at") or item.get("time") or ""
    return Labelled(
        number=item.get("n", number),
        source_id=source_id,
        author=item.get("author") or "",
        time=time[:_SECONDS] if _ISO.match(time) else "",
        heads=_ends(item, ("body_first_words", "own_first_words", "alt_body_first_words"), slice(_SIX)),
        tails=_ends(item, ("body_last_words", "alt_body_last_words"), slice(-_SIX, None)),
        parent=_parent(item, at),
        parent_unknown=bool(item.get("parent_unknown")),
        quoted=frozenset(quote["of"] for quote in item.get("quotes", [])),
        shared=frozenset(shared["of"] for shared in item.get("shared_text", [])),
    )


def _parent(item: dict[str, Any], at: dict[str, int]) -> int | None:
    """The number of the comment answered, which is labelled by its number or by its id in the source."""
    told = item["reply_to"] if "reply_to" in item else item.get("parent")
    return told if isinstance(told, int) else at.get(str(told))


def _ends(item: dict[str, Any], names: Sequence[str], part: slice) -> tuple[tuple[str, ...], ...]:
    found = (tuple(_words(item.get(name) or "")[part]) for name in names)
    return tuple(words for words in found if words)


def _is_flat(labelled: dict[str, Any]) -> bool:
    return str(labelled.get("parents_from", "")).startswith("none")


def _pairs(truth: Sequence[Labelled], comments: Sequence[Comment]) -> dict[int, int]:
    """Pairs each true comment with at most one imported: by its id, then by what was said, by whom and when."""
    pairs: dict[int, int] = {}
    free = dict(enumerate(comments))
    words = [_words(comment.body) for comment in comments]
    for level in range(4):
        for one in truth:
            if one.number in pairs:
                continue
            at = next((n for n, c in free.items() if _alike(one, c, words[n])[level]), None)
            if at is not None:
                pairs[one.number] = at
                del free[at]
    return pairs


def _alike(one: Labelled, comment: Comment, words: list[str]) -> tuple[bool, bool, bool, bool]:
    author = bool(one.author) and _name(comment.author) == _name(one.author)
    time = bool(one.time) and _time(comment.moment) == one.time
    body = any(tuple(words[: len(head)]) == head for head in one.heads) or not (one.heads or words)
    same_id = bool(one.source_id) and keys.item_id(comment.source_id) == one.source_id
    return same_id, author and (time or not one.time) and body, body and (author or time), author and time


def _body_right(one: Labelled, comment: Comment) -> bool:
    words = tuple(_words(comment.body))
    begins = any(words[: len(head)] == head for head in one.heads)
    return begins and (not one.tails or any(words[-len(tail) :] == tail for tail in one.tails))


def _count_parents(
    told: Score,
    truth: Sequence[Labelled],
    found: Sequence[tuple[Labelled, Comment]],
    number: dict[str, int],
    *,
    shows_parents: bool,
) -> None:
    for one, comment in found:
        if one.parent_unknown:
            continue
        got = number.get(comment.parent, -1) if comment.parent else None
        told.parents_right += one.parent is not None and got == one.parent
        told.parents_missed += one.parent is not None and got != one.parent
        if got is not None and got != one.parent:
            proved = not shows_parents and got in one.shared and comment.parent_basis == "quote"
            told.proved += proved
            told.parents_wrong += not proved
    matched = {one.number for one, _ in found}
    lost = (t for t in truth if t.number not in matched and not t.parent_unknown)
    told.parents_missed += sum(one.parent is not None for one in lost)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def _name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _time(moment: Moment) -> str:
    local = f"{moment.local}T00:00:00" if moment.precision == "day" else moment.local
    return local[:_SECONDS]


def _count(flags: Any) -> tuple[int, int]:
    values = list(flags)
    return sum(values), len(values)


def _share(right: int, of: int) -> float:
    return right / of if of else 1.0


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
