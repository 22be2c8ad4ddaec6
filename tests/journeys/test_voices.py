"""A member votes, undoes it, saves and mutes: with scripts in place, without them by the way back to the comment."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from comments.models import Comment
from forum.users.models import User
from forum.voices.models import Mark, Vote
from tests.browser import OpenPage
from tests.making import make_post, say


@pytest.fixture
def tree(ann: User, ben: User, settings: Settings) -> list[Comment]:
    """A thread long enough to scroll, in whose middle Ben has spoken and Ann has answered him."""
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000)
    post = make_post(ann)
    for number in range(8):
        say(post, ann, f"Words before, {number}.\n\n" * 4)
    first = say(post, ben, "Which way?")
    said = [first, say(post, ann, "This way.", first), say(post, ben, "On the other hand.")]
    for number in range(8):
        say(post, ann, f"Words after, {number}.\n\n" * 4)
    return said


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("width", [390, 1280])
def test_with_scripts_all_happens_in_place_and_the_focus_stays(open_page: OpenPage, tree, eve, settings, width) -> None:
    first, answer, _ = tree
    page = open_page(first.post.get_absolute_url(), width=width, user=eve)
    row, told = page.locator(f"#a{first.pk}"), page.locator("#polite")
    up = row.get_by_role("button", name="Vote up")
    up.focus()
    top = up.bounding_box()["y"]
    page.keyboard.press("Enter")
    expect(told).to_have_text("Voted up.")
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(up).to_have_accessible_name("Vote up, 1 now")
    assert focused(page) == "▲ 1"
    assert abs(up.bounding_box()["y"] - top) < 2
    page.keyboard.press("Enter")
    expect(told).to_have_text("Your vote is taken back.")
    assert (focused(page), Vote.objects.count()) == ("▲ 0", 0)

    row.get_by_role("button", name="Save", exact=True).press("Space")
    expect(row.get_by_role("button", name="Unsave")).to_be_focused()

    row.locator("summary").press("Enter")
    assert fits(page)
    row.get_by_role("button", name="Vote down").click()
    expect(row.get_by_role("button", name="Vote down")).to_be_focused()
    expect(up).to_have_accessible_name("Vote up, −1 now")  # noqa: RUF001
    page.keyboard.press("Escape")
    expect(row.locator("summary")).to_be_focused()
    expect(row.get_by_role("button", name="Vote down")).to_be_hidden()

    settings.LIMITS = {**settings.LIMITS, "votes_per_hour": 1}
    up.press("Enter")
    expect(page.locator("#refused")).to_contain_text("The limit is 1 votes an hour. Try again in")
    assert focused(page) == "▲ −1"  # noqa: RUF001

    row.locator("summary").press("Enter")
    row.get_by_role("button", name="Mute ben").press("Enter")
    line = page.locator(f"#c{first.pk} .muted > summary")
    expect(line).to_be_focused()
    expect(line).to_contain_text("A comment by ben, whom you have muted.")
    expect(page.locator(f"#c{answer.pk}")).to_contain_text("This way.")
    expect(page.get_by_text("Which way?")).to_be_hidden()
    line.press("Enter")
    expect(page.get_by_text("Which way?")).to_be_visible()
    assert fits(page)
    assert set(Mark.objects.values_list("kind", flat=True)) == {"saved", "muted"}

    page.context.set_offline(True)
    row.get_by_role("button", name="Unsave").press("Enter")
    expect(page.locator("#refused")).to_contain_text("cannot be reached")


@pytest.mark.parametrize("width", [390, 1280])
def test_without_scripts_each_button_leads_back_to_its_comment(open_page: OpenPage, tree, eve, width) -> None:
    first = tree[0]
    page = open_page(first.post.get_absolute_url(), scripts=False, width=width, user=eve)
    row, here = page.locator(f"#a{first.pk}"), f"#c{first.pk}"
    for name, score in (("Vote up, 0 now", 1), ("Vote up, 1 now", 0)):
        row.get_by_role("button", name=name).click()
        assert page.url.endswith(here)
        first.refresh_from_db()
        assert first.score == score
    row.get_by_role("button", name="Save", exact=True).click()
    row.locator("summary").click()
    row.get_by_role("button", name="Mute ben").click()
    assert page.url.endswith(here)
    expect(page.get_by_text("Which way?")).to_be_hidden()
    expect(page.get_by_text("This way.")).to_be_visible()
    page.locator(f"{here} .muted > summary").click()
    expect(page.get_by_text("Which way?")).to_be_visible()

    page.goto("/members/eve/")
    page.get_by_role("link", name="Saved").click()
    expect(page.locator(".items")).to_contain_text("Which way?")
    assert fits(page)
    page.get_by_role("button", name="Unsave").click()
    expect(page.locator(".empty")).to_contain_text("that you save stand here")
    page.get_by_role("link", name="Muted").click()
    page.get_by_role("button", name="Unmute").click()
    expect(page.locator(".empty")).to_be_visible()
    assert not Mark.objects.exists()
