"""The plan of an import: what a file holds, what is odd in it, and where each of its lines ends up."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from forum.archive import corrections, keys, quotes, readers
from forum.archive.corrections import Corrections
from forum.archive.items import Anomaly, Comment, Lines, Moment, SavedFile, Stretch, Thread
from forum.archive.limits import Refused, check_size

_SHOWN: Final = 3
_EXCERPT: Final = 160


@dataclass(frozen=True, slots=True)
class Plan:
    """What one file would become; nothing is written by making it."""

    saved: SavedFile
    said: Corrections
    format: str
    format_label: str
    certainty: float
    threads: tuple[Thread, ...]

    @property
    def anomalies(self) -> list[Anomaly]:
        """Everything out of the ordinary, in the order of the file."""
        return [anomaly for thread in self.threads for anomaly in thread.anomalies]


def make_plan(saved: SavedFile, said: Corrections, *, forced: str = "") -> Plan:
    """Read a file and plan its import; refuses with a reason. Needs no database and no network."""
    if saved.size == 0:
        raise Refused("The file is empty.")
    if said.sha256 and said.sha256 != saved.sha256:
        raise Refused(
            f"The corrections were written for another file: they name {said.sha256[:12]}…, "
            f"this one has {saved.sha256[:12]}…. Check their line numbers, then change sha256."
        )
    reader, guess = readers.choose(saved, forced)
    if not reader.streams:
        check_size(saved.size)
    threads = tuple(_finished(thread, said) for thread in reader.read(saved) if isinstance(thread, Thread))
    return Plan(saved, said, reader.key, reader.label, guess.certainty, threads)


def tally(thread: Thread) -> dict[str, int]:
    """How many lines of the file went where; the numbers add up to the lines of the file."""
    kinds = _kinds(thread)
    counted = Counter(kinds.values())
    names = ("title", "byline", "article", "comments", "furniture", "remainder")
    return {name: counted[name] for name in names} | {"blank": thread.line_count - len(kinds)}


def counts(thread: Thread) -> dict[str, Any]:
    """The numbers of a thread that a person checks first."""
    bases = Counter(comment.parent_basis for comment in thread.comments if comment.parent)
    return {
        "comments": len(thread.comments),
        "claimed_comments": thread.post.claimed_comments,
        "attribution_lines": thread.attribution_lines,
        "quoted_attributions": thread.quoted_attributions,
        "authors": len({keys.normal_name(comment.author) for comment in thread.comments}),
        "replies": dict(sorted(bases.items())),
        "quotations": sum(len(comment.quotes) for comment in thread.comments),
        "zone": next((c.moment.zone for c in thread.comments if c.moment.zone), None),
        "lines": {"file": thread.line_count, **tally(thread)},
    }


def as_json(plan: Plan) -> str:
    """The plan as JSON; a file with several threads gives an object with the list "threads"."""
    told = [_thread_json(thread, plan) for thread in plan.threads]
    return json.dumps(told[0] if len(told) == 1 else {"threads": told}, ensure_ascii=False, indent=1)


def as_text(plan: Plan) -> str:
    """The plan for a person to read."""
    size = f"{plan.saved.size:,} bytes, SHA-256 {plan.saved.sha256}"
    lines = [
        f"File: {plan.saved.name}, {size}",
        f"Format: {plan.format_label} ({plan.certainty:.0%} certain)",
    ]
    lines.append(f"Source: {plan.said.source_name} ({plan.said.source_key})")
    for thread in plan.threads:
        lines += ["", *_thread_text(thread)]
    return "\n".join(lines)


# -- making it -------------------------------------------------------------------------------------------


def _finished(thread: Thread, said: Corrections) -> Thread:
    thread = quotes.infer_replies(corrections.apply(thread, said))
    thread = _without_lost_parents(thread)
    notes = [*_note_names(thread), *_note_claim(thread)]
    unplaced = _unplaced(thread)
    if unplaced:
        stretches = tuple(Stretch(lines, "not placed by the reader") for lines in unplaced)
        notes += [Anomaly(lines[0], "lines that found no place", "listed in the remainder") for lines in unplaced]
        thread = replace(thread, leftover=(*thread.leftover, *stretches))
    anomalies = tuple(sorted((*thread.anomalies, *notes), key=lambda anomaly: anomaly.line))
    return replace(thread, anomalies=anomalies)


def _without_lost_parents(thread: Thread) -> Thread:
    """A comment whose parent is not in the file, or not before it, stands at the top level and says so."""
    seen: set[str] = set()
    comments: list[Comment] = []
    notes: list[Anomaly] = []
    for comment in thread.comments:
        if comment.parent and comment.parent not in seen:
            notes.append(Anomaly(comment.lines[0], "its parent is not in the file", "kept at the top level"))
            comment = replace(comment, parent=None, parent_basis="none")
        seen.add(comment.key)
        comments.append(comment)
    return replace(thread, comments=tuple(comments), anomalies=(*thread.anomalies, *notes))


def _note_names(thread: Thread) -> Iterable[Anomaly]:
    """Names that differ in their capitals alone are told, and stay two."""
    first: dict[str, str] = {}
    told: set[str] = set()
    for comment in thread.comments:
        name = keys.normal_name(comment.author)
        other = first.setdefault(name.casefold(), name)
        if other != name and name not in told:
            told.add(name)
            what = f"“{name}” and “{other}” differ in capitals alone"
            yield Anomaly(comment.lines[0], what, "kept as two people")


def _note_claim(thread: Thread) -> Iterable[Anomaly]:
    claimed, found = thread.post.claimed_comments, len(thread.comments)
    if claimed is not None and claimed != found:
        yield Anomaly(0, f"the page claims {claimed} comments, {found} were found", "imported what was found")


# -- accounting for lines --------------------------------------------------------------------------------


def _kinds(thread: Thread) -> dict[int, str]:
    """What each line that is not blank, or stands inside something, was taken for."""
    post = thread.post
    kinds: dict[int, str] = {}
    for comment in thread.comments:
        kinds.update(dict.fromkeys(_numbers(comment.lines), "comments"))
    if post.body:
        kinds.update(dict.fromkeys(_numbers(post.lines), "article"))
    for stretch in thread.furniture:
        kinds.update(dict.fromkeys(_numbers(stretch.lines), "furniture"))
    for stretch in thread.leftover:
        for number in _numbers(stretch.lines):
            kinds.setdefault(number, "remainder")
    kinds.update(dict.fromkeys(post.byline_lines, "byline"))
    if post.title_line:
        kinds[post.title_line] = "title"
    return {number: kind for number, kind in kinds.items() if number not in thread.blank_lines}


def _unplaced(thread: Thread) -> list[Lines]:
    """Runs of lines with text that are in no post, comment, furniture or remainder: there should be none."""
    kinds = _kinds(thread)
    runs: list[Lines] = []
    for number in range(1, thread.line_count + 1):
        if number in kinds or number in thread.blank_lines:
            continue
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _numbers(lines: Lines) -> range:
    return range(lines[0], lines[1] + 1)


# -- showing it ------------------------------------------------------------------------------------------


def _thread_json(thread: Thread, plan: Plan) -> dict[str, Any]:
    post = thread.post
    return {
        "post": {
            "key": post.key,
            "source_id": post.source_id or None,
            "title": post.title,
            "author": post.author or None,
            "posted_at": _posted_at(post.moment),
            "printed_at": post.moment.printed,
            "body": post.body,
            "lines": list(post.lines),
            "quotations": [
                {
                    "paragraphs": [b.first_paragraph, b.last_paragraph],
                    "lines": list(b.lines),
                    "source": b.source,
                }
                for b in post.blocks
            ],
        },
        "comments": [_comment_json(comment) for comment in thread.comments],
        "anomalies": [{"line": a.line, "what": a.what, "done": a.done} for a in thread.anomalies],
        "leftover": [{"lines": list(s.lines), "what": s.what} for s in thread.leftover],
        "furniture": [{"lines": list(s.lines), "what": s.what} for s in thread.furniture],
        "counts": counts(thread),
        "format": {"key": plan.format, "certainty": plan.certainty, "notation": thread.notation},
        "file": {
            "name": plan.saved.name,
            "bytes": plan.saved.size,
            "sha256": plan.saved.sha256,
            "source": plan.said.source_key,
        },
    }


def _comment_json(comment: Comment) -> dict[str, Any]:
    return {
        "key": comment.key,
        "source_id": comment.source_id or None,
        "author": comment.author,
        "posted_at": _posted_at(comment.moment),
        "body": comment.body,
        "parent": comment.parent,
        "parent_basis": comment.parent_basis,
        "quotes": [{"of": quote.of} for quote in comment.quotes],
        "lines": list(comment.lines),
    }


def _posted_at(moment: Moment) -> str | None:
    """The printed time in the form that score programs read: a day alone is its first second."""
    return f"{moment.local}T00:00:00" if moment.precision == "day" else moment.local or None


def _thread_text(thread: Thread) -> list[str]:
    number = {comment.key: n for n, comment in enumerate(thread.comments, 1)}
    return [
        *_head_text(thread),
        *_counts_text(thread, number),
        *_lines_text(thread),
        f"Out of the ordinary: {len(thread.anomalies)}",
        *(f"  {_at(anomaly.line)}: {anomaly.what}; {anomaly.done}." for anomaly in thread.anomalies),
        *_samples_text(thread, number),
    ]


def _head_text(thread: Thread) -> list[str]:
    post = thread.post
    head = [
        f"Post: {post.title}",
        f"  by {post.author or 'nobody named'}, {post.moment.printed or 'no date'}",
    ]
    for block in post.blocks:
        source = block.source or "source not named"
        head.append(f"  quotation at lines {block.lines[0]} to {block.lines[1]}: {source}")
    return [*head, f"Notation: {thread.notation}"]


def _counts_text(thread: Thread, number: dict[str, int]) -> list[str]:
    found = counts(thread)
    claimed, attributions = found["claimed_comments"], found["attribution_lines"]
    claims = "the page names no number" if claimed is None else f"the page claims {claimed}"
    bases = ", ".join(f"{n} by {basis}" for basis, n in found["replies"].items()) or "none"
    return [
        f"Comments: {found['comments']} ({claims})",
        f"Attribution lines: {attributions}, of which {found['quoted_attributions']} are quotations",
        f"Authors of comments: {found['authors']}",
        f"Replies: {bases}",
        *(
            f"  {number[c.key]} answers {number[c.parent]} ({c.parent_basis}, {_span(c.lines)})"
            for c in thread.comments
            if c.parent
        ),
        f"Zone: {found['zone'] or 'not stated'}",
    ]


def _lines_text(thread: Thread) -> list[str]:
    tallied = tally(thread)
    parts = " + ".join(f"{count} {name}" for name, count in tallied.items() if count)
    text = [f"Lines: {thread.line_count} in the file = {parts}"]
    text += [f"  {_span(s.lines)}: {s.what}" for s in thread.furniture]
    text.append(f"Remainder: {'nothing' if not thread.leftover else ''}".rstrip())
    return text + [f"  {_span(s.lines)}: {s.what}" for s in thread.leftover]


def _samples_text(thread: Thread, number: dict[str, int]) -> list[str]:
    comments = thread.comments
    shown = comments if len(comments) <= 2 * _SHOWN else (*comments[:_SHOWN], *comments[-_SHOWN:])
    text = ["The first and the last comments as they will look:"]
    for comment in shown:
        words = " ".join(comment.body.split())
        excerpt = words if len(words) <= _EXCERPT else words[:_EXCERPT].rsplit(" ", 1)[0] + " …"
        text += [f"  {number[comment.key]}. {comment.author}, {comment.moment.printed}", f"     {excerpt}"]
    return text


def _at(line: int) -> str:
    return f"line {line}" if line else "file"


def _span(lines: Lines) -> str:
    return f"line {lines[0]}" if lines[0] == lines[1] else f"lines {lines[0]} to {lines[1]}"
