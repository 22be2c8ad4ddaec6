"""A moderator brings a page, corrects, applies, reads and rolls back in a real browser, with scripts off."""

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group

from comments.models import Comment
from forum.archive import corrections, uploads
from forum.archive.fixes import Fix
from forum.users.models import User
from tests.archive.pages import AFTER, BEFORE
from tests.browser import OpenPage
from tests.conftest import PASSWORD


@pytest.fixture
def moderator(transactional_db: None) -> User:
    made = User.objects.create_user("mod", "mod@example.org", PASSWORD, is_staff=True)
    made.groups.add(Group.objects.get(name="Moderators"))
    return made


MILL = [{"name": "mill.txt", "mimeType": "text/plain", "buffer": AFTER.encode()}]


def test_a_page_is_brought_corrected_applied_read_and_rolled_back(open_page: OpenPage, moderator: User) -> None:
    desk = open_page("/admin/", scripts=False, width=390, user=moderator)
    desk.click("text=Import a page")
    desk.set_input_files("[name=file]", files=MILL)
    desk.click("text=Look at what it would become")
    assert "Would create: 1 post, 3 comments, 4 persons." in desk.inner_text("#content")
    desk.click("summary:has-text('Correct comment 2')")
    desk.fill("section:has(#n2) [name=author]", "Lena Berg")
    desk.click("section:has(#n2) button:has-text('Save')")
    assert "2. Lena Berg" in desk.inner_text("#n2")
    desk.click("button:has-text('Apply it')")
    assert "Created: 1 post, 3 comments, 4 persons." in desk.inner_text(".messagelist")
    report = desk.url
    desk.click(".threads a")
    assert "Lena Berg" in desk.inner_text("main")
    pk = Comment.objects.get(person__name="Lena Berg").pk
    desk.goto(f"/comments/{pk}/source/")
    assert "Lena B on May 4, 2004" in desk.inner_text("main")
    desk.goto(report)
    desk.click("text=Roll back")
    assert "removes 1 post and 3 comments" in desk.inner_text("#content")
    desk.click("button:has-text('Roll it back')")
    assert "Removed: 1 post, 3 comments" in desk.inner_text(".messagelist")
    desk.goto("/")
    assert "The mill by the river" not in desk.content()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_the_import_fit_and_break_no_rule(open_page: OpenPage, moderator: User, width: int) -> None:
    upload, _ = uploads.bring(by=moderator, name="mill.txt", data=AFTER.encode(), said=corrections.for_file("mill"))
    said = replace(corrections.for_file("mill"), fixes=(Fix(16, "Lena Berg", parent=12, by="mod"), Fix(20, drop=True)))
    upload = uploads.correct(upload=upload, by=moderator, seen=uploads.stamp(upload), said=said)
    applied, _ = uploads.bring(by=moderator, name="b.txt", data=BEFORE.encode(), said=corrections.for_file("other"))
    run = uploads.apply(upload=applied, by=moderator, seen=uploads.stamp(applied)).run
    desk = open_page("/", width=width, scheme="dark" if width == 390 else "light", user=moderator)
    faults = []
    for path in (
        "upload/",
        "upload/add/",
        f"upload/{upload.pk}/change/",
        "run/",
        f"run/{run.pk}/change/",
        f"run/{run.pk}/roll-back/",
    ):
        desk.goto(f"/admin/archive/{path}")
        desk.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        found = Axe().run(desk)
        faults += [f"{path}: {found.generate_report()}"] if found.violations_count else []
        if desk.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{path}: wider than {width}")
    assert not faults, "\n".join(faults)
