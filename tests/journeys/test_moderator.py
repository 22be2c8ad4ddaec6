"""A moderator without scripts: approves, hides, restores, suspends, takes a name off; readers see it at once."""

import re
import secrets

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, expect

from comments.actions import add_comment
from comments.models import Comment
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.browser import OpenPage


@pytest.fixture
def held(source_thread: Post, eve: User) -> Comment:
    """The first words of a new account."""
    return add_comment(post=source_thread, author=eve, body="What a find.", token=secrets.token_hex(16))


def decide(page: Page, comment: Comment, label: str) -> None:
    """Follows "Moderate" from the comment, chooses a decision, gives a rule and a reason."""
    page.goto(comment.get_absolute_url())
    page.locator(f"#c{comment.pk}").get_by_role("link", name="Moderate").first.click()
    page.get_by_role("link", name=label, exact=True).click()
    page.get_by_label("Rule").select_option(index=1)
    page.get_by_label("Reason").fill("Said in so many words.")
    page.get_by_role("button", name=label, exact=True).click()


def test_a_moderator_approves_hides_and_restores(
    open_page: OpenPage, source_thread: Post, held: Comment, mod: User, width: int
) -> None:
    desk = open_page("/admin/", scripts=False, width=width, user=mod)
    reader = open_page(source_thread.get_absolute_url(), scripts=False, width=width)
    expect(reader.get_by_text("What a find.")).to_have_count(0)

    desk.get_by_role("link", name=re.compile("comments? held")).click()
    desk.locator("input.action-select").first.check()
    desk.locator("select[name=action]").select_option(label="Approve")
    desk.get_by_role("button", name="Go").click()
    desk.get_by_role("button", name="Approve").click()
    reader.reload()
    expect(reader.locator(f"#c{held.pk} .body")).to_have_text("What a find.")

    decide(desk, held, "Hide")
    reader.reload()
    expect(reader.get_by_text("What a find.")).to_have_count(0)
    expect(reader.locator(f"#c{held.pk}")).to_contain_text("hidden by a moderator")

    decide(desk, held, "Restore")
    reader.reload()
    expect(reader.locator(f"#c{held.pk} .body")).to_have_text("What a find.")


def test_a_suspended_member_keeps_the_text_that_is_refused(
    open_page: OpenPage, source_thread: Post, eve: User, mod: User, width: int
) -> None:
    writer = open_page(f"/posts/{source_thread.pk}/comment/", scripts=False, width=width, user=eve)
    writer.get_by_label("Your comment").fill("Begun before, posted after.")
    desk = open_page(f"/admin/users/user/{eve.pk}/change/", scripts=False, width=width, user=mod)
    desk.get_by_role("link", name="Suspend", exact=True).click()
    desk.get_by_label("7 days").check()
    desk.get_by_label("Rule").select_option(index=1)
    desk.get_by_label("Reason").fill("Seven days to think.")
    desk.get_by_role("button", name="Suspend").click()

    writer.get_by_role("button", name="Post", exact=True).click()
    expect(writer.locator("main")).to_contain_text("Your account is suspended until")
    expect(writer.get_by_label("Your comment")).to_have_value("Begun before, posted after.")
    assert not Comment.objects.filter(author=eve).exists()


def test_a_name_taken_off_is_gone_everywhere_and_stays_gone(
    open_page: OpenPage, source_thread: Post, mod: User, width: int
) -> None:
    quoted = source_thread.comments.get(person__name="Tim Burton")
    quoting = Comment.objects.get(parent=quoted, archived=True)
    guest = open_page(quoted.person.get_absolute_url(), scripts=False, width=width)
    guest.get_by_role("link", name=re.compile("taken off|take .* off", re.IGNORECASE)).first.click()
    expect(guest.get_by_role("textbox", name="The name, as it is shown")).to_have_value("Tim Burton")
    guest.get_by_role("textbox", name="Why").fill("I was young.")
    guest.locator("main form button").click()

    desk = open_page("/admin/", scripts=False, width=width, user=mod)
    desk.get_by_role("link", name=re.compile("names? to take off")).click()
    desk.locator("#result_list a").first.click()
    desk.get_by_label("Tim Burton").first.check()
    desk.get_by_label("Reason").fill("Asked for by the person.")
    desk.get_by_role("button", name="Take the name off").click()

    call_command("load_fixture", verbosity=0)
    for path in [
        source_thread.get_absolute_url(),
        f"{source_thread.get_absolute_url()}?view=flat",
        quoted.get_absolute_url(),
        quoting.get_absolute_url(),
        quoted.person.get_absolute_url(),
        "/feed/",
        f"/posts/{source_thread.pk}/feed/",
    ]:
        answer = Client().get(path)
        assert answer.status_code == 200, path
        assert "Tim Burton" not in answer.content.decode(), path
    guest.goto(quoting.get_absolute_url())
    expect(guest.locator("blockquote").first).to_contain_text("[name removed] wrote")
    assert not Comment.objects.filter(body__contains="Tim Burton").exists()
    assert source_thread.comments.filter(state=State.PUBLISHED).count() == 41
