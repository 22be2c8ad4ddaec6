"""Nothing lies on other words or reaches out of the window, however long what people write is."""

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from comments.models import Comment
from forum.states import State
from forum.text.markdown import render
from forum.users.models import User
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.models import Post, Tag
from posts.tags import bearing
from tests.browser import OpenPage
from tests.making import Row, make_post, make_rows, say

LONG = "x" * 40
OVERLAP = """([one, other]) => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector(other));
    const a = document.querySelector(one).getBoundingClientRect();
    return [...range.getClientRects()].some(
        (b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom);
}"""


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.fixture
def branch(ann: User, ben: User) -> tuple[Post, list[Comment]]:
    """A comment with a reply, and a removed comment with one."""
    post = make_post(ann)
    gone = Row(author=ben, state=State.REMOVED)
    return post, make_rows(post, [Row(author=ben), Row(author=ann, parent=0), gone, Row(author=ann, parent=2)])


@pytest.mark.parametrize(("width", "touch"), [(1280, False), (390, False), (390, True), (1024, True)])
def test_an_open_fold_shows_its_mark_and_keeps_its_words_out_of_sight(
    open_page: OpenPage, branch: tuple[Post, list[Comment]], width: int, touch: bool
) -> None:
    page = open_page(branch[0].get_absolute_url(), scripts=False, width=width, touch=touch)
    for number in (0, 2):
        summary = page.locator(f"#c{branch[1][number].pk} > .branch > summary")
        line, words = summary.bounding_box(), summary.locator("span").bounding_box()
        assert line
        assert words
        assert words["x"] >= line["x"] + line["width"]


@pytest.mark.parametrize("touch", [False, True])
def test_the_mark_of_a_fold_stands_beside_the_words_of_a_tombstone(
    open_page: OpenPage, branch: tuple[Post, list[Comment]], touch: bool
) -> None:
    page = open_page(branch[0].get_absolute_url(), scripts=False, width=320, touch=touch)
    place = f"#c{branch[1][2].pk} > .branch"
    expect(page.locator(f"{place} > .tombstone")).to_be_visible()
    assert not page.evaluate(OVERLAP, [f"{place} > summary", f"{place} > .tombstone a"])


@pytest.mark.parametrize("width", [320, 1280])
def test_a_paragraph_to_quote_stays_in_the_window(open_page: OpenPage, ann: User, ben: User, width: int) -> None:
    post = make_post(ann, html=f"<p>See https://example.org/{LONG * 10}.</p><pre><code>{LONG * 10}</code></pre>")
    page = open_page(f"/posts/{post.pk}/quote/", scripts=False, width=width, user=ben)
    expect(page.get_by_role("checkbox")).to_have_count(2)
    assert fits(page)


def test_a_long_tag_stays_in_the_window_of_the_forms(open_page: OpenPage, ann: User) -> None:
    tag = Tag.objects.create(slug=LONG, name=LONG)
    post = make_post(ann)
    with transaction.atomic():
        bearing.bear(post, [tag])
    page = open_page("/posts/new/", scripts=False, width=320, user=ann)
    for address in ("/posts/new/", f"/posts/{post.pk}/edit/", "/tags/", f"/tags/{LONG}/"):
        page.goto(address)
        expect(page.get_by_text(LONG).first).to_be_visible()
        assert fits(page), address


def test_what_is_written_from_right_to_left_begins_on_the_right(open_page: OpenPage, ann: User) -> None:
    words = "שלום\n\n> ציטוט\n\n- אחד\n- שניים\n\n1. one\n2. two\n\n> A quotation."
    post = make_post(ann, title="שלום", html=render(words, resolve=None).html)
    page = open_page(post.get_absolute_url(), scripts=False, width=390)
    side = "(element, of) => getComputedStyle(element)[of]"
    assert page.locator("h1").evaluate("(element) => getComputedStyle(element).direction") == "rtl"
    sides = ("marginLeft", "marginRight", "borderLeftWidth", "borderRightWidth")
    shown = [[one.evaluate(side, of) for of in sides] for one in page.locator(".article li, .article blockquote").all()]
    right, left = ["0px", "20px", "0px", "0px"], ["20px", "0px", "0px", "0px"]
    assert shown == [["0px", "0px", "0px", "2px"], right, right, left, left, ["0px", "0px", "2px", "0px"]]
    assert fits(page)


def test_links_in_lines_and_beside_buttons_have_the_room_of_a_finger(open_page: OpenPage, ann: User, ben: User) -> None:
    comment = say(make_post(ann), ann)
    page = open_page("/members/ann/", scripts=False, width=390, touch=True, user=ann)
    for address, links in (
        ("/members/ann/", ".links a"),
        ("/posts/new/", ".helptext > summary"),
        (f"/comments/{comment.pk}/delete/", ".buttons :is(a, button)"),
    ):
        page.goto(address)
        boxes = [link.bounding_box() or {} for link in page.locator(links).all()]
        assert boxes
        assert min(box["height"] for box in boxes) >= 44, address
    assert len({box["y"] + box["height"] / 2 for box in boxes}) == 1


def test_no_link_lies_over_the_boxes_of_tags_or_over_a_button(open_page: OpenPage, ann: User, ben: User) -> None:
    for number in range(2):
        Tag.objects.create(slug=f"tag-{number}", name=f"Tag {number}")
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=ben)
    foot_is_free = """found => {
        found.scrollIntoView({ block: "center" });
        const box = found.getBoundingClientRect();
        const at = box.left + box.width / 2;
        return [box.top + 1, box.bottom - 1].every(y => document.elementFromPoint(at, y) === found);
    }"""
    page = open_page("/posts/new/", width=390, touch=True, user=ann)
    boxes = page.locator("[name=tags]").all()
    assert len(boxes) == 2
    assert all(box.evaluate(foot_is_free) for box in boxes)
    page.goto("/following/")
    assert page.locator("button", has_text="Unfollow").evaluate("""found => {
        const name = found.closest("li").querySelector("h2 a").getBoundingClientRect();
        return name.bottom <= found.getBoundingClientRect().top;
    }""")
