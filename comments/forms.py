"""The forms of comments."""

from __future__ import annotations

from django import forms

from comments.eras import ERAS
from comments.models import BODY_LENGTH
from comments.rendering import EMPTY
from comments.spots import SpotField
from comments.threads import ORDERS
from forum.fields import OnceForm, Words


class CommentForm(OnceForm):
    """A new comment or reply."""

    body = Words(
        what="comment",
        most=BODY_LENGTH,
        label="Your comment",
        help_text="Markdown: *emphasis*, **strong**, [words](address), > quotation.",
        error_messages={"required": EMPTY},
    )


class EditForm(forms.Form):
    """New words for a comment; ``seen`` is when the words it started from were last edited."""

    body = CommentForm.base_fields["body"]
    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)


class PageForm(forms.Form):
    """What the address of a thread's page may say."""

    view = forms.ChoiceField(choices=[("tree", "tree"), ("flat", "flat")], required=False)
    order = forms.ChoiceField(choices=[(order, order) for order in ORDERS], required=False)
    era = forms.ChoiceField(choices=[(era, era) for era in ERAS], required=False)
    fold = forms.ChoiceField(choices=[("read", "read")], required=False)
    after = SpotField()
    start = SpotField()  # the cursor of the page that a branch was opened from


# What the address of a page may say that is kept for guests. Any number may be a start.
KEPT = tuple(name for name in PageForm.base_fields if name != "start")
