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


def test_an_address_that_is_none_is_not_taken_for_a_name(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", "a")
    with pytest.raises(CommandError, match="valid email address"):
        call_command("make_admin")


def test_with_nobody_to_ask_it_says_what_to_set(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", "")

    def nobody(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(CommandError, match="ADMIN_EMAIL and ADMIN_PASSWORD"):
        call_command("make_admin")


@pytest.mark.parametrize(
    ("email", "name", "made"),
    [
        ("Ada.L+x@Example.org", "", "adaLx".lower()),
        ("admin@example.org", "", "admin"),
        ("ada@example.org", "Ada", "Ada"),
    ],
)
def test_the_name_is_one_that_has_an_address(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, email: str, name: str, made: str
) -> None:
    monkeypatch.setenv("ADMIN_EMAIL", email)
    monkeypatch.setenv("ADMIN_NAME", name)
    call_command("make_admin")
    assert User.objects.get().username == made
    assert client.post("/accounts/login/", {"login": email, "password": PASSWORD}).status_code == 302
    assert client.get(f"/members/{made}/").status_code == 200


@pytest.mark.parametrize("name", ["a/b", "x" * 31, "\u202eada", "AnN"])
def test_a_name_that_cannot_be_had_is_told_in_one_line(ann: User, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("ADMIN_NAME", name)
    with pytest.raises(CommandError, match="Set ADMIN_NAME"):
        call_command("make_admin")
    assert User.objects.count() == 1
