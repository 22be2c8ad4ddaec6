"""Scripts are few, small and for members alone."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from forum.users.models import User

ROOT = Path(settings.BASE_DIR)
LISTED = re.findall(r"{% static '([^']+\.js)' %}", (ROOT / "templates/_scripts.html").read_text())


def test_a_guest_is_sent_no_script(client: Client, db: None) -> None:
    for address in ("/", "/accounts/login/", "/about/"):
        assert "<script" not in client.get(address).content.decode()


def test_a_member_is_sent_each_script_once(sign_in: Callable[[User], Client], ann: User) -> None:
    page = sign_in(ann).get("/").content.decode()
    assert len(LISTED) == len(set(LISTED))
    assert page.count("<script") == len(LISTED)


def test_every_script_is_listed() -> None:
    assert {f"js/{path.name}" for path in (ROOT / "static/js").glob("*.js")} == set(LISTED) - {
        "django_htmx/htmx-2.min.js"
    }


def test_a_members_scripts_stay_below_30_kb() -> None:
    files = [finders.find(name) for name in LISTED]
    assert all(files), LISTED
    assert sum(len(gzip.compress(Path(str(file)).read_bytes(), 9, mtime=0)) for file in files) <= 30_000


def test_no_script_makes_markup_of_words() -> None:
    """Fragments come from the server, which sanitised them, and htmx puts them in."""
    found = [
        f"{path.name}: {word}"
        for path in (ROOT / "static/js").glob("*.js")
        for word in ("eval(", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write")
        if word in path.read_text()
    ]
    assert not found
