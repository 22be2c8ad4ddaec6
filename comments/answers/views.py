"""The button by which a comment becomes the answer to a question, or is it no longer."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from comments.answers.actions import set_answer
from comments.models import Comment
from forum.errors import refused, sign_in_first
from forum.refusals import Refusal
from forum.returning import back


@require_POST
def comment_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks a comment as the answer (``value`` 1) or takes the mark back (0)."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    found = get_object_or_404(Comment.objects.visible_to(request.user).select_related("post"), pk=pk)
    value = request.POST.get("value", "")
    if value not in ("0", "1"):
        raise BadRequest("a button that no page has")
    home = back(request, found.get_absolute_url(), anchor=f"c{found.pk}")
    if value == "0" and found.post.answer_id != found.pk:
        return home  # another one is the answer by now
    try:
        set_answer(post=found.post, comment=found if value == "1" else None, by=request.user)
    except Refusal as refusal:
        return refused(request, refusal, home.url)
    messages.info(request, "Marked as the answer." if value == "1" else "No longer marked as the answer.")
    return home
