"""Lets the operator write the pages; their number and addresses are fixed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from forum.pagecache.models import move_edition
from forum.pages.models import Page


@admin.register(Page)
class PageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Title and body, with the page itself one link away."""

    list_display = ("title", "slug", "updated_at")
    fields = ("title", "body", "updated_at")
    readonly_fields = ("updated_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Page, form: Any, change: bool) -> None:
        """Saves the words and says that a page has changed."""
        super().save_model(request, obj, form, change)
        move_edition()
