"""Odd values at the addresses of reading: refused or ignored, never a failed page."""

import pytest

from tests.making import Row, make_rows
from tests.security.test_odd_values import BYTES, NUMBERS, TEXTS

pytestmark = pytest.mark.django_db


def test_no_value_in_an_address_fails_a_page(client, sign_in, ann, post):
    comment = make_rows(post, [Row(author=ann)])[0]
    browser, here = sign_in(ann), post.get_absolute_url()
    for value in [*NUMBERS, *BYTES, "read", "x" * 2_000]:
        for viewer in (client, browser):
            for address in (f"{here}?fold=", f"/posts/{post.pk}/next-new/?after=", "/reading/?post="):
                assert viewer.get(address + value).status_code in (200, 302, 400, 404)
    assert client.get(f"{here}?fold=all").status_code == 404
    for path in (f"/posts/{2**70}/next-new/", "/posts/0/next-new/"):
        assert browser.get(path).status_code == 404
    for path in (f"/comments/{comment.pk + 1}/fold/", f"/comments/{2**70}/fold/", "/posts/0/read/"):
        assert browser.post(path).status_code == 404


def test_no_character_and_no_length_in_a_form_fails_it(client, sign_in, ann, post):
    comment = make_rows(post, [Row(author=ann)])[0]
    browser = sign_in(ann)
    names = ("order", "next", "value", "section", "keep", "post", "reading-time_zone", "reading-scheme", "unknown")
    addresses = [f"/comments/{comment.pk}/fold/", f"/posts/{post.pk}/read/", "/preferences/", "/preferences/order/"]
    assert browser.post("/preferences/", {"section": "reading", "reading-scheme": "w" * 900_000}).status_code == 422
    for value in [*TEXTS[::2], "w" * 20_000, "//evil.example", "/?" + "a=b&" * 500]:
        for address in addresses:
            for section in ({}, {"section": "reading"}):
                answer = browser.post(address, dict.fromkeys(names, value) | section)
                assert answer.status_code in (200, 204, 302, 303, 400, 422), (address, value[:20])
                assert "evil" not in answer.get("Location", "")
        assert client.post("/reading/", dict.fromkeys(names, value)).status_code in (302, 400)
    for body in (b"order=%ff%fe", b"\xff\xfe\x00", b"section=reading&reading-scheme=%00"):
        for address in addresses:
            answer = browser.post(address, body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code in (200, 204, 302, 303, 400, 422)
