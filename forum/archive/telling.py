"""Tells a plan: as text for a person and as JSON for programs, piece by piece, so that a large file stays on disk."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from forum.archive import keys
from forum.archive.accounting import counts
from forum.archive.items import Anomaly, Comment, Lines, Moment, Stretch, Thread
from forum.archive.unmarked import unmarked

if TYPE_CHECKING:
    from forum.archive.plan import Plan

_SHOWN: Final = 3
_EXCERPT: Final = 160
_DETAILS: Final = 200
"""Replies, and lines outside the thread, that are told one by one of each thread."""


def as_text(plan: Plan) -> str:
    """The plan for a person to read."""
    return "\n".join(text_lines(plan))


def text_lines(plan: Plan) -> Iterator[str]:
    """The same, line by line: holds no more than one thread of the file in memory."""
    yield f"File: {plan.saved.name}, {plan.saved.size:,} bytes, SHA-256 {plan.saved.sha256}"
    yield f"Format: {plan.format_label} ({plan.certainty:.0%} certain)"
    yield f"Source: {plan.said.source_name} ({plan.said.source_key})"
    for thread in plan.threads:
        yield ""
        yield from _thread_text(thread)
    yield from _whole_text(plan)


def as_json(plan: Plan) -> str:
    """The plan as JSON; a file with several threads gives an object with the list "threads"."""
    return "".join(json_pieces(plan))


def json_pieces(plan: Plan, outcome: dict[str, Any] | None = None) -> Iterator[str]:
    """The same, piece by piece; ``outcome`` is what an import would do, where that was asked."""
    more = {} if outcome is None else {"outcome": outcome}
    account = plan.account()
    if account.threads == 1 and account.rest is None:
        head = _head_json(plan.threads[0]) | {"format": _format_json(plan, plan.threads[0]), "file": _file_json(plan)}
        yield from _object_json(head | more, "comments", (_comment_json(c) for c in plan.threads[0].comments))
        return
    yield '{\n "threads": ['
    between = "\n"
    for thread in plan.threads:
        yield between
        yield from _object_json(_head_json(thread), "comments", (_comment_json(c) for c in thread.comments))
        between = ",\n"
    rest = account.rest
    whole = {
        "anomalies": [_anomaly_json(a) for a in account.of_the_rest],
        "leftover": [_stretch_json(s) for s in rest.leftover] if rest else [],
        "furniture": [_stretch_json(s) for s in rest.furniture] if rest else [],
        "counts": {"threads": account.threads, "comments": account.comments, "lines": _lines_json(plan)},
        "format": _format_json(plan),
        "file": _file_json(plan),
    }
    yield "],\n" + json.dumps(whole | more, ensure_ascii=False, indent=1)[2:]


# -- JSON ------------------------------------------------------------------------------------------------


def _object_json(head: dict[str, Any], name: str, values: Iterator[dict[str, Any]]) -> Iterator[str]:
    """An object one of whose values is a long list, which is written as it is read."""
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + f',\n "{name}": ['
    between = "\n"
    for value in values:
        yield between + json.dumps(value, ensure_ascii=False)
        between = ",\n"
    yield "]\n}"


def _head_json(thread: Thread) -> dict[str, Any]:
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
            "state": post.state,
            "tags": list(post.tags),
            "lines": list(post.lines),
            "quotations": [
                {"paragraphs": [b.first_paragraph, b.last_paragraph], "lines": list(b.lines), "source": b.source}
                for b in post.blocks
            ],
        },
        "pings": [_comment_json(ping) for ping in thread.pings],
        "anomalies": [_anomaly_json(anomaly) for anomaly in thread.anomalies],
        "leftover": [_stretch_json(stretch) for stretch in thread.leftover],
        "furniture": [_stretch_json(stretch) for stretch in thread.furniture],
        "counts": counts(thread),
    }


def _comment_json(comment: Comment) -> dict[str, Any]:
    return {
        "key": comment.key,
        "source_id": keys.item_id(comment.source_id) or None,
        "anchor": comment.source_id or None,
        "author": comment.author,
        "posted_at": _posted_at(comment.moment),
        "body": comment.body,
        "parent": comment.parent,
        "parent_basis": comment.parent_basis,
        "quotes": [{"of": quote.of} for quote in comment.quotes],
        "state": comment.state,
        "kind": comment.kind,
        "lines": list(comment.lines),
    }


def _anomaly_json(anomaly: Anomaly) -> dict[str, Any]:
    return {"line": anomaly.line, "what": anomaly.what, "done": anomaly.done}


def _stretch_json(stretch: Stretch) -> dict[str, Any]:
    return {"lines": list(stretch.lines), "what": stretch.what}


def _format_json(plan: Plan, thread: Thread | None = None) -> dict[str, Any]:
    notation = {"notation": thread.notation} if thread else {}
    return {"key": plan.format, "certainty": plan.certainty, **notation}


def _file_json(plan: Plan) -> dict[str, Any]:
    saved = plan.saved
    return {"name": saved.name, "bytes": saved.size, "sha256": saved.sha256, "source": plan.said.source_key}


def _lines_json(plan: Plan) -> dict[str, int]:
    account = plan.account()
    return {"file": account.rest.line_count if account.rest else sum(account.tally.values()), **account.tally}


def _posted_at(moment: Moment) -> str | None:
    """The printed time in the form that score programs read: a day alone is its first second."""
    return f"{moment.local}T00:00:00" if moment.precision == "day" else moment.local or None


# -- text ------------------------------------------------------------------------------------------------


def _thread_text(thread: Thread) -> Iterator[str]:
    found = counts(thread)
    yield from _head_text(thread)
    yield from _counts_text(thread, found)
    yield from _lines_text(thread, found)
    yield f"Out of the ordinary: {len(thread.anomalies)}"
    yield from _anomalies_text(thread.anomalies)
    yield from _samples_text(thread)


def _head_text(thread: Thread) -> Iterator[str]:
    post = thread.post
    yield f"Post: {post.title}"
    yield f"  by {post.author or 'nobody named'}, {post.moment.printed or 'no date'}"
    for block in post.blocks:
        yield f"  quotation at {_span(block.lines)}: {block.source or 'source not named'}"
    if thread.notation:
        yield f"Notation: {thread.notation}"


def _counts_text(thread: Thread, found: dict[str, Any]) -> Iterator[str]:
    claimed, attributions = found["claimed_comments"], found["attribution_lines"]
    claims = "the page names no number" if claimed is None else f"the page claims {claimed}"
    bases = ", ".join(f"{n} by {basis}" for basis, n in found["replies"].items()) or "none"
    states = {state: n for state, n in found["states"].items() if state != "published"}
    yield f"Comments: {found['comments']} ({claims})"
    if states:
        told = ", ".join(f"{n} {state}{', not imported' if state == 'spam' else ''}" for state, n in states.items())
        yield f"  of these {told}"
    if found["pings"]:
        kinds = ", ".join(f"{n} {kind}{'' if n == 1 else 's'}" for kind, n in found["pings"].items())
        yield f"Kept apart from the comments: {kinds}"
    if attributions:
        yield f"Attribution lines: {attributions}, of which {found['quoted_attributions']} are quotations"
    yield f"Authors of comments: {found['authors']}"
    yield f"Replies: {bases}"
    if sum(found["replies"].values()) <= _DETAILS:
        yield from _replies_text(thread)
    yield f"Zone: {found['zone'] or 'not stated'}"


def _replies_text(thread: Thread) -> Iterator[str]:
    number = {comment.key: n for n, comment in enumerate(thread.comments, 1)}
    for comment in thread.comments:
        if comment.parent:
            basis = f"{comment.parent_basis}, {_span(comment.lines)}"
            yield f"  {number[comment.key]} answers {number[comment.parent]} ({basis})"


def _lines_text(thread: Thread, found: dict[str, Any]) -> Iterator[str]:
    if "lines" in found:
        yield _sum_text(thread.line_count, found["lines"])
    yield from _stretches_text(thread.furniture)
    if "lines" in found or thread.leftover:
        yield f"Remainder: {'nothing' if not thread.leftover else ''}".rstrip()
    yield from _stretches_text(thread.leftover)


def _sum_text(lines: int, tallied: dict[str, int]) -> str:
    parts = " + ".join(f"{count} {name}" for name, count in tallied.items() if count and name != "file")
    return f"Lines: {lines} in the file = {parts}"


def _stretches_text(stretches: tuple[Stretch, ...]) -> Iterator[str]:
    yield from (f"  {_span(stretch.lines)}: {stretch.what}" for stretch in stretches[:_DETAILS])
    if len(stretches) > _DETAILS:
        yield f"  and {len(stretches) - _DETAILS:,} more"


def _anomalies_text(anomalies: tuple[Anomaly, ...] | list[Anomaly]) -> Iterator[str]:
    return (f"  {_at(anomaly.line)}: {anomaly.what}; {anomaly.done}." for anomaly in anomalies)


def _samples_text(thread: Thread) -> Iterator[str]:
    numbered = enumerate(thread.comments, 1)
    shown = list(islice(numbered, _SHOWN)) + list(deque(numbered, maxlen=_SHOWN))
    yield "The first and the last comments as they will look:"
    for number, comment in shown:
        words = " ".join((unmarked(comment.body) if comment.format == "html" else comment.body).split())
        excerpt = words if len(words) <= _EXCERPT else words[:_EXCERPT].rsplit(" ", 1)[0] + " …"
        yield f"  {number}. {comment.author or 'nobody named'}, {comment.moment.printed or 'no date'}"
        yield f"     {excerpt}"


def _whole_text(plan: Plan) -> Iterator[str]:
    """What a file with many threads comes to."""
    account = plan.account()
    if account.rest is None:
        return
    yield ""
    yield f"The whole file: {account.threads:,} threads, {account.comments:,} comments"
    yield _sum_text(account.rest.line_count, account.tally)
    yield from _stretches_text(account.rest.furniture)
    yield f"Remainder: {'' if account.rest.leftover or account.strays else 'nothing'}".rstrip()
    yield from _stretches_text(account.rest.leftover)
    if told := account.of_the_rest:
        yield f"Out of the ordinary outside the threads: {len(told)}"
        yield from _anomalies_text(told)


def _at(line: int) -> str:
    return f"line {line}" if line else "file"


def _span(lines: Lines) -> str:
    return f"line {lines[0]}" if lines[0] == lines[1] else f"lines {lines[0]} to {lines[1]}"
