"""Answers to requests that cannot be carried out, with everything that was typed given back."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

from forum.drafts import carrying
from forum.logs import request_id
from forum.operating import failing
from forum.pagecache.store import client_failures
from forum.refusals import Refusal
from forum.returning import back

if TYPE_CHECKING:
    from forum.users.models import User

# What people type or choose in forms, by field, in the order of the forms. Passwords are not among it.
WORDS = {
    "kind": "What it is",
    "title": "Title",
    "url": "Address",
    "name": "Name",
    "address": "Where it is shown",
    "contact": "E-mail address",
    "rule": "Rule",
    "body": "Text",
    "text": "Text",
    "reason": "Reason",
    "tags": "Tags",
    "login": "Name or e-mail address",
    "username": "Name",
    "email": "E-mail address",
}
MOMENT, MENDING = "5", "300"  # seconds until a page is asked for again, and where somebody has to mend the site first
SIGNED_OUT = "You are signed out, so this was not posted. Sign in to go on: your words come along as a draft."

NOTHING_DONE = "You are signed out, so nothing was changed. Sign in, then do it once more."


class NoSuchPage(Http404):
    """A page of a thread that is not there, or not any more; ``thread_url`` is where the thread begins."""

    def __init__(self, thread_url: str) -> None:
        super().__init__("no such page of the thread")
        self.thread_url = thread_url


def give_back(
    request: HttpRequest, why: str, *, status: int = 403, kept: str = "", words: Mapping[str, str] | None = None
) -> HttpResponse:
    """Says why a posted form was not carried out, and shows the words that were in it to be copied, or ``words``.

    With ``kept`` (forum.drafts.carrying) the page also signs in, and makes them a draft of whoever does.
    """
    shown = words_of(request) if words is None else _labelled(words)
    context = {"why": why, "words": shown, "kept": kept, "back_url": back(request, "/").url}
    return render(request, "given_back.html", context, status=status)


def words_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Gives what was typed into a form, each with its label; several values of one field in one line."""
    return _labelled({name: ", ".join(filter(None, request.POST.getlist(name))) for name in WORDS})


def _labelled(words: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(label, words[name]) for name, label in WORDS.items() if words.get(name)]


def take_along(request: HttpRequest, member: User, answer: HttpResponse) -> HttpResponse:
    """The answer to a sign-in: words that came along with it are a draft then, or given back where they cannot be."""
    packed = request.POST.get(carrying.FIELD, "")
    try:
        carrying.take(member, packed)
    except Refusal as refusal:
        _, words = carrying.unpack(packed) or (None, {})
        why = f"You are signed in, but your words could not be made a draft: copy them from here. {refusal.message}"
        return try_again_after(refusal, give_back(request, why, status=refusal.status, words=words))
    return answer


def sign_in_first(request: HttpRequest, kept: str = "") -> HttpResponse:
    """Sends a guest to sign in and then back here; a form posted after signing out is given back first."""
    if request.method == "POST":
        return give_back(request, SIGNED_OUT if kept else NOTHING_DONE, kept=kept)
    return redirect_to_login(request.get_full_path())


def try_again_after(refusal: Refusal, answer: HttpResponse) -> HttpResponse:
    """Says in the answer's head when a refused act can succeed, where it is only too early."""
    if refusal.wait:
        answer["Retry-After"] = str(refusal.wait)
    return answer


def refused(request: HttpRequest, refusal: Refusal, back_url: str) -> HttpResponse:
    """Says why a button beside something did nothing, with the way back to where it stood."""
    context = {"why": refusal.message, "back_url": back_url}
    return try_again_after(refusal, render(request, "voices/refused.html", context, status=refusal.status))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Says that there is no such page, and where its thread begins if it would be one of a thread."""
    thread_url = exception.thread_url if isinstance(exception, NoSuchPage) else ""
    return render(request, "404.html", {"thread_url": thread_url}, status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not made for this browser, or is older than its sign-in; what a sign-in carries goes on."""
    again = "post the words" if words_of(request) else "do it"
    return give_back(
        request,
        "This form was opened before you signed in or out, or in another browser, so it was not accepted."
        f" Open the page again and {again} once more.",
        kept=request.POST.get(carrying.FIELD, ""),
    )


def _away(error: BaseException | None) -> str:
    """What does not answer, for the page that says so; nothing where the fault is the site's own."""
    if failing.is_damage(error):
        return "The site is out of order for now: its database has to be mended by those who run it."
    if failing.is_read_only(error):
        return "The site can take nothing new just now."
    if isinstance(error, OperationalError | InterfaceError):
        full = failing.is_full(error) or "full" in str(error) or "No space left" in str(error)
        return "There is no room left to write in." if full else "The database of the site does not answer just now."
    if isinstance(error, client_failures()):
        # What is limited for accounts is counted in the cache. Uncounted, everybody could guess passwords meanwhile.
        return "The part of the site that counts sign-ins does not answer just now."
    return ""


def server_error(request: HttpRequest) -> HttpResponse:
    """Says that the page failed; or, where database or cache cannot be used just now, to try again, with the words.

    Neither page looks anybody up: what failed once may fail again.
    """
    error = sys.exc_info()[1]
    why, damaged = _away(error), failing.is_damage(error)
    if damaged:
        failing.note_damage()
    away = bool(why)
    context = {"request_id": request_id.get(), "why": why, "words": words_of(request) if away else []}
    page = loader.get_template("503.html" if away else "500.html").render(context)
    response = HttpResponse(page, status=503 if away else 500)
    response["Cache-Control"] = "no-store"
    if away:
        response["Retry-After"] = MENDING if damaged else MOMENT
    return response
