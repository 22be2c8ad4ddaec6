"""The buttons and lists of members hold for whoever cannot see them."""

from axe_playwright_python.sync_playwright import Axe

from forum.voices.actions import vote
from forum.voices.models import Mark
from tests.browser import OpenPage
from tests.making import make_post, say


def test_axe_finds_nothing(open_page: OpenPage, comment, post, ann, ben, eve) -> None:
    vote(member=eve, target=comment, value=1)
    Mark.objects.create(member=eve, kind="saved", comment=comment)
    Mark.objects.create(member=eve, kind="saved", post=post)
    problems = []

    def check(page) -> None:
        found = Axe().run(page)
        problems.extend([found.generate_report()] if found.violations_count else [])

    page = open_page(post.get_absolute_url(), user=eve, scheme="dark", width=390)
    page.locator(f"#a{comment.pk} summary").click()
    page.locator(f"#p{post.pk} summary").click()
    check(page)
    page.get_by_role("button", name="Mute ben").click()
    page.locator(f"#c{comment.pk} .muted > summary:focus").wait_for()
    check(page)
    page.goto("/saved/")
    check(page)
    page.goto("/members/ben/")
    check(page)
    assert not problems, "\n".join(problems)


def test_what_is_done_is_told_and_the_row_stays_under_the_hand(open_page: OpenPage, ann, ben) -> None:
    question = make_post(ann, kind="question")
    said = [say(question, ben, f"Number {number}.") for number in range(12)]
    page = open_page(question.get_absolute_url(), user=ann)
    button = page.locator(f"#c{said[-1].pk} button", has_text="Mark as the answer")
    button.focus()
    stood = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert page.evaluate("scrollY") > 0
    page.keyboard.press("Enter")
    page.locator("#polite", has_text="Marked as the answer.").wait_for(state="attached")
    assert page.evaluate("document.activeElement.innerText") == "No longer the answer"
    assert abs(page.evaluate("document.activeElement.getBoundingClientRect().top") - stood) < 2
