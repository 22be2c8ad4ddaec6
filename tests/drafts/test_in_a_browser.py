"""Writing in a browser: in place with scripts, on pages of its own without, and no words lost on the way."""

import re

import pytest
from playwright.sync_api import Page, expect

from comments.models import Comment
from forum.drafts.models import Draft
from forum.states import State
from posts.models import Post
from tests.browser import OpenPage
from tests.conftest import member
from tests.making import say


@pytest.fixture
def said(ann, post) -> Comment:
    """A comment in a thread of three, one of which answers another."""
    first = say(post, ann, "Here is something to answer.")
    say(post, ann, "A reply that was here before.", parent=first)
    say(post, ann, "Another comment.")
    return first


def box(page: Page):
    return page.get_by_role("textbox", name="Your comment")


def post_button(page: Page):
    return page.get_by_role("button", name="Post", exact=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_reply_is_written_in_place(open_page: OpenPage, ben, post: Post, said: Comment, width: int) -> None:
    for name in ("annabel", "annette"):
        member(name)
    page = open_page(post.get_absolute_url(), width=width, user=ben)
    spot = page.locator(f"#c{said.pk}")
    link = spot.get_by_role("link", name=re.compile("^Reply")).first
    before = page.evaluate("scrollY")
    link.click()
    expect(box(page)).to_be_focused()
    assert page.url.endswith(post.get_absolute_url())
    assert abs(page.evaluate("scrollY") - before) < 900
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    # Escape closes, keeps what was typed, and gives the focus back; the words are there again.
    box(page).press_sequentially("A reply ")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_count(0)
    expect(link).to_be_focused()
    assert Draft.objects.get(member=ben).words["body"] == "A reply "
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("A reply ")
    expect(page.locator(".write")).to_contain_text("Your draft of")

    # Problems and the preview come back in place, with the focus on them.
    box(page).fill("")
    post_button(page).click()
    expect(page.locator(".write .problems")).to_be_focused()
    box(page).fill("A reply **in place**.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".write .preview")).to_be_focused()
    expect(page.locator(".write .preview strong")).to_have_text("in place")
    assert page.url.endswith(post.get_absolute_url())

    # The network is lost: the words stay, and posting again makes one comment.
    page.context.set_offline(True)
    post_button(page).click()
    expect(page.locator(".write [role=alert]")).to_contain_text("Not posted: the network did not answer.")
    expect(box(page)).to_have_value("A reply **in place**.")
    page.context.set_offline(False)
    post_button(page).click()
    made = page.locator(f"#c{said.pk} > details > .replies > li").last
    expect(made.locator(".body")).to_have_text("A reply in place.")
    expect(made.locator("article")).to_be_focused()
    expect(page.locator("#polite")).to_have_text("Your comment is posted.")
    expect(page.locator(".write")).to_have_count(0)
    expect(page.locator("#comments")).to_have_text("4 comments")
    assert Comment.objects.filter(author=ben).count() == 1
    assert not Draft.objects.exists()

    # Edited in place, with a name that is completed.
    made.get_by_role("link", name="Edit").click()
    box(page).fill("")
    box(page).press_sequentially("Better words, @ann")
    expect(page.get_by_role("option")).to_have_text(["ann", "annabel", "annette"])
    page.keyboard.press("Escape")  # closes the names, and not the form
    expect(page.get_by_role("listbox")).to_have_count(0)
    box(page).press_sequentially("a")
    page.get_by_role("option", name="annabel").wait_for()
    page.keyboard.press("ArrowDown")
    expect(box(page)).to_have_attribute("aria-activedescendant", "name-0")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("Better words, @annabel ")
    page.get_by_role("button", name="Save changes").click()
    expect(made.locator("[itemprop=text] a")).to_have_text("@annabel")
    expect(made.locator("article")).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
def test_an_answer_that_was_lost_is_posted_again_as_one_comment(
    open_page: OpenPage, ben, post: Post, settings, width: int
) -> None:
    settings.FIRST_COMMENTS_HELD = 1
    page = open_page(post.get_absolute_url(), user=ben, width=width)
    page.get_by_role("link", name="Comment", exact=True).click()
    box(page).fill("Once and for all.")

    def lose_the_answer(route) -> None:
        route.fetch()
        route.abort()

    page.route("**/comment/", lose_the_answer, times=1)
    post_button(page).click()
    expect(page.locator(".write [role=alert]")).to_contain_text("Your words are kept here")
    post_button(page).click()
    expect(page.locator("ol.thread .body")).to_have_text("Once and for all.")
    expect(page.locator("ol.thread .said")).to_contain_text("waits for a moderator")
    assert [made.state for made in Comment.objects.all()] == [State.HELD]


@pytest.mark.parametrize("width", [390, 1280])
def test_without_scripts_a_form_that_the_network_lost_is_sent_once_more(
    open_page: OpenPage, ben, post: Post, width: int
) -> None:
    page = open_page(f"/posts/{post.pk}/comment/", scripts=False, width=width, user=ben)
    box(page).fill("Not lost on the way.")
    page.route("**/comment/", lambda route: route.abort(), times=1)
    post_button(page).click()
    page.wait_for_url("chrome-error://**")
    page.reload()  # what a browser offers then: it sends the form, with its token, once more
    expect(page.locator("ol.thread .body")).to_have_text("Not lost on the way.")


@pytest.mark.parametrize("scripts", [True, False])
def test_keep_as_draft_says_what_it_did(open_page: OpenPage, ben, post: Post, scripts: bool) -> None:
    page = open_page(f"/posts/{post.pk}/comment/", scripts=scripts, user=ben)
    keep = page.get_by_role("button", name="Keep as draft")
    keep.click()
    expect(page.locator("main" if scripts else "body")).to_contain_text("There was nothing to keep as a draft")
    box(page).fill("Something.")
    keep.click()
    expect(page.locator("main")).to_contain_text(re.compile(r"Draft kept at|Your draft of"))
    expect(page.locator("body")).not_to_contain_text("nothing to keep")
    assert Draft.objects.get().words["body"] == "Something."
    if scripts:
        keep.click()  # as it is kept already
        expect(page.locator("#polite")).to_contain_text("Draft kept at")
        expect(box(page)).to_have_value("Something.")


def test_what_is_typed_on_one_device_goes_on_on_another_without_scripts(open_page: OpenPage, ben, post: Post) -> None:
    address = f"/posts/{post.pk}/comment/"
    desk = open_page(address, user=ben)
    box(desk).press_sequentially("Begun at the desk")
    expect(desk.locator("[data-kept-at]")).to_contain_text(re.compile(r"Draft kept at \d\d:\d\d UTC\."))
    expect(box(desk)).to_be_focused()
    box(desk).press_sequentially(", and left")
    desk.goto("/about/")  # leaving keeps it too
    phone = open_page(address, scripts=False, width=390, user=ben)
    for _ in range(20):
        if box(phone).input_value() == "Begun at the desk, and left":
            break
        phone.wait_for_timeout(100)
        phone.reload()
    expect(box(phone)).to_have_value("Begun at the desk, and left")
    expect(phone.locator("main")).to_contain_text("Your draft of")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    box(phone).fill("Begun at the desk, ended on the phone.")
    phone.get_by_role("button", name="Keep as draft").click()
    phone.goto("/drafts/")
    expect(phone.locator("main")).to_contain_text("ended on the phone")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("link", name=re.compile("^Continue")).click()
    post_button(phone).click()
    expect(phone.locator("ol.thread .body")).to_have_text("Begun at the desk, ended on the phone.")
    assert not Draft.objects.exists()
