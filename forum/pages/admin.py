"""Lets the operator write the pages; their number and addresses are fixed."""

from django.contrib import admin
from django.http import HttpRequest

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
