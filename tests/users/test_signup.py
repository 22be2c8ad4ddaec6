"""A member signs up with a name nobody else has, and takes part once the address is confirmed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, connection
from django.test import Client

from forum.text import names
from forum.users.forms import SignupForm
from forum.users.models import User
from tests.conftest import PASSWORD
from tests.users.conftest import FORM, SignUp, is_signed_in, link_in


def test_a_visitor_signs_up_and_confirms_by_a_button(client: Client, sign_up: SignUp) -> None:
    response = sign_up(client)
    assert response.status_code == 302
    assert response["Location"] == "/accounts/confirm-email/"
    user = User.objects.get()
    assert (user.username, user.name_key) == ("Carol", names.skeleton("Carol"))
    assert not is_signed_in(client)
    link = link_in(mail.outbox[0])

    # The link alone does nothing: scanners of mail open links.
    page = client.get(link)
    assert "Yes, confirm it" in page.content.decode()
    assert not EmailAddress.objects.get().verified
    client.post(link)
    assert EmailAddress.objects.get().verified
    assert is_signed_in(client)
    assert "used before" in Client().get(link).content.decode()


def test_a_name_has_no_page_before_the_address_is_confirmed(client: Client, sign_up: SignUp) -> None:
    sign_up(client)
    assert client.get("/members/Carol/").status_code == 404
    client.post(link_in(mail.outbox[0]))
    assert client.get("/members/Carol/").status_code == 200


def test_another_browser_confirms_but_is_not_signed_in(client: Client, sign_up: SignUp) -> None:
    sign_up(client)
    other = Client()
    assert other.post(link_in(mail.outbox[0])).status_code == 302
    assert EmailAddress.objects.get().verified
    assert not is_signed_in(other)


def test_nobody_signs_in_before_the_address_is_confirmed(client: Client, sign_up: SignUp) -> None:
    sign_up(client)
    other = Client()
    response = other.post("/accounts/login/", {"login": "Carol", "password": PASSWORD})
    assert response["Location"] == "/accounts/confirm-email/"
    assert not is_signed_in(other)


@pytest.mark.parametrize(
    "name", ["ANN", "ann\u200b", "аnn", "admin", "a b", "x" * 31, "x", "a\x00b", "ann@example.org"]
)
def test_a_deceiving_or_taken_name_is_told_at_the_field(client: Client, ann: User, sign_up: SignUp, name: str) -> None:
    response = sign_up(client, username=name)
    assert response.status_code == 200
    assert 'aria-invalid="true"' in response.content.decode()
    assert 'value="carol@example.org"' in response.content.decode()
    assert User.objects.count() == 1


def test_two_who_want_one_name_at_once_get_one_member_and_one_form(
    client: Client, sign_up: SignUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_valid = SignupForm.is_valid

    def and_then_somebody_was_faster(self: SignupForm) -> bool:
        found_free: bool = is_valid(self)
        User.objects.create_user("caroI", "other@example.org", PASSWORD)
        return found_free

    monkeypatch.setattr(SignupForm, "is_valid", and_then_somebody_was_faster)
    response = sign_up(client)
    assert response.status_code == 200
    assert "That name is taken" in response.content.decode()
    assert [user.username for user in User.objects.all()] == ["caroI"]
    assert not mail.outbox


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_many_who_want_one_name_in_the_same_moment_one_gets_it() -> None:
    together = Barrier(5)

    def want(number: int) -> int:
        client = Client()
        client.get("/accounts/signup/")
        together.wait()
        data = FORM | {"username": "Carol" if number % 2 else "CAR0L", "email": f"carol{number}@example.org"}
        try:
            return client.post("/accounts/signup/", data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = sorted(pool.map(want, range(5)))
    assert answers == [200, 200, 200, 200, 302]
    assert User.objects.count() == EmailAddress.objects.count() == 1


def test_the_database_itself_keeps_look_alikes_apart(ann: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.create_user("Ａnn", "x@example.org", PASSWORD)


def test_what_the_form_does_not_ask_is_not_taken(client: Client, sign_up: SignUp) -> None:
    sign_up(client, is_staff="on", is_superuser="1", is_active="", id="7", name_key="x", date_joined="2001-01-01")
    user = User.objects.get()
    assert not user.is_staff
    assert not user.is_superuser
    assert user.is_active
    assert user.name_key == names.skeleton("Carol")
    assert user.date_joined.year > 2001


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "a" * 250 + "@example.org"),
        ("email", "x@example.org\nBcc: y@example.org"),
        ("email", "<script>@example.org"),
        ("email", "\x00@example.org"),
        ("password1", "short"),
        ("password1", "x" * 100_000),
        ("password1", "carol@example.org"),
        ("username", "y" * 100_000),
        ("email", ""),
    ],
)
def test_a_field_over_its_limits_is_refused_kindly(client: Client, sign_up: SignUp, field: str, value: str) -> None:
    response = sign_up(client, **{field: value})
    assert response.status_code == 200
    assert not User.objects.exists()
    assert not mail.outbox
    assert "You are not signed up yet." in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("email", "nobody", "This is not an e-mail address. It looks like name@example.org."),
        ("password1", "short", "This password is too short. Choose one of at least 10 characters."),
        ("password1", "password123", "Many people have this password, so it is tried first. Choose another."),
        ("password1", FORM["email"], "This password is too much like your e-mail address. Choose another."),
        ("username", "Carol Ann", "The name cannot hold a space."),
        ("username", "Carol!", "The name cannot hold “!”."),
    ],
)
def test_what_is_wrong_is_said_in_our_words(client: Client, sign_up: SignUp, field: str, value: str, says: str) -> None:
    assert says in sign_up(client, **{field: value}).content.decode()


def test_the_page_names_the_mail_folder_and_never_the_link(client: Client, sign_up: SignUp, settings: object) -> None:
    settings.EMAIL_FILE_PATH = "/srv/forum/mail"  # type: ignore[attr-defined]
    sign_up(client)
    page = client.get("/accounts/confirm-email/").content.decode()
    assert "/srv/forum/mail" in page
    assert link_in(mail.outbox[0]) not in page
    settings.EMAIL_FILE_PATH = None  # type: ignore[attr-defined]
    assert "among the spam" in client.get("/accounts/confirm-email/").content.decode()


def test_the_mail_names_the_member_as_typed(client: Client, sign_up: SignUp) -> None:
    sign_up(client, username="O'Neil")
    message = mail.outbox[0]
    assert "O'Neil signed up on localhost:8000" in message.body
    assert message.subject == "[Rejoinder] Confirm your address"
    assert message.to == ["carol@example.org"]


def test_a_mail_server_that_is_down_changes_nothing_of_the_answer(
    client: Client, sign_up: SignUp, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(self: object, messages: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", down)
    assert sign_up(client)["Location"] == "/accounts/confirm-email/"
    assert sign_up(Client(), email=ann.email, username="Dora")["Location"] == "/accounts/confirm-email/"
    assert Client().post("/accounts/password/reset/", {"email": ann.email}).status_code == 302


def test_sign_ups_from_one_network_are_limited(sign_up: SignUp) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        answers = [
            sign_up(Client(), username=f"carol{number}", email=f"carol{number}@example.org").status_code
            for number in range(22)
        ]
    assert answers == [302] * 20 + [429] * 2


def test_an_address_is_sent_a_link_every_three_minutes_and_five_a_day_at_most(sign_up: SignUp) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        sign_up(Client())
        sent = []
        for _ in range(6):
            for _ in range(2):
                Client().post("/accounts/login/", {"login": "Carol", "password": PASSWORD})
            sent.append(len(mail.outbox))
            clock.shift(181)
    assert sent == [1, 2, 3, 4, 5, 5]
    assert {message.to[0] for message in mail.outbox} == {"carol@example.org"}
