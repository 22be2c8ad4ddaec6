"""The decision by which an archived comment gets another parent, and the form that finds one."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms

from comments.models import SHELVED, Comment, CommentQuerySet
from forum.bylines import NO_DATE
from forum.fields import Line
from forum.moderation import actions
from forum.moderation.desk.deciding import Decision
from forum.moderation.forms import ReasonForm
from forum.moderation.naming import in_any_case
from forum.text.excerpt import excerpt
from forum.users.models import User

OFFERED: Final = 12  # comments to choose from
_OTHER: Final = ""
_WAYS: Final = re.compile(r"(?:.*/comments/|.*#c|#?c?)([1-9][0-9]{0,17})(?:/.*)?", re.ASCII)


class AttachForm(ReasonForm):
    """Which comment is answered: one of those offered, or any by its number or address."""

    chosen = forms.ChoiceField(label="It answers", required=False, widget=forms.RadioSelect)
    parent = Line(
        label="Its number or address",
        max_length=500,
        required=False,
        help_text="Of a comment that is not offered: a number such as 123, or the address of the comment.",
    )
    find = Line(
        label="Find one by its words or its author",
        max_length=100,
        required=False,
        help_text="Among the comments that stand before it. What is found is offered to choose from.",
    )

    field_order = ("chosen", "parent", "find", "rule", "reason")

    def __init__(self, data: Any, *, things: list[Comment], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.things = things
        self.words = " ".join(str(self.data.get("find", "")).split())[:100].replace("\0", "")
        choices = [(str(one.pk), _line(one)) for one in _offered(things, self.words)]
        self.fields["chosen"].choices = [*choices, (_OTHER, "another")]  # type: ignore[attr-defined]
        self.fields["chosen"].initial = _OTHER

    def clean(self) -> dict[str, Any]:
        """Adds the comment that is answered to the data, as ``answered``."""
        data = super().clean() or {}
        if self.errors:
            return data
        asked = data.get("parent") or data.get("chosen")
        if not asked:
            self.add_error("chosen" if self.words else "parent", self._nothing())
            return data
        way = _WAYS.fullmatch(asked)
        found = Comment.objects.filter(pk=int(way[1])).first() if way else None
        if found is None:
            self.add_error("parent", "There is no comment with this number or address.")
        data["answered"] = found
        return data

    def _nothing(self) -> str:
        if not self.words:
            return "Choose the comment that it answers, or write its number."
        number = len(self.fields["chosen"].choices) - 1  # type: ignore[attr-defined]
        if number:
            return f"Choose one of the comments found ({number}), or look for other words."
        return "No comment before it has these words. Look for others."


def _offered(things: list[Comment], words: str) -> CommentQuerySet:
    """The comments nearest before the first of these in their thread, or those with the words, the nearest first."""
    first = min(things, key=lambda one: one.position)
    found = Comment.objects.filter(post=first.post_id, position__lt=first.position).exclude(branch=SHELVED)
    if words:
        found = found.filter(in_any_case(words, "person__name", "author__username", "body"))
    return found.with_bylines().order_by("-position")[:OFFERED]


def _line(comment: Comment) -> str:
    when = comment.printed_date or NO_DATE if comment.archived else comment.created_at.date()
    return f"{comment.byline.name}, {when} (number {comment.pk}): " + (excerpt(comment.html, 160) or "(no text)")


def _attach(comment: Comment, by: User, data: dict[str, Any]) -> bool:
    return actions.attach(comment=comment, parent=data["answered"], by=by, reason=data["reason"])


ATTACH = Decision(
    "attach",
    "Attach to another comment",
    "attached",
    _attach,
    lambda comment: comment.archived,
    rule="none",
    form=AttachForm,
    note="It and its branch move under the comment that it answers, marked as placed by a moderator. No later import"
    " moves them.",
)
