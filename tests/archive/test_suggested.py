"""Moderators go through suggested replies in one list: one click each, or many at once, and every one can be undone."""

import re
from collections.abc import Callable
from itertools import pairwise

import lxml.html
import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from comments.actions import change_state, set_parent
from comments.models import Comment
from forum.archive.load import load
from forum.archive.models import Suggestion
from forum.archive.suggested import actions
from forum.archive.suggesting import suggest
from forum.moderation import undoing
from forum.moderation.models import Action
from forum.refusals import Conflict, NotAllowed
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.archive.pages import seed_plan
from tests.browser import OpenPage
from tests.conftest import PASSWORD

SignIn = Callable[[User], Client]
QUEUE = "/admin/archive/suggestion/"


@pytest.fixture
def seed(db: None) -> Post:
    post = load(seed_plan(), operator="test", commit=True).posts[0]
    suggest(post)
    return post


@pytest.fixture
def desk(seed: Post, mod: User, sign_in: SignIn) -> Client:
    return sign_in(mod)


def suggestion(reply: int, parent: int) -> Suggestion:
    """The one of the seed, by the places of both on the page."""
    row = list(Comment.objects.order_by("position"))
    return Suggestion.objects.select_related("comment", "parent").get(comment=row[reply - 1], parent=row[parent - 1])


def rows(browser: Client, **query: str) -> list[lxml.html.HtmlElement]:
    page = browser.get(QUEUE, query)
    assert page.status_code == 200
    return lxml.html.fromstring(page.content.decode()).xpath("//*[@id='result_list']/tbody/tr")


def outcome(one: Suggestion) -> str:
    return Suggestion.objects.get(pk=one.pk).outcome


def test_each_row_shows_both_comments_the_telling_passage_and_why(desk: Client) -> None:
    row = next(row for row in rows(desk) if "All the good dentists" in row.text_content())
    assert row.findtext(".//mark") == "All the good dentists in Iraq are wearing US BDU\u2019s."
    words = " ".join(row.text_content().split())
    assert "driller March 23, 2007 at 5:30 PM" in words
    assert "Are there any dentists in Iraq?" in words
    assert "it takes up the words" in words
    assert [button.get("aria-label") for button in row.iter("button")] == [
        "Accept: driller answers Wade",
        "Dismiss: driller answers Wade",
    ]


def test_one_click_accepts_and_leads_to_the_next_row(desk: Client, seed: Post, mod: User) -> None:
    one = suggestion(19, 17)
    following = suggestion(21, 20)
    answer = desk.post(QUEUE + "?outcome=&thread=", {"accept": one.pk})
    assert answer.status_code == 302
    assert answer["Location"] == f"{QUEUE}?outcome=&thread=#s{following.pk}"
    comment = Comment.objects.get(pk=one.comment_id)
    assert (comment.parent_id, comment.parent_basis) == (one.parent_id, "moderator")
    decided = Suggestion.objects.get(pk=one.pk)
    assert (decided.outcome, decided.decided_by) == ("accepted", mod)
    assert decided.decided_at is not None
    assert "I agree, something is a foot" not in desk.get(QUEUE).content.decode()
    page = Client().get(seed.get_absolute_url()).content.decode()
    assert "placed here by a moderator" in page


def test_an_acceptance_is_on_the_record_and_can_be_undone(desk: Client, mod: User) -> None:
    one = suggestion(40, 39)
    actions.accept(suggestion=one, by=mod)
    action = Action.objects.get()
    assert (action.verb, action.comment_id) == (Action.Verb.ATTACH, one.comment_id)
    undoing.undo(action=action, by=mod)
    comment = Comment.objects.get(pk=one.comment_id)
    assert (comment.parent_id, comment.parent_basis) == (None, "none")


def test_a_dismissed_one_goes_and_can_be_offered_again(desk: Client) -> None:
    one = suggestion(40, 39)
    desk.post(QUEUE, {"dismiss": one.pk})
    assert outcome(one) == "dismissed"
    assert Comment.objects.get(pk=one.comment_id).parent_id is None
    assert not Action.objects.exists()
    (row,) = rows(desk, outcome="dismissed")
    assert "dismissed by mod" in row.text_content()
    desk.post(QUEUE + "?outcome=dismissed", {"again": one.pk})
    assert outcome(one) == "waiting"


def test_many_are_accepted_at_once(desk: Client) -> None:
    chosen = [suggestion(19, 17), suggestion(21, 20), suggestion(40, 39)]
    answer = desk.post(QUEUE, {"action": "accept_chosen", "_selected_action": [one.pk for one in chosen]}, follow=True)
    assert "3 placed under what they answer." in answer.content.decode()
    assert {outcome(one) for one in chosen} == {"accepted"}
    assert Action.objects.filter(verb=Action.Verb.ATTACH).count() == 3


def test_many_are_dismissed_at_once(desk: Client) -> None:
    chosen = [str(pk) for pk in Suggestion.objects.values_list("pk", flat=True)]
    answer = desk.post(QUEUE, {"action": "dismiss_chosen", "_selected_action": chosen}, follow=True)
    page = answer.content.decode()
    assert "8 dismissed." in page
    assert "No suggested reply waits here." in page
    assert "Nothing fits what you asked for." in desk.get(QUEUE, {"q": "nowhere"}).content.decode()


