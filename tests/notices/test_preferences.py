"""What a member wants by mail."""

import pytest
from django.core import mail

from forum.notices.models import Choice, Way
from tests.making import page_of, say, select

pytestmark = pytest.mark.django_db

FORM = {"replies": "once", "quotations": "once", "mentions": "once", "follows": "site", "decisions": "once"}


def test_the_defaults_are_mails_about_what_concerns_me_and_nothing_daily(sign_in, ann, confirmed):
    page = page_of(sign_in(ann).get("/preferences/mail/"))
    assert {select.name: select.value for select in page.xpath("//select")} == FORM
    assert "ann@example.org" in page.text_content()
    assert not Choice.objects.exists(), "looking keeps nothing"


def test_each_member_chooses_for_themselves(sign_in, ann, ben, eve, confirmed):
    chosen = {ann: FORM | {"replies": "site"}, ben: FORM | {"mentions": "daily"}, eve: FORM}
    for member in (ann, ben):
        sign_in(member).post("/preferences/mail/", chosen[member])
    for member, form in chosen.items():
        page = page_of(sign_in(member).get("/preferences/mail/"))
        assert {select.name: select.value for select in page.xpath("//select")} == form, member


def test_a_choice_is_kept_and_holds(sign_in, ann, ben, confirmed, post, comment):
    browser = sign_in(ann)
    answer = browser.post("/preferences/mail/", {**FORM, "replies": "site"}, follow=True)
    assert "Your choice is kept" in answer.content.decode()
    say(post, ben, parent=comment)
    assert not mail.outbox
    browser.post("/preferences/mail/", FORM)
    say(post, ben, "Again.", parent=comment)
    assert len(mail.outbox) == 1
    assert Choice.objects.get().replies == Way.ONCE


def test_without_a_confirmed_address_the_page_says_so(sign_in, ben):
    assert "you have none yet" in sign_in(ben).get("/preferences/mail/").content.decode()


@pytest.mark.parametrize("value", ["", "hourly", "x" * 5000, "\x00"])
def test_a_choice_that_does_not_exist_is_told(sign_in, ann, value):
    answer = sign_in(ann).post("/preferences/mail/", {**FORM, "follows": value})
    assert answer.status_code == 422
    assert select(page_of(answer), ".errorlist")
    assert not Choice.objects.exists()


def test_a_guest_signs_in_first(client):
    assert client.get("/preferences/mail/").status_code == 302
    assert client.post("/preferences/mail/", FORM).status_code == 403


def test_privacy_says_what_mails_there_are(client):
    shown = client.get("/privacy/").content.decode()
    assert 'href="/preferences/mail/"' in shown
    assert "One that you have read is deleted after 90 days" in shown
