"""The page on which people look for words."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from comments.models import Comment
from forum.bylines import Byline
from forum.errors import try_again_after
from forum.moderation import limits
from forum.refusals import TooMany
from forum.search.finding import WINDOW, Found, Thing, find
from forum.search.forms import PlaceForm, SearchForm
from forum.search.marking import marked, snippet
from forum.search.query import Condition, Query, parse
from forum.search.shown import text_of
from posts.models import Post

logger = logging.getLogger(__name__)

WHOLE = 2_000  # characters of old words that stand whole in the list; what is longer is read in its place


@dataclass(frozen=True)
class Hit:
    """A hit as the page shows it: ``words`` are a snippet, ``whole`` the old words that no machine may cut."""

    thing: Thing
    post: Post
    is_post: bool
    title: SafeString
    words: SafeString | str
    whole: SafeString | str
    answers: Byline | None


def search(request: HttpRequest) -> HttpResponse:
    """Looks for words. Guests and members find the same: what everyone reads."""
    form = SearchForm(request.GET)
    asked, place = form.cleaned(), PlaceForm(request.GET).cleaned()
    query = parse(asked["q"])
    typed = not query.is_empty
    thread = Post.objects.placed_for(request.user).filter(pk=place["thread"]).first() if place["thread"] else None
    _narrow(query, asked, thread)
    context: dict[str, Any] = {"form": form, "query": query, "typed": typed, "thread": thread, "window": WINDOW}
    if not typed:
        return render(request, "search/search.html", context)
    try:
        limits.spend("searches", limits.asker(request.user.pk, request.META.get("REMOTE_ADDR", "")))
    except TooMany as refusal:
        answer = render(request, "search/search.html", {**context, "refused": refusal.message}, status=refusal.status)
        return try_again_after(refusal, answer)
    except OperationalError:  # no room to count in, or another holds the file: that stops nobody who only reads
        logger.warning("searches are not counted", exc_info=True)
    found = find(query, order="time" if asked["order"] == "time" else "relevance", after=place["after"])
    hits = [_hit(thing, query) for thing in found.things]
    context |= {"found": found, "hits": hits, "next_url": _next(asked, thread, found), "more": place["after"]}
    return render(request, "search/search.html", context)


def _narrow(query: Query, asked: dict[str, Any], thread: Post | None) -> None:
    """Adds what the controls say to what was typed."""
    if asked["where"]:
        query.conditions.append(Condition("is", asked["where"]))
    if asked["era"]:
        query.conditions.append(Condition("era", asked["era"]))
    if thread is not None:
        query.conditions.append(Condition("in", str(thread.pk)))


def _hit(thing: Thing, query: Query) -> Hit:
    post = thing.post if isinstance(thing, Comment) else thing
    text = text_of(thing.html)
    parent = thing.parent if isinstance(thing, Comment) else None
    whole = thing.html if thing.archived and isinstance(thing, Comment) and len(text) <= WHOLE else ""
    return Hit(
        thing=thing,
        post=post,
        is_post=isinstance(thing, Post),
        title=marked(post.shown_title, query.phrases if isinstance(thing, Post) else []),
        words="" if thing.archived else snippet(text, query.phrases),
        whole=mark_safe(whole),  # noqa: S308  sanitised when it was written
        answers=parent.byline if parent is not None and parent.is_public else None,
    )


def _next(asked: dict[str, Any], thread: Post | None, found: Found) -> str:
    if found.next_key is None:
        return ""
    place = {"thread": thread.pk if thread else "", "after": found.next_key}
    return "?" + urlencode({name: value for name, value in {**asked, **place}.items() if value != ""})
