"""The row under a comment: what whoever reads may do with it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

from comments.answers.markup import answer_act
from forum.states import PUBLISHED, State
from forum.voices.markup import HERE, menu, mute_act, toggle, toggles, votes
from forum.voices.models import Mark
from forum.voices.rules import takes_votes

if TYPE_CHECKING:
    from comments.drawn import DrawnComment
    from comments.models import Comment
    from comments.page import Page, Rights

MUTE = "\1"  # where the button stands that mutes whoever wrote a comment
ROWS = 1_000  # kept in each process, of at most 3 kB each


def actions_html(comment: Comment, page: Page, *, swap: bool = False) -> SafeString:
    """What one may do with a comment, in one row; ``swap``: to take the place of the row on the page."""
    row = acts(comment, page, ' hx-swap-oob="true"' if swap else "")
    return mark_safe(row)  # noqa: S308  escaped where it is made


def acts(comment: Comment | DrawnComment, page: Page, attributes: str = "") -> str:
    """The row, if there is anything to do: one that is kept, with the id of this comment in it."""
    if page.kept:
        return ""
    pk, rights, personal = comment.id, page.rights, page.personal
    number, takes = str(pk), takes_votes(comment, page.post)
    if not rights.member:
        before, _ = _row(rights, comment.state, comment.archived, takes, comment.score, attributes)
        return number.join(before)
    whose = comment.byline.member
    by_viewer = whose == page.viewer.pk
    before, after = _row(
        rights,
        comment.state,
        comment.archived,
        takes,
        comment.score,
        attributes,
        by_viewer,
        personal.votes.get(pk, 0),
        frozenset(personal.marks.get(pk, ())),
        comment.reply_count > 0,
        pk == page.answer,
    )
    mute = ""
    if whose is not None and not by_viewer and comment.state == PUBLISHED:
        mute = mute_act(comment.byline, number, muted=whose in personal.muted)
    return f"{number.join(before)}{mute}{number.join(after)}"


@lru_cache(ROWS)
def _row(
    rights: Rights,
    state: str,
    archived: bool,
    takes: bool,
    score: int,
    attributes: str,
    by_viewer: bool = False,
    vote: int = 0,
    marks: frozenset[str] = frozenset(),
    answered: bool = False,
    is_answer: bool = False,
) -> tuple[list[str], list[str]]:
    """The row of all comments of a kind, cut where the id of one stands: before the button that mutes, and after."""
    path, shown, own = f"/comments/{HERE}/", state == PUBLISHED, by_viewer and not archived
    row, more, last = "", "", ""
    if shown:
        if rights.may_reply:
            row = f'<a href="{path}reply/">Reply</a><a href="{path}reply/?quote=1">Quote</a>'
        up, down = votes(path, score, vote, may=rights.may_change and not by_viewer) if takes else ("", "")
        row += up
        if rights.member:
            save, branch = toggles(path, marks)
            row, more = row + save, f"{down}{branch}{MUTE}"
        if rights.may_mark:
            row += answer_act(path, is_answer=is_answer)
    if own and rights.may_change and (shown or state == State.HELD):
        row += f'<a href="{path}edit/">Edit</a>' if rights.may_edit else ""
        row += f'<a href="{path}delete/">Delete</a>'
    if archived:
        last = f'<a href="{path}source/" rel="nofollow">View in source</a>'
    if shown and not own:
        last += f'<a href="/moderation/report/comment/{HERE}/" rel="nofollow">Report</a>'
    if not rights.member:
        row += last
    if rights.moderates:
        row += f'<a href="/admin/comments/comment/{HERE}/change/">Moderate</a>'
    if rights.member:
        fold = _fold_act(path, marks) if rights.may_fold and answered else ""
        row += menu(f"{more}{last}{fold}")
    row = f'<footer class="actions" id="a{HERE}"{attributes}>{row}</footer>' if row else ""
    before, _, after = row.partition(MUTE)
    return before.split(HERE), after.split(HERE)


def _fold_act(path: str, marks: frozenset[str]) -> str:
    """The button that folds a branch for the member on all devices, or unfolds it."""
    return toggle(f"{path}fold/", ("Fold for me", "Unfold"), on=Mark.Kind.FOLDED in marks)
