"""A moderator brings a page, corrects, applies, reads and rolls back in a real browser, with scripts off."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group

from forum.archive.models import Upload
from forum.users.models import User
from tests.archive.pages import AFTER
from tests.browser import OpenPage
from tests.conftest import PASSWORD


@pytest.fixture
def moderator(transactional_db: None) -> User:
    made = User.objects.create_user("mod", "mod@example.org", PASSWORD, is_staff=True)
    made.groups.add(Group.objects.get(name="Moderators"))
    return made


def test_a_page_is_brought_corrected_applied_and_read(open_page: OpenPage, moderator: User) -> None:
    desk = open_page("/admin/", scripts=False, width=390, user=moderator)
    desk.click("text=Uploads")
    desk.click("text=Import a page")
    desk.set_input_files(
        "[name=file]", files=[{"name": "mill.txt", "mimeType": "text/plain", "buffer": AFTER.encode()}]
    )
    desk.click("text=Look at what it would become")
    assert "would create 1 post and 3 comments" in desk.inner_text("main")
    faults = check(desk, 390)

    desk.click("summary:has-text('Correct comment 2')")
    desk.fill("section:has(#n2) [name=author]", "Lena Berg")
    desk.click("section:has(#n2) button:has-text('Save')")
    assert "2. Lena Berg" in desk.inner_text("#n2")
    faults += check(desk, 390)

    desk.click("button:has-text('Apply it')")
    assert "Created: 1 post, 3 comments, 4 persons." in desk.inner_text(".messagelist")
    faults += check(desk, 390)
    desk.click(".threads a")
    assert "Lena Berg" in desk.inner_text("main")
    assert "They should keep the wheel turning." in desk.inner_text("main")
    assert not faults, "\n".join(faults)


def test_the_pages_of_the_import_fit_and_break_no_rule(open_page: OpenPage, moderator: User) -> None:
    desk = open_page("/admin/archive/upload/", scheme="dark", user=moderator)
    faults = check(desk, 1280)
    desk.click("text=Import a page")
    faults += check(desk, 1280)
    desk.set_input_files("[name=file]", files=[{"name": "x.txt", "mimeType": "text/plain", "buffer": b"No dates."}])
    desk.click("text=Look at what it would become")
    assert "not known" in desk.inner_text(".errornote")
    faults += check(desk, 1280)
    desk.set_input_files(
        "[name=file]", files=[{"name": "mill.txt", "mimeType": "text/plain", "buffer": AFTER.encode()}]
    )
    desk.click("text=Look at what it would become")
    for summary in desk.query_selector_all("main summary"):
        if summary.is_visible() and not summary.evaluate("one => one.parentElement.open"):
            summary.click()
    faults += check(desk, 1280)
    assert Upload.objects.count() == 1
    assert not faults, "\n".join(faults)


def check(page, width: int) -> list[str]:
    """What axe finds, and whether the page is wider than its window."""
    found = Axe().run(page)
    faults = [f"{page.url}: {found.generate_report()}"] if found.violations_count else []
    if page.evaluate("document.documentElement.scrollWidth") > width:
        faults.append(f"{page.url}: wider than {width}")
    return faults
