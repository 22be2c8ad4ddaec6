"""A report, the decision, its undo, a suspension and a name taken off, in a real browser with scripts off."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from comments.models import Comment
from forum.moderation import actions, removals
from forum.moderation.models import NameRemoval, Rule
from forum.states import State
from forum.users.models import Person, User
from posts.actions import add_post
from tests.browser import OpenPage
from tests.conftest import PASSWORD
from tests.making import Row, make_rows
from tests.moderation.conftest import archived_thread, say, token


@pytest.fixture
def people(transactional_db: None) -> dict[str, User]:
    made = {name: User.objects.create_user(name, f"{name}@example.org", PASSWORD) for name in ("ann", "ben", "mod")}
    User.objects.filter(pk=made["mod"].pk).update(is_staff=True)
    made["mod"].groups.add(Group.objects.get(name="Moderators"))
    return made | {"mod": User.objects.get(username="mod")}


@pytest.fixture
def said(people: dict[str, User]) -> Comment:
    post = add_post(author=people["ann"], kind="article", title="Fish", body="Words.", token=token())
    return say(post, people["ben"], "Buy [fish](https://fish.example).")


def test_from_report_to_decision_and_back_without_scripts(
    open_page: OpenPage, people: dict[str, User], said: Comment
) -> None:
    guest = open_page(said.post.get_absolute_url(), scripts=False)
    guest.click(f"#c{said.pk} >> text=Report")
    guest.check("text=Spam:")
    guest.fill("[name=text]", "It sells fish")
    guest.click("text=Send the report")
    assert guest.inner_text("h1") == "Thank you for your report"

    desk = open_page("/admin/", scripts=False, user=people["mod"])
    desk.click("text=1 report")
    assert "links to fish.example" in desk.inner_text(".said")
    desk.check("input.action-select")
    desk.select_option("select[name=action]", "hide")
    desk.click("text=Go")
    desk.fill("[name=reason]", "Advertising")
    desk.click("main button:has-text('Uphold and hide')")
    assert "1 hidden." in desk.inner_text(".messagelist")

    guest.click("text=Back to the comment")
    assert "hidden by a moderator, under the rule “Spam”" in guest.inner_text(f"#c{said.pk}")
    desk.click("text=See and undo in the record")
    desk.check("input.action-select")
    desk.select_option("select[name=action]", "undo")
    desk.click("text=Go")
    desk.click("main button:has-text('Undo')")
    guest.reload()
    assert "Buy fish" in guest.inner_text(f"#c{said.pk}")


@pytest.mark.either
def test_on_a_phone_a_list_of_the_desk_is_cards_that_say_what_each_line_is(
    open_page: OpenPage, people: dict[str, User], said: Comment
) -> None:
    actions.file_report(
        thing=said, reporter=people["ann"], who="ann", rule=Rule.objects.get(slug="spam"), text="It sells <b>fish</b>"
    )
    User.objects.filter(pk=people["ben"].pk).update(username="W" * 30)  # the longest and widest name there can be
    desk = open_page("/admin/moderation/report/", width=390, user=people["mod"])
    desk.click("text=To the filters")
    filters = desk.locator("#changelist-filter").bounding_box()
    assert filters
    assert filters["y"] < 900
    wide = "const it = document.querySelector('.results'); [it.scrollWidth, it.clientWidth]"
    inside, room = desk.evaluate(wide)
    assert inside <= room
    named = desk.eval_on_selector_all("#result_list tbody td[data-label]", "cells => cells.map(c => c.dataset.label)")
    assert named == ["Words", "Where", "Author", "Report", "Reports", "Outcome"]
    shown = "cells => cells.map(cell => getComputedStyle(cell, '::before').content != 'none')"
    assert desk.eval_on_selector_all("#result_list tbody td", shown) == [False, False, True, True, True, True, True]
    desk.set_viewport_size({"width": 1280, "height": 900})
    assert desk.is_visible("#result_list thead >> text=Author")
    assert not desk.is_visible("text=To the filters")
    assert not any(desk.eval_on_selector_all("#result_list tbody td", shown))


@pytest.mark.either
def test_on_a_phone_what_was_chosen_is_read_whole_on_the_page_of_the_reason(
    open_page: OpenPage, people: dict[str, User], said: Comment
) -> None:
    rule = Rule.objects.get(slug="spam")
    report = actions.file_report(thing=said, reporter=None, who="x", rule=rule, text="It sells fish. " * 20)
    User.objects.filter(pk=people["ben"].pk).update(username="W" * 30)
    desk = open_page(f"/admin/moderation/report/decide/hide/?ids={report.pk}", width=390, user=people["mod"])
    assert desk.evaluate("(it => it.scrollWidth <= it.clientWidth)(document.querySelector('.chosen'))")
    cells = desk.locator(".chosen td")
    assert [cell.is_visible() for cell in cells.all()] == [True, True, True, False]  # the last says what is amiss
    for box in filter(None, (cell.bounding_box() for cell in cells.all())):
        assert box["x"] + box["width"] <= 390
        assert box["width"] > 200


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_to_be_done_stays_at_hand_in_a_long_list_and_stands_over_nothing_that_has_the_focus(
    open_page: OpenPage, people: dict[str, User], said: Comment, width: int
) -> None:
    rule = Rule.objects.get(slug="spam")
    for number in range(20):
        one = say(said.post, people["ben"], f"nr {number}")
        actions.file_report(thing=one, reporter=None, who=f"{number}", rule=rule, text="It sells fish. " * 10)
    desk = open_page("/admin/moderation/report/", scripts=False, width=width, user=people["mod"])
    bar, boxes = desk.locator("#changelist .actions"), desk.locator("input.action-select")
    boxes.last.check()
    place = bar.bounding_box()
    assert place
    assert 0 <= place["y"] < 100
    for _ in range(boxes.count() * 3):  # back to the first rows
        desk.keyboard.press("Shift+Tab")
        assert desk.evaluate(
            "bar => bar.contains(document.activeElement)"
            " || document.activeElement.getBoundingClientRect().top >= bar.getBoundingClientRect().bottom",
            bar.element_handle(),
        )
    desk.select_option("select[name=action]", "dismiss")
    desk.click("text=Go")
    assert "Not upheld: 1 chosen" in desk.inner_text("h1")


@pytest.mark.either
def test_what_counts_and_chooses_all_is_shown_where_scripts_do_it(
    open_page: OpenPage, people: dict[str, User], said: Comment
) -> None:
    actions.file_report(thing=said, reporter=None, who="x", rule=Rule.objects.get(slug="spam"), text="")
    for width in (390, 1280):
        for scripts in (True, False):
            desk = open_page("/admin/moderation/report/", scripts=scripts, width=width, user=people["mod"])
            assert desk.is_visible(".action-counter") == scripts
            assert desk.is_visible("#action-toggle") == scripts
            assert desk.is_visible("#result_list thead") == (scripts or width == 1280)


@pytest.mark.either
def test_on_a_phone_reports_and_decisions_are_cards_of_whole_words(
    open_page: OpenPage, people: dict[str, User], said: Comment
) -> None:
    rule = Rule.objects.get(slug="spam")
    actions.file_report(thing=said, reporter=people["ann"], who="ann", rule=rule, text="It sells fish")
    actions.decide(thing=said, to=State.HIDDEN, by=people["mod"], rule=rule, reason="Advertising")
    desk = open_page(f"/admin/comments/comment/{said.pk}/change/", width=390, user=people["mod"])
    for table, labels in (
        (".complaints", ["When", "Rule", "In their own words", "By", "Outcome"]),
        (".decisions", ["When", "Who", "Decision", "About", "Why", "Undo"]),
    ):
        cells = desk.locator(f"{table} tbody td")
        assert cells.evaluate_all("cells => cells.map(cell => cell.dataset.label)") == labels
        assert not desk.is_visible(f"{table} thead")
        for cell in cells.all():
            box = cell.bounding_box()
            assert box
            assert box["x"] + box["width"] <= 390
            assert box["width"] > 200  # so that no word has to break
            assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") != "none"
    assert desk.evaluate("(it => it.scrollWidth <= it.clientWidth)(document.querySelector('.decisions'))")
    desk.set_viewport_size({"width": 1280, "height": 900})
    assert desk.is_visible(".complaints thead >> text=Outcome")
    assert desk.is_visible(".decisions thead >> text=Undo")
    before = "cells => cells.map(cell => getComputedStyle(cell, '::before').content)"
    assert set(desk.locator(".cards td").evaluate_all(before)) == {"none"}


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_form_of_a_group_is_read_whole_and_what_is_chosen_has_its_title(
    open_page: OpenPage, transactional_db: None, width: int, scheme: str
) -> None:
    root = User.objects.create_superuser("root", "root@example.org", PASSWORD)
    group = Group.objects.get(name="Moderators")
    page = open_page(f"/admin/auth/group/{group.pk}/change/", width=width, scheme=scheme, user=root)
    for which in ("from", "to"):
        chooser = page.locator(f"#id_permissions_{which}")
        assert chooser.locator("option").count() > 5
        assert chooser.evaluate("it => it.scrollWidth <= it.clientWidth"), which
    assert page.locator("#id_name").evaluate("it => getComputedStyle(it.closest('.form-row')).overflowX") == "visible"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    title = page.locator(".selector-chosen-title label")
    ground = "it => getComputedStyle(it.closest('.selector-chosen-title')).backgroundColor"
    assert title.evaluate("it => getComputedStyle(it).color") != title.evaluate(ground)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_button_that_deletes_can_be_read(open_page: OpenPage, transactional_db: None, scheme: str) -> None:
    root = User.objects.create_superuser("root", "root@example.org", PASSWORD)
    group = Group.objects.get(name="Moderators")
    page = open_page(f"/admin/auth/group/{group.pk}/change/", scheme=scheme, user=root)
    for hovered in (False, True):
        if hovered:
            page.hover(".deletelink")
        found = Axe().run(page, context=".deletelink", options={"runOnly": ["color-contrast"], "preload": False})
        assert not found.violations_count, found.generate_report()


def test_a_suspended_member_keeps_the_words_that_are_refused(
    open_page: OpenPage, people: dict[str, User], said: Comment
) -> None:
    writer = open_page(f"/posts/{said.post_id}/comment/", scripts=False, user=people["ben"])
    writer.fill("[name=body]", "My long and careful answer")
    desk = open_page(f"/admin/users/user/{people['ben'].pk}/change/", scripts=False, user=people["mod"])
    desk.click("text=Suspend")
    desk.check("text=30 days")
    desk.select_option("[name=rule]", index=1)
    desk.click("main button:has-text('Suspend')")
    assert "not until" in desk.inner_text(".facts")
    writer.click("main button:has-text('Post')")
    assert "suspended until" in writer.inner_text("main")
    assert "My long and careful answer" in writer.content()


def test_a_name_is_asked_off_and_taken_off_without_scripts(open_page: OpenPage, people: dict[str, User]) -> None:
    archive = archived_thread()
    guest = open_page(archive.driller.get_absolute_url(), scripts=False)
    guest.click("text=Ask to have it taken off")
    assert guest.input_value("[name=name]") == "driller"
    guest.click("text=Send the request")
    desk = open_page("/admin/", scripts=False, user=people["mod"])
    desk.click("text=1 name to take off")
    desk.click("#result_list >> text=driller")
    desk.click("text=Take the name off >> nth=-1")
    assert "Decided." in desk.inner_text(".messagelist")
    guest.goto(archive.driller.get_absolute_url())
    assert "[name removed]" in guest.inner_text("h1")


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_of_moderation_fit_and_break_no_rule(
    open_page: OpenPage, people: dict[str, User], said: Comment, width: int
) -> None:
    rule = Rule.objects.get(slug="spam")
    archive = archived_thread()
    actions.file_report(thing=said, reporter=people["ann"], who="x", rule=rule, text="It sells fish" + "h" * 400)
    until = datetime(2099, 1, 1, tzinfo=UTC)
    actions.suspend(member=people["ben"], until=until, by=people["mod"], rule=rule)
    removals.request_name_removal(person=archive.driller, name="driller", who="x")
    pages = [
        f"/moderation/report/comment/{said.pk}/",
        f"/moderation/report/comment/{said.pk}/sent/",
        "/moderation/name/",
        "/moderation/name/sent/",
        "/admin/",
        "/admin/moderation/report/",
        "/admin/comments/comment/",
        f"/admin/comments/comment/{said.pk}/change/",
        f"/admin/comments/comment/decide/hide/?ids={said.pk}",
        "/admin/users/user/",
        f"/admin/users/user/decide/suspend/?ids={people['ben'].pk}",
        f"/admin/users/person/{Person.objects.all()[0].pk}/change/",
        "/admin/moderation/action/",
        f"/admin/moderation/nameremoval/{NameRemoval.objects.get().pk}/change/",
    ]
    page = open_page("/", width=width, scheme="dark" if width == 320 else "light", user=people["mod"])
    faults = []
    for path in pages:
        page.goto(path)
        found = Axe().run(page)
        faults += [f"{path}: {found.generate_report()}"] if found.violations_count else []
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{path}: wider than {width}")
    assert not faults, "\n".join(faults)


def test_the_desk_breaks_long_words_alone(open_page: OpenPage, people: dict[str, User], said: Comment) -> None:
    rule = Rule.objects.get(slug="spam")
    actions.file_report(thing=said, reporter=people["ann"], who="x", rule=rule, text="h" * 400)
    actions.decide(thing=said, to=State.HIDDEN, by=people["mod"], rule=rule, reason="It sells fish, " + "h" * 400)
    page = open_page("/admin/moderation/report/?outcome=all", scripts=False, user=people["mod"])
    where = page.locator("#result_list .field-where").bounding_box()
    assert where
    assert where["x"] + where["width"] <= 1280
    assert page.evaluate("document.querySelector('#result_list').scrollWidth") <= 1280
    lines = (
        "(cell) => { const r = document.createRange(); r.selectNodeContents(cell); return r.getClientRects().length; }"
    )
    assert [way.evaluate(lines) for way in page.locator(".field-where a").all()] == [1, 1]
    for path in ("/admin/", f"/admin/comments/comment/{said.pk}/change/"):
        page.goto(path)
        assert [head.evaluate(lines) for head in page.locator(".decisions th").all()] == [1] * 6
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_what_is_said_beside_go_can_be_read_and_touched_on_a_phone(
    open_page: OpenPage, people: dict[str, User], said: Comment
) -> None:
    make_rows(said.post, [Row(author=people["ben"]) for _ in range(51)])  # one more than stand on a page
    page = open_page("/admin/comments/comment/", width=390, user=people["mod"])
    page.locator("#action-toggle").click()
    choose_all = page.locator(".actions .question a")
    expect(choose_all).to_contain_text("Select all")
    size = "it => parseFloat(getComputedStyle(it).fontSize)"
    assert all(said.evaluate(size) >= 12 for said in page.locator(".actions span:visible, .actions a:visible").all())
    assert choose_all.evaluate("it => it.getBoundingClientRect().height") >= 24


def test_quotations_lists_and_code_are_read_as_easily_as_the_words_around_them(
    open_page: OpenPage, people: dict[str, User], said: Comment
) -> None:
    other = say(
        said.post, people["ben"], f"Before.\n\n> Quoted.\n\n- One\n- `two`\n\n```\n{'a long line of code ' * 20}\n```"
    )
    page = open_page(f"/admin/comments/comment/{other.pk}/change/", width=390, scheme="dark", user=people["mod"])
    size = "it => parseFloat(getComputedStyle(it).fontSize)"
    around = page.locator(".words > p").first.evaluate(size)
    assert {page.locator(f".words {which}").first.evaluate(size) for which in ("blockquote p", "li")} == {around}
    assert page.locator(".words code").first.evaluate(size) >= 12
    assert page.locator(".words pre").evaluate("it => it.scrollWidth <= it.clientWidth")
    found = Axe().run(page, context=".words", options={"preload": False})
    assert not found.violations_count, found.generate_report()
