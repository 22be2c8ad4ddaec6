"""The way to stop mails: looking changes nothing, a POST without a cookie does it, and a forged token is none."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from forum.notices.models import Choice, Way
from forum.notices.tokens import WHATS, Token, WrongToken, read_token
from forum.notices.wishes import choice_of
from forum.voices.models import Mark
from tests.making import page_of, say, select

pytestmark = pytest.mark.django_db


@pytest.fixture
def links(confirmed, post, comment, ben) -> dict[str, str]:
    """The addresses in a mail to Ann about Ben's reply, by what they stop, and the one in its head."""
    say(post, ben, parent=comment)
    [message] = mail.outbox
    found = dict(re.findall(r"^Stop ([\w ]+).*: http://localhost:8000(\S+)$", message.body, re.MULTILINE))
    head = message.message()["List-Unsubscribe"].strip("<>\n ").removeprefix("http://localhost:8000")
    return {**found, "head": head}


def test_looking_at_the_page_changes_nothing(links, ann):
    for client in (Client(), Client(headers={"user-agent": "scanner"})):
        for link in links.values():
            for _ in range(2):
                answer = client.get(link)
                assert answer.status_code == 200
                assert "Nothing has changed yet" in answer.content.decode()
                assert not answer.cookies
            assert client.head(link).status_code == 200
    assert not Choice.objects.exists()
    assert not Mark.objects.exists()


def test_one_click_of_a_mail_program_stops_all_mails_without_a_cookie(links, post, comment, ann, ben):
    """RFC 8058: a POST with this body, no cookie, no redirect."""
    client = Client(enforce_csrf_checks=True)
    form = "List-Unsubscribe=One-Click"
    for _ in range(2):
        answer = client.post(links["head"], form, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200
        assert not answer.cookies
    mail.outbox.clear()
    say(post, ben, "Once more.", parent=comment)
    assert not mail.outbox
    assert {getattr(choice_of(ann), column) for column in set(Choice.COLUMNS.values())} == {Way.SITE}


def test_the_button_of_the_page_does_it_too(links, ann):
    client = Client(enforce_csrf_checks=True)
    page = page_of(client.get(links["mails about replies to you"]))
    [button] = select(page, "main form[method='post'] button")
    assert button.text_content() == "Stop these mails"
    answer = client.post(links["mails about replies to you"])
    assert "You get no more mails about replies to you" in answer.content.decode()
    choice = choice_of(ann)
    assert (choice.replies, choice.mentions) == (Way.SITE, Way.ONCE)


def test_a_thread_is_muted(links, post, comment, ann, ben):
    Client().post(links["this thread"])
    assert Mark.objects.get() == Mark.objects.get(member=ann, kind=Mark.Kind.MUTED, post=post)
    mail.outbox.clear()
    say(post, ben, "Once more.", parent=comment)
    assert not mail.outbox


def test_the_title_of_a_hidden_thread_is_not_on_the_page(links, post):
    type(post).objects.filter(pk=post.pk).update(state="hidden")
    assert "Of gardens" not in Client().get(links["this thread"]).content.decode()
    assert "Of gardens" not in Client().post(links["this thread"]).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_token_is_not_found(links, ann, ben, method):
    good = links["head"].split("/")[2]
    words, _, proof = good.partition("~")
    wrong = [
        "x",
        words,
        f"{words}~",
        f"{words}~{proof[:-1]}{'A' if proof[-1] != 'A' else 'B'}",
        f"{ben.pk}-all-0~{proof}",
        f"{ann.pk}-thread-1~{proof}",
        f"{good}~{proof}",
        "%00",
        "9" * 400,
        "\u0661-all-0~" + proof,
    ]
    for token in wrong:
        assert getattr(Client(), method)(f"/unsubscribe/{token}/").status_code in (400, 404)
    assert not Choice.objects.exists()


def test_a_token_of_another_purpose_is_none(ann):
    from django.core.signing import Signer

    with pytest.raises(WrongToken):
        read_token(Signer(salt="something else", sep="~").sign(f"{ann.pk}-all-0"))
    with pytest.raises(WrongToken):
        read_token(Signer(salt="forum.notices.unsubscribe", sep="~").sign(f"{ann.pk}-everything-0"))


def test_every_token_says_what_it_was_made_for(ann):
    for what in WHATS:
        token = Token(ann.pk, what, 7)
        assert read_token(str(token)) == token


@pytest.mark.parametrize("gone", ["closed", "deleted"])
def test_after_the_account_is_gone_there_is_nothing_to_stop(links, ann, gone):
    if gone == "closed":
        type(ann).objects.filter(pk=ann.pk).update(is_active=False)
    else:
        EmailAddress.objects.filter(user=ann).delete()
        ann.delete()
    assert Client().get(links["head"]).status_code == 404
    assert Client().post(links["head"]).status_code == 404


def test_other_methods_are_refused(links):
    assert Client().put(links["head"]).status_code == 405
