"""The desk's list of tags, and the decision by which a post gets other ones."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forum.moderation.desk.deciding import DecidingAdmin, Decision
from forum.moderation.desk.records import moderator
from forum.moderation.forms import ReasonForm
from forum.refusals import Refusal
from forum.users.models import User
from forum.users.roles import may_moderate
from posts.actions import set_tags
from posts.models import Post, Tag
from posts.tags import actions
from posts.tags.forms import MergeForm, NewTagForm, TagForm, TagsForm


def _retag(post: Post, by: User, data: dict[str, Any]) -> bool:
    return set_tags(post=post, tags=data["tags"], by=by, reason=data["reason"])


RETAG = Decision(
    "tags",
    "Change the tags",
    "given these tags",
    _retag,
    lambda post: True,
    rule="none",
    form=TagsForm,
    note="These tags take the place of those there are.",
)


def retag_form(things: list[Any], data: Any) -> TagsForm:
    """The form with the tags of the one post, or empty for many."""
    return TagsForm(data, rule="none", borne=things[0].tags.all() if len(things) == 1 else ())


def _change(tag: Tag, by: User, data: dict[str, Any]) -> bool:
    return actions.change_tag(tag=tag, by=by, **data)


def _retire(tag: Tag, by: User, data: dict[str, Any]) -> bool:
    return actions.change_tag(tag=tag, by=by, active=False, **data)


def _offer(tag: Tag, by: User, data: dict[str, Any]) -> bool:
    return actions.change_tag(tag=tag, by=by, active=True, **data)


def _merge(tag: Tag, by: User, data: dict[str, Any]) -> bool:
    return actions.merge_tags(tag=tag, by=by, **data)


def _stands(tag: Tag) -> bool:
    return tag.merged_into_id is None


@admin.register(Tag)
class TagAdmin(DecidingAdmin):
    """Tags, by name; those that were merged lead to the others."""

    decisions = (
        Decision(
            "change",
            "Rename or describe",
            "changed",
            _change,
            _stands,
            rule="none",
            form=TagForm,
            note="The address stays. Choose one tag at a time.",
        ),
        Decision(
            "retire",
            "Retire",
            "retired",
            _retire,
            lambda tag: _stands(tag) and tag.active,
            rule="none",
            note="It stays on old posts and is no longer offered for new ones.",
        ),
        Decision(
            "offer", "Offer again", "offered again", _offer, lambda tag: _stands(tag) and not tag.active, rule="none"
        ),
        Decision(
            "merge",
            "Merge into another",
            "merged",
            _merge,
            _stands,
            rule="none",
            form=MergeForm,
            note="Every post gets the other tag, and the address leads there. This cannot be undone.",
        ),
    )
    list_display = ("shown", "description", "bearers", "standing")
    list_display_links = None
    search_fields = ("name", "slug", "description")
    page_template = "admin/moderation/tag.html"

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Moderators keep the list."""
        return may_moderate(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        """With where they lead."""
        return Tag.objects.select_related("merged_into")

    def more_urls(self) -> list[URLPattern]:
        """Also the form of a new tag."""
        add = path("add/", self.admin_site.admin_view(self.add_view), name="posts_tag_add")
        return [add, *super().more_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Adds a tag."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewTagForm(request.POST if request.method == "POST" else None, rule="none")
        if form.is_valid():
            try:
                actions.add_tag(by=moderator(request), **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, f"“{form.cleaned_data['name']}” is offered for posts from now on.")
                return redirect("admin:posts_tag_changelist")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Add a tag", "form": form}
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/moderation/tag_new.html", context, status=422 if form.is_bound else 200)

    def make_form(self, decision: Decision, things: list[Any], data: Any) -> ReasonForm:
        """The form, with the words of the one tag."""
        form = super().make_form(decision, things, data)
        if decision.form is TagForm and len(things) == 1:
            form.initial = {"name": things[0].name, "description": things[0].description}
        return form

    def line(self, thing: Tag) -> SafeString:
        """Name and description."""
        return format_html("<td>{}</td><td>{}</td>", thing.name, thing.description)

    def page_context(self, request: HttpRequest, found: Tag) -> dict[str, Any]:
        """The tag and the buttons."""
        return {"title": found.name, "buttons": self.buttons(request, found), "standing": self.standing(found)}

    @display(description="name")
    def shown(self, tag: Tag) -> SafeString:
        """The name, with a link to the page."""
        return format_html('<a href="{}/change/">{}</a>', tag.pk, tag.name)

    @display(description="posts")
    def bearers(self, tag: Tag) -> SafeString:
        """How many bear it, and the page that lists them."""
        return format_html('{}<br><a href="{}">see it in place</a>', tag.post_count, tag.get_absolute_url())

    @display(description="standing")
    def standing(self, tag: Tag) -> str:
        """Whether it is offered."""
        if tag.merged_into is not None:
            return f"merged into {tag.merged_into.name}"
        return "offered" if tag.active else "retired"
