"""A member who comes back: walks what is new, folds what was read, and finds a fold kept in another browser."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from comments.models import Comment
from forum.reading.models import Visit
from forum.users.models import User
from posts.models import Post
from tests.browser import OpenPage
from tests.making import make_post, say

WAYS = [(390, False), (1280, False), (390, True), (1280, True)]


@pytest.fixture
def thread(ann: User, ben: User, settings) -> tuple[Post, list[Comment]]:
    """Ann's thread: two branches, and long enough to scroll."""
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000)
    post = make_post(ann)
    first = say(post, ann, "The first branch.")
    old = [first, say(post, ben, "An answer in it.", first), say(post, ann, "The second branch.")]
    old += [say(post, ann, f"Further on {number}.\n\n" + "Words. " * 60) for number in range(4)]
    return post, old


def leave(page: Page) -> None:
    """Goes elsewhere until the visit is over."""
    page.goto("/")
    Visit.objects.update(viewed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def fits(page: Page) -> None:
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]


@pytest.mark.parametrize(("width", "scripts"), WAYS)
def test_a_member_reads_leaves_comes_back_and_walks_what_is_new(
    open_page: OpenPage, thread, ann: User, ben: User, width: int, scripts: bool
) -> None:
    post, old = thread
    page = open_page(post.get_absolute_url(), user=ben, width=width, scripts=scripts)
    expect(page.locator(".marks b")).to_have_count(0)
    leave(page)
    new = [say(post, ann, "New in the first branch.", old[1]), say(post, ann, "New at the end.")]
    page.goto(post.get_absolute_url())
    fits(page)
    expect(page.locator(".marks b")).to_have_text(["new", "new"])
    expect(page.get_by_role("button", name="keys")).to_be_visible(visible=scripts)
    page.get_by_role("link", name="2 new").click()
    expect(page.locator(f"#c{new[0].pk}")).to_be_in_viewport()
    page.locator(f"#c{new[0].pk} .marks").get_by_role("link", name="next new").click()
    expect(page.locator(f"#c{new[1].pk}")).to_be_in_viewport()
    if scripts and width > 1000:
        by_keys(page, old, new)
    page.get_by_role("link", name="fold what I have read").click()
    expect(page.locator(f"#c{new[0].pk} .body")).to_be_visible()
    expect(page.locator(f"#c{old[0].pk} .body").first).to_be_visible()
    expect(page.locator(f"#c{old[3].pk} .body")).to_be_hidden()
    fits(page)
    page.get_by_role("button", name="mark all as read").click()
    expect(page.locator(".marks b")).to_have_count(0)


def by_keys(page: Page, old: list[Comment], new: list[Comment]) -> None:
    """The same walk by keys, which move the focus to the heading of each comment."""

    def press(key: str, at: Comment) -> None:
        page.keyboard.press(key)
        expect(page.locator(f"#c{at.pk} h3").first).to_be_focused()
        expect(page.locator(f"#c{at.pk}")).to_be_in_viewport()

    page.evaluate("scrollTo(0, 0)")
    page.keyboard.press("j")  # the focus is elsewhere, so nothing moves
    assert page.evaluate("scrollY") == 0
    page.locator(f"#c{old[0].pk} .body").first.click()  # which gives the thread the focus
    press("j", old[0])
    for key, at in [("j", old[1]), ("j", new[0]), ("k", old[1]), ("p", old[0]), ("n", new[0]), ("[", old[0])]:
        press(key, at)
    press("]", old[2])
    press("n", new[1])
    page.keyboard.press("n")
    expect(page.locator("#polite")).to_have_text("Nothing more is new.")
    page.keyboard.press("Control+k")
    expect(page.locator(f"#c{new[1].pk} h3")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(f"#c{new[1].pk} h3")).to_be_focused()


@pytest.mark.parametrize("scripts", [False, True])
def test_a_chosen_order_stands_above_the_address_it_was_chosen_on(
    open_page: OpenPage, thread, ben: User, scripts: bool
) -> None:
    post, old = thread
    page = open_page(f"{post.get_absolute_url()}?order=oldest", user=ben, scripts=scripts)
    page.get_by_role("button", name="newest").click()
    for _ in range(2):
        expect(page.locator(".thread > .comment").first).to_have_id(f"c{old[-1].pk}")
        page.reload()


@pytest.mark.parametrize(("width", "scripts"), WAYS)
def test_a_fold_is_kept_in_another_browser(open_page: OpenPage, thread, ben: User, width: int, scripts: bool) -> None:
    post, old = thread
    here = open_page(post.get_absolute_url(), user=ben, width=width, scripts=scripts)
    branch = f"#c{old[0].pk} > details.branch"
    if scripts:
        with here.expect_response("**/fold/"):
            here.locator(f"{branch} > summary").click()
    else:
        here.locator(f"{branch} > article .more-acts > summary").click()
        here.locator(f"{branch} > article").get_by_role("button", name="Fold for me").click()
    expect(here.locator(f"#c{old[1].pk} .body")).to_be_hidden()
    there = open_page(post.get_absolute_url(), user=ben, width=width, scripts=scripts)
    expect(there.locator(f"{branch} > summary")).to_have_text("ann and 1 reply")
    expect(there.locator(f"#c{old[1].pk} .body")).to_be_hidden()
    fits(there)
    there.locator(f"{branch} > summary").click()
    if scripts:
        there.locator(f"{branch} > article .more-acts > summary").click()
        expect(there.locator(f"{branch} > article").get_by_role("button", name="Fold for me")).to_be_visible()
    else:
        there.locator(f"{branch} > article .more-acts > summary").click()
        there.locator(f"{branch} > article").get_by_role("button", name="Unfold").click()
    there.goto(post.get_absolute_url())
    expect(there.locator(f"#c{old[1].pk} .body")).to_be_visible()


def test_a_guest_asks_for_it_on_a_phone_and_has_it_forgotten(open_page: OpenPage, thread, ann: User) -> None:
    post, old = thread
    page = open_page(post.get_absolute_url(), scripts=False, width=390)
    page.get_by_role("link", name="fold what I have read").click()
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] == "reading"]
    page.get_by_role("button", name="Keep what I have read").click()
    expect(page.locator("details.branch:not([open])")).to_have_count(6)
    [kept] = [cookie for cookie in page.context.cookies() if cookie["name"] == "reading"]
    assert (kept["httpOnly"], kept["sameSite"]) == (True, "Lax")
    new = say(post, ann, "New.", old[1])
    page.reload()
    expect(page.locator(f"#c{new.pk} .body")).to_be_visible()
    fits(page)
    page.goto("/reading/")
    page.get_by_role("button", name="Forget what I have read").click()
    expect(page.get_by_role("button", name="Keep what I have read")).to_be_visible()
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] == "reading"]
