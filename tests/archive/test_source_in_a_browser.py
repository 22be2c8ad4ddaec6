"""A guest on a phone and a member at a desk go from a comment to its lines in the file, and back."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from comments.models import Comment
from forum.archive.load import load
from forum.users.models import User
from tests.archive.pages import AFTER, plan
from tests.browser import OpenPage

WIDE = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize(("member", "width"), [(False, 390), (True, 1280)])
def test_the_way_to_the_lines_and_back(member: bool, width: int, open_page: OpenPage, ben: User) -> None:
    load(plan(AFTER.replace("learnt to swim", "learnt_" + "to_" * 60 + "swim")), commit=True)
    comment = Comment.objects.get(person__name="Lena B")
    user = ben if member else None
    page = open_page(comment.post.get_absolute_url(), scripts=member, width=width, user=user)
    row = page.locator(f"#c{comment.pk} footer.actions").first
    if member:
        row.get_by_text("More").click()
    row.get_by_role("link", name="View in source").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This comment in its source")
    lines = page.locator(".said li")
    expect(lines).to_have_count(3)
    expect(lines.last).to_have_text("Lena B on May 4, 2004 at 10:20 AM")
    assert lines.last.get_attribute("value") == "18"
    assert page.evaluate(WIDE)
    if member:  # it waits for ever where scripts are off
        assert Axe().run(page).violations_count == 0
    page.get_by_role("link", name="The mill by the river").first.click()
    expect(page.locator(f"#c{comment.pk}")).to_be_in_viewport()
