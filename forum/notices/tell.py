"""Tells members of what concerns them, in the transaction of the act itself.

Called by the actions of posts, comments and moderators. What a comment costs here does not grow with those who
follow: they are told, and all mails written, by the worker (``spreading``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db.models import Q

from forum import storing
from forum.moderation.models import Action
from forum.notices import rules
from forum.notices.models import Kind, Notice
from forum.notices.tasks import spread
from forum.states import State
from forum.text.mentions import names_in
from forum.users.mentions import called
from forum.users.models import User
from posts.models import STATES_WITH_A_PAGE, Post

if TYPE_CHECKING:
    from comments.models import Comment

MENTIONS = 10  # members one comment or post can tell by naming them, over all its edits
TOLD = {Action.Verb.APPROVE, Action.Verb.HOLD, Action.Verb.HIDE, Action.Verb.REMOVE, Action.Verb.RESTORE}


def hears(comment: Comment) -> dict[int, bool]:
    """Whether a comment that is to be stored is told to the member whom it answers: nothing where it answers none.

    Asked before the lock of the thread, which a mute does not wait for either. At most one query, one more for muted
    branches.
    """
    answered = comment.whom_it_answers()
    if answered is None:
        return {}
    return {answered: answered in rules.not_muting([answered], post=comment.post, words=comment)}


def of_comment(comment: Comment, known: Mapping[int, bool] | None = None) -> None:
    """Tells of a comment that everyone reads since now; whoever was told of it before is not told again.

    ``known`` says of members whether they are to be told, where that was asked before (``hears``). Two statements, and
    one more each for whoever else is told, for quotations, mentions and muted branches.
    """
    if comment.state != State.PUBLISHED or comment.archived or comment.post.state not in STATES_WITH_A_PAGE:
        return
    found: dict[int, Kind] = {}
    parent = comment.parent
    if parent is not None:
        _add(found, [parent.author_id], Kind.REPLY)
    else:
        _add(found, [comment.post.author_id], Kind.COMMENT)
    if 'class="quote"' in comment.html:
        shown = comment.quotations.filter(Q(quoted__state=State.PUBLISHED) | Q(quoted_post__state=State.PUBLISHED))
        authors = shown.values_list("quoted__author", "quoted_post__author")
        _add(found, [author for pair in authors for author in pair], Kind.QUOTATION)
    _add(found, _named(names_in(comment.html)), Kind.MENTION)
    _tell(comment.post, comment, found, known)
    spread.enqueue("comment", comment.pk)


def of_edit(words: Comment | Post) -> None:
    """Tells those whom an edit has named for the first time. No statement where nobody is named."""
    mentions = names_in(words.html)
    if not mentions or words.state != State.PUBLISHED:
        return
    post, comment = (words, None) if isinstance(words, Post) else (words.post, words)
    here = Notice.objects.filter(comment=comment) if comment else Notice.objects.filter(post=post, comment=None)
    room = MENTIONS - here.filter(kind=Kind.MENTION, action=None).count()
    found: dict[int, Kind] = {}
    told = set(here.filter(action=None).values_list("member", flat=True))
    new = [member for member in _named(mentions) if member not in told and member != words.author_id]
    _add(found, new[: max(room, 0)], Kind.MENTION)
    if found:
        _tell(post, comment, found)
        spread.enqueue("comment" if comment else "post", words.pk)


def of_post(post: Post) -> None:
    """Tells of a post that everyone reads since now. At most four statements."""
    if post.state != State.PUBLISHED or post.archived:
        return
    found: dict[int, Kind] = {}
    _add(found, _named(names_in(post.html)), Kind.MENTION)
    _tell(post, None, found)
    spread.enqueue("post", post.pk)


def of_decision(action: Action) -> None:
    """Tells the author what a moderator decided about their words, under which rule and why. Two statements."""
    words = action.comment or action.post
    if words is None or action.verb not in TOLD or words.author_id in (None, action.actor_id):
        return
    post = words if isinstance(words, Post) else words.post
    Notice.objects.create(
        member_id=words.author_id, kind=Kind.DECISION, post=post, comment=action.comment, action=action
    )
    spread.enqueue("action", action.pk)


def _add(found: dict[int, Kind], members: Iterable[int | None], kind: Kind) -> None:
    """Notes whom to tell; a stronger reason that stands already stays."""
    for member in members:
        if member is not None:
            found.setdefault(member, kind)


def _named(mentions: list[str]) -> list[int]:
    """The members whom these names name, at most MENTIONS, in order. One query, if any."""
    first = list(dict.fromkeys(name.casefold() for name in mentions))[:MENTIONS]
    if not first:
        return []
    known = User.objects.filter(called(*first)).values_list("username", "pk")
    # The key is wider than the name: only the name itself, in any capitals, is a mention.
    by_name = {username.casefold(): pk for username, pk in known}
    return [by_name[name] for name in first if name in by_name]


def _tell(post: Post, comment: Comment | None, found: dict[int, Kind], known: Mapping[int, bool] | None = None) -> None:
    """Writes the notices, save those to the author and to whoever has muted this. At most two statements."""
    words, known = comment or post, known or {}
    found.pop(words.author_id or 0, None)
    told = {member for member in found if known.get(member)}
    told |= rules.not_muting(found.keys() - known.keys(), post=post, words=words)
    storing.insert_new(
        [
            Notice(member_id=member, kind=kind, post=post, comment=comment)
            for member, kind in found.items()
            if member in told
        ]
    )
