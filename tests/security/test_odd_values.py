"""Odd bytes, odd numbers and far too much of everything: refused or cleaned, never a failed page."""

import time

import pytest
from django.test import Client

from comments.models import Comment
from forum.states import State
from posts.models import Post
from tests.making import Row, make_post, make_rows, token

pytestmark = pytest.mark.django_db

NUMBERS = ["0", "-1", str(2**31), str(2**63), str(2**70), "1e9", "\u0661", "999999999", "1.5", " 1", "0x1", "+1", "1_0"]
# As they stand in an address: NUL, control characters, halves of surrogates, no UTF-8, no characters at all.
BYTES = ["%00", "a%00b", "%01", "%1b[31m", "%7f", "%ed%a0%80", "%ff", "%c3%28", "%ef%bf%be", "%ef%bf%bf", "%0d%0aX: y"]
TEXTS = [
    "\x00",
    "a\x00b",
    "\x01",
    "\x1b[31m",
    "\x7f",
    "\ufffe",
    "\uffff",
    "\ufdd0",
    "\U0010ffff",
    "\u2028",
    "a\r\nX: y",
]


@pytest.fixture
def post(ann, settings) -> Post:
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)
    return make_post(ann)


@pytest.fixture
def comment(post, ann) -> Comment:
    return make_rows(post, [Row(author=ann)])[0]


@pytest.fixture
def reading(post, comment) -> list[str]:
    pages = [
        post.get_absolute_url(),
        comment.get_absolute_url(),
        "/",
        "/replies/",
        "/search/",
        "/drafts/",
        "/members/names/",
        "/members/ann/",
        "/moderation/name/",
    ]
    return [*pages, f"/comments/{comment.pk}/reply/"]


@pytest.fixture
def writing(post, comment) -> list[str]:
    report = f"/moderation/report/comment/{comment.pk}/"
    answers = [f"/posts/{post.pk}/comment/", f"/comments/{comment.pk}/reply/", f"/comments/{comment.pk}/edit/"]
    return [*answers, "/posts/new/", f"/posts/{post.pk}/edit/", report, "/moderation/name/"]


NAMES = ["after", "start", "order", "view", "show", "person", "quote", "next", "q", "page", "unknown"]
NAMES += ["where", "era", "thread"]


@pytest.mark.parametrize("value", [*NUMBERS, *BYTES])
def test_no_value_in_an_address_fails_a_page(client, sign_in, ann, reading, value):
    browser = sign_in(ann)
    for page in reading:
        for viewer in (client, browser):
            query = "&".join(f"{name}={value}" for name in NAMES)
            assert viewer.get(f"{page}?{query}").status_code in (200, 302, 400, 404)
            for name in NAMES[:4]:
                assert viewer.get(f"{page}?{name}={value}").status_code in (200, 302, 400, 404)


@pytest.mark.parametrize("value", NUMBERS)
def test_a_cursor_that_names_no_comment_is_not_found(client, post, comment, value):
    assert client.get(f"{post.get_absolute_url()}?after={comment.pk}").status_code == 200
    if value.strip() != "1":
        assert client.get(post.get_absolute_url(), {"after": value}).status_code == 404


def test_a_cursor_of_another_thread_is_not_found(client, ann, post):
    elsewhere = make_rows(make_post(ann), [Row(author=ann)])[0]
    assert client.get(f"{post.get_absolute_url()}?after={elsewhere.pk}").status_code == 404


@pytest.mark.parametrize("value", BYTES)
def test_no_bytes_in_a_path_fail_a_page(client, value):
    for path in (
        f"/{value}/",
        f"/posts/{value}/",
        f"/posts/1/{value}/",
        f"/members/{value}/",
        f"/persons/{value}/",
        f"/tags/{value}/",
    ):
        assert client.get(path).status_code in (400, 404)


