"""Mentions in what members post: links to those who have a page."""

import pytest
from allauth.account.models import EmailAddress

from comments.actions import edit_comment
from posts.actions import add_post
from tests.conftest import member
from tests.making import form_on, page_of, say, select, token


def links(html: str) -> list[str]:
    return [link.get("href") for link in select(page_of_html(html), "a")]


def page_of_html(html: str):
    import lxml.html

    return lxml.html.document_fromstring(f"<body>{html}</body>")


def test_a_comment_a_post_and_their_previews_link_whom_they_name(sign_in, ann, ben, post):
    assert links(say(post, ann, "Ask @Ben.").html) == ["/members/ben/"]
    made = add_post(author=ann, kind="question", title="T", body="Who knows @ben?", token=token())
    assert links(made.html) == ["/members/ben/"]
    browser, address = sign_in(ann), f"/posts/{post.pk}/comment/"
    form = form_on(page_of(browser.get(address)), body="I mean @ben's.")
    [link] = select(page_of(browser.post(address, {**form, "preview": "1"})), ".preview a")
    assert (link.get("href"), link.text) == ("/members/ben/", "@ben")


@pytest.mark.parametrize("why", ["closed", "unconfirmed", "alike"])
def test_who_has_no_page_is_not_linked(ann, ben, post, why):
    if why == "closed":
        ben.is_active = False
        ben.save()
    elif why == "unconfirmed":
        EmailAddress.objects.create(user=ben, email=ben.email, verified=False)
    name = "ben" if why != "alike" else "bеn"  # noqa: RUF001  with a Cyrillic letter
    assert "/members/" not in say(post, ann, f"Ask @{name}.").html


def test_naming_many_costs_one_query_and_naming_nobody_none(ann, post, count_queries):
    for number in range(10):
        member(f"helper{number}")
    say(post, ann, "Once, for what is made once.")
    plain = count_queries(lambda: say(post, ann, "No names."))
    one = count_queries(lambda: say(post, ann, "@helper1"))
    many = count_queries(lambda: say(post, ann, " ".join(f"@helper{n}" for n in range(10))))
    looked_up = [sql for sql in many if "name_key" in sql and "users_user" in sql]
    assert not [sql for sql in plain if "name_key" in sql and " IN (" in sql]
    assert len(many) == len(one)
    assert len([sql for sql in looked_up if "account_emailaddress" in sql]) == 1


def test_a_member_who_leaves_takes_the_link_along_at_the_next_edit(ann, ben, post):
    comment = say(post, ann, "Ask @ben.")
    ben.is_active = False
    ben.save()
    edit_comment(comment=comment, editor=ann, body="Ask @ben!", seen=None)
    comment.refresh_from_db()
    assert "/members/" not in comment.html
    assert "@ben!" in comment.html
