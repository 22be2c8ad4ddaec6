"""What the patterns page shows of the days on which nothing is there or something is wrong: every list, every form."""

from __future__ import annotations

import re
from pathlib import Path

from django import forms
from django.conf import settings
from django.template import engines
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from comments.forms import CommentForm, EditForm
from forum.moderation.forms import NameRemovalForm, ReportForm
from forum.notices.forms import ChoiceForm
from forum.reading.forms import OrderForm, ReadingForm
from forum.users import forms as accounts
from forum.users.models import User
from forum.voices.listing import EMPTY
from posts.forms import PostForm
from posts.models import Post, Tag

_EMPTY = re.compile(r'<p class="empty">(?P<words>.*?)</p>|nothing_yet="(?P<said>[^"]+)"', re.DOTALL)
_FROM_VIEWS = re.compile(r"\{\{ (?:empty|nothing_yet) \}\}")


def empties() -> list[tuple[str, SafeString]]:
    """The sentence of each list that has nothing in it, under the name of its template, read from the templates."""
    found = [(f"voices/list.html, {kind}", SafeString(words)) for kind, words in EMPTY.items()]
    folder = Path(settings.BASE_DIR) / "templates"
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("admin/") and name != "pages/patterns.html":
            found += [(name, words) for words in _sentences(path.read_text())]
    return found


def _sentences(template: str) -> list[SafeString]:
    drawn = []
    for match in _EMPTY.finditer(template):
        words = match["words"] or match["said"]
        if not _FROM_VIEWS.search(words):
            made = engines["django"].from_string("{% load words %}" + words)
            drawn.append(SafeString(made.render({"post": Post(pk=1), "tag": Tag(name="Gardens"), "open": True})))
    return drawn


def refused() -> list[tuple[str, forms.BaseForm]]:
    """Each form of the site with the errors that it gives to nothing, or to what cannot be."""
    nobody, wrong = (
        User(pk=1, username="Ann"),
        {"email": "ann", "password": "short", "password1": "a", "password2": "b"},
    )
    made: list[tuple[str, forms.BaseForm]] = [
        ("A comment", CommentForm(_posted(body=""))),
        ("A comment, edited", EditForm(_posted())),
        ("A post", PostForm(_posted(kind="link", title="", url="nowhere"))),
        ("A report", ReportForm(_posted())),
        ("A name to be taken off", NameRemovalForm(_posted(email="ann"))),
        ("Preferences", ReadingForm(_posted(**{"reading-time_zone": "Mars/Olympus"}), member=nobody)),
        ("The order of a thread", OrderForm(_posted(order="sideways"))),
        ("Mail", ChoiceForm(_posted(replies="hourly"))),
        ("Signing in", accounts.LoginForm(_posted())),
        ("Signing up", accounts.SignupForm(_posted(**wrong))),
        ("Another address", accounts.AddEmailForm(nobody, _posted(**wrong))),
        ("A password forgotten", accounts.ResetPasswordForm(_posted(**wrong))),
        ("A password changed", accounts.ChangePasswordForm(nobody, _posted(**wrong))),
        ("A new password", accounts.ResetPasswordKeyForm(_posted(**wrong), user=nobody)),
        ("Signing in once more", accounts.ReauthenticateForm(_posted(), user=nobody)),
    ]
    for number, (_, form) in enumerate(made):
        form.auto_id = f"refused-{number}-%s"  # many forms on one page: no id twice
        form.full_clean()
    return made


def _posted(**fields: str) -> MultiValueDict[str, str]:
    return MultiValueDict({name: [value] for name, value in {"token": "0" * 32, **fields}.items()})
