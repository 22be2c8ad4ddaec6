"""The queue of suggested replies at the desk: judged in the list, one click each, or many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter, display
from django.core.exceptions import BadRequest
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comments.models import Comment
from forum.archive.models import Suggestion
from forum.archive.suggested import actions
from forum.archive.suggesting import words_of
from forum.moderation.desk import showing
from forum.moderation.desk.filters import OutcomeFilter, SourceFilter
from forum.moderation.desk.records import RecordAdmin, moderator
from forum.refusals import Refusal
from forum.users.roles import may_moderate

_THREADS = 40  # named in the filter, those with most to decide first
_BEFORE, _AFTER = 160, 400  # characters shown before the telling passage, and from there on
_ACTS: dict[str, tuple[Callable[..., bool], str]] = {
    "accept": (actions.accept, "placed under what they answer"),
    "dismiss": (actions.dismiss, "dismissed"),
    "again": (actions.offer_again, "offered again"),
}


class _Outcome(OutcomeFilter):
    """What waits, unless something else is asked for."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What was decided."""
        return [(one.value, str(one.label)) for one in Suggestion.Outcome if one != Suggestion.Outcome.WAITING]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of one outcome; those that can be decided without one."""
        if self.value() in dict(self.lookup_choices):
            return queryset.filter(outcome=self.value())
        return queryset & actions.offered()


class _Thread(SimpleListFilter):
    """The thread it is in."""

    title = "thread"
    parameter_name = "thread"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Threads in which something waits, with how much."""
        rows = actions.offered().values_list("comment__post", "comment__post__title").order_by()
        found = rows.annotate(count=Count("pk")).order_by("-count", "comment__post")[:_THREADS]
        return [(str(pk), f"{title} ({count})") for pk, title, count in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those in one thread."""
        known = self.value() in dict(self.lookup_choices)
        return queryset.filter(comment__post=self.value()) if known else queryset


class _Source(SourceFilter):
    """The site the thread came from."""

    path = "comment__post__source"


class SuggestionAdmin(RecordAdmin):
    """Replies that the pages make likely, in the order of their threads, the likelier of two first."""

    list_display = ("said", "answers", "why_shown", "thread", "decide")
    list_display_links = None
    list_filter = (_Outcome, _Thread, _Source)
    search_fields = ("comment__body", "comment__person__name", "comment__post__title")
    search_help_text = "Words of the reply, the name of its author, or the title of the thread."
    actions = ("accept_chosen", "dismiss_chosen")
    ordering = ("comment__post", "comment__created_at", "comment__position", "id")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Moderators."""
        return may_moderate(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Moderators."""
        return may_moderate(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Suggestion]:
        """With both comments and the thread. One query."""
        both = ("comment__person", "comment__post", "parent__person", "parent__author", "decided_by")
        unread = ("comment__post__body", "comment__post__html", "comment__post__pulse")
        return Suggestion.objects.select_related(*both).defer(*unread)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; a button in a row decides about that row and comes back to the next one."""
        if request.method == "POST":
            for act in _ACTS:
                if act in request.POST and self.has_view_permission(request):
                    return self._decide_row(request, act, request.POST[act])
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A suggestion is judged in the list; its own page is that of the comment."""
        return redirect(showing.page_of(self.found(request, object_id).comment))

    @admin.action(description="Accept: the comment answers the other")
    def accept_chosen(self, request: HttpRequest, queryset: QuerySet[Suggestion]) -> None:
        """Accepts the chosen ones."""
        self._act(request, "accept", queryset)

    @admin.action(description="Dismiss: it does not")
    def dismiss_chosen(self, request: HttpRequest, queryset: QuerySet[Suggestion]) -> None:
        """Dismisses the chosen ones."""
        self._act(request, "dismiss", queryset)

    @display(description="this comment")
    def said(self, row: Suggestion) -> SafeString:
        """The words, with the passage that tells."""
        return format_html('<div class="said" id="s{}" tabindex="-1">{}</div>', row.pk, _with_passage(row))

    @display(description="may answer")
    def answers(self, row: Suggestion) -> SafeString:
        """The words of the proposed parent."""
        return format_html('<div class="said">{}{}</div>', _head(row.parent), showing.words(row.parent))

    @display(description="because")
    def why_shown(self, row: Suggestion) -> str:
        """What makes it likely."""
        return str(Suggestion.Why(row.why).label)

    @display(description="thread")
    def thread(self, row: Suggestion) -> SafeString:
        """The title, and the way to the spot."""
        return format_html("{}<br>{}", row.comment.post.title, showing.spot(row.comment))

    @display(description="decide")
    def decide(self, row: Suggestion) -> SafeString:
        """The buttons, or what was decided."""
        if row.outcome == Suggestion.Outcome.WAITING:
            return _button("accept", row, "Accept") + _button("dismiss", row, "Dismiss")
        by = row.decided_by.username if row.decided_by else "a moderator who has left"
        told = format_html("{} by {}", row.get_outcome_display(), by)
        again = _button("again", row, "Offer again") if row.outcome == Suggestion.Outcome.DISMISSED else ""
        return format_html("{}{}", told, again)

    def _decide_row(self, request: HttpRequest, act: str, asked: str) -> HttpResponse:
        if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
            raise BadRequest("a choice that names no row")
        on_page = [row.pk for row in self.get_changelist_instance(request).result_list]
        self._act(request, act, self.get_queryset(request).filter(pk=int(asked)))
        after = on_page[on_page.index(int(asked)) + 1 :] if int(asked) in on_page else []
        return redirect(request.get_full_path() + (f"#s{after[0]}" if after else ""))

    def _act(self, request: HttpRequest, act: str, rows: Iterable[Suggestion]) -> None:
        by, (decide, done) = moderator(request), _ACTS[act]
        changed, before, refused = 0, 0, set()
        for row in rows:
            try:
                if decide(suggestion=row, by=by):
                    changed += 1
                else:
                    before += 1
            except Refusal as refusal:
                refused.add(refusal.message)
        if changed and act == "accept":
            url = reverse("admin:moderation_action_changelist")
            messages.success(
                request, format_html('{} {}. <a href="{}">See and undo in the record.</a>', changed, done, url)
            )
        elif changed:
            messages.success(request, f"{changed} {done}.")
        if before:
            messages.info(request, f"{before} decided already by another moderator, and left so.")
        for sentence in sorted(refused):
            messages.error(request, sentence)


def _button(act: str, row: Suggestion, words: str) -> SafeString:
    """A button with the name of whom it is about, for those who hear it alone."""
    return format_html(
        '<button class="button" name="{}" value="{}" aria-label="{}: {} answers {}">{}</button> ',
        act,
        row.pk,
        words,
        row.comment.byline.name,
        row.parent.byline.name,
        words,
    )


def _head(comment: Comment) -> SafeString:
    return format_html("<strong>{}</strong> <small>{}</small><br>", comment.byline.name, comment.printed_date)


def _with_passage(row: Suggestion) -> SafeString:
    """The words around the telling passage, and the passage marked."""
    words = words_of(row.comment)
    start, end = min(row.start, len(words)), min(row.end, len(words))
    begin, last = max(0, start - _BEFORE), max(end, start + _AFTER)
    return format_html(
        "{}{}{}<mark>{}</mark>{}{}",
        _head(row.comment),
        "…" if begin else "",
        words[begin:start],
        words[start:end],
        words[end:last],
        "…" if last < len(words) else "",
    )
