"""Anybody reports what they can read; reports decide nothing by themselves."""

from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from comments.actions import change_state
from comments.models import Comment
from forum.moderation import limits
from forum.moderation.models import Report, Rule
from forum.refusals import TooMany
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.making import page_of, select
from tests.moderation.conftest import Archive, say

SignIn = Callable[[User], Client]


def address(thing: Post | Comment) -> str:
    return reverse("report", args=["comment" if isinstance(thing, Comment) else "post", thing.pk])


def test_a_guest_sees_the_words_and_sends_a_report(client: Client, comment: Comment, spam: Rule) -> None:
    page = client.get(address(comment))
    assert "Words of the comment." in page.content.decode()
    assert spam.text in page.content.decode()
    answer = client.post(address(comment), {"rule": spam.slug, "text": "Buy fish"}, follow=True)
    assert answer.redirect_chain[0][1] == 302
    assert "Thank you" in answer.content.decode()
    assert f"#c{comment.pk}" in answer.content.decode()
    report = Report.objects.get()
    assert (report.comment, report.reporter, report.text, report.outcome) == (comment, None, "Buy fish", "open")


def test_a_post_can_be_reported(client: Client, post: Post, spam: Rule) -> None:
    assert "Words of the post." in client.get(address(post)).content.decode()
    client.post(address(post), {"rule": spam.slug})
    assert Report.objects.get().post == post


def test_an_archived_comment_is_reported_like_any_other(client: Client, archive: Archive, spam: Rule) -> None:
    page = client.get(address(archive.said[0])).content.decode()
    assert f"/moderation/name/?person={archive.driller.pk}" in page
    client.post(address(archive.said[0]), {"rule": spam.slug})
    assert Report.objects.get().comment == archive.said[0]


def test_words_are_kept_when_the_rule_is_missing(client: Client, comment: Comment) -> None:
    answer = client.post(address(comment), {"text": "My long explanation"})
    assert answer.status_code == 422
    assert "My long explanation" in answer.content.decode()
    assert "Choose what is wrong with it." in answer.content.decode()
    page = page_of(answer)
    [way] = select(page, ".problems a")
    assert select(page, way.get("href"))[0].get("type") == "radio", "the reason leads to the first choice"
    [group] = select(page, "fieldset")
    assert group.get("aria-describedby") == "id_rule_error"
    assert "Choose what is wrong" in select(page, "#id_rule_error")[0].text_content()


def test_a_rule_that_is_not_offered_cannot_be_chosen(client: Client, comment: Comment) -> None:
    rule = Rule.objects.get(slug="approval")
    assert client.post(address(comment), {"rule": rule.slug}).status_code == 422


def test_the_same_member_reports_the_same_thing_once(sign_in: SignIn, eve: User, comment: Comment, spam: Rule) -> None:
    browser = sign_in(eve)
    browser.post(address(comment), {"rule": spam.slug})
    answer = browser.post(address(comment), {"rule": spam.slug, "text": "Once more"})
    assert answer.status_code == 409
    assert "You have reported this already" in answer.content.decode()
    assert "Once more" in answer.content.decode()
    assert Report.objects.count() == 1


def test_nobody_reports_their_own_words(sign_in: SignIn, ben: User, comment: Comment, spam: Rule) -> None:
    answer = sign_in(ben).post(address(comment), {"rule": spam.slug})
    assert answer.status_code == 403
    assert not Report.objects.exists()


@pytest.mark.parametrize("state", [State.HELD, State.HIDDEN, State.REMOVED, State.DELETED])
def test_what_is_not_shown_cannot_be_reported_and_is_not_told_from_what_is_not_there(
    client: Client, comment: Comment, mod: User, spam: Rule, state: State
) -> None:
    if state == State.DELETED:
        Comment.objects.filter(pk=comment.pk).update(state=state)
    else:
        change_state(comment=comment, to=state, by=mod)
    for kind in (address(comment), reverse("report", args=["comment", 2**62]), reverse("report", args=["user", 1])):
        assert client.get(kind).status_code == 404
        assert client.post(kind, {"rule": spam.slug}).status_code == 404
    assert client.get(reverse("report-sent", args=["comment", comment.pk])).status_code == 404


def test_reports_of_one_guest_are_limited(client: Client, comment: Comment, post: Post, spam: Rule, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "reports_per_hour": 2}
    answers = [client.post(address(comment), {"rule": spam.slug, "text": f"nr {n}"}) for n in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 429, 429]
    assert "nr 3" in answers[3].content.decode()
    assert Report.objects.count() == 2
    other = Client(REMOTE_ADDR="192.0.2.7")
    assert other.post(address(comment), {"rule": spam.slug}).status_code == 302


@pytest.mark.parametrize(
    ("at", "seconds", "again"),
    [("12:20:00", 2_400, "40 minutes"), ("12:58:59", 61, "2 minutes"), ("12:59:30", 30, "1 minute")],
)
def test_a_limit_says_when_to_try_again(at: str, seconds: int, again: str, db: None, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "reports_per_hour": 1}
    with time_machine.travel(f"2026-03-01T{at}Z", tick=False):
        limits.spend("reports", "guest:1")
        with pytest.raises(TooMany, match=rf"Try again in {again}\.") as refusal:
            limits.spend("reports", "guest:1")
        limits.spend("reports", "guest:2")
    assert refusal.value.wait == seconds


def test_no_number_of_reports_hides_anything(comment: Comment, spam: Rule) -> None:
    for number in range(50):
        browser = Client()
        browser.force_login(User.objects.create_user(f"new{number}", "", "x"))
        assert browser.post(address(comment), {"rule": spam.slug}).status_code == 302
    comment.refresh_from_db()
    assert (Report.objects.count(), comment.state) == (50, State.PUBLISHED)


def test_fields_that_the_form_does_not_have_change_nothing(
    sign_in: SignIn, eve: User, comment: Comment, mod: User, spam: Rule
) -> None:
    more = {"outcome": "granted", "decided_by": mod.pk, "reporter": mod.pk, "comment": 1, "who": "x", "is_staff": "1"}
    sign_in(eve).post(address(comment), {"rule": spam.slug, **more})
    report = Report.objects.get()
    assert (report.outcome, report.decided_by, report.reporter) == ("open", None, eve)
    eve.refresh_from_db()
    assert not eve.is_staff


@pytest.mark.parametrize("text", ["x" * 1_001, "nul \x00 byte", "y" * 200_000])
def test_odd_and_long_words_are_refused_with_a_sentence(
    client: Client, comment: Comment, spam: Rule, text: str
) -> None:
    assert client.post(address(comment), {"rule": spam.slug, "text": text}).status_code in (400, 413, 422)
    assert not Report.objects.exists()


def test_reading_the_form_costs_the_same_with_more_replies(
    client: Client, post: Post, comment: Comment, ben: User, doubling
) -> None:
    doubling(lambda: client.get(address(comment)), lambda: say(post, ben, "More", comment), at_most=5)
