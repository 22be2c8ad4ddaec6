"""Writes the record of what moderators decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forum.moderation.models import Action, Rule

if TYPE_CHECKING:
    from comments.models import Comment
    from forum.users.models import Person, User
    from posts.models import Post


def record(
    verb: Action.Verb,
    *,
    actor: User | None,
    comment: Comment | None = None,
    post: Post | None = None,
    member: User | None = None,
    person: Person | None = None,
    rule: Rule | None = None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    undoes: Action | None = None,
) -> Action:
    """Records one decision; ``before`` holds what an undo needs. Call it inside the act's transaction."""
    return Action.objects.create(
        verb=verb,
        actor=actor,
        comment=comment,
        post=post,
        member=member,
        person=person,
        rule=rule,
        reason=reason,
        before=before or {},
        undoes=undoes,
    )
