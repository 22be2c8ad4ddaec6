"""A member signs in by name or address, and no trick leads elsewhere, keeps a session alive or tries for ever."""

from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from forum.users.models import User
from tests.conftest import PASSWORD
from tests.making import make_post, page_of, say, select
from tests.users.conftest import is_signed_in

Two = tuple[User, User]


def sign_in(client: Client, login: str = "ann", password: str = PASSWORD, **more: str) -> object:
    return client.post("/accounts/login/", {"login": login, "password": password, **more})


@pytest.mark.parametrize("login", ["ann", "ANN", "ann@example.org", "Ann@Example.org", " ann "])
def test_name_and_address_both_sign_in(client: Client, confirmed: Two, login: str) -> None:
    assert sign_in(client, login).status_code == 302  # type: ignore[attr-defined]
    assert is_signed_in(client)


def test_signing_in_changes_the_session_and_the_form_token(client: Client, confirmed: Two) -> None:
    client.get("/accounts/login/")
    before = client.cookies["csrf"].value
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies["session"] = session.session_key or ""
    sign_in(client)
    assert client.cookies["session"].value != session.session_key
    assert client.cookies["csrf"].value != before
    assert not session.__class__(session.session_key).load()


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example", "\\\\evil.example", "/\\evil.example", "///evil.example", "https:evil.example",
        "http:\\\\evil.example", "/\tevil.example", "/\t/evil.example", "javascript:a()", "https://evil.example",
        "user@evil.example", "https://localhost:8000@evil.example", "/ /evil.example\n", "evil.example", "http://testserver.evil.example",
    ],
)  # fmt: skip
def test_next_stays_on_the_site(client: Client, confirmed: Two, address: str) -> None:
    assert sign_in(client, next=address)["Location"] == "/"  # type: ignore[index]
    assert client.post("/accounts/logout/", {"next": address})["Location"] == "/"


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:a()"])
def test_next_stays_on_the_site_for_who_is_signed_in(client: Client, mod: User, address: str) -> None:
    client.force_login(mod)
    for path in ("/accounts/login/", "/accounts/signup/", "/admin/login/"):
        answer = client.get(path, {"next": address})
        assert answer["Location"] in {"/", "/admin/"}, path


@pytest.mark.parametrize("path", ["/posts/new/", "/comments/7/?x=1&y=2#c7", "/%2Fevil.example"])
def test_next_leads_back_to_where_one_was(client: Client, confirmed: Two, path: str) -> None:
    assert sign_in(client, next=path)["Location"] == path  # type: ignore[index]


