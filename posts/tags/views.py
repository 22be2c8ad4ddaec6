"""The pages of tags, and the buttons by which a member makes one a favourite or hides it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from forum.errors import refused, sign_in_first
from forum.moderation.naming import in_any_case
from forum.pagecache.keeping import kept
from forum.refusals import Refusal
from forum.returning import back
from forum.users.roles import may_moderate
from forum.voices import actions
from forum.voices.models import Mark
from posts import lists
from posts.models import Tag
from posts.showing import shown_list
from posts.versions import of_tag

PAGE: Final = 100  # tags
LONGEST: Final = 40  # characters of the name of a tag
OTHER = {Mark.Kind.FOLLOWED: Mark.Kind.HIDDEN, Mark.Kind.HIDDEN: Mark.Kind.FOLLOWED}
DONE = {
    Mark.Kind.FOLLOWED: ("No longer a favourite.", "One of your favourites now."),
    Mark.Kind.HIDDEN: ("Shown on your front page again.", "Hidden from your front page."),
}


def tags(request: HttpRequest) -> HttpResponse:
    """A page of the tags that can be chosen, what they mean, and how many posts bear them, by name.

    ``?q=`` asks for those that hold these words in their names, and ``?after=`` is the name on which a page ended. One
    query, along the index of the names, and one for a member.
    """
    typed, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    found = Tag.objects.filter(active=True)
    if typed:
        found = found.filter(in_any_case(typed[: LONGEST + 1], "name"))  # what is longer is in no name
    if after:
        found = found.filter(name__gt=after)
    page = list(found[: PAGE + 1])
    said = {"q": typed} if typed else {}
    context = {
        "tags": page[:PAGE],
        "next_url": f"?{urlencode({**said, 'after': page[PAGE - 1].name})}" if len(page) > PAGE else "",
        "typed": typed,
        "after": after,
        "taste": lists.taste_of(request.user),
        "moderates": may_moderate(request.user),
    }
    return render(request, "posts/tags/all.html", context)


@kept(of_tag)
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """The threads that bear a tag; of one that was merged into another, the way there."""
    found = get_object_or_404(Tag.objects.select_related("merged_into"), slug=slug)
    if found.merged_into is not None:
        return redirect(found.merged_into, permanent=True)
    wanted = lists.asked(request.GET)
    taste = lists.taste_of(request.user)
    page = lists.page(request.user, wanted, tag=found)
    context = shown_list(page.rows, wanted, page.next_url)
    context |= {"tag": found, "favourite": found.pk in taste.favourite, "hidden": found.pk in taste.hidden}
    return render(request, "posts/tags/tag.html", context)


@require_POST
def tag_mark(request: HttpRequest, slug: str, kind: Mark.Kind) -> HttpResponse:
    """Makes a tag a favourite, hides it, or takes that back."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    found = get_object_or_404(Tag, slug=slug, merged_into=None)
    value = request.POST.get("value", "")
    if value not in ("0", "1"):
        raise BadRequest("a button that no page has")
    home, done = back(request, found.get_absolute_url()), DONE[kind][int(value)]
    if value == "1":
        try:
            actions.mark(member=request.user, kind=kind, target=found)
        except Refusal as refusal:
            return refused(request, refusal, home.url)
        kind = OTHER[kind]  # what is a favourite is not hidden
    actions.unmark(member=request.user, kind=kind, target=found)
    messages.info(request, done)
    return home
