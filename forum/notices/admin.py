"""The outbox on the desk: what waits, what was given up and why. No words of any mail are shown."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from forum.moderation.desk.records import ChoosingAdmin
from forum.notices import outbox
from forum.notices.models import Mail


@admin.register(Mail)
class MailAdmin(ChoosingAdmin):
    """The outbox, the latest first; those that were given up can be sent after all."""

    list_display = ("made_at", "kind", "member", "subject", "state", "tries", "due_at", "reason")
    list_filter = ("state", "kind")
    list_select_related = ("member",)
    search_fields = ("address", "member__username")
    search_help_text = "A mail address, or the name of a member."
    show_full_result_count = False
    ordering = ("-made_at", "-pk")
    fields = ("kind", "member", "address", "subject", "state", "reason", "tries", "made_at", "due_at", "done_at")
    actions = ("send_after_all",)

    @admin.action(description="Send after all (given up only)", permissions=["view"])
    def send_after_all(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        """Lets the chosen mails leave again."""
        count = outbox.try_again(list(queryset))
        self.message_user(
            request,
            f"{count} of the chosen mails will be tried again. Mails of accounts are not: ask for a new link.",
            messages.SUCCESS if count else messages.WARNING,
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody writes mails here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        """Nobody changes them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        """They go by themselves."""
        return False
