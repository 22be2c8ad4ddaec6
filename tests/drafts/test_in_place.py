"""What a script gets that opens and posts forms within a thread: the same views, the part instead of the page."""

import json

import pytest

from comments.actions import edit_comment
from comments.models import Comment
from forum.drafts.models import Draft
from posts.actions import lock_post
from posts.models import Post
from tests.making import form_on, page_of, say, select, token
from tests.security import payloads
from tests.security.inert import check_tree


@pytest.fixture
def script(post) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Current-URL": f"http://testserver{post.get_absolute_url()}"}


def told(answer) -> dict[str, object]:
    return json.loads(answer["HX-Trigger"])


def test_the_form_comes_without_the_page_around_it(sign_in, ben, comment, script):
    answer = sign_in(ben).get(f"/comments/{comment.pk}/reply/?quote=1", headers=script)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in text
    assert "<h1" not in text
    assert "You answer" not in text  # it stands above the form
    assert f"> #c{comment.pk}" in text.replace("&gt;", ">")


def test_a_posted_reply_comes_as_the_comment_and_what_to_say(sign_in, ben, post, comment, script):
    browser, address = sign_in(ben), f"/comments/{comment.pk}/reply/"
    form = form_on(page_of(browser.get(address, headers=script)), body="A **reply**.")
    answer = browser.post(address, form, headers=script)
    made = Comment.objects.get(author=ben)
    assert answer.status_code == 201
    [item] = select(page_of(answer), "li.comment")
    assert item.get("id") == f"c{made.pk}"
    assert "level 2" in item.text_content()
    assert told(answer) == {"said": "Your comment is posted.", "held": False, "first": False, "count": "2 comments"}
    again = browser.post(address, form, headers=script)  # the answer was lost, and the form is posted again
    assert again.status_code == 201
    assert select(page_of(again), "li.comment")[0].get("id") == f"c{made.pk}"
    assert Comment.objects.filter(author=ben).count() == 1
    Post.objects.filter(pk=post.pk).update(comment_count=1234)
    assert told(browser.post(address, form, headers=script))["count"] == "1,234 comments"


def test_where_a_new_comment_goes_follows_the_order_of_the_page(sign_in, ben, post, script):
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"

    def posted(query: str) -> object:
        headers = script | {"HX-Current-URL": f"http://testserver{post.get_absolute_url()}{query}"}
        return told(browser.post(address, {"body": f"Words {query}.", "token": token()}, headers=headers))["first"]

    assert [posted(query) for query in ("?order=newest", "", "?view=flat&order=newest")] == [True, False, False]
    ben.thread_order = "newest"
    ben.save()
    assert posted("?x") is True
    assert posted("?order=oldest") is False


@pytest.mark.parametrize("around", ["http://[", "//[x", "http://a\uff03b/", ""])
def test_an_address_of_the_page_that_is_none_fails_no_form(around, sign_in, ben, post, comment):
    browser, headers = sign_in(ben), {"HX-Request": "true", "HX-Current-URL": around}
    for address in (f"/posts/{post.pk}/comment/", f"/comments/{comment.pk}/reply/", "/posts/new/"):
        assert browser.get(address, headers=headers).status_code == 200
        assert browser.post(address, headers=headers).status_code == 422
    answer = browser.post(f"/posts/{post.pk}/comment/", {"body": "Words.", "token": token()}, headers=headers)
    assert answer.status_code == 201
    assert told(answer)["first"] is False


def test_a_form_on_its_own_page_leaves_it_when_it_is_posted(sign_in, ben, post, script):
    address = f"/posts/{post.pk}/comment/"
    own = script | {"HX-Current-URL": f"http://testserver{address}"}
    answer = sign_in(ben).post(address, {"body": "Words.", "token": token()}, headers=own)
    assert answer["HX-Redirect"] == Comment.objects.get().get_absolute_url()
    answer = sign_in(ben).post(
        "/posts/new/", {"title": "T", "body": "B", "kind": "question", "token": token()}, headers=own
    )
    assert answer["HX-Redirect"].startswith("/posts/")


