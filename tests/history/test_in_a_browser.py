"""A member quotes a passage, its author edits it, and every reader sees the mark: with a script and without."""

import datetime as dt
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from comments.models import Comment
from forum.users.models import User
from tests.browser import OpenPage
from tests.history.conftest import rewrite
from tests.making import make_post, say

SELECT = """([id, words]) => {
    const body = document.querySelector(`${id} .body`) ?? document.querySelector(id);
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(words);
        if (at < 0) continue;
        getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + words.length);
        return;
    }
}"""
PASSAGE = "through the gate"


def walk(page: Page, comment: Comment, *, scripts: bool) -> str:
    """Quotes a passage of a comment, by its button or by hand, and gives back what stands in the box."""
    box = page.get_by_label("Your comment")
    if scripts:
        page.evaluate(SELECT, [f"#c{comment.pk}", PASSAGE])
        button = page.locator(".quote-words")
        button.focus()
        page.keyboard.press("Enter")
    else:
        page.locator(f"#c{comment.pk}").get_by_role("link", name="Quote").click()
        box.fill(f"> #c{comment.pk}\n> {PASSAGE}\n\n")
    expect(box).to_have_value(re.compile(PASSAGE))
    value = box.input_value()
    box.fill(f"{value}Not so.")
    page.get_by_role("button", name="Post", exact=True).click()
    return value.strip()


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (False, 390), (True, 390), (False, 1280)])
def test_a_passage_is_quoted_its_source_edited_and_the_mark_seen(
    scripts: bool, width: int, open_page: OpenPage, ann: User, ben: User, settings
) -> None:
    settings.FIRST_COMMENTS_HELD = settings.EDIT_GRACE_MINUTES = 0
    post = make_post(ann, html="<p>The old gate stands open.</p><p>A second paragraph.</p>")
    comment = say(post, ann, "At dawn I walked through the gate and on.")
    page = open_page(post.get_absolute_url(), scripts=scripts, width=width, user=ben)
    assert walk(page, comment, scripts=scripts) == f"> #c{comment.pk}\n> {PASSAGE}"
    quotation = page.locator("blockquote.quote")
    expect(quotation).to_contain_text(PASSAGE)
    expect(page.locator(".quote-note")).to_have_count(0)

    rewrite(comment, "At dawn I climbed over the wall and on.")
    page.goto(post.get_absolute_url())
    expect(page.locator(f"#c{comment.pk} .answers", has_text="Quoted in 1")).to_be_visible()
    note = page.locator(".quote-note")
    expect(note).to_contain_text("these words are not in the comment as it stands now.")
    note.get_by_role("link", name="Changed since").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How this comment has changed")
    expect(page.locator(".diff del").first).to_contain_text("walked through")
    wide = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(wide)

    page.goto(post.get_absolute_url())
    if scripts:
        page.evaluate(SELECT, [".article", "old gate"])
        page.locator(".quote-words").click()
        expect(page.get_by_label("Your comment")).to_have_value("> #post\n> old gate\n\n")
    else:
        page.locator(".post-actions").get_by_role("link", name="Quote").click()
        page.get_by_label("A second paragraph.").check()
        assert page.url.endswith("/quote/")
        page.get_by_role("button", name="Quote these").click()
        expect(page.get_by_label("Your comment")).to_have_value("> #post\n> A second paragraph.\n\n")


def test_the_quote_link_takes_the_words_that_are_selected(open_page: OpenPage, ann: User, ben: User, settings) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    post = make_post(ann, created_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    comment = say(post, ann, "At dawn I walked through the gate and on.")
    page = open_page(post.get_absolute_url(), user=ben)
    page.evaluate(SELECT, [f"#c{comment.pk}", PASSAGE])
    page.locator(f"#c{comment.pk}").get_by_role("link", name="Quote").click()
    expect(page.get_by_label("Your comment")).to_have_value(re.compile(rf"> {PASSAGE}\s*$"))


def test_axe_finds_nothing(open_page: OpenPage, ann: User, ben: User, settings) -> None:
    settings.FIRST_COMMENTS_HELD = settings.EDIT_GRACE_MINUTES = 0
    post = make_post(ann, html="<p>The old gate stands open.</p>")
    comment = say(post, ann, "At dawn I walked through the gate and on.")
    say(post, ben, f"> #c{comment.pk}\n> {PASSAGE}\n\nNot so.\n\n> #post\n> Never said.")
    rewrite(comment, "At dawn I climbed over the wall and on.")
    page = open_page(post.get_absolute_url(), user=ben, width=390)
    paths = [f"/comments/{comment.pk}/history/", f"/comments/{comment.pk}/quotations/", f"/posts/{post.pk}/quote/"]
    problems = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for path in (post.get_absolute_url(), *paths):
            page.goto(path)
            found = Axe().run(page)
            problems.extend([path, found.generate_report()] if found.violations_count else [])
    assert not problems, "\n".join(problems)
