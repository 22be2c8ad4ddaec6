"""The buttons by which a member votes, keeps, hides, follows and mutes, and the score that everyone sees.

Each button posts the one form at the foot of a member's page (templates/base.html), so none needs a form of its own.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

from forum.voices.models import Mark
from forum.voices.rules import takes_votes

if TYPE_CHECKING:
    from collections.abc import Container

    from comments.page import Page
    from comments.threads import Node
    from forum.bylines import Byline
    from forum.users.models import User

MUTES = 1_000  # buttons that mute a member, kept in each process
MINUS = "\N{MINUS SIGN}"
# As ASCII, in which a page is put together and encoded ten times as fast as in letters of two bytes.
UP, DOWN = "&#9650;", "&#9660;"  # black triangles


def toggle(path: str, words: tuple[str, str], *, on: bool, whole: bool = False) -> str:
    """A button that says what it will do: the first of ``words`` sets the mark, the second takes it back.

    ``whole``: more of the page changes with it than the row it stands in.
    """
    more = " data-whole" if whole else ""
    return f'<button form="act" formaction="{path}" name="value" value="{int(not on)}"{more}>{words[on]}</button>'


def votes(path: str, score: int, mine: int, *, may: bool) -> tuple[str, str]:
    """The vote up with the score, and the vote down, on what takes votes; the score alone for who may not vote."""
    figure = str(score).replace("-", MINUS)
    if not may:
        shown = f'<span><span class="sr">Score {figure}</span><span aria-hidden="true">{UP} {figure}</span></span>'
        return shown if score else "", ""
    up = _vote(path, 1, mine, f"{UP} {figure}", f' aria-label="Vote up, {figure} now"')
    return up, _vote(path, -1, mine, f"{DOWN} Vote down", "")


def _vote(path: str, value: int, mine: int, words: str, label: str) -> str:
    pressed = mine == value
    return (
        f'<button form="act" formaction="{path}vote/" name="value" value="{0 if pressed else value}"'
        f' aria-pressed="{str(pressed).lower()}"{label}>{words}</button>'
    )


def menu(found: str) -> str:
    """What is wanted less often, one press away."""
    return f'<details class="more-acts"><summary>More</summary><p>{found}</p></details>' if found else ""


def post_acts(page: Page) -> SafeString:
    """What one may do with a post beside answering it; for a guest only its score, when it has one."""
    post, personal = page.post, page.personal
    path, up, down = f"/posts/{post.pk}/", "", ""
    if takes_votes(post, post):
        up, down = votes(
            path, post.score, personal.post_vote, may=page.viewer.may_change and not post.is_by(page.viewer)
        )
    parts = [up]
    if page.viewer.pk and post.is_public:
        marks = personal.post_marks
        parts.append(toggle(f"{path}save/", ("Save", "Unsave"), on=Mark.Kind.SAVED in marks))
        follow = toggle(f"{path}follow/", ("Follow the thread", "Unfollow the thread"), on=Mark.Kind.FOLLOWED in marks)
        mute = toggle(f"{path}mute/", ("Mute the thread", "Unmute the thread"), on=Mark.Kind.MUTED in marks)
        where = ("Hide from the front page", "Show on the front page")
        hide = toggle(f"{path}hide/", where, on=Mark.Kind.HIDDEN in marks)
        parts.append(menu(f"{down}{follow}{mute}{hide}"))
    return mark_safe("".join(parts))  # noqa: S308  numbers and words of ours


HERE = "\0"  # where the id of a comment stands in what is the same for many


def toggles(path: str, marks: Container[str]) -> tuple[str, str]:
    """The button that saves the comment at ``path``, and those for its branch."""
    follow = ("Follow this branch", "Unfollow this branch")
    mute = ("Mute this branch", "Unmute this branch")
    return (
        toggle(f"{path}save/", ("Save", "Unsave"), on=Mark.Kind.SAVED in marks),
        toggle(f"{path}follow/", follow, on=Mark.Kind.FOLLOWED in marks)
        + toggle(f"{path}mute/", mute, on=Mark.Kind.MUTED in marks, whole=True),
    )


def mute_act(member: Byline, comment: str, *, muted: bool) -> str:
    """The button that mutes the member who wrote a comment, and leads back to it."""
    return comment.join(_mute(member.url, member.escaped, muted))


@lru_cache(MUTES)
def _mute(url: str, name: str, muted: bool) -> list[str]:
    words = (f"Mute {name}", f"Unmute {name}")
    return toggle(f"{escape(url)}mute/?at=c{HERE}", words, on=muted, whole=True).split(HERE)


def member_acts(member: User, marks: Container[str]) -> SafeString:
    """To follow or to mute another member, below the name on their page."""
    path = escape(member.get_absolute_url())
    follow = toggle(f"{path}follow/", ("Follow", "Unfollow"), on=Mark.Kind.FOLLOWED in marks, whole=True)
    mute = toggle(f"{path}mute/", ("Mute", "Unmute"), on=Mark.Kind.MUTED in marks, whole=True)
    return mark_safe(f'<div class="post-actions" id="m{member.pk}">{follow}{mute}</div>')  # noqa: S308  escaped above


def muted(node: Node, page: Page, branch: bool) -> tuple[str, str]:
    """What the line of a branch that the member has muted says, and the beginning of a fold round one comment alone.

    The tree stays whole: whoever is muted, the replies of others keep their places. The page of a comment itself
    shows it, for there one has asked for it.
    """
    comment, personal = node.comment, page.personal
    if page.top is comment:
        return "", ""
    line = ""
    name = comment.byline.escaped
    if comment.byline.member in personal.muted:
        line = f"A comment by {name}, whom you have muted."
    if branch_is_muted(node, page):
        if branch:
            return f"A branch you have muted: {name}", ""
        line = line or f"A comment by {name} in a branch you have muted."
    return "", line and f'<details class="muted"><summary>{line} <u>Show</u></summary>'


def branch_is_muted(node: Node | None, page: Page) -> bool:
    """Whether the branch that begins here is muted; as printed it has no fold, so each comment in it asks upwards."""
    while page.personal.marks and node is not None:
        if Mark.Kind.MUTED in page.personal.marks.get(node.comment.pk, ()):
            return True
        node = node.parent if page.flat else None
    return False
