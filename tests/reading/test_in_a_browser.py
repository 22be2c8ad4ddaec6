"""The pages of reading hold for whoever cannot see them."""

from axe_playwright_python.sync_playwright import Axe

from forum.reading.models import Visit
from tests.browser import OpenPage
from tests.making import NOON, make_post, say


def test_axe_finds_nothing(open_page: OpenPage, ann, ben) -> None:
    post = make_post(ann)
    first = say(post, ann, "Old.")
    say(post, ann, "An answer.", first)
    post.refresh_from_db()
    Visit.objects.create(member=ben, post=post, floor=post.version, top=post.version, viewed_at=NOON)
    say(post, ann, "New.", first)
    problems = []

    def check(page) -> None:
        found = Axe().run(page)
        problems.extend([found.generate_report()] if found.violations_count else [])

    check(open_page(f"/reading/?post={post.pk}", width=390))
    page = open_page(f"{post.get_absolute_url()}?fold=read", user=ben, scheme="dark", width=390)
    assert page.locator(".marks b").count() == 1
    check(page)
    page.get_by_role("button", name="keys").click()
    check(page)
    page.goto("/preferences/")
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not problems, problems
