"""The form of what a member wants by mail."""

from __future__ import annotations

from django import forms

from forum.notices.models import Choice


class ChoiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """One choice for each kind of notice."""

    class Meta:
        model = Choice
        fields = ("replies", "quotations", "mentions", "follows", "decisions")
        labels = {  # noqa: RUF012  Django's own way
            "replies": "Replies to you, and comments on your posts",
            "quotations": "Quotations of your words",
            "mentions": "Mentions of your name with an @",
            "follows": "New words in what you follow",
            "decisions": "Decisions by moderators about your words",
        }
