"""Somebody who looks for words: from the thread or from the box above each page, to the very comment."""

from playwright.sync_api import expect

from forum.users.models import User
from posts.models import Post
from tests.browser import OpenPage


def test_words_of_a_thread_are_found_and_lead_to_the_spot(
    open_page: OpenPage, source_thread: Post, ben: User, width: int
) -> None:
    scripts = width > 400  # a guest without scripts on a phone, a member with them at a desk
    page = open_page(source_thread.get_absolute_url(), scripts=scripts, width=width, user=ben if scripts else None)
    page.get_by_role("link", name="search this thread").click()
    expect(page.get_by_role("checkbox", name="only in")).to_be_checked()
    page.get_by_label("Words", exact=True).fill('"perio breath" author:driller')
    page.get_by_label("First").select_option("the latest")
    page.locator("main").get_by_role("button", name="Search").click()
    hits = page.locator("ol.items > li")
    expect(hits.first.locator(".byline")).to_have_text("driller")
    expect(page.get_by_label("First")).to_have_value("time")
    expect(page.locator("ol.items .excerpt")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    spot = hits.first.locator(".dateline a[href^='/comments/']")
    address = spot.get_attribute("href") or ""
    spot.click()
    expect(page.locator(f"#c{address.split('/')[2]}")).to_be_visible()
    assert scripts or page.context.cookies() == []


def test_the_box_above_each_page_is_a_button_alone_on_a_phone(
    open_page: OpenPage, source_thread: Post, width: int
) -> None:
    page = open_page("/", scripts=False, width=width)
    box = page.locator("header").get_by_role("searchbox")
    if width > 400:
        box.fill("zebra")
        box.press("Enter")
        expect(page.get_by_text("Nothing was found.")).to_be_visible()
    else:
        expect(box).to_be_hidden()
        page.locator("header").get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="How to search")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
