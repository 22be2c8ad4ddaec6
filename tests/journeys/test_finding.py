"""Finding a question by its tag and marking its answer: without scripts on a phone, with them at a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from playwright.sync_api import Page, expect
from pytest_django import Settings

from forum.users.models import User
from posts.models import Post, Tag
from posts.tags import bearing
from tests.browser import OpenPage
from tests.making import make_post, say


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_question_is_found_by_its_tag_and_gets_its_answer(
    open_page: OpenPage, ann: User, ben: User, width: int, settings: Settings
) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    for name in ("Gardens", "Walls", "Old books"):
        Tag.objects.create(slug=name.lower().replace(" ", "-"), name=name, description=f"All about {name.lower()}.")
    make_post(ben, title="Another thread", score=5)
    page = open_page("/posts/new/", scripts=width == 1280, width=width, user=ann)
    page.get_by_label("Question").check()
    page.get_by_label("Title").fill("Which wall keeps the warmth?")
    page.get_by_label("Text").fill("Brick or stone?")
    page.get_by_label("Gardens").check()
    page.get_by_label("Walls").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview")).to_contain_text("Brick or stone?")
    expect(page.get_by_label("Walls")).to_be_checked()
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".post-head .tag")).to_have_text(["Gardens", "Walls"])
    question = Post.objects.get(kind="question")
    comment = say(question, ben, "Brick, for it is thick.")

    page.goto("/")
    expect(page.locator(".lead h2")).to_have_text("Which wall keeps the warmth?")
    page.get_by_role("link", name="top", exact=True).click()
    expect(page.locator(".rows h3").first).to_have_text("Another thread")
    page.get_by_role("link", name="new", exact=True).click()
    page.get_by_role("link", name="unanswered questions").click()
    expect(page.locator(".rows h3")).to_have_text(["Which wall keeps the warmth?"])
    page.locator(".rows .tag", has_text="Walls").click()
    expect(page.locator("main")).to_contain_text("All about walls.")
    page.get_by_role("button", name="Favourite").click()
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    page.goto("/")
    page.get_by_role("link", name="my tags").click()
    expect(page.locator(".rows h3")).to_have_text(["Which wall keeps the warmth?"])

    page.goto(question.get_absolute_url())
    page.locator(f"#a{comment.pk}").get_by_role("button", name="Mark as the answer").click()
    expect(page.locator(f"#c{comment.pk} .marks b").first).to_have_text("Answer")
    expect(page.locator(".post-head")).to_contain_text("Answered by ben")
    assert Post.objects.get(pk=question.pk).answer_id == comment.pk
    page.goto("/?order=new")
    expect(page.locator(".rows")).to_contain_text("answered")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_too_wide(open_page: OpenPage, ann: User, ben: User, scheme: str) -> None:
    tags = [Tag.objects.create(slug=f"t{n}", name=f"Tag number {n}", description="What it means.") for n in range(30)]
    first = make_post(ann, title="A question of some length about walls", kind="question", url="https://example.org/a",
                      url_key="example.org/a")  # fmt: skip
    make_post(ben, title="About the same page", url="https://example.org/a", url_key="example.org/a")
    with transaction.atomic():
        bearing.bear(first, tags[:5])
    Post.objects.filter(pk=first.pk).update(answer=say(first, ben))
    user, width = (None, 390) if scheme == "light" else (ann, 1280)
    page = open_page("/", width=width, user=user, scheme=scheme)
    addresses = ["/", "/?order=top&within=week", "/?show=unanswered", "/tags/", "/tags/t0/", "/tags/t29/"]
    addresses += [first.get_absolute_url(), "/members/ann/"]
    for address in [*addresses, *(["/posts/new/", "/?tags=mine"] if user else [])]:
        page.goto(address)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
        assert fits(page), f"{address} at {width}"
