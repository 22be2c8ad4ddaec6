"""A password is changed or reset by its owner alone, once for each link, and ends every other session."""

import pytest
import time_machine
from django.core import mail
from django.test import Client

from forum.users.models import User
from tests.conftest import PASSWORD
from tests.users.conftest import SITE, is_signed_in, link_in

Two = tuple[User, User]
NEW = "another good password 7"


def ask(client: Client, email: str = "ann@example.org", **headers: str) -> object:
    return client.post("/accounts/password/reset/", {"email": email}, headers=headers)


def set_password(client: Client, link: str, password: str = NEW) -> object:
    form = client.get(link)
    path = form["Location"] if form.status_code == 302 else link
    return client.post(path, {"password1": password, "password2": password})


def test_a_mailed_link_sets_the_password_once(client: Client, confirmed: Two) -> None:
    old = Client()
    old.force_login(confirmed[0])
    assert ask(client)["Location"] == "/accounts/password/reset/done/"  # type: ignore[index]
    link = link_in(mail.outbox[0])
    assert set_password(client, link).status_code == 302  # type: ignore[attr-defined]
    user = User.objects.get(username="ann")
    assert user.check_password(NEW)
    assert old.get("/accounts/email/").status_code == 302
    assert "used before" in Client().get(link).content.decode()
    assert mail.outbox[-1].subject == "[Rejoinder] Your password was reset"


def test_a_link_dies_with_a_change_of_password_or_address(client: Client, confirmed: Two) -> None:
    ask(client)
    link = link_in(mail.outbox[0])
    user = confirmed[0]
    user.set_password(NEW)
    user.save()
    assert "used before" in client.get(link).content.decode()
    ask(client)
    link = link_in(mail.outbox[1])
    user.emailaddress_set.update(email="new@example.org")
    assert "used before" in client.get(link).content.decode()


@pytest.mark.parametrize("host", ["evil.example", "localhost:8000@evil.example", "localhost:8000, evil.example"])
def test_the_mail_leads_to_the_configured_site_alone(client: Client, confirmed: Two, host: str) -> None:
    assert ask(client, Host=host).status_code == 400  # type: ignore[attr-defined]
    ask(client, **{"X-Forwarded-Host": host})
    ask(client, Host="127.0.0.1:9999")
    assert len(mail.outbox) == 2
    for message in mail.outbox:
        assert "evil" not in message.message().as_string()
        assert f"{SITE}/accounts/password/reset/key/" in message.body
        assert "9999" not in message.body


def test_tokens_are_never_alike(confirmed: Two) -> None:
    from allauth.account.forms import default_token_generator

    users = [User.objects.create_user(f"user{number}", f"user{number}@example.org") for number in range(100)]
    tokens = {default_token_generator.make_token(user) for user in users}
    assert len(tokens) == 100
    assert all(len(token.partition("-")[2]) >= 32 for token in tokens)


@pytest.mark.parametrize("asked", ["m\u0131ke@example.org", "MIKE@EXAMPLE.ORG", "mike@example.org"])
def test_a_reset_reaches_the_stored_address_only(client: Client, db: None, asked: str) -> None:
    User.objects.create_user("mike", "mike@example.org", PASSWORD)
    ask(client, asked)
    with_links = [message for message in mail.outbox if "/reset/key/" in message.body]
    assert all(message.to == ["mike@example.org"] for message in with_links)
    assert len(with_links) == (asked.isascii())


def test_a_known_and_an_unknown_address_are_answered_alike(confirmed: Two) -> None:
    answers = [ask(Client(), email) for email in ("ann@example.org", "nobody@example.org")]
    assert {answer.status_code for answer in answers} == {302}  # type: ignore[attr-defined]
    assert len({answer["Location"] for answer in answers}) == 1  # type: ignore[index]
    assert len(mail.outbox) == 2


def test_resets_are_limited_for_an_address_and_for_a_network(confirmed: Two) -> None:
    answers = [ask(Client(REMOTE_ADDR=f"192.0.2.{number}")).status_code for number in range(1, 6)]  # type: ignore[attr-defined]
    assert answers == [302, 302, 302, 429, 429]
    assert len(mail.outbox) == 3
    answers = [ask(Client(), f"user{number}@example.org").status_code for number in range(25)]  # type: ignore[attr-defined]
    assert answers == [302] * 20 + [429] * 5


def test_a_member_changes_the_password_and_other_sessions_end(client: Client, confirmed: Two) -> None:
    ann, ben = confirmed
    client.force_login(ann)
    other = Client()
    other.force_login(ann)
    before = User.objects.get(pk=ben.pk).password
    answer = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, "id": ben.pk, "pk": ben.pk, "user": ben.pk, "username": "ben"},
    )  # fmt: skip
    assert answer.status_code == 302
    assert User.objects.get(pk=ann.pk).check_password(NEW)
    assert User.objects.get(pk=ben.pk).password == before
    assert is_signed_in(client)
    assert other.get("/accounts/email/").status_code == 302
    assert mail.outbox[0].to == ["ann@example.org"]


def test_the_old_password_is_needed(client: Client, confirmed: Two) -> None:
    client.force_login(confirmed[0])
    form = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    page = client.post("/accounts/password/change/", form).content.decode()
    assert "This is not your password now." in page
    assert User.objects.get(username="ann").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("path", "form", "allowed"),
    [
        ("password/change", {"oldpassword": "wrong", "password1": NEW, "password2": NEW}, 5),
        ("reauthenticate", {"password": "wrong"}, 5),
        ("email", {"email": "no address", "action_add": ""}, 10),
    ],
)
def test_whoever_sits_down_at_a_signed_in_browser_cannot_try_for_long(
    client: Client, confirmed: Two, path: str, form: dict[str, str], allowed: int
) -> None:
    client.force_login(confirmed[0])
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        answers = [client.post(f"/accounts/{path}/", form).status_code for _ in range(allowed + 2)]
    assert answers[allowed:] == [429, 429]
    assert 429 not in answers[:allowed]


@pytest.mark.parametrize(
    "path",
    [
        "login",
        "signup",
        "password/reset",
        "password/change",
        "password/set",
        "email",
        "reauthenticate",
        "logout",
    ],
)
def test_no_address_changes_another_member(client: Client, confirmed: Two, path: str) -> None:
    ann, ben = confirmed
    client.force_login(ann)
    before = User.objects.filter(pk=ben.pk).values().get()
    data = {"user": ben.pk, "id": ben.pk, "pk": ben.pk, "uid": ben.pk, "username": "ben", "oldpassword": PASSWORD, "password1": NEW, "password2": NEW, "action_primary": "", "email": ben.email}  # fmt: skip
    client.post(f"/accounts/{path}/", data)
    after = User.objects.filter(pk=ben.pk).values().get()
    assert after == before
    assert ben.emailaddress_set.get().email == "ben@example.org"
