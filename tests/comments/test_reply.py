"""Answering a comment, with and without a quotation of it."""

import pytest

from comments.actions import change_state
from comments.importing import ArchivedComment, ArchivedQuotation
from comments.models import Comment, Quotation
from forum.states import State
from tests.making import (
    LONG_AGO,
    Row,
    form_on,
    import_comments,
    make_person,
    make_post,
    make_rows,
    page_of,
    say,
    select,
    token,
)


@pytest.fixture
def parent(post, ann) -> Comment:
    return say(post, ann, "Some *words* to answer.\n\n- with a list")


def box(answer) -> str:
    return select(page_of(answer), "textarea")[0].text.lstrip("\n")


def test_a_reply_stands_under_what_it_answers(sign_in, ben, parent):
    browser = sign_in(ben)
    address = f"/comments/{parent.pk}/reply/"
    page = page_of(browser.get(address))
    assert "Some words to answer." in page.text_content()
    browser.post(address, form_on(page, body="I disagree."))
    reply = Comment.objects.latest("pk")
    assert (reply.parent, reply.branch) == (parent, parent.pk)
    parent.refresh_from_db()
    assert parent.reply_count == 1


def test_a_guest_comes_back_to_the_same_form_with_its_quotation(client, parent):
    answer = client.get(f"/comments/{parent.pk}/reply/?quote=1")
    assert answer["Location"] == f"/accounts/login/?next=/comments/{parent.pk}/reply/%3Fquote%3D1"


def test_a_quotation_is_ready_in_the_box_and_links_back_when_posted(sign_in, ben, parent):
    browser = sign_in(ben)
    address = f"/comments/{parent.pk}/reply/?quote=1"
    page = page_of(browser.get(address))
    quoted = select(page, "textarea")[0].text
    assert quoted.strip().splitlines() == [f"> #c{parent.pk}", "> Some *words* to answer.", ">", "> - with a list"]
    browser.post(address, form_on(page, body=f"{quoted}I disagree."))
    reply = Comment.objects.latest("pk")
    assert Quotation.objects.get(comment=reply).quoted == parent
    page = page_of(browser.get(reply.get_absolute_url()))
    [source] = select(page, f"#c{reply.pk} blockquote.quote .quote-source a")
    assert source.text_content() == "ann wrote"
    assert (
        source.get("href") == f"/comments/{parent.pk}/#c{parent.pk}:~:text=Some%20words%20to%20answer.,with%20a%20list"
    )


def test_living_words_are_quoted_with_their_code_and_without_what_they_quote(sign_in, post, ann, ben):
    said = say(post, ann, "> Words of another,\nwhich go on.\n\nAsk Python:\n\n```\n>>> 1 + 1\n2\n```")
    browser, address = sign_in(ben), f"/comments/{said.pk}/reply/?quote=1"
    page = page_of(browser.get(address))
    browser.post(address, form_on(page, body=select(page, "textarea")[0].text + "Well."))
    reply = Comment.objects.latest("pk")
    [quote] = select(page_of(browser.get(reply.get_absolute_url())), f"#c{reply.pk} blockquote.quote")
    assert " ".join(quote.text_content().split()) == "ann wrote Ask Python: >>> 1 + 1 2"


def test_archived_words_are_quoted_as_words_without_what_they_quote(sign_in, ben):
    post = make_post(archived=True, created_at=LONG_AGO)
    words = "Limerick said: old words. I say *no*.\n1. <b>Bold</b> [x](y) # `z`"
    quotation = ArchivedQuotation(of=0, start=15, end=25, attribution_start=0, attribution_end=14)
    found = [
        ArchivedComment(person=make_person(), created_at=LONG_AGO, body="Some old words."),
        ArchivedComment(person=make_person("driller"), created_at=LONG_AGO, body=words, quotations=(quotation,)),
    ]
    old = import_comments(post=post, found=found)[1]
    browser = sign_in(ben)
    address = f"/comments/{old.pk}/reply/?quote=1"
    page = page_of(browser.get(address))
    browser.post(address, form_on(page, body=select(page, "textarea")[0].text + "Well."))
    reply = Comment.objects.latest("pk")
    page = page_of(browser.get(reply.get_absolute_url()))
    [quote] = select(page, f"#c{reply.pk} blockquote.quote")
    shown = " ".join(quote.text_content().split())
    assert shown == "driller wrote I say *no*. 1. <b>Bold</b> [x](y) # `z`"


@pytest.mark.parametrize("state", [State.HIDDEN, State.REMOVED, State.DELETED, State.HELD])
def test_nothing_of_a_comment_that_is_gone_can_be_read_or_quoted_through_the_form(sign_in, post, ann, ben, state):
    top, _ = make_rows(post, [Row(author=ann, state=state), Row(0, author=ann)])
    browser = sign_in(ben)
    answer = browser.get(f"/comments/{top.pk}/reply/?quote=1")
    assert "Words 0." not in answer.content.decode()
    answer = browser.post(f"/comments/{top.pk}/reply/", {"body": "My long answer.", "token": token()})
    assert answer.status_code == 403
    assert "My long answer." in box(answer)
    assert "Words 0." not in answer.content.decode()
    assert Comment.objects.count() == 2


def test_a_comment_that_went_while_the_form_was_open_gives_the_words_back(sign_in, ben, root, parent):
    change_state(comment=parent, to=State.REMOVED, by=root)
    answer = sign_in(ben).post(f"/comments/{parent.pk}/reply/", {"body": "My long answer.", "token": token()})
    assert answer.status_code == 404
    assert "My long answer." in box(answer)
    assert "Some words" not in page_of(answer).text_content()


def test_a_reply_to_what_never_was_gives_the_words_back_alike(sign_in, ben, post):
    answer = sign_in(ben).post("/comments/999999/reply/", {"body": "My long answer.", "token": token()})
    assert answer.status_code == 404
    assert "My long answer." in box(answer)
    assert sign_in(ben).get("/comments/999999/reply/").status_code == 404


def test_a_comment_by_the_reference_of_another_thread_is_refused_with_the_words(sign_in, ben, ann, parent):
    elsewhere = say(make_post(ann), ann, "Marker.")
    words = f"> #c{elsewhere.pk}\n> Marker?\n\nWell."
    for extra in ({}, {"preview": "1"}):
        answer = sign_in(ben).post(f"/comments/{parent.pk}/reply/", {"body": words, "token": token(), **extra})
        assert box(answer).strip() == words
    assert answer.status_code == 200
    assert Comment.objects.filter(author=ben).count() == 0
