"""The first page of the desk: what waits, what was decided last, and the lists."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from comments.models import Comment
from forum.archive.suggested.actions import offered
from forum.moderation.desk.showing import recent_actions
from forum.moderation.desk.ways_back import with_ways_back
from forum.moderation.models import NameRemoval, Outcome, Report
from forum.states import State
from forum.users.roles import may_moderate
from posts.models import Post

View = TypeVar("View", bound=Callable[..., Any])

RECENT = 10
ROWS = (ACTION_CHECKBOX_NAME, "permissions")  # the fields of lists and forms that choose several rows by their ids
_TOO_LARGE = re.compile(r"\d{19}")


@dataclass(frozen=True)
class Waiting:
    """How many of one kind wait, and where."""

    words: str
    count: int
    url: str


class Desk(AdminSite):
    """The admin for those who may write now; everything they may not see is not listed."""

    site_header = f"{settings.SITE_NAME}: moderation"
    site_title = settings.SITE_NAME
    index_title = "What waits"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the member is staff and not suspended."""
        user = request.user
        return user.is_authenticated and user.is_staff and user.may_write()

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """A page of the desk; refuses what Django asks of models and tables as it stands in the address."""

        @functools.wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "" in (request.GET.get(TO_FIELD_VAR), request.POST.get(TO_FIELD_VAR)):
                raise BadRequest("a field without a name")
            if any(name != SEARCH_VAR and _counts_no_row(said) for name, said in request.GET.lists()):
                raise BadRequest("a number that no table counts")
            chosen = [one for name in ROWS for one in request.POST.getlist(name)]
            if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in chosen):
                raise BadRequest("a choice that names no row")
            return view(request, *args, **kwargs)

        return super().admin_view(cast(View, answer), cacheable)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The first page; seven queries more than the plain admin's."""
        more = dict(extra_context or {})
        if may_moderate(request.user):
            recent = with_ways_back(recent_actions()[:RECENT], request.user)
            more |= {"waiting": waiting(), "recent": recent, "moderates": True}
        return super().index(request, more)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """There is one way to change a password, for all."""
        return redirect("account_change_password")


def _counts_no_row(said: list[str]) -> bool:
    return any(_TOO_LARGE.search(value.replace("_", "")) for value in said)


def waiting() -> list[Waiting]:
    """What waits for a moderator. Five queries, each on an index of what waits alone."""
    return [
        _waiting("report", "reports", _open(Report), reverse("admin:moderation_report_changelist")),
        _waiting(
            "comment held",
            "comments held",
            Comment.objects.filter(state=State.HELD).count(),
            reverse("admin:comments_comment_changelist") + "?state=held",
        ),
        _waiting(
            "post held",
            "posts held",
            # That none is published is said for SQLite, which takes an index of some posts only for those.
            Post.objects.exclude(state=State.PUBLISHED).filter(state=State.HELD).count(),
            reverse("admin:posts_post_changelist") + "?state=held",
        ),
        _waiting(
            "name to take off",
            "names to take off",
            _open(NameRemoval),
            reverse("admin:moderation_nameremoval_changelist"),
        ),
        _waiting(
            "suggested reply", "suggested replies", offered().count(), reverse("admin:archive_suggestion_changelist")
        ),
    ]


def _waiting(one: str, many: str, count: int, url: str) -> Waiting:
    return Waiting(one if count == 1 else many, count, url)


def _open(model: type[Report] | type[NameRemoval]) -> int:
    return model._default_manager.filter(outcome=Outcome.OPEN).count()
