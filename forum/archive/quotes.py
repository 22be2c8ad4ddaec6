"""Finds which comment answers which from the words it repeats; sets nothing it cannot show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from forum.archive import keys
from forum.archive.items import Anomaly, Comment, Post, Quote, Thread
from forum.archive.unmarked import unmarked

_WORDS_SHORT: Final = 8
_WORDS: Final = 10
_FEW: Final = 5
"""So many repeated texts are told one by one, and more of them together."""
_SHORT_PAGE: Final = 40
"""A page's comments are short when the median has no more words than this."""

# No mark is in both, so that of two passages side by side each keeps its own.
_OPENING: Final = frozenset("“«„([{<`\N{LEFT SINGLE QUOTATION MARK}")
_CLOSING: Final = frozenset("”»)]}>.,;:!?…\N{RIGHT SINGLE QUOTATION MARK}")
_OWN_WORDS_FIRST: Final = 25
"""Of the quoter, above a passage that says whom the comment answers."""
_MARKS: Final = frozenset("“”„«»\"`'\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}")
_STRAIGHT: Final = ('"', "'")

_Word = tuple[str, int, int]
_Gram = int
"""The hash of some words: a long thread has a million of them, and no two are alike by chance."""
_MOST_WORDS: Final = 2**24
"""More than a comment can have."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Words of a comment (first and last index, the last not included) that stand in an earlier one."""

    first: int
    end: int
    of: int


def infer_replies(thread: Thread) -> Thread:
    """The thread with the quotations by text added and the parents that quotations prove.

    Where the source shows who answers whom (`threaded`) quotations are still found, but set no parents.
    Cost grows with the words of the thread, not with its square.
    """
    finder = _Finder(thread)
    return replace(
        thread,
        comments=tuple(finder.look_at(n, comment) for n, comment in enumerate(thread.comments)),
        anomalies=tuple(sorted((*thread.anomalies, *finder.told()), key=lambda a: a.line)),
    )


def _without_tags(of: Comment | Post) -> str:
    """Its text for looking at: tags are no words, and each place in the text stays where it is."""
    return unmarked(of.body) if of.format == "html" else of.body


