"""The names that complete an @: for members alone, by how they begin, and those who speak in the thread first."""

import pytest
from allauth.account.models import EmailAddress

from forum.users.mentions import beginning_with
from forum.users.models import User
from tests.conftest import member
from tests.making import make_post, say, take_stock


@pytest.fixture
def ask(sign_in, ann):
    browser = sign_in(ann)
    return lambda query: browser.get(f"/members/names/?{query}").json()["names"]


def test_names_that_begin_alike_come_in_order_of_the_alphabet(ask):
    for name in ("annabel", "Anna", "bob", "o'hara", "anna-2"):
        member(name)
    assert ask("q=ann") == ["ann", "Anna", "anna-2", "annabel"]
    assert ask("q=ANNA") == ["Anna", "anna-2", "annabel"]
    assert ask("q=o'h") == ["o'hara"]
    assert ask("q=x") == []


def test_who_speaks_in_the_thread_comes_first(ask, ann, settings):
    settings.FIRST_COMMENTS_HELD = 0
    last = [member(f"anna{number}") for number in range(5)][-1]
    post, other = make_post(ann), make_post(ann)
    say(post, last)
    assert ask(f"q=anna&post={post.pk}")[0] == "anna4"
    assert ask(f"q=anna&post={other.pk}")[0] == "anna0"


def test_nobody_without_a_page_is_offered_and_no_address_of_anybody(sign_in, ann):
    closed, unconfirmed = member("annabel"), member("annette")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    EmailAddress.objects.create(user=unconfirmed, email=unconfirmed.email, verified=False)
    answer = sign_in(ann).get("/members/names/?q=ann")
    assert answer.json() == {"names": ["ann"]}
    assert "@" not in answer.content.decode()


def test_only_members_are_answered_and_no_other_site(client, sign_in, ann):
    assert client.get("/members/names/?q=a").status_code == 302
    answer = sign_in(ann).get("/members/names/?q=a", headers={"Origin": "https://evil.example"})
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%E2%80%8B", f"q={'a' * 31}", "q=%25", "q=_", "q=a&post=x", f"q=a&post={2**70}"]
)
def test_odd_letters_find_nobody(ask, ann, query):
    member("bob")
    assert ask(query) == []


def test_asking_has_a_limit(sign_in, ann, settings):
    settings.LIMITS = settings.LIMITS | {"names_per_hour": 1}
    browser = sign_in(ann)
    assert browser.get("/members/names/?q=a").status_code == 200
    answer = browser.get("/members/names/?q=a")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_names_are_found_by_an_index(ann):
    User.objects.bulk_create(
        User(username=f"name{n}", name_key=f"narne{n}", email=f"n{n}@example.org") for n in range(3_000)
    )
    take_stock()
    plan = beginning_with("name12")[:8].explain()
    assert "name_key" in plan
    assert "Seq Scan on users_user" not in plan
    assert "SCAN users_user" not in plan


def test_names_cannot_be_a_name():
    from django.core.exceptions import ValidationError

    from forum.text import names

    with pytest.raises(ValidationError):
        names.validate("names")
