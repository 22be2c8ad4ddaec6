"""The desk's lists of members and of persons from archives. Nobody becomes more here, and nothing secret is shown."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import display
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comments.models import Comment
from forum.fields import PageAddress
from forum.moderation import actions, rules
from forum.moderation.desk import showing
from forum.moderation.desk.deciding import DecidingAdmin, Decision
from forum.moderation.desk.filters import SourceFilter, StandingFilter, TakenOffFilter
from forum.moderation.desk.records import Base, RecordAdmin
from forum.moderation.desk.ways_back import with_ways_back
from forum.moderation.forms import SuspendForm
from forum.moderation.models import NameRemoval
from forum.users.models import Person, Source, User
from posts.actions import lock_all, touch
from posts.models import Post

LATEST = 10


def _suspend(member: User, by: User, data: dict[str, Any]) -> bool:
    return actions.suspend(member=member, until=data["until"], by=by, rule=data["rule"], reason=data["reason"])


def _end_suspension(member: User, by: User, data: dict[str, Any]) -> bool:
    return actions.suspend(member=member, until=None, by=by, reason=data["reason"])


def _appoint(member: User, by: User, data: dict[str, Any]) -> bool:
    return actions.appoint(member=member, moderates=True, by=by, reason=data["reason"])


def _relieve(member: User, by: User, data: dict[str, Any]) -> bool:
    return actions.appoint(member=member, moderates=False, by=by, reason=data["reason"])


def _close(member: User, by: User, data: dict[str, Any]) -> bool:
    return actions.set_open(member=member, is_open=False, by=by, reason=data["reason"])


def _reopen(member: User, by: User, data: dict[str, Any]) -> bool:
    return actions.set_open(member=member, is_open=True, by=by, reason=data["reason"])


def _administers(user: User) -> bool:
    return user.is_superuser


@admin.register(User)
class UserAdmin(DecidingAdmin):
    """Members, the newest first."""

    decisions = (
        Decision(
            "suspend",
            "Suspend",
            "suspended",
            _suspend,
            lambda member: member.is_active,
            rule="needed",
            form=SuspendForm,
            note="The member can read, but not write, from the next click on. What they wrote stays.",
        ),
        Decision(
            "end-suspension",
            "End the suspension",
            "free to write again",
            _end_suspension,
            lambda member: member.is_suspended,
            rule="none",
        ),
        Decision(
            "appoint",
            "Make a moderator",
            "made moderators",
            _appoint,
            lambda member: not member.is_staff,
            rule="none",
            allowed=_administers,
            note="They decide about posts, comments and members, but not about moderators and administrators.",
        ),
        Decision(
            "relieve",
            "Moderator no longer",
            "no longer moderators",
            _relieve,
            lambda member: member.is_staff and not member.is_superuser,
            rule="none",
            allowed=_administers,
        ),
        Decision(
            "close",
            "Close the account",
            "closed",
            _close,
            lambda member: member.is_active,
            rule="none",
            allowed=_administers,
            note="Nobody can sign in to it any more. What they wrote stays.",
        ),
        Decision(
            "reopen",
            "Open the account again",
            "opened again",
            _reopen,
            lambda member: not member.is_active,
            rule="none",
            allowed=_administers,
        ),
    )
    list_display = ("name", "standing", "said")
    list_display_links = None
    list_filter = (StandingFilter,)
    search_fields = ("username",)
    ordering = ("-id",)
    page_template = "admin/moderation/member.html"

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """By name; administrators by e-mail address as well."""
        return ("username", "email") if request.user.is_superuser else ("username",)

    def prepare(self, rows: list[Any]) -> None:
        """The history of each member. Three queries."""
        known = showing.histories(row.pk for row in rows)
        for row in rows:
            row.history = known[row.pk]

    def line(self, thing: Any) -> SafeString:
        """The member and their history."""
        cells = (showing.member(thing, thing.history), self.standing(thing))
        return format_html("<td>{}</td><td>may write: {}</td>", *cells)

    @display(description="member")
    def name(self, member: User) -> SafeString:
        """The name, with a link to the page on the desk and the marks."""
        return showing.member(member, None)

    @display(description="may write")
    def standing(self, member: User) -> str:
        """Whether the member may write, and why not."""
        if not member.is_active:
            return "no: closed"
        if member.is_suspended and member.suspended_until:
            return f"not until {member.suspended_until:%B %-d, %Y, %H:%M} UTC: {member.suspension_reason}"
        return "yes"

    @display(description="wrote")
    def said(self, member: User) -> SafeString:
        """Counts, and the page where it all stands."""
        url = member.get_absolute_url()
        return format_html('{}<br><a href="{}">see it in place</a>', member.history, url)  # type: ignore[attr-defined]

    def page_context(self, request: HttpRequest, found: User) -> dict[str, Any]:
        """Standing, the latest words, and what was decided about the member."""
        self.prepare([found])
        order = ("-created_at", "-id")
        latest = Comment.objects.filter(author=found).select_related("author", "person", "post").order_by(*order)
        posts = Post.objects.filter(author=found).select_related("author", "person").order_by(*order)
        return {
            "title": found.username,
            "marks": showing.member_marks(found),
            "standing": self.standing(found),
            "history": found.history,  # type: ignore[attr-defined]
            "said": [(showing.words(one), showing.page_of(one)) for one in [*posts[:LATEST], *latest[:LATEST]]],
            "buttons": self.buttons(request, found),
            "why_not": rules.why_not_suspend(request.user, found),
            "show_email": request.user.is_superuser,
            "actions": with_ways_back(showing.recent_actions().filter(member=found), request.user),
        }


@admin.register(Person)
class PersonAdmin(RecordAdmin):
    """People from archives, who have no account here."""

    list_display = ("name_shown", "source", "said", "taken_off")
    list_display_links = None
    list_filter = (TakenOffFilter, SourceFilter)
    search_fields = ("name",)
    ordering = ("name", "id")
    page_template = "admin/moderation/person.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """With their sources."""
        return Person.objects.select_related("source")

    def prepare(self, rows: list[Any]) -> None:
        """How much each of them wrote. Two queries."""
        ids = [row.pk for row in rows]
        for model, name in ((Comment, "comments_said"), (Post, "posts_said")):
            counts: Any = model._default_manager.filter(person__in=ids).order_by().values_list("person")
            known = dict(counts.annotate(count=Count("pk")))
            for row in rows:
                setattr(row, name, known.get(row.pk, 0))

    @display(description="name")
    def name_shown(self, person: Person) -> SafeString:
        """The name as everyone sees it."""
        return format_html('<a href="{}/change/">{}</a>', person.pk, person.shown_name)

    @display(description="said")
    def said(self, person: Any) -> SafeString:
        """Counts, and the page where it stands."""
        comments, posts = person.comments_said, person.posts_said
        words = f"{comments:,} comment{'' if comments == 1 else 's'}, {posts:,} post{'' if posts == 1 else 's'}"
        return format_html('{}<br><a href="{}">see it in place</a>', words, person.get_absolute_url())

    @display(description="taken off")
    def taken_off(self, person: Person) -> str:
        """Since when the name is off."""
        return f"{person.removed_at:%B %-d, %Y}" if person.removed_at else ""

    def page_context(self, request: HttpRequest, found: Person) -> dict[str, Any]:
        """What they wrote, and what was asked and decided about the name."""
        self.prepare([found])
        return {
            "title": found.shown_name,
            "said": self.said(found),
            "requests": NameRemoval.objects.filter(person=found).order_by("-pk"),
            "actions": with_ways_back(showing.recent_actions().filter(person=found), request.user),
        }


@admin.register(Source)
class SourceAdmin(Base):
    """Sites that archives came from: administrators write the notes that stand over their threads."""

    list_display = ("name", "address", "content_note")
    formfield_overrides: ClassVar = {models.URLField: {"form_class": PageAddress}}
    fields = ("key", "name", "address", "provenance_note", "content_note", "downloads")
    readonly_fields = ("key",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: imports bring them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        """Never: threads stand on them."""
        return False

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        """Saves the notes and says that their threads have changed."""
        super().save_model(request, obj, form, change)
        threads = list(Post.objects.filter(source=obj).values_list("pk", flat=True))
        lock_all(threads)  # in the order of everybody, and not in that in which one statement meets them
        touch(threads)