class _Finder:
    def __init__(self, thread: Thread) -> None:
        self.comments, self.threaded = thread.comments, thread.threaded
        self.bodies = [_without_tags(comment) for comment in thread.comments]
        self.plain = [keys.words(body) for body in self.bodies]
        self.placed: dict[int, list[_Word]] = {}
        counts = [len(words) for words in self.plain if words]
        self.length = _WORDS_SHORT if counts and median(counts) <= _SHORT_PAGE else _WORDS
        self.article = frozenset(self._grams(keys.words(_without_tags(thread.post))))
        self.first_said: dict[_Gram, int] = {}
        """By the number of a comment times `_MOST_WORDS`, plus that of the word in it."""
        self.at = {comment.key: n for n, comment in enumerate(thread.comments)}
        self.anomalies: list[Anomaly] = []
        self.repeated: list[tuple[int, int]] = []
        """The lines of comments whose whole text stands above, and where it does."""

    def look_at(self, number: int, comment: Comment) -> Comment:
        """The comment with its quotations and its parent; then its own words count for those that follow."""
        taken = _covered(self._words(number), comment.quotes) if comment.quotes else set()
        grams = self._grams(self.plain[number])
        runs = self._runs(number, grams, taken)
        quotes = [*comment.quotes, *(self._quote(number, run) for run in runs)]
        quotes.sort(key=lambda quote: quote.start)
        taken |= {n for run in runs for n in range(run.first, run.end)}
        self._remember(number, grams, taken)
        said = self.threaded or comment.parent or comment.parent_basis == "moderator"
        apart = {self._quote(number, run).start for run in runs if self._stands_apart(number, run)}
        proof = (q.of for q in quotes if q.attribution_start is not None or q.start in apart)
        parent = comment.parent if said else next((of for of in proof if self._is_earlier(of, number)), None)
        basis = "quote" if parent and not comment.parent else comment.parent_basis
        if not quotes and parent == comment.parent:
            return comment
        return replace(comment, quotes=tuple(quotes), parent=parent, parent_basis=basis)

    def _words(self, number: int) -> list[_Word]:
        """The words of a comment with their places, which few comments are asked for."""
        if number not in self.placed:
            self.placed[number] = keys.words_at(self.bodies[number])
        return self.placed[number]

    def _grams(self, plain: Sequence[str]) -> list[_Gram]:
        """Of the words from each on, as many as make a quotation."""
        return list(map(hash, zip(*(plain[n:] for n in range(self.length)), strict=False)))

    def _runs(self, number: int, grams: Sequence[_Gram], taken: set[int]) -> list[_Run]:
        runs, at = [], 0
        while at < len(grams):
            run = self._run_at(number, grams, at, taken) if grams[at] in self.first_said else None
            if run is None:
                at += 1
                continue
            at = run.end
            run = self._within_paragraphs(number, run)
            if run.end - run.first == len(self.plain[number]):
                self.repeated.append((self.comments[number].lines[0], self.comments[run.of].lines[0]))
            else:
                runs.append(run)
                self._say_quoted(number, run)
        return runs

    def _run_at(self, number: int, grams: Sequence[_Gram], at: int, taken: set[int]) -> _Run | None:
        if grams[at] in self.article or not taken.isdisjoint(range(at, at + self.length)):
            return None
        of, begin = divmod(self.first_said[grams[at]], _MOST_WORDS)
        if self._same_author(of, number) or not self._is_earlier(self.comments[of].key, number):
            return None
        words, theirs, length = self.plain[number], self.plain[of], self.length
        while (
            at + length < len(words)
            and begin + length < len(theirs)
            and at + length not in taken
            and words[at + length] == theirs[begin + length]
        ):
            length += 1
        return _Run(at, at + length, of)

    def _within_paragraphs(self, number: int, run: _Run) -> _Run:
        """Without the few words at its edges that happen to agree in a paragraph of the quoter's own."""
        words, body = self._words(number), self.bodies[number]
        breaks = [n for n in range(run.first + 1, run.end) if "\n" in body[words[n - 1][2] : words[n][1]]]
        first, end = run.first, run.end
        if breaks and not _ends_line(body, words, run.end) and breaks[-1] - first >= self.length:
            end = breaks[-1]
        if breaks and not _begins_line(body, words, run.first) and end - breaks[0] >= self.length:
            first = breaks[0]
        return _Run(first, end, run.of)

    def _quote(self, number: int, run: _Run) -> Quote:
        """The passage with the marks that open and close it, and never with a word that is not in the run."""
        words, body = self._words(number), self.bodies[number]
        start, end = words[run.first][1], words[run.end - 1][2]
        while start > 0 and body[start - 1] in _OPENING:
            start -= 1
        while end < len(body) and body[end] in _CLOSING:
            end += 1
        if _in_straight_marks(body, start, end):
            start, end = start - 1, end + 1
        return Quote(of=self.comments[run.of].key, start=start, end=end)

    def _stands_apart(self, number: int, run: _Run) -> bool:
        """Whether the passage is whole paragraphs near the top, without marks: what pages made of quotations.

        One in marks or within a sentence may be cited from anywhere, and one farther down answers one person of
        several: those are quotations as well, but a moderator says whether they make a reply.
        """
        if run.first > _OWN_WORDS_FIRST:
            return False
        words, body = self._words(number), self.bodies[number]
        start, end = words[run.first][1], words[run.end - 1][2]
        below = body.find("\n", end)
        beside = body[body.rfind("\n", 0, start) + 1 : start] + body[end : below if below >= 0 else None]
        return not any(mark.isalnum() or mark in _MARKS for mark in beside)

    def _remember(self, number: int, grams: Sequence[_Gram], taken: set[int]) -> None:
        for n, gram in enumerate(grams, number * _MOST_WORDS):
            if gram not in self.first_said:
                at = n % _MOST_WORDS
                if not taken or taken.isdisjoint(range(at, at + self.length)):
                    self.first_said[gram] = n

    def _is_earlier(self, key: str, number: int) -> bool:
        other = self.at.get(key)
        if other is None or other >= number:
            return False
        then, now = self.comments[other].moment.local, self.comments[number].moment.local
        return not then or not now or then[: len(now)] <= now[: len(then)]

    def _same_author(self, one: int, other: int) -> bool:
        a, b = self.comments[one].author, self.comments[other].author
        return keys.normal_name(a).casefold() == keys.normal_name(b).casefold()

    def _say_quoted(self, number: int, run: _Run) -> None:
        line, first = self.comments[number].lines[0], self.comments[run.of].lines[0]
        what = f"{run.end - run.first} words of the comment at line {first} again, without attribution"
        self.anomalies.append(Anomaly(line, what, "taken for a quotation of that comment"))

    def told(self) -> list[Anomaly]:
        """What was noted; of whole texts that stand above already, each for itself when they are few."""
        done = "kept as a comment, no reply set"
        if len(self.repeated) > _FEW:
            what = f"{len(self.repeated):,} comments whose whole text stands above already, the first here"
            return [*self.anomalies, Anomaly(self.repeated[0][0], what, done)]
        whole = (Anomaly(at, f"the whole text stands already at line {first}", done) for at, first in self.repeated)
        return [*self.anomalies, *whole]


def _covered(words: Sequence[_Word], quotes: Iterable[Quote]) -> set[int]:
    """Indexes of the words that stand in quotations or their attributions."""
    spans = [(quote.start, quote.end) for quote in quotes]
    spans += [(q.attribution_start or 0, q.attribution_end or 0) for q in quotes]
    return {n for n, (_, start, end) in enumerate(words) if any(a <= start and end <= b for a, b in spans)}


def _in_straight_marks(body: str, start: int, end: int) -> bool:
    """Whether a pair of straight marks encloses the passage and touches nothing else, which it might belong to."""
    if start == 0 or body[end : end + 1] not in _STRAIGHT or body[start - 1] != body[end]:
        return False
    before, after = body[max(0, start - 2) : start - 1], body[end + 1 : end + 2]
    return not (before + after).strip()


def _begins_line(body: str, words: Sequence[_Word], first: int) -> bool:
    before = body[words[first - 1][2] if first else 0 : words[first][1]]
    return first == 0 or "\n" in before


def _ends_line(body: str, words: Sequence[_Word], end: int) -> bool:
    return end == len(words) or "\n" in body[words[end - 1][2] : words[end][1]]
