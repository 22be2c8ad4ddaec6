"""A reader without an account and without scripts: the thread, its two shapes, a branch, a permalink, a report."""

import re

from playwright.sync_api import expect

from forum.moderation.models import Report
from posts.models import Post
from tests.browser import OpenPage


def test_a_reader_opens_the_source_thread_from_the_front_page(
    open_page: OpenPage, source_thread: Post, width: int
) -> None:
    page = open_page("/", scripts=False, width=width)
    page.get_by_role("link", name=source_thread.title).first.click()
    expect(page.locator("h1")).to_have_text(source_thread.title)
    expect(page.get_by_text("posted at 6:54 pm on March 22, 2007")).to_be_visible()
    expect(page.locator(".article p")).to_have_count(22)
    expect(page.locator(".article blockquote")).to_have_count(4)
    expect(page.locator(".article blockquote p")).to_have_count(11)
    expect(page.locator(".article figcaption")).to_have_text(["CNN", "the Blotter", "the Blotter"])
    expect(page.locator("li.comment")).to_have_count(41)
    expect(page.locator("li.comment li.comment")).to_have_count(3)
    expect(page.locator("li.comment .byline")).to_have_count(41)
    expect(page.get_by_text("The people quoted are not members here.")).to_be_visible()
    expect(page.get_by_text("Kept as a record, not endorsed")).to_be_visible()
    assert page.context.cookies() == []


def test_the_thread_is_read_as_printed_and_as_a_tree(open_page: OpenPage, source_thread: Post, width: int) -> None:
    page = open_page(source_thread.get_absolute_url(), scripts=False, width=width)
    page.get_by_role("link", name="as printed").click()
    expect(page.locator("li.comment")).to_have_count(41)
    expect(page.locator("li.comment li.comment")).to_have_count(0)
    names = page.locator("li.comment .byline").all_inner_texts()
    assert names[:2] == ["TheBigOldDog", "djohn669"]
    assert names[-1] == "driller"
    page.get_by_role("link", name="as a tree").click()
    expect(page.locator("li.comment li.comment")).to_have_count(3)


def test_the_evidence_of_an_inferred_reply_is_one_click_away(
    open_page: OpenPage, source_thread: Post, width: int
) -> None:
    page = open_page(source_thread.get_absolute_url(), scripts=False, width=width)
    evidence = page.locator("li.comment.inferred details.evidence").first
    expect(evidence.locator("summary")).to_have_text("Reply inferred from a quotation")
    expect(evidence.locator("p")).to_be_hidden()
    evidence.locator("summary").click()
    expect(evidence.locator("p")).to_contain_text("It repeats words of the comment by hillbillyjim")


def test_a_branch_folds_and_opens(open_page: OpenPage, source_thread: Post, width: int) -> None:
    page = open_page(source_thread.get_absolute_url(), scripts=False, width=width)
    reply = source_thread.comments.exclude(parent=None).order_by("position")[0]
    branch = page.locator(f"#c{reply.parent_id} > details.branch")
    words = page.locator(f"#c{reply.pk} .body")
    expect(words).to_be_visible()
    branch.locator("> summary").click()
    expect(words).to_be_hidden()
    expect(branch.locator("> summary")).to_contain_text("hillbillyjim and 1 reply")
    branch.locator("> summary").click()
    expect(words).to_be_visible()


def test_a_permalink_shows_the_comment_under_what_it_answers(
    open_page: OpenPage, source_thread: Post, width: int
) -> None:
    page = open_page(source_thread.get_absolute_url(), scripts=False, width=width)
    reply = source_thread.comments.exclude(parent=None).order_by("position")[0]
    page.locator(f"#c{reply.pk} a.permalink").first.click()
    expect(page).to_have_url(re.compile(rf"/comments/{reply.pk}/$"))
    expect(page.get_by_role("navigation", name="What it answers")).to_contain_text("hillbillyjim")
    expect(page.locator(f"#c{reply.pk}")).to_contain_text("They are going to be limited to diversions.")
    page.get_by_role("link", name="Show it in the whole thread").click()
    expect(page).to_have_url(re.compile(rf"#c{reply.pk}$"))
    expect(page.locator("li.comment")).to_have_count(41)


def test_a_guest_reports_a_comment(open_page: OpenPage, source_thread: Post, width: int) -> None:
    page = open_page(source_thread.get_absolute_url(), scripts=False, width=width)
    comment = source_thread.comments.order_by("position")[0]
    page.locator(f"#c{comment.pk}").get_by_role("link", name="Report").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("textbox", name="In your own words").fill("It breaks the first rule.")
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("h1")).to_contain_text("report")
    report = Report.objects.get()
    assert (report.comment_id, report.reporter_id, report.text) == (comment.pk, None, "It breaks the first rule.")


def test_no_page_scrolls_sideways_at_320_pixels(open_page: OpenPage, source_thread: Post) -> None:
    first = source_thread.comments.order_by("position")[0]
    page = open_page("/", width=320)
    for path in ["/", source_thread.get_absolute_url(), first.get_absolute_url(), "/rules/", "/accounts/signup/"]:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{path} is {wide} pixels wide"


def test_the_source_thread_takes_at_most_200_pixels_a_comment(open_page: OpenPage, source_thread: Post) -> None:
    page = open_page(source_thread.get_absolute_url(), width=1280)
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height / 41 <= 200