def test_signing_in_leads_back_to_the_page_from_which_one_went(client: Client, confirmed: Two) -> None:
    post = make_post(confirmed[0])
    say(post, confirmed[0])
    for page in (post.get_absolute_url(), f"{post.get_absolute_url()}?utm_source=x", "/about/"):
        [way] = [link for link in select(page_of(client.get(page)), "nav a") if link.text == "Sign in"]
        fields = select(page_of(client.get(way.get("href"))), "main input")
        form = {field.get("name"): field.get("value", "") for field in fields}
        answer = Client().post("/accounts/login/", form | {"login": "ann", "password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, page.partition("?")[0])


def test_no_sign_in_leads_back_to_a_page_of_the_account_or_to_what_is_none(client: Client, db: None) -> None:
    paths = ("/", "/accounts/login/?next=/about/", "/accounts/password/reset/done/", "/nothing/")
    shown = [client.get(path) for path in paths]
    for answer in (*shown, client.post("/comments/1/vote/", {"value": "1"})):
        assert '<li><a href="/accounts/login/">Sign in</a></li>' in answer.content.decode()


def test_the_way_back_survives_signing_up(client: Client, db: None) -> None:
    page = client.get("/accounts/login/?next=/posts/new/").content.decode()
    assert 'href="/accounts/signup/?next=%2Fposts%2Fnew%2F"' in page
    assert 'value="/posts/new/"' in client.get("/accounts/signup/?next=/posts/new/").content.decode()


def test_signing_out_needs_a_button(client: Client, confirmed: Two) -> None:
    sign_in(client)
    client.get("/accounts/logout/")
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "path",
    ["login", "signup", "logout", "password/reset", "password/change", "email", "reauthenticate"],
)
def test_no_form_of_an_account_works_without_its_token(confirmed: Two, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(confirmed[0])
    data = {"email": "x@example.org", "login": "ann", "password": PASSWORD, "action_add": ""}
    assert strict.post(f"/accounts/{path}/", data).status_code == 403


def test_a_suspended_member_signs_in(client: Client, confirmed: Two) -> None:
    User.objects.update(suspended_until=timezone.now() + timezone.timedelta(days=1), suspension_reason="Threats")
    sign_in(client)
    assert is_signed_in(client)
    page = client.get("/members/ann/").content.decode()
    assert "suspended until" in page
    assert "Threats" in page
    assert "Threats" not in Client().get("/members/ann/").content.decode()


def test_a_closed_account_cannot_sign_in_and_its_sessions_end(client: Client, confirmed: Two) -> None:
    sign_in(client)
    User.objects.update(is_active=False)
    assert client.get("/accounts/email/").status_code == 302
    other = Client()
    assert sign_in(other)["Location"] == "/accounts/inactive/"  # type: ignore[index]
    assert not is_signed_in(other)


def test_tries_are_limited_whatever_address_they_claim(client: Client, confirmed: Two) -> None:
    for number in range(5):
        headers = {
            "X-Forwarded-For": f"10.0.0.{number}",
            "X-Real-IP": f"10.0.0.{number}",
            "Forwarded": f"for=10.0.0.{number}",
        }
        answer = client.post("/accounts/login/", {"login": "ann", "password": "wrong"}, headers=headers)
        assert answer.status_code == 200
    answer = sign_in(client)
    assert answer.status_code == 429  # type: ignore[attr-defined]
    assert int(answer["Retry-After"]) > 0  # type: ignore[index]
    assert not is_signed_in(client)


def test_a_good_sign_in_of_ones_own_does_not_clear_the_count(client: Client, confirmed: Two) -> None:
    for _ in range(2):
        for _ in range(4):
            sign_in(Client(), "ann", "wrong")
        sign_in(Client(), "ben")
    assert sign_in(Client(), "ann").status_code == 429  # type: ignore[attr-defined]


def test_one_network_may_not_try_many_names(client: Client, confirmed: Two) -> None:
    answers = [
        sign_in(Client(REMOTE_ADDR=f"2001:db8:0:1::{number}"), f"name{number}").status_code for number in range(1, 13)
    ]  # type: ignore[attr-defined]
    assert answers[:10] == [200] * 10
    assert answers[10:] == [429] * 2


def test_behind_a_proxy_the_visitor_is_who_the_proxy_names(confirmed: Two, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(11):
        # What stands before the last address, anybody can write.
        headers = {"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.7"}
        data = {"login": f"name{number}", "password": "wrong"}
        answer = Client().post("/accounts/login/", data, headers=headers)
    assert answer.status_code == 429
    answer = Client().post("/accounts/login/", data, headers={"X-Forwarded-For": "192.0.2.7, 192.0.2.8"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "odd", ["a\x00b", "\ufffe", "\U0001f600", "a" * 300, "1e9", "%00", "\u202e", "\\", "';--", "a\r\nb"]
)
def test_odd_words_are_answered_with_the_form(client: Client, confirmed: Two, odd: str) -> None:
    client.force_login(confirmed[0])
    fields = ("login", "username", "email", "password", "password1", "password2", "oldpassword")
    data = dict.fromkeys(fields, odd) | {"action_add": ""}
    for path in ("password/change", "email", "reauthenticate"):
        assert client.post(f"/accounts/{path}/", data).status_code == 200, path
    for path in ("login", "signup", "password/reset"):
        assert Client().post(f"/accounts/{path}/", data).status_code == 200, path
    for path in ("confirm-email", "password/reset/key"):
        assert client.get(f"/accounts/{path}/{quote(odd)}/").status_code in {200, 400, 404}, path


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client: Client, confirmed: Two) -> None:
    known, unknown = (sign_in(Client(), name, "wrong").content.decode() for name in ("ann", "zoe"))  # type: ignore[attr-defined]
    assert "Name or password is not right." in known
    strip = [page.split('name="csrfmiddlewaretoken"')[0] for page in (known, unknown)]
    assert strip[0] == strip[1]


def test_the_admin_has_no_way_in_of_its_own(client: Client, confirmed: Two, mod: User) -> None:
    answer = client.get("/admin/login/?next=/admin/")
    assert answer["Location"].startswith("/accounts/login/?next=")
    assert client.post("/admin/login/", {"username": "mod", "password": PASSWORD}).status_code == 302
    assert not is_signed_in(client)
    client.force_login(confirmed[0])
    assert client.get("/admin/login/?next=/admin/").status_code == 403


@pytest.mark.parametrize("corpus", ["<script>a()</script>", "\"' onmouseover=a()", "{{ 7|add:7 }}"])
def test_what_is_typed_is_shown_as_text(client: Client, confirmed: Two, corpus: str) -> None:
    page = sign_in(client, corpus, "wrong", next=corpus).content.decode()  # type: ignore[attr-defined]
    assert "<script>a" not in page
    assert "\"' onmouseover" not in page
    page = client.get("/accounts/login/", {"next": corpus, "error": corpus}).content.decode()
    assert "<script>a" not in page


@pytest.mark.parametrize(
    "path", ["login", "signup", "password/reset", "confirm-email", "password/reset/done", "inactive"]
)
def test_every_page_of_an_account_looks_like_the_rest(client: Client, db: None, path: str) -> None:
    answer = client.get(f"/accounts/{path}/")
    page = answer.content.decode()
    assert 'id="main"' in page
    assert "Menu:" not in page
    assert "<script" not in page
    assert "style=" not in page
    assert '<meta name="robots" content="noindex">' in page
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
