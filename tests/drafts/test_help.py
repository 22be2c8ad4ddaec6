"""How to write: on a page of its own and in each form, drawn as it would be published."""

from comments.rendering import render_markdown
from forum.pages.examples import examples
from tests.making import page_of, select


def test_the_page_shows_each_example_as_it_is_written_and_as_it_looks(client, db):
    page = page_of(client.get("/help/writing/"))
    written = [code.text_content() for code in select(page, "dt code")]
    assert written == [example.written for example in examples()]
    shown = select(page, "dd")
    for tag in ("em", "strong", "s", "blockquote", "ul", "ol", "pre", "br"):
        assert any(select(one, tag) for one in shown), tag
    assert "driller wrote" in page.text_content()
    assert "@driller" in [link.text for link in select(page, "dd a")]


def test_examples_are_drawn_by_what_publishes(post):
    for example in examples():
        if "#c" not in example.written and "@" not in example.written:
            assert render_markdown(example.written, post).html == example.shown


def test_each_form_holds_the_help(sign_in, ann, post):
    for address in (f"/posts/{post.pk}/comment/", "/posts/new/"):
        page = page_of(sign_in(ann).get(address))
        assert len(select(page, "details dt code")) == len(examples())
        assert "/help/writing/" in [link.get("href") for link in select(page, "a")]
