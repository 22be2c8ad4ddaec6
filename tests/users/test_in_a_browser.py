"""A new member signs up, confirms and signs in with JavaScript off, on a phone as on a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail

from forum.users.models import User
from tests.browser import OpenPage
from tests.conftest import PASSWORD
from tests.users.conftest import FORM


def test_a_new_member_signs_up_and_confirms_without_scripts(open_page: OpenPage) -> None:
    page = open_page("/accounts/login/?next=/members/Carol/", scripts=False)
    page.click("text=Sign up")
    page.fill("[name=username]", "Carol")
    page.fill("[name=email]", FORM["email"])
    page.fill("[name=password1]", "short")
    page.click("main button")
    assert "at least 10 characters" in page.inner_text(".problems")
    assert page.input_value("[name=username]") == "Carol"
    page.fill("[name=password1]", PASSWORD)
    page.click("main button")
    assert page.inner_text("h1") == "Check your mail"
    link = next(word for word in str(mail.outbox[0].body).split() if "/confirm-email/" in word)
    page.goto(link)
    page.click("text=Yes, confirm it")
    assert page.inner_text("h1").strip() == "Carol"
    page.click("header >> text=Sign out")
    assert page.locator("header >> text=Sign in").count() == 1


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/confirm-email/"]
)
def test_the_pages_of_an_account_fit_and_break_no_rule(open_page: OpenPage, path: str, width: int) -> None:
    page = open_page(path, width=width, scheme="dark" if width == 320 else "light")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).violations_count == 0


@pytest.mark.parametrize("name", ["ann", "W" * 30])
@pytest.mark.parametrize("path", ["/members/{}/", "/accounts/email/", "/accounts/password/change/"])
def test_the_pages_of_a_member_fit_and_break_no_rule(
    open_page: OpenPage, path: str, name: str, transactional_db: None
) -> None:
    member = User.objects.create_user(name, "ann@example.org", PASSWORD)
    page = open_page(path.format(name), width=320, user=member)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert Axe().run(page).violations_count == 0
