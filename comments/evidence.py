"""What a page says beside its comments: what proves a reply, who quotes them, and the rules they were taken out by."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from comments.models import Comment
from comments.rows import BYLINE, BYLINES, Where, among
from forum.bylines import byline_by
from forum.moderation import ledger
from forum.moderation.models import Action
from forum.prepared import rows_of
from forum.states import PUBLISHED, Format, State
from forum.text import excerpt

if TYPE_CHECKING:
    from comments.threads import Thread

NAMED = 5  # of those who quote a comment, named under it
BY_QUOTE = Comment.Basis.QUOTE.value
NOTHING = Where("")
TAKEN_OUT = (State.HIDDEN.value, State.REMOVED.value)


@dataclass(slots=True)
class Evidence:
    """By the ids of comments: a sentence with the words that prove a reply, who quotes it (up to ``NAMED`` ids with
    their names), and the rule by which a moderator took it out."""

    proofs: dict[int, str] = field(default_factory=dict)
    quoting: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    rules: dict[int, str] = field(default_factory=dict)


def evidence_of(thread: Thread) -> Evidence:
    """What is said of the comments of a page. One query if a quotation proves a reply or quotes few, one for rules."""
    inferred, quoted, taken = [], [], []
    for node in thread.walk():
        comment = node.comment
        if comment.state == PUBLISHED:
            if comment.parent_basis == BY_QUOTE:
                inferred.append(comment.id)
            if 0 < comment.quoted_count <= NAMED:
                quoted.append(comment.id)
        elif comment.state in TAKEN_OUT:
            taken.append(comment.id)
    found = Evidence(rules=_rules(taken) if taken else {})
    for pk, body, written, start, end, attribution, answered, state, *by in _quotations(inferred, quoted):
        if body is not None:
            found.proofs[pk] = _proof(body, written, start, end, attribution, state, byline_by(*by).name)
        elif (who := (pk, byline_by(*by).name)) not in found.quoting.setdefault(answered, []):
            found.quoting[answered].append(who)
    return found


# The quotations of the comment that the quoting one answers: the words of the one, the state and the name of the other.
# The plus keeps a planner from going through all quotations of a comment to find that of one reply.
PROVING = """
    SELECT q.id, q.comment_id, r.body, r.format, q.start, q."end" AS ends, q.attribution_start AS attribution,
        q.quoted_id, k.state, k.created_at, k.position, k.author_id, k.person_id, k.archived
    FROM comments_quotation q JOIN comments_comment r ON r.id = q.comment_id
        JOIN comments_comment k ON k.id = +q.quoted_id AND k.id = r.parent_id
    WHERE {}
"""
# The quotations of the comments that are quoted, with the name of the quoting one.
NAMING = """
    SELECT q.id, q.comment_id, NULL AS body, NULL AS format, NULL AS start, NULL AS ends, NULL AS attribution,
        q.quoted_id, k.state, k.created_at, k.position, k.author_id, k.person_id, k.archived
    FROM comments_quotation q JOIN comments_comment k ON k.id = q.comment_id
    WHERE {} AND k.state = 'published'
"""
QUOTATIONS = f"""
    SELECT c.comment_id, c.body, c.format, c.start, c.ends, c.attribution, c.quoted_id, c.state, {BYLINE}
    FROM ({{}}) c {BYLINES} ORDER BY c.created_at, c.position, c.start, c.id
"""  # noqa: S608  no values


def _quotations(inferred: list[int], quoted: list[int]) -> list[tuple[Any, ...]]:
    proving = among("q.comment_id", inferred) if inferred else NOTHING
    naming = among("q.quoted_id", quoted) if quoted else NOTHING
    sql = _of_both(proving.sql, naming.sql)
    return rows_of(sql, [*proving.values, *naming.values]) if sql else []


@cache
def _of_both(proving: str, naming: str) -> str:
    """The statement that asks for either or both; "" for neither."""
    parts = [(PROVING, proving), (NAMING, naming)]
    union = " UNION ALL ".join([sql.format(condition) for sql, condition in parts if condition])
    return QUOTATIONS.format(union) if union else ""


def _proof(
    body: str, written: str, start: int | None, end: int | None, attribution: int | None, state: str, name: str
) -> str:
    if state != PUBLISHED:
        return "The comment it quotes is no longer shown."
    repeated = body[start or 0 : end or 0]
    words = (excerpt.whole(repeated) if written == Format.HTML else repeated).split()
    if not words:
        return f"It begins with the name and the time of the comment by {name}, as a quotation does."
    passage = " ".join(words[:12]) + ("…" if len(words) > 12 else "")
    named = ", with the name and the time" if attribution is not None else ""
    return f"It repeats words of the comment by {name}{named}: “{passage}”"


def _rules(taken: list[int]) -> dict[int, str]:
    found = ledger.standing(Action.Verb.HIDE, Action.Verb.REMOVE).filter(comment__in=taken, rule__isnull=False)
    return dict(found.order_by("pk").values_list("comment_id", "rule__title"))  # the latest decision stays
