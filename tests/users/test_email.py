"""An address is changed by its owner, counts once it is confirmed, and the old one is told."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client

from forum.users.models import User
from tests.conftest import PASSWORD
from tests.users.conftest import SignUp, link_in

Two = tuple[User, User]


@pytest.fixture
def ann_client(client: Client, confirmed: Two) -> Client:
    client.post("/accounts/login/", {"login": "ann", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def change(client: Client, email: str) -> object:
    return client.post("/accounts/email/", {"email": email, "action_add": ""})


def test_a_new_address_counts_once_it_is_confirmed(ann_client: Client) -> None:
    change(ann_client, "new@example.org")
    assert User.objects.get(username="ann").email == "ann@example.org"
    assert mail.outbox[0].to == ["new@example.org"]
    page = ann_client.get("/accounts/email/").content.decode()
    assert "new@example.org waits to be confirmed" in page
    ann_client.post(link_in(mail.outbox[0]))
    assert User.objects.get(username="ann").email == "new@example.org"
    told = mail.outbox[-1]
    assert told.to == ["ann@example.org"]
    assert "changed from ann@example.org to new@example.org" in told.body


def test_the_old_address_is_told_of_a_way_that_is_still_open_to_it(ann_client: Client) -> None:
    change(ann_client, "new@example.org")
    ann_client.post(link_in(mail.outbox[0]))
    [told] = [message for message in mail.outbox if message.to == ["ann@example.org"]]
    mail.outbox.clear()
    Client().post("/accounts/password/reset/", {"email": "ann@example.org"})
    assert "There is none." in mail.outbox[0].body, "a link to reset the password goes to the new address alone"
    assert "/accounts/password/reset/" not in told.body
    for path in ("/accounts/password/change/", "/contact/"):
        assert f"http://localhost:8000{path}\n" in told.body
        assert Client().get(path, follow=True).status_code == 200


def test_an_address_of_another_member_is_never_taken(ann_client: Client, confirmed: Two) -> None:
    ben = confirmed[1]
    assert change(ann_client, ben.email).status_code == 302  # type: ignore[attr-defined]
    message = mail.outbox[0]
    assert message.to == [ben.email]
    ann_client.post(link_in(message))
    assert User.objects.get(username="ann").email == "ann@example.org"
    assert EmailAddress.objects.get(email=ben.email, verified=True).user == ben
    other = Client()
    other.post("/accounts/login/", {"login": ben.email, "password": PASSWORD})
    assert int(other.session["_auth_user_id"]) == ben.pk


def test_the_password_is_asked_for_first(client: Client, confirmed: Two) -> None:
    client.post("/accounts/login/", {"login": "ann", "password": PASSWORD})
    answer = change(client, "new@example.org")
    address = answer["Location"]  # type: ignore[index]
    assert address == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"
    assert not mail.outbox
    page = client.post(address, {"password": "wrong", "next": "/accounts/email/"}).content.decode()
    assert "This is not your password." in page
    assert not mail.outbox
    client.post(address, {"password": PASSWORD, "next": "/accounts/email/"})
    assert mail.outbox[0].to == ["new@example.org"]


def test_a_guest_has_no_address_to_change(client: Client, db: None) -> None:
    assert client.get("/accounts/email/")["Location"].startswith("/accounts/login/")


def test_a_known_address_is_not_told_apart_at_sign_up(ann: User, sign_up: SignUp) -> None:
    EmailAddress.objects.create(user=ann, email=ann.email, verified=True, primary=True)
    known, unknown = Client(), Client()
    answers = [sign_up(known, email=ann.email), sign_up(unknown, username="Dora", email="dora@example.org")]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/accounts/confirm-email/")}
    pages = [client.get("/accounts/confirm-email/").content for client in (known, unknown)]
    assert pages[0] == pages[1]
    assert "has an account there already" in mail.outbox[0].body
    assert User.objects.count() == 2


def test_the_slow_part_is_done_as_often_for_known_and_unknown(
    confirmed: Two, sign_up: SignUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)

    def times(act: Callable[[], object]) -> int:
        hashed.clear()
        act()
        return len(hashed)

    for login in ("ann", "zoe", "ann@example.org", "zoe@example.org"):
        data = {"login": login, "password": "wrong"}
        assert times(lambda data=data: Client().post("/accounts/login/", data)) == 1, login  # type: ignore[misc]
    for number, email in enumerate(("ann@example.org", "zoe@example.org")):
        changes = {"email": email, "username": f"name{number}"}
        assert times(lambda changes=changes: sign_up(Client(), **changes)) == 1, email  # type: ignore[misc]


def test_nobody_is_flooded_with_links(sign_up: SignUp) -> None:
    sign_up(Client())
    for number in range(1, 30):
        Client(REMOTE_ADDR=f"192.0.2.{number}").post("/accounts/login/", {"login": "Carol", "password": PASSWORD})
    assert len(mail.outbox) == 1
