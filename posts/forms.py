"""The forms of posts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from forum.fields import Line, OnceForm, PageAddress, Words
from posts.actions import EMPTY
from posts.models import BODY_LENGTH, TITLE_LENGTH, Post, Tag
from posts.tags.fields import TagsField

KINDS = (
    (Post.Kind.ARTICLE, "Article: words of your own"),
    (Post.Kind.LINK, "Link: a page elsewhere, to talk about"),
    (Post.Kind.QUESTION, "Question: something you want to know"),
)


class PostForm(OnceForm):
    """An article, a link or a question."""

    by_kind = ("url", "body")  # required or not, as ``clean`` says

    kind = forms.ChoiceField(label="What is it", choices=KINDS, initial=Post.Kind.ARTICLE, widget=forms.RadioSelect)
    title = Line(
        max_length=TITLE_LENGTH,
        error_messages={
            "required": "Give the post a title.",
            "max_length": "This title has %(show_value)d characters; the limit is %(limit_value)d. Shorten it.",
        },
    )
    url = PageAddress(
        label="Address",
        required=False,
        max_length=500,
        help_text="The page to talk about. Only a link needs one.",
    )
    body = Words(
        what="post",
        most=BODY_LENGTH,
        label="Text",
        required=False,
        help_text="A link can do without; an article and a question cannot."
        " Markdown: *emphasis*, **strong**, [words](address), > quotation.",
        widget=forms.Textarea(attrs={"rows": 14}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tags = TagsField(borne=self.borne())
        if tags.offered:
            self.fields["tags"] = tags

    def borne(self) -> Iterable[Tag]:
        """The tags that the post has already."""
        return ()

    def clean(self) -> dict[str, Any]:
        """A link needs its address; everything else needs words."""
        data = super().clean() or {}
        if data.get("kind") == Post.Kind.LINK and not data.get("url") and "url" not in self.errors:
            self.add_error("url", "A link needs the address it leads to.")
        if data.get("kind") != Post.Kind.LINK and not data.get("body") and "body" not in self.errors:
            self.add_error("body", EMPTY)
        return data


class EditPostForm(PostForm):
    """New words for a post; its kind stays. ``seen`` is when the words it started from were last edited."""

    kind = None  # type: ignore[assignment]
    token = None  # type: ignore[assignment]
    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        self.post = post
        super().__init__(*args, **kwargs)

    def borne(self) -> Iterable[Tag]:
        """Also those that were retired since."""
        return self.post.tags.all()

    def clean(self) -> dict[str, Any]:
        """As for a new post of the same kind."""
        self.cleaned_data["kind"] = self.post.kind
        return super().clean()