def test_problems_come_back_in_place_with_every_word(sign_in, ben, root, post, script):
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    for words, status in (("", 422), ("w" * 10_001, 422)):
        answer = browser.post(address, {"body": words, "token": token()}, headers=script)
        assert answer.status_code == status
        assert select(page_of(answer), "[role='alert']")
    lock_post(post=post, by=root)
    answer = browser.post(address, {"body": "Long words.", "token": token()}, headers=script)
    assert answer.status_code == 403
    assert "Long words." in page_of(answer).text_content()
    assert "<html" not in answer.content.decode()


def test_two_edits_at_once_show_both_texts_in_place(sign_in, ann, comment, script):
    browser, address = sign_in(ann), f"/comments/{comment.pk}/edit/"
    form = form_on(page_of(browser.get(address, headers=script)), body="My words.")
    edit_comment(comment=comment, editor=ann, body="Words of the other window.", seen=None)
    answer = browser.post(address, form, headers=script)
    page = page_of(answer)
    assert answer.status_code == 409
    assert "Words of the other window." in select(page, ".answered")[0].text_content()
    assert select(page, "textarea[name='body']")[0].text.strip() == "My words."
    assert Draft.objects.get().words["body"] == "My words."
    answer = browser.post(address, form_on(page), headers=script)
    assert (answer.status_code, told(answer)["edited"]) == (201, True)
    comment.refresh_from_db()
    assert comment.body.strip() == "My words."


def test_a_draft_is_thrown_away_in_place(sign_in, ben, post, script):
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    browser.post(address, {"body": "Words.", "token": token(), "keep": "1"}, headers=script)
    answer = browser.post(
        f"/drafts/{Draft.objects.get().pk}/throw-away/", {"next": address}, headers=script, follow=True
    )
    assert "<html" not in answer.content.decode()
    assert select(page_of(answer), "textarea[name='body']")[0].text.strip() == ""
    assert "thrown away" not in browser.get("/drafts/").content.decode(), "nothing is left to tell later"


def test_somebody_signed_out_meanwhile_can_sign_in_where_the_form_is(client, post, script):
    answer = client.post(f"/posts/{post.pk}/comment/", {"body": "Long words.", "token": token()}, headers=script)
    assert answer.status_code == 403
    assert {form.action for form in page_of(answer).forms} >= {"/accounts/login/"}


@pytest.mark.either
@pytest.mark.parametrize("words", payloads.ALL[::4])
def test_nothing_runs_in_what_is_put_into_the_page(sign_in, ben, comment, script, words):
    browser = sign_in(ben)
    for address in (f"/comments/{comment.pk}/reply/", "/posts/new/"):
        form = {"title": words[:200], "url": "", "kind": "question", "body": words, "token": token()}
        for extra in ({"preview": "1"}, {}):
            answer = browser.post(address, form | extra, headers=script)
            if extra or "HX-Redirect" not in answer:
                check_tree(page_of(answer))


@pytest.mark.parametrize(
    "words",
    [
        "> [quote",
        "> > > #c1\n> <blockquote>",
        "</div></article></li></ol>",
        "<blockquote><p>half",
        "```\nnever closed",
        "**[`x](</div>)**",
        "a" + "\u0301" * 100,
        "*a **b* c** _d `e_ f`",
        "> #c1\n</blockquote></blockquote>",
        "<!-- half a comment",
        "1. a\n> - b\n```\n> c",
    ],
)
def test_half_a_quotation_cannot_break_out_of_its_comment(sign_in, ann, ben, post, comment, words):
    hostile = say(post, ben, words.replace("#c1", f"#c{comment.pk}"))
    say(post, ann, "After it.")
    page = page_of(sign_in(ann).get(post.get_absolute_url()))
    [thread] = select(page, "ol.thread")
    assert len([item for item in thread if item.tag == "li"]) == 3
    [body] = select(page, f"li#c{hostile.pk} .body")
    assert body.getparent().tag == "article"
    assert body.getparent().getparent().get("id") == f"c{hostile.pk}"
    assert not body.xpath(".//article | .//form | .//footer | .//li[contains(@class, 'comment')]")
    assert select(page, f"#a{hostile.pk}")[0].getparent() is body.getparent()
