"""One page has one key, however its address is spelt; nothing that is typed fails."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forum.text.addresses import LONGEST, ROOM, host_shown, key

SAME = [
    "https://example.org/a/page",
    "http://example.org/a/page",
    "https://www.example.org/a/page",
    "HTTPS://WWW.Example.ORG/a/page",
    "https://example.org:443/a/page",
    "http://example.org:80/a/page",
    "https://example.org./a/page/",
    "https://example.org/a/page#section-2",
    "https://example.org/a/page?utm_source=x&utm_medium=mail&fbclid=IwAR0",
    "https://example.org/a/page/?gclid=1#top",
    "https://example.org/%61/p%61ge",
    "  https://example.org/a/page  ",
]


@pytest.mark.parametrize("address", SAME)
def test_the_spellings_of_one_page_have_one_key(address: str) -> None:
    assert key(address) == "example.org/a/page"


def test_parameters_are_told_apart_but_not_their_order() -> None:
    one = key("https://example.org/?b=2&a=1&a=0")
    assert one == key("https://example.org/?a=0&b=2&utm_term=z&a=1") == "example.org?a=0&a=1&b=2"
    assert one != key("https://example.org/?a=1&b=2")
    assert key("https://example.org/?q=a+b") == key("https://example.org/?q=a%20b")


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/a/Page",
        "https://example.org/a",
        "https://example.org/a%2Fpage",
        "https://example.com/a/page",
        "https://m.example.org/a/page",
        "https://example.org:8080/a/page",
        "https://example.org/a/page?id=1",
        "https://example.org/a/page%20",
    ],
)
def test_another_page_has_another_key(other: str) -> None:
    assert key(other) not in ("", "example.org/a/page")


def test_a_host_in_letters_of_any_script_is_one_host() -> None:
    assert key("https://bücher.example/") == key("https://xn--bcher-kva.example") == "xn--bcher-kva.example"
    assert key("https://example.org/\u00fc") == key("https://example.org/%c3%bc") == "example.org/%C3%BC"


def test_www_alone_is_a_host_shown_its_own() -> None:
    assert key("https://www.org/") == "www.org"


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "words",
        "//example.org/",
        "javascript:alert(1)",
        "mailto:ann@example.org",
        "ftp://example.org/",
        "https://",
        "https://[::1",
        "https://example.org:port/",
        "https://example.org:99999/",
        "https://\x00/",
        "https://exa mple.org/",
        "https://a..b/",
        "https://" + "w" * LONGEST + ".org/",
    ],
)
def test_what_is_no_page_has_no_key(odd: str) -> None:
    assert key(odd) == ""


def test_a_long_address_keeps_a_key_of_its_own() -> None:
    long = "https://example.org/" + "a" * (ROOM - 20)
    first, second = key(long + "b" * 30), key(long + "b" * 31)
    assert len(first) == len(second) == ROOM
    assert first != second
    assert len(key("https://example.org/" + "\u00fc" * 400)) == ROOM


@given(st.text(max_size=120))
def test_no_text_fails(text: str) -> None:
    for address in (text, f"https://{text}", f"https://example.org/{text}", f"https://example.org/?{text}"):
        found = key(address)
        assert len(found) <= ROOM
        assert found.isascii()
        assert found.isprintable()


ADDRESS = st.text(alphabet=string.ascii_letters + string.digits + "/?&=%+.~-_\u00e4#:@", max_size=60)


@given(ADDRESS)
@example("%0%61")
@example("100%")
def test_a_key_is_its_own_key(text: str) -> None:
    found = key(f"https://example.org/{text}")
    assert key(f"https://{found}") == found


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://www.Example.org:8080/a?b", "example.org"),
        ("https://аррӏе.com/", "xn--80ak6aa92e.com"),
        ("https://[::1]/", "[::1]"),
        ("https://[::1", ""),
        ("https://bank.example@evil.example/", ""),
        ("mailto:ann@example.org", ""),
        ("", ""),
    ],
)
def test_a_host_is_told_as_machines_read_it(address: str, found: str) -> None:
    assert host_shown(address) == found
