"""The pages hold in a real browser, with scripts and without, from a narrow phone to a wide screen."""

import pytest
from django.contrib.auth.models import Group

from forum.moderation.models import Rule
from forum.users.models import User
from tests.browser import OpenPage

PAGES = ["/", "/about/", "/accounts/login/", "/accounts/signup/", "/nothing-here/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_screen(open_page: OpenPage, path: str, width: int) -> None:
    page = open_page(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_stylesheet_arrives_with_scripts_off(open_page: OpenPage, scheme: str) -> None:
    page = open_page("/", scripts=False, scheme=scheme)
    answers = [
        page.request.get(link.get_attribute("href") or "") for link in page.locator("link[rel=stylesheet]").all()
    ]
    assert answers
    assert all(answer.ok for answer in answers)


def test_a_member_is_known(open_page: OpenPage, ann: User) -> None:
    assert open_page("/", user=ann).get_by_text("ann", exact=True).count() >= 1


def test_what_migrations_wrote_is_there_for_each_browser_test(open_page: OpenPage, root: User) -> None:
    """A live server's test empties all tables at its end; the next must find permissions and rules again."""
    assert open_page("/admin/", user=root).locator("h1").count() == 1
    assert Rule.objects.exists()
    assert Group.objects.filter(name="Moderators").exists()