def test_of_two_moderators_at_once_the_second_is_told(desk: Client, mod: User, root: User) -> None:
    one = suggestion(40, 39)
    assert actions.accept(suggestion=one, by=mod)
    assert not actions.accept(suggestion=one, by=root)
    assert not actions.dismiss(suggestion=one, by=root)
    answer = desk.post(QUEUE, {"dismiss": one.pk}, follow=True)
    assert "1 decided already by another moderator" in answer.content.decode()
    assert Action.objects.count() == 1


def test_what_was_taken_away_or_placed_meanwhile_is_not_offered(desk: Client, mod: User) -> None:
    hidden, over, placed = suggestion(19, 17), suggestion(40, 39), suggestion(21, 20)
    change_state(comment=hidden.comment, to=State.HIDDEN, by=mod)
    change_state(comment=over.parent, to=State.REMOVED, by=mod)
    set_parent(comment=placed.comment, parent=hidden.parent, by=mod)
    assert len(rows(desk)) == 5
    for one in (hidden, over, placed):
        with pytest.raises(Conflict):
            actions.accept(suggestion=one, by=mod)
        assert outcome(one) == "waiting"
    assert "I agree, something is a foot" not in desk.get(QUEUE).content.decode()


def test_the_first_page_of_the_desk_counts_them(desk: Client) -> None:
    page = desk.get(reverse("admin:index")).content.decode()
    assert re.search(r'href="/admin/archive/suggestion/"><b>8</b> suggested replies', page)


def test_they_have_one_name_on_every_page(desk: Client) -> None:
    for page in (desk.get(address).content.decode() for address in (reverse("admin:index"), QUEUE)):
        told = lxml.html.fromstring(page).text_content().lower()
        assert "suggested replies" in told
        assert "suggestion" not in told


def test_filters_by_thread_source_and_words(desk: Client, seed: Post) -> None:
    assert len(rows(desk, thread=str(seed.pk))) == 8
    assert len(rows(desk, source="hot-air")) == 8
    assert len(rows(desk, q="dentists")) == 1
    assert len(rows(desk, q="Zorro")) == 1
    assert len(rows(desk, outcome="accepted")) == 0


def test_only_moderators_decide(seed: Post, ben: User, eve: User, sign_in: SignIn) -> None:
    one = suggestion(40, 39)
    for browser in (Client(), sign_in(ben)):
        assert browser.get(QUEUE).status_code == 302
        assert browser.post(QUEUE, {"accept": one.pk}).status_code == 302
    eve.is_staff = True
    eve.save()
    staff = sign_in(eve)
    assert staff.get(QUEUE).status_code == 403
    assert staff.post(QUEUE, {"accept": one.pk}).status_code == 403
    with pytest.raises(NotAllowed):
        actions.dismiss(suggestion=one, by=ben)
    assert outcome(one) == "waiting"


@pytest.mark.parametrize("value", ["", "x", "-1", "٣", "9" * 30, "1 or 1"])
def test_odd_choices_are_refused(desk: Client, value: str) -> None:
    assert desk.post(QUEUE, {"accept": value}).status_code == 400


def test_a_row_that_is_not_there_changes_nothing(desk: Client) -> None:
    assert desk.post(QUEUE, {"accept": "999999"}).status_code == 302
    assert not Action.objects.exists()


def test_the_page_of_one_leads_to_its_comment(desk: Client) -> None:
    one = suggestion(40, 39)
    assert desk.get(f"{QUEUE}{one.pk}/change/")["Location"] == f"/admin/comments/comment/{one.comment_id}/change/"


def test_the_list_costs_the_same_with_more_rows(desk: Client, seed: Post, doubling) -> None:
    spare = list(Comment.objects.filter(parent=None, suggestions=None).order_by("position"))

    def more() -> None:
        for one, another in pairwise(spare):
            Suggestion.objects.create(comment=another, parent=one, why="passing", start=0, end=3)

    doubling(lambda: desk.get(QUEUE), more, at_most=14)


def test_one_accepts_by_keyboard_and_goes_on_at_the_next_row_without_scripts(
    transactional_db: None, open_page: OpenPage
) -> None:
    suggest(load(seed_plan(), operator="test", commit=True).posts[0])
    User.objects.create_user("mod", "mod@example.org", PASSWORD, is_staff=True)
    mod = User.objects.get(username="mod")
    mod.groups.add(Group.objects.get(name="Moderators"))
    one, following = suggestion(19, 17), suggestion(21, 20)
    desk = open_page(QUEUE, scripts=False, user=mod)
    desk.set_viewport_size({"width": 390, "height": 844})
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.focus(f"button[name=accept][value='{one.pk}']")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**#s{following.pk}")
    assert "1 placed under what they answer." in desk.inner_text(".messagelist")
    for _ in range(3):
        desk.keyboard.press("Tab")
        if desk.evaluate("document.activeElement.name") == "accept":
            break
    assert desk.evaluate("document.activeElement.value") == str(following.pk)
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    assert outcome(following) == "accepted"
