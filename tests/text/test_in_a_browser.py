"""What the sanitiser lets through, a real browser reads as the same harmless elements, once and again."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from forum.text.html import sanitise
from forum.text.markdown import render
from tests.text.test_html import ALLOWED, MUTATIONS

pytestmark = pytest.mark.browser

PARSE = """html => {
    const box = document.createElement("main");
    document.body.replaceChildren(box);
    const rounds = [];
    for (let round = 0; round < 3; round++) {
        box.innerHTML = html;
        html = box.innerHTML;
        rounds.push({
            html,
            tags: [...box.querySelectorAll("*")].map(e => e.localName),
            foreign: [...box.querySelectorAll("*")].some(e => e.namespaceURI !== document.body.namespaceURI),
            attributes: [...box.querySelectorAll("*")].flatMap(e => e.getAttributeNames()),
            links: [...box.querySelectorAll("a[href]")].map(e => e.protocol),
            beside: document.body.children.length,
        });
    }
    return rounds;
}"""


@pytest.fixture(scope="module")
def empty_page(browser: Browser) -> Iterator[Page]:
    """A page that holds nothing and says when anything on it acts."""
    context = browser.new_context()
    page = context.new_page()
    page.goto("data:text/html,<!doctype html><body>")
    yield page
    context.close()


def assert_harmless(rounds: list[dict[str, Any]]) -> None:
    for found in rounds:
        assert set(found["tags"]) <= ALLOWED
        assert not found["foreign"]
        assert set(found["attributes"]) <= {"href", "rel", "dir", "class", "start"}
        assert set(found["links"]) <= {"http:", "https:", "mailto:", "data:"}  # data: is this page's own
        assert found["beside"] == 1
        assert found["html"] == rounds[0]["html"]


@pytest.mark.parametrize("attack", MUTATIONS)
def test_no_attack_comes_to_life(empty_page: Page, attack: str) -> None:
    asked: list[str] = []
    empty_page.on("request", lambda request: asked.append(request.url))
    for html in (sanitise(attack), render(attack, resolve=lambda _: None).html):
        assert_harmless(empty_page.evaluate(PARSE, html))
    assert not asked


@pytest.mark.parametrize(
    "source",
    [
        "[a\u202eb](https://e.example) c", "\u2066" * 9 + "x", "e" + "\u0301" * 100, "> > - # *x", "[[[]]](](", "\ud800x",
        "</p></main></body>", "- a\n\n      b\n> c\n```", "<https://e.example/?a=<b>&\"'>", "![x](https://e.example/x.png)",
    ],
)  # fmt: skip
def test_no_text_leaves_its_box(empty_page: Page, source: str) -> None:
    assert_harmless(empty_page.evaluate(PARSE, render(source, resolve=lambda _: None).html))


def test_a_turned_text_does_not_turn_what_follows(empty_page: Page) -> None:
    html = render("x \u202e[abc\u202e](https://evil.example)\n\nnext words", resolve=lambda _: None).html
    empty_page.evaluate(PARSE, html)
    assert empty_page.evaluate("getComputedStyle(document.querySelector('a')).unicodeBidi") == "isolate"
    left = "(() => { const r = document.createRange(); const t = document.querySelectorAll('p')[1].firstChild;"
    first = empty_page.evaluate(left + " r.setStart(t, 0); r.setEnd(t, 1); return r.getBoundingClientRect().left })()")
    second = empty_page.evaluate(left + " r.setStart(t, 1); r.setEnd(t, 2); return r.getBoundingClientRect().left })()")
    assert first < second