@pytest.mark.parametrize("value", TEXTS)
def test_no_character_in_a_form_fails_it(sign_in, ann, post, comment, writing, value):
    browser = sign_in(ann)
    for address in writing:
        names = ("body", "title", "url", "kind", "text", "name", "contact", "rule", "seen", "person", "address")
        for extra in ({}, {"preview": "1"}):
            typed = dict.fromkeys(names, f"Words {value}.") | {"kind": "question", "url": "", "token": token()}
            assert browser.post(address, typed | extra).status_code in (200, 302, 403, 404, 409, 422)
            odd = dict.fromkeys([*names, "token", "preview"], value)
            assert browser.post(address, odd | extra).status_code in (200, 302, 403, 404, 409, 422)
    for row in (*Comment.objects.all(), *Post.objects.all()):
        assert "\x00" not in row.body + row.html
        if row.state == State.PUBLISHED:
            assert browser.get(row.get_absolute_url(), follow=True).status_code == 200
    assert browser.get("/feed/").status_code == 200


@pytest.mark.parametrize(
    "body", [b"body=%ff%fe&token=%00", b"body=%ed%a0%80", b"\xff\xfe\x00", b"body=" + b"%00" * 999]
)
def test_bytes_that_are_no_text_do_not_fail_a_form(sign_in, ann, writing, body):
    browser = sign_in(ann)
    for address in writing:
        answer = browser.post(address, body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (200, 302, 400, 403, 422)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=x", "", "x/y; z"]
)
def test_a_body_of_another_kind_does_not_fail_a_form(sign_in, ann, writing, kind):
    browser = sign_in(ann)
    for address in writing:
        for body in (b'{"body": {"a": [1]}}', b"--x\r\n\r\n", b"", b"--x--"):
            assert browser.post(address, body, content_type=kind).status_code in (200, 302, 400, 403, 422)


def test_a_megabyte_in_any_field_is_refused_quickly(client, sign_in, ann, writing):
    browser, much = sign_in(ann), "w" * 900_000
    for address in writing:
        for name in ("body", "title", "url", "token", "text", "name", "contact", "rule", "seen", "kind"):
            typed = {"body": "Words.", "title": "Words", "kind": "question", "token": token(), name: much}
            began = time.process_time()
            assert browser.post(address, typed).status_code in (302, 422)
            assert time.process_time() - began < 2
        assert browser.post(address, {"body": much * 2}).status_code == 400
    assert not Comment.objects.filter(body=much).exists()
    for headers in ({"cookie": "x=" + much}, {"referer": much}, {"user-agent": much}, {"x-request-id": much}):
        assert client.get("/", headers=headers).status_code == 200
    assert client.get(f"/{much}/").status_code == 404
    assert client.get(f"/?after={much}").status_code == 200


def test_thousands_of_fields_parts_and_files_are_refused(sign_in, ann, writing):
    browser = sign_in(ann)
    fields = "&".join(f"f{number}=1" for number in range(10_000))
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\n1\r\n' for n in range(3_000)) + "--x--"
    files = "".join(f'--x\r\nContent-Disposition: form-data; name="f{n}"; filename="f"\r\n\r\n1\r\n' for n in range(50))
    for address in writing:
        answer = browser.post(address, fields, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 400
        for body in (parts, files + "--x--"):
            assert browser.post(address, body, content_type="multipart/form-data; boundary=x").status_code == 400


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace", "head"])
def test_other_methods_change_nothing_and_fail_nothing(sign_in, ann, reading, writing, method):
    browser = sign_in(ann)
    before = list(Comment.objects.values()), list(Post.objects.values())
    for address in [*reading, *writing]:
        assert getattr(browser, method)(address).status_code < 500
    assert (list(Comment.objects.values()), list(Post.objects.values())) == before


def test_a_form_sent_twice_over_in_each_field_is_read_once(ann, post):
    browser = Client()
    browser.force_login(ann)
    body = f"body=One.&body=Two.&token={token()}&token={token()}"
    browser.post(f"/posts/{post.pk}/comment/", body, content_type="application/x-www-form-urlencoded")
    assert Comment.objects.get().body == "Two."
