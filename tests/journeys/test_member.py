"""A new member without scripts: signs up, confirms by mail, comments, answers 2007, previews, edits, deletes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from comments.models import Comment
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.browser import OpenPage

PASSPHRASE = "several words to sign in with"


@pytest.fixture
def mails(settings: Settings, tmp_path: Path) -> Path:
    """The folder where mail goes, as on a new site."""
    settings.EMAIL_BACKEND = "forum.users.mail.FileAndTerminalBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def links_in(folder: Path) -> list[str]:
    """The links in all mails, the oldest first."""
    texts = [file.read_text().replace("=\n", "") for file in sorted(folder.iterdir())]
    return re.findall(r"https?://\S+/accounts/\S+", "\n".join(texts))


def fill_in(page: Page, name: str) -> None:
    """Fills in the form to sign up."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").first.fill(f"{name}@example.org")
    page.get_by_label("Password").first.fill(PASSPHRASE)
    page.get_by_role("button", name="Sign up").click()
    expect(page.locator("h1")).to_have_text("Check your mail")


def sign_up(page: Page, mails: Path, name: str) -> None:
    """Signs up by the form, confirms by the mail, and signs in where that is asked for."""
    page.goto("/accounts/signup/")
    fill_in(page, name)
    assert "/accounts/confirm-email/" not in page.content()
    page.goto(links_in(mails)[-1])
    page.get_by_role("button", name="Yes, confirm it").click()
    if page.get_by_label("Password").count():
        page.locator("input[name=login]").fill(name)
        page.get_by_label("Password").fill(PASSPHRASE)
        page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_new_member_takes_part(open_page: OpenPage, source_thread: Post, mails: Path, width: int) -> None:
    page = open_page("/", scripts=False, width=width)
    name = f"newcomer{width}"  # one address gets one mail in a while, over all tests
    sign_up(page, mails, name)

    page.goto(source_thread.get_absolute_url())
    page.get_by_role("link", name="Comment", exact=True).click()
    page.get_by_label("Your comment").fill("The **first** words here.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview strong")).to_have_text("first")
    expect(page.get_by_label("Your comment")).to_have_value("The **first** words here.")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("main")).to_contain_text("waits for a moderator")
    comment = Comment.objects.get(author__username=name)
    assert comment.state == State.HELD
    expect(page.locator(f"#c{comment.pk} .body")).to_have_text("The first words here.")

    answered = source_thread.comments.get(person__name="laelaps")
    page.goto(source_thread.get_absolute_url())
    page.locator(f"#c{answered.pk}").get_by_role("link", name="Quote").click()
    box = page.get_by_label("Your comment")
    quoted = box.input_value()
    assert quoted.startswith(f"> #c{answered.pk}\n> Most astonishing to me")
    box.fill(quoted + "And they were.")
    page.get_by_role("button", name="Post", exact=True).click()
    reply = Comment.objects.get(author__username=name, parent=answered)
    expect(page.locator(f"#c{reply.pk} blockquote a")).to_have_text(re.compile("laelaps wrote"))

    page.locator(f"#c{reply.pk}").get_by_role("link", name="Edit").click()
    page.get_by_role("textbox", name="Your comment").fill(quoted + "And they were, in the end.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#c{reply.pk} .body")).to_contain_text("in the end")
    expect(page.locator(f"#c{reply.pk}")).not_to_contain_text("edited")  # nobody has read what stood before

    page.locator(f"#c{reply.pk}").get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("main")).to_contain_text("Your comment is deleted.")
    expect(page.locator(f"#c{reply.pk}")).to_have_count(0)


def test_words_written_signed_out_wait_for_a_new_member(
    open_page: OpenPage, source_thread: Post, ben: User, mails: Path, width: int
) -> None:
    page = open_page(f"/posts/{source_thread.pk}/comment/", scripts=False, width=width, user=ben)
    page.get_by_label("Your comment").fill("Words of somebody new.")
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="Post", exact=True).click()
    page.get_by_role("button", name="Sign up instead").click()
    expect(page.locator("main")).not_to_contain_text("You are not signed up yet.")
    name = f"latecomer{width}"
    fill_in(page, name)
    page.goto(links_in(mails)[-1])
    page.get_by_role("button", name="Yes, confirm it").click()
    expect(page.get_by_label("Your comment")).to_have_value("Words of somebody new.")
    page.get_by_role("button", name="Post", exact=True).click()
    assert Comment.objects.get(author__username=name).body == "Words of somebody new."


def test_an_empty_and_a_long_comment_are_explained_and_kept(
    open_page: OpenPage, source_thread: Post, ben: User, width: int
) -> None:
    page = open_page(f"/posts/{source_thread.pk}/comment/", scripts=False, width=width, user=ben)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("main")).to_contain_text("Write something before you post.")
    page.get_by_label("Your comment").fill("x" * 10_001)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("main")).to_contain_text(
        "This comment is 1 character over the limit of 10,000. Shorten it and post again."
    )
    expect(page.get_by_label("Your comment")).to_have_value("x" * 10_001)
    assert not Comment.objects.filter(author=ben).exists()


def test_one_form_posted_twice_is_one_comment(open_page: OpenPage, source_thread: Post, ben: User, width: int) -> None:
    page = open_page(f"/posts/{source_thread.pk}/comment/", scripts=False, width=width, user=ben)
    page.get_by_label("Your comment").fill("Once.")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("li.comment .body", has_text="Once.")).to_have_count(1)  # the page is there before it is left
    page.go_back()
    expect(page.get_by_label("Your comment")).to_be_visible()
    page.get_by_label("Your comment").fill("Once.")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("li.comment .body", has_text="Once.")).to_have_count(1)
    assert Comment.objects.filter(author=ben).count() == 1
