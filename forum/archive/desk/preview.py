"""What the page of an upload shows: its head, what is odd in it, and each part of the file beside what it became."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString, mark_safe

from forum.archive import beside, charsets
from forum.archive.beside import Block, Note
from forum.archive.corrections import Corrections
from forum.archive.desk.forms import CommentForm, in_words
from forum.archive.fixes import Fix
from forum.archive.items import Anomaly, Comment, Lines, Moment
from forum.archive.limits import Refused
from forum.archive.plan import Plan
from forum.text import html

_LINE = 1_200
_LINES = 300
"""Characters of a line, and lines of a block, that are shown; the file itself has the rest."""
_FOLDED = 12
"""Lines of no post or comment, of which more are folded."""

BASES = {
    "format": "stated in the file",
    "indentation": "indented on the page",
    "named": "named with its time",
    "quote": "inferred from a quotation",
    "guess": "guessed",
    "moderator": "set by hand",
}
KINDS = {
    "title": "Title",
    "byline": "Byline",
    "article": "The post",
    "furniture": "Page furniture",
    "remainder": "Remainder",
    "other": "Nothing of this thread",
}


@dataclass(frozen=True, slots=True)
class Undo:
    """A part of a correction, and what takes it back."""

    line: int
    key: str
    what: str
    said: str
    by: str


@dataclass(slots=True)
class Card:
    """A comment or a ping as it will be."""

    comment: Comment
    number: int
    parent: int
    quotes: list[int]
    form: CommentForm | None = None

    @property
    def basis(self) -> str:
        """What says whom it answers."""
        return BASES.get(self.comment.parent_basis, "")

    @property
    def when(self) -> str:
        """What was made of the printed time."""
        return in_time(self.comment.moment)

    @property
    def words(self) -> SafeString:
        """The body as everyone would read it; HTML passes the sanitiser."""
        return _html(self.comment)


@dataclass(slots=True)
class Pair:
    """A block of lines and what stands beside it."""

    block: Block
    lines: list[tuple[int, str]]
    cut: int
    folded: bool
    """Many lines of no post or comment, unless one of them was asked for."""
    card: Card | None
    undo: list[Undo]
    anomalies: list[Anomaly]
    """What is odd in its lines, but for corrections, which are told with what takes them back."""

    @property
    def label(self) -> str:
        """What the lines were taken for."""
        return KINDS.get(self.block.kind, "")

    @property
    def notes(self) -> list[Note]:
        """What was said of lines that are in no post or comment, each sentence once for neighbours."""
        return joined(self.block.notes)


class Preview:
    """One thread of an upload, beside its lines."""

    def __init__(self, plan: Plan, data: bytes, *, number: int, line: int) -> None:
        self.plan, self.said, self.line = plan, plan.said, line
        self.threads = list(plan.threads)
        if not self.threads:
            raise Refused("The file was read, and holds no thread.")
        self.number = min(max(number, 1), len(self.threads))
        self.thread = self.threads[self.number - 1]
        self.lines = _lines(data)
        self.pages = beside.pages(beside.blocks(self.thread))
        self.at = beside.page_of(self.pages, line)
        self.numbers = {comment.key: n for n, comment in enumerate(self.thread.comments, 1)}
        self.fixes = {(fix.line, fix.key): fix for fix in self.said.fixes}

    @cached_property
    def crowded(self) -> Counter[int]:
        """How many comments begin at each line."""
        return Counter(comment.lines[0] for comment in self.thread.comments)

    def pairs(self, bound: CommentForm | None = None, of: str = "") -> list[Pair]:
        """The page asked for. The form that was sent, if any, stands at its comment with what it says."""
        return [self._pair(block, bound, of) for block in self.pages[self.at]]

    def spans(self) -> list[Lines]:
        """The lines of each page."""
        return [(page[0].lines[0], page[-1].lines[1]) for page in self.pages if page]

    def facts(self) -> list[tuple[str, str]]:
        """What a person checks first."""
        post, comments, plan = self.thread.post, self.thread.comments, self.plan
        claimed = post.claimed_comments
        claims = "the page names no number" if claimed is None else f"the page claims {claimed:,}"
        states = Counter(comment.state for comment in comments)
        unpublished = [f"{count:,} {state}" for state, count in sorted(states.items()) if state != "published"]
        bases = Counter(comment.parent_basis for comment in comments if comment.parent)
        tallied = {name: count for name, count in plan.account().tally.items() if count}
        lines = " + ".join(f"{n:,} {name}" for name, n in tallied.items())
        return [
            ("Format", f"{plan.format_label} ({plan.certainty:.0%} certain)"),
            ("Notation", self.thread.notation or "as the format has it"),
            ("Title", post.title or "none found"),
            ("Author", post.author or "nobody named"),
            ("Date", f"{post.moment.printed or 'none found'}{f' ({t})' if (t := in_time(post.moment)) else ''}"),
            ("Comments", f"{len(comments):,} found, {claims}{'; ' + ', '.join(unpublished) if unpublished else ''}"),
            ("Replies", ", ".join(f"{n:,} {BASES.get(b, b)}" for b, n in sorted(bases.items())) or "none"),
            ("Pingbacks and trackbacks", f"{len(self.thread.pings):,}, kept apart from the comments"),
            ("Lines of the file", f"{sum(tallied.values()):,} = {lines}"),
        ]

    def undos(self) -> list[Undo]:
        """Every correction of a comment, in the order of the file."""
        return [one for fix in self.said.fixes for one in undos(fix)]

    def anomalies(self) -> list[Anomaly]:
        """What is odd in this thread, and outside of all threads."""
        account = self.plan.account()
        return [*self.thread.anomalies, *(account.of_the_rest if account.rest else [])]

    def aside(self) -> tuple[list[Note], list[Note]]:
        """Page furniture and the remainder, of this thread and outside of all threads."""
        rest = self.plan.account().rest
        furniture = [*self.thread.furniture, *(rest.furniture if rest else ())]
        leftover = [*self.thread.leftover, *(rest.leftover if rest else ())]
        return joined([Note(s.lines, s.what) for s in furniture]), joined([Note(s.lines, s.what) for s in leftover])

    def find(self, key: str) -> Comment | None:
        """The comment of a key, as it stands now."""
        return next((comment for comment in self.thread.comments if comment.key == key), None)

    def spot(self, comment: Comment) -> tuple[int, str]:
        """How a correction names a comment: its line, and its key where others begin there too."""
        line = comment.lines[0]
        named = self.crowded[line] > 1 or (line, comment.key) in self.fixes
        return line, comment.key if named else ""

    def _pair(self, block: Block, bound: CommentForm | None, of: str) -> Pair:
        first, last = block.lines
        shown = range(first, min(last, first + _LINES - 1) + 1)
        lines = [(n, _cut(self.lines[n - 1])) for n in shown if n <= len(self.lines)]
        card = self._card(block, bound, of) if block.kind in ("comment", "ping") else None
        if block.part == "inline" and card:
            lines = [(n, _cut(text)) for n, text in enumerate(card.comment.source.split("\n")[:_LINES], first)]
        within = block.part != "inline"
        said = self._said_of(block, card)
        told = tuple({f"as {fix.who} said" for fix in said})
        odd = [
            one
            for one in self.thread.anomalies
            if within and first <= one.line <= last and not any(by in one.done for by in told)
        ]
        undo = [one for fix in said for one in undos(fix)]
        folded = card is None and block.kind != "article" and len(lines) > _FOLDED and not first <= self.line <= last
        return Pair(block, lines, max(last - first + 1 - _LINES, 0), folded, card, undo, odd)

    def _said_of(self, block: Block, card: Card | None) -> list[Fix]:
        """The corrections that stand behind a block: of its comment, of those joined to it, or of one dropped."""
        first, last = block.lines
        if block.kind == "remainder":
            return [fix for fix in self.said.fixes if fix.drop and first <= fix.line <= last]
        if card is None or block.kind == "ping" or block.part == "more":
            return []
        comment = card.comment
        begin, end = comment.lines
        own = self.fixes.get((begin, comment.key)) or (self.fixes.get((begin, "")) if self.crowded[begin] < 2 else None)
        joined_to_it = [fix for fix in self.said.fixes if fix.merge and begin <= fix.line <= end]
        return list(dict.fromkeys(fix for fix in (own, *joined_to_it) if fix and not fix.drop))

    def _card(self, block: Block, bound: CommentForm | None, of: str) -> Card:
        if block.kind == "ping":
            return Card(self.thread.pings[block.index], block.index + 1, 0, [])
        comment = self.thread.comments[block.index]
        number = self.numbers[comment.key]
        parent = self.numbers.get(comment.parent or "", 0)
        quotes = [self.numbers[quote.of] for quote in comment.quotes if quote.of in self.numbers]
        form = bound if of == comment.key else None
        initial = {"author": comment.author, "parent": parent or None}
        form = form or CommentForm(initial=initial, auto_id=f"id_{number}_%s")
        return Card(comment, number, parent, list(dict.fromkeys(quotes)), form)


def undos(fix: Fix) -> list[Undo]:
    """Each part of a correction, to be taken back for itself."""
    return [Undo(fix.line, fix.key, what, said, fix.who) for what, said in in_words(fix)]


def in_time(moment: Moment) -> str:
    """What was made of a printed time, in words."""
    if not moment.local:
        return "no time could be read" if moment.printed else ""
    zone = f", {moment.zone}" if moment.zone else ", no zone"
    return f"{moment.local.replace('T', ' ')}, to the {moment.precision}{zone}"


def joined(notes: Sequence[Note]) -> list[Note]:
    """Neighbouring notes that say the same, as one."""
    made: list[Note] = []
    for note in notes:
        if made and made[-1].what == note.what:
            made[-1] = Note((made[-1].lines[0], note.lines[1]), note.what)
        else:
            made.append(note)
    return made


def said_of_page(said: Corrections) -> list[str]:
    """What was corrected of the page as a whole, in words."""
    told = [("title", said.title), ("author of the post", said.author), ("zone", said.zone)]
    words = [f"{name} “{value}”" for name, value in told if value]
    return [*words, *(f"lines {q.lines[0]} to {q.lines[1]} quote {q.source or 'somebody'}" for q in said.quotations)]


def _lines(data: bytes) -> list[str]:
    try:
        return charsets.decode(data).text.split("\n")
    except Refused:
        return []


def _cut(line: str) -> str:
    return line if len(line) <= _LINE else f"{line[:_LINE]} … ({len(line) - _LINE:,} more characters)"


def _html(comment: Comment) -> SafeString:
    if comment.format != "html":
        return SafeString("")
    try:
        return mark_safe(html.sanitise(comment.body))  # noqa: S308  that is what the sanitiser is for
    except html.TooLarge as error:
        return SafeString(f"<p>{error}</p>")
