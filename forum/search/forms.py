"""The search form: nothing in it can be wrong, for whatever it cannot read it leaves out."""

from __future__ import annotations

from typing import Any

from django import forms

from forum.fields import Id, Written
from forum.search.keys import END

WHERE = (("", "everything"), ("post", "posts"), ("comment", "comments"))
ERA = (("", "then and now"), ("then", "then, elsewhere"), ("now", "now, here"))
ORDER = (("", "what fits best"), ("time", "the latest"))


class SearchForm(forms.Form):
    """What to look for, and the conditions that have a control of their own."""

    q = Written(
        label="Words",
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    where = forms.ChoiceField(label="In", choices=WHERE, required=False)
    era = forms.ChoiceField(label="Said", choices=ERA, required=False)
    order = forms.ChoiceField(label="First", choices=ORDER, required=False)

    def cleaned(self) -> dict[str, Any]:
        """The values, and nothing for those that are none."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class PlaceForm(forms.Form):
    """Where a search goes on, and the thread that it stays in; both come from links and not from people."""

    after = forms.IntegerField(min_value=0, max_value=END, required=False)
    thread = Id()

    def cleaned(self) -> dict[str, int | None]:
        """The numbers, and nothing for what is none."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}
