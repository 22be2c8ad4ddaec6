"""Words posted after signing out: given back, taken along to the sign-in, and then a draft."""

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from comments.models import Comment
from forum.drafts import carrying
from forum.drafts.actions import MOST
from forum.drafts.models import Draft, Place
from forum.users.models import User
from posts.models import Tag
from tests.conftest import PASSWORD
from tests.making import page_of, select, token
from tests.users.conftest import link_in


@pytest.fixture(autouse=True)
def _confirmed(ann: User) -> None:
    EmailAddress.objects.create(user=ann, email=ann.email, verified=True, primary=True)


def sign_in_form(answer, action: str = "/accounts/login/") -> dict[str, str]:
    """What the form that signs in, or up, would send."""
    [form] = [form for form in page_of(answer).forms if form.action == action]
    return {name: value or "" for name, value in form.form_values()}


def addresses(post, comment) -> list[str]:
    answers = [f"/posts/{post.pk}/comment/", f"/comments/{comment.pk}/reply/", f"/comments/{comment.pk}/edit/"]
    return [*answers, "/posts/new/", f"/posts/{post.pk}/edit/"]


def test_words_posted_signed_out_are_a_draft_after_signing_in(ann, post, comment):
    for address in addresses(post, comment):
        browser = Client()
        answer = browser.post(address, {"title": "T", "body": "Long\r\nwords.", "token": token()})
        assert answer.status_code == 403
        assert "Long\nwords." in page_of(answer).text_content().replace("\r", "")
        form = sign_in_form(answer)
        answer = browser.post("/accounts/login/", form | {"login": "ann", "password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, address)
        shown = browser.get(address)
        assert select(page_of(shown), "textarea")[0].text.removeprefix("\n") == "Long\nwords."
        assert "Your draft of" in page_of(shown).text_content()
    assert Draft.objects.filter(member=ann).count() == len(addresses(post, comment))
    assert Comment.objects.count() == 1


def test_a_wrong_password_loses_nothing(ann, post):
    browser, address = Client(), f"/posts/{post.pk}/comment/"
    form = sign_in_form(browser.post(address, {"body": "Long words.", "token": token()}))
    again = sign_in_form(browser.post("/accounts/login/", form | {"login": "ann", "password": "wrong"}))
    answer = browser.post("/accounts/login/", again | {"login": "ann", "password": PASSWORD})
    assert answer["Location"] == address
    assert Draft.objects.get().words == {"body": "Long words."}


def test_a_browser_that_lost_its_cookie_loses_nothing(ann, post):
    address = f"/posts/{post.pk}/comment/"
    form = sign_in_form(Client().post(address, {"body": "Long words.", "token": token()}))
    refused = Client(enforce_csrf_checks=True).post("/accounts/login/", form | {"login": "ann", "password": "secret"})
    assert refused.status_code == 403
    assert "secret" not in refused.content.decode()
    again = sign_in_form(refused)
    assert (again["kept"], again["next"]) == (form["kept"], address)


def test_words_come_along_to_whoever_signs_up_instead(ann, post):
    browser, address, sign_up = Client(), f"/posts/{post.pk}/comment/", "/accounts/signup/"
    given_back = browser.post(address, {"body": "Long words.", "token": token()})
    assert [button.get("formaction") for button in select(page_of(given_back), "button[formaction]")] == [sign_up]
    opened = browser.post(sign_up, sign_in_form(given_back))
    assert "You are not signed up yet" not in page_of(opened).text_content()
    carol = {"username": "Carol", "email": "carol@example.org", "password1": PASSWORD}
    taken = browser.post(sign_up, sign_in_form(opened, sign_up) | carol | {"username": "ann"})
    browser.post(sign_up, sign_in_form(taken, sign_up) | carol)
    assert browser.post(link_in(mail.outbox[0]))["Location"] == address
    assert "Long words." in browser.get(address).content.decode()
    assert Draft.objects.get().member.username == "Carol"


def test_nobody_leaves_words_with_another_member_by_signing_up_with_their_address(ann):
    packed = carrying.pack(Place("post-new"), {"body": "Words."})
    form = {"username": "Carol", "email": ann.email, "password1": PASSWORD, "kept": packed}
    assert Client().post("/accounts/signup/", form).status_code == 302
    assert not Draft.objects.exists()


def test_a_draft_that_was_there_is_kept_beside_the_words_that_came_along(ann, sign_in, post):
    address = f"/posts/{post.pk}/comment/"
    sign_in(ann).post(address, {"body": "Kept before.", "token": token(), "keep": "1"})
    browser = Client()
    form = sign_in_form(browser.post(address, {"body": "Written signed out.", "token": token()}))
    browser.post("/accounts/login/", form | {"login": "ann", "password": PASSWORD})
    draft = Draft.objects.get()
    assert (draft.words["body"], draft.other["body"]) == ("Written signed out.", "Kept before.")


def test_nothing_is_stored_for_somebody_who_never_signs_in(db, post):
    for _ in range(3):
        Client().post(f"/posts/{post.pk}/comment/", {"body": "Words." * 100, "token": token(), "keep": "1"})
    assert not Draft.objects.exists()
    assert not Session.objects.exists()


def test_words_that_were_tampered_with_or_are_old_are_left_behind(ann):
    packed = carrying.pack(Place("post-new"), {"body": "Words."})
    for bad in ("", "x", packed[:-1], packed + "x", packed.replace(packed[3], "A"), "\x00", "é" * 10):
        assert carrying.take(ann, bad) is None or bad == packed
    with time_machine.travel("2999-01-01"):
        assert carrying.take(ann, packed) is None
    assert not Draft.objects.filter(words__body="x").exists()
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": "ann", "password": PASSWORD, "kept": "nonsense"})
    assert answer.status_code == 302


def test_words_that_cannot_be_a_draft_are_given_back_by_the_sign_in(ann, post):
    now = timezone.now()
    begun = [Draft(member=ann, kind="reply", of=pk, words={"body": "Begun."}, updated_at=now) for pk in range(MOST)]
    Draft.objects.bulk_create(begun)
    browser, address = Client(), f"/posts/{post.pk}/comment/"
    form = sign_in_form(browser.post(address, {"body": "Long\nwords.", "token": token()}))
    answer = browser.post("/accounts/login/", form | {"login": "ann", "password": PASSWORD})
    page = page_of(answer)
    assert answer.status_code == 403
    assert [words.text.removeprefix("\n") for words in select(page, "textarea")] == ["Long\nwords."]
    assert "You have 100 drafts" in select(page, "div[role='alert']")[0].text_content()
    assert select(page, "main p.more a")[-1].get("href") == address
    assert "Sign out" in page.text_content()
    assert PASSWORD not in answer.content.decode()


def test_words_at_a_place_that_cannot_be_tell_nobody_who_has_an_account(ann):
    packed = carrying.pack(Place("comment-edit", 2**63), {"body": "Words."})
    for name, email in (("Carol", "carol@example.org"), ("Dora", ann.email)):
        form = {"username": name, "email": email, "password1": PASSWORD, "kept": packed}
        assert Client().post("/accounts/signup/", form).status_code == 302


def test_all_tags_of_an_edit_come_along(ann, post):
    names = ["Gardens", "History", "Mills"]
    for name in names:
        Tag.objects.create(name=name, slug=name.lower())
    browser, address = Client(), f"/posts/{post.pk}/edit/"
    form = sign_in_form(browser.post(address, {"title": "T", "body": "New words.", "tags": names}))
    browser.post("/accounts/login/", form | {"login": "ann", "password": PASSWORD})
    ticked = select(page_of(browser.get(address)), "input[name='tags'][checked]")
    assert [box.get("value") for box in ticked] == names


def test_a_button_pressed_signed_out_leads_to_the_sign_in_and_back(comment):
    answer = Client().post(f"/comments/{comment.pk}/vote/", {"value": "1", "next": "/posts/1/?order=best"})
    page = page_of(answer)
    assert answer.status_code == 403
    assert select(page, "h1")[0].text_content() == "Not done"
    links = [link.get("href") for link in select(page, "p.more a")]
    assert links == ["/accounts/login/?next=/posts/1/%3Forder%3Dbest", "/posts/1/?order=best"]


def test_a_form_of_another_sign_in_speaks_of_words_only_where_there_are_some(comment):
    browser = Client(enforce_csrf_checks=True)
    for address, sent, says in (
        (f"/comments/{comment.pk}/vote/", {"value": "1"}, "do it once more"),
        (f"/comments/{comment.pk}/reply/", {"body": "Long words."}, "post the words once more"),
    ):
        assert says in browser.post(address, sent).content.decode()
