"""`make admin` makes somebody who can sign in and administer, asked or unattended."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from forum.users.models import User

PASSWORD = "a long enough phrase"


@pytest.fixture(autouse=True)
def _unattended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", "ada@example.org")
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)


def test_an_administrator_signs_in_at_once(client: Client, db: None) -> None:
    call_command("make_admin")
    ada = User.objects.get(email="ada@example.org")
    assert (ada.username, ada.is_staff, ada.is_superuser) == ("ada", True, True)
    answer = client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_member_becomes_an_administrator(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", ann.email)
    call_command("make_admin")
    ann.refresh_from_db()
    assert ann.is_superuser
    assert User.objects.count() == 1


@pytest.mark.parametrize(("name", "value"), [("ADMIN_PASSWORD", "short"), ("ADMIN_EMAIL", "nobody")])
def test_a_poor_password_or_address_is_refused(
    db: None, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(CommandError):
        call_command("make_admin")
    assert not User.objects.exists()


def test_with_nobody_to_ask_it_says_what_to_set(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", "")

    def nobody(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(CommandError, match="ADMIN_EMAIL and ADMIN_PASSWORD"):
        call_command("make_admin")
