"""Lists and pages that can be read and decided about, and never edited."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ShowFacets, display
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe

from forum.moderation.desk.searching import holding
from forum.users.models import User

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin

COUNTED = 5_000  # rows; a list of more is searched or filtered, not paged through


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list that may be large, by their ids: what is sorted or looked through holds nothing else of the rows.

    Counts no further than anybody pages, and not at all where the first page holds everything: what finds little has
    looked through all there is, and would do so once more.
    """

    @cached_property
    def count(self) -> int:
        """How many rows there are, up to the cap."""
        if len(self._first) <= self.per_page:
            return len(self._first)
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:COUNTED].count())

    def ids(self, number: int) -> list[Any]:
        """The ids of the rows of one page, in their order. One query, none for the first page."""
        begin = (number - 1) * self.per_page
        return self._from(begin, self.per_page) if begin else self._first[: self.per_page]

    @cached_property
    def _first(self) -> list[Any]:
        """The ids of the first page, and one more that tells of a second."""
        return self._from(0, self.per_page + 1)

    def _from(self, begin: int, size: int) -> list[Any]:
        rows: Any = self.object_list
        return list(rows.values_list("pk", flat=True)[begin : begin + size])


class Rows(ChangeList):
    """A list that loads its rows by their ids, and what they need once for all of them."""

    paginator: CappedPaginator

    def get_results(self, request: HttpRequest) -> None:
        """The rows of this page, prepared by the admin of their model."""
        super().get_results(request)
        ids = self.paginator.ids(self.page_num if self.multi_page else 1)
        found = self.root_queryset.order_by().in_bulk(ids)
        rows = [found[pk] for pk in ids if pk in found]
        self.model_admin.prepare(rows)  # type: ignore[attr-defined]
        self.result_list = rows


class ChoosingAdmin(Base):
    """A list whose rows are ticked for an action: "Go" that cannot be done loses neither the ticks nor the action."""

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list, with whether each of its rows was ticked."""
        found = super().get_changelist_instance(request)
        ticked = set(request.POST.getlist(ACTION_CHECKBOX_NAME))
        for row in found.result_list:
            row.ticked = str(row.pk) in ticked
        return found

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list. Where "Go" was pressed and cannot be done, it comes with what was chosen, and says what to do.

        422 then, as for every form that is refused.
        """
        why_not = self.why_not_go(request) if _is_go(request) and self.get_actions(request) else ""
        if not why_not:
            return super().changelist_view(request, extra_context)
        # Django's own leads back to the list with neither. To it this is somebody who only reads.
        reading = copy.copy(request)
        reading.method = "GET"
        answer = super().changelist_view(reading, extra_context)
        messages.warning(request, why_not)
        if isinstance(answer, TemplateResponse) and answer.context_data:
            answer.context_data["action_form"].initial = {"action": request.POST.get("action", "")}
            answer.status_code = 422
        return answer

    def why_not_go(self, request: HttpRequest) -> str:
        """What to do before "Go", which was pressed, can do anything; "" where nothing stands in the way."""
        if not request.POST.getlist(ACTION_CHECKBOX_NAME):
            return "Nothing is ticked, and nothing has changed. Tick at least one line, then press “Go” again."
        if request.POST.get("action") not in self.get_actions(request):
            return (
                "No action was chosen, and nothing has changed. What you ticked is still ticked:"
                " choose an action in the list beside “Go”, then press “Go” again."
            )
        return ""

    @display(description=mark_safe('<input type="checkbox" id="action-toggle">'))
    def action_checkbox(self, obj: Any) -> SafeString:
        """The box of a row as Django's admin makes it, ticked where it was."""
        box = forms.CheckboxInput({"class": "action-select", "aria-label": f"Choose: {obj}"}, lambda _: obj.ticked)
        return box.render(ACTION_CHECKBOX_NAME, str(obj.pk))


def _is_go(request: HttpRequest) -> bool:
    return request.method == "POST" and bool({"index", ACTION_CHECKBOX_NAME} & request.POST.keys())


class ListAdmin(ChoosingAdmin):
    """A list that may be large: in one order, and counted no further than anybody pages."""

    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = CappedPaginator
    sortable_by: ClassVar[tuple[str, ...]] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Our list."""
        return Rows

    def prepare(self, rows: list[Any]) -> None:
        """Loads what the rows of a list show beside their own fields; a constant number of queries."""


class RecordAdmin(ListAdmin):
    """A list and a page for each row, read only, under three addresses and no more."""

    page_template: ClassVar[str]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: words come from their authors and from archives."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: what changes is decided, by an action that is recorded."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: what is removed can be restored."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the filters shown: any other would answer questions about hashes and e-mail addresses."""
        filters: Any = self.list_filter
        return lookup in {one.parameter_name for one in filters}

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages; there is nothing to add, delete or save."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            *self.more_urls(),
            path("<path:object_id>/change/", view(self.change_view), name=f"{name}_change"),
        ]

    def more_urls(self) -> list[URLPattern]:
        """Addresses between the list and the pages."""
        return []

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """The rows that hold what was typed; none of them twice, for no field leads to many."""
        return holding(queryset, self.get_search_fields(request), search_term), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, named after what it holds."""
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of one row."""
        found = self.found(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self.page(request, found, self.page_context(request, found))

    def page(self, request: HttpRequest, found: Any, more: dict[str, Any], status: int = 200) -> HttpResponse:
        """Renders the page of one row."""
        context = {**self.admin_site.each_context(request), "opts": self.opts, "record": found, **more}
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.page_template, context, status=status)

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row, for those who may read it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not (object_id.isascii() and object_id.isdigit() and len(object_id) < 19):
            raise Http404("no such row")
        row = self.get_queryset(request).filter(pk=int(object_id)).first()
        if row is None:
            raise Http404("no such row")
        return row

    def page_context(self, request: HttpRequest, found: Any) -> dict[str, Any]:
        """What the page shows beside the row."""
        return {"title": str(found)}


def moderator(request: HttpRequest) -> User:
    """Whoever asks, who has passed the door of the desk."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
