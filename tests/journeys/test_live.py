"""Two browsers in one thread: what Ben says reaches Ann while she reads, and nothing moves before she asks for it."""

import re

from playwright.sync_api import Page, expect
from pytest_django import Settings

from comments.models import Comment
from forum.users.models import User
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.models import Post
from tests.browser import OpenPage
from tests.making import Row, make_post, make_rows, say

SOON = "document.querySelector('[data-live]').dataset.every = '0.3'"


def hurried(page: Page) -> None:
    """Lets the page ask every third of a second."""
    page.route(
        re.compile(r"/static/js/live\b.*\.js"),
        lambda route: route.fulfill(content_type="text/javascript", body=f"{SOON};\n{route.fetch().text()}"),
    )
    page.reload()


def scrolled(page: Page) -> int:
    return int(page.evaluate("Math.round(scrollY)"))


def place(page: Page, comment: Comment) -> int:
    return int(
        page.evaluate(f"Math.round(document.querySelector('#c{comment.pk} article').getBoundingClientRect().top)")
    )


def test_a_reply_reaches_whoever_reads(
    open_page: OpenPage, ann: User, ben: User, width: int, settings: Settings
) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    post = make_post(ann, html="<p>Words.</p>" * 5)
    comments = make_rows(post, [Row(author=ann) for _ in range(40)])
    reader = open_page(post.get_absolute_url(), user=ann, width=width)
    hurried(reader)
    line = reader.locator("[data-live]")
    expect(line).to_be_empty()
    reader.locator(f"#c{comments[20].pk}").scroll_into_view_if_needed()
    before, seen = scrolled(reader), place(reader, comments[20])
    assert before > 0

    writer = open_page(f"/comments/{comments[2].pk}/reply/", user=ben, scripts=False, width=width)
    writer.get_by_label("Your comment").fill("A reply for whoever reads.")
    writer.get_by_role("button", name="Post", exact=True).click()
    reply = Comment.objects.get(author=ben)

    expect(line).to_have_text("1 new comment")
    expect(reader).to_have_title(re.compile(r"^\(1\) "))
    assert reader.locator(f"#c{reply.pk}").count() == 0
    assert (scrolled(reader), place(reader, comments[20])) == (before, seen)

    line.get_by_role("link").click()
    new = reader.locator(f"#c{reply.pk}")
    expect(new.locator(".body")).to_have_text("A reply for whoever reads.")
    expect(new.locator(".permalink")).to_be_focused()
    expect(new).to_be_in_viewport()
    expect(reader.locator(f"#c{comments[2].pk} .replies > #c{reply.pk}")).to_have_count(1)
    expect(line).to_be_empty()
    assert not reader.title().startswith("(")
    reader.wait_for_timeout(700)
    expect(line).to_be_empty()


def test_what_is_read_stays_in_place_and_what_is_being_written_goes_along(
    open_page: OpenPage, ann: User, ben: User, eve: User, settings: Settings
) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    post = make_post(ann)
    comments = make_rows(post, [Row(author=ann), Row(0, author=ann), *[Row(author=ann) for _ in range(30)]])
    mark(member=ann, kind=Mark.Kind.MUTED, target=eve)
    reader = open_page(post.get_absolute_url(), user=ann)
    hurried(reader)
    reader.locator(f"#c{comments[0].pk} > details > summary").click()
    reader.locator(f"#c{comments[5].pk}").get_by_role("link", name="Reply").click()
    reader.locator(f"#c{comments[5].pk} textarea").fill("Half a sentence")
    reader.locator(f"#c{comments[25].pk}").scroll_into_view_if_needed()
    before = place(reader, comments[20])
    assert 0 < before < 900

    say(post, eve, "Above all that is seen, and nothing that is told.", comments[3])
    Post.objects.update(version=10**6)
    Comment.objects.filter(pk=comments[22].pk).update(came_with=10**6, author=ben)
    reader.locator("[data-live] a").click()
    expect(reader.locator(f"#c{comments[22].pk} .permalink")).to_be_focused()
    expect(reader.locator(f"#c{comments[5].pk} textarea")).to_have_value("Half a sentence")
    assert reader.locator(f"#c{comments[0].pk} > details[open]").count() == 0
    assert reader.locator(f"#c{comments[3].pk} .replies .comment").count() == 1
    assert abs(place(reader, comments[20]) - before) <= 2
    reader.locator(f"#c{comments[5].pk}").get_by_role("button", name="Post", exact=True).click()
    expect(reader.locator(f"#c{comments[5].pk} .comment .body")).to_have_text("Half a sentence")


def test_it_asks_seldom_and_never_from_a_tab_that_is_hidden_or_left_or_after_an_end(
    open_page: OpenPage, ann: User, settings: Settings
) -> None:
    post = make_post(ann)
    page = open_page("/about/", user=ann)
    page.clock.install()
    page.goto(post.get_absolute_url())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/new-comments/" in request.url else None)

    def asks_within(seconds: int) -> bool:
        """Whether it asks once more before so long has passed."""
        before = len(asked)
        page.clock.run_for(seconds * 1000)
        page.wait_for_timeout(200)
        return len(asked) > before

    def hide(hidden: str) -> None:
        page.evaluate(f"Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }})")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    assert not asks_within(20)
    assert asks_within(20)
    hide("true")
    assert not asks_within(3_600)
    hide("false")
    page.keyboard.press("Shift")
    assert asks_within(45)
    page.route("**/new-comments/**", lambda route: route.fulfill(status=500))
    assert asks_within(60)
    assert not asks_within(40)
    assert asks_within(60)
    page.unroute("**/new-comments/**")
    assert not asks_within(1)
    page.clock.run_for(1_900_000)
    page.wait_for_timeout(200)
    assert not asks_within(3_600)
    Post.objects.update(state="held", author=None)
    page.keyboard.press("Shift")
    assert asks_within(600)
    assert not asks_within(1_500)
