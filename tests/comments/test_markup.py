"""The HTML of comments: spoken structure, folds, tombstones, and nothing unescaped."""

import re
from collections.abc import Callable

import lxml.html
import pytest
from django.test import Client
from pytest_django import Settings

from comments.actions import change_state
from comments.models import Comment
from comments.page import DRAWN, DRAWN_ON_PHONES
from forum.moderation.models import Rule
from forum.states import State
from forum.users.models import User
from tests.making import Row, make_person, make_post, make_rows, say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_waits(settings: Settings) -> None:
    settings.FIRST_COMMENTS_HELD = 0


def page(client: Client, address: str) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(client.get(address).content.decode())


def spoken(comment: lxml.html.HtmlElement) -> str:
    return " ".join(comment.xpath("string(.//h3)").split())


def test_each_comment_has_one_heading_that_says_its_place(client: Client, ann: User, ben: User) -> None:
    post = make_post(ann)
    top = say(post, ann)
    say(post, ben)
    say(post, ben, parent=top)
    last = say(post, ann, parent=top)
    found = page(client, post.get_absolute_url())
    assert len(found.xpath("//h3")) == 4
    assert spoken(found.get_element_by_id(f"c{last.pk}")) == "Reply by ann to ann, level 2, 2 of 2"
    assert not found.xpath("//*[@role='heading']")


def test_a_fold_names_the_branch_and_holds_no_link(client: Client, ann: User, ben: User) -> None:
    post = make_post(ann)
    top = say(post, ann)
    reply = say(post, ben, parent=top)
    found = page(client, post.get_absolute_url())
    assert [fold.text_content() for fold in found.xpath("//details[@class='branch']/summary")] == ["ann and 1 reply"]
    assert not found.xpath("//summary//a")
    assert not found.xpath(f"//*[@id='c{reply.pk}']/details"), "a comment nobody answered does not fold"


def test_replies_are_items_of_the_comment_they_answer(client: Client, ann: User) -> None:
    post = make_post(ann)
    top = say(post, ann)
    say(post, ann, parent=top)
    found = page(client, post.get_absolute_url())
    assert found.xpath("//*[@itemprop='comment']//*[@itemprop='comment']")
    for part in found.xpath("//*[@itemprop]"):
        assert part.xpath("ancestor::*[@itemscope]"), lxml.html.tostring(part)


def test_each_row_of_buttons_acts_on_the_comment_it_stands_under(
    ann: User, ben: User, mod: User, sign_in: Callable[[User], Client]
) -> None:
    post = make_post(ann)
    make_rows(post, [Row(author=ann), Row(0, author=ben), Row(0, author=ben), Row(archived=True), Row(3, author=mod)])
    for reader in (ann, ben, mod):
        footers = page(sign_in(reader), post.get_absolute_url()).xpath("//footer[starts-with(@id, 'a1')]")
        assert len(footers) == 5
        for footer in footers:
            number = footer.get("id")[1:]
            addresses = footer.xpath(".//@href | .//@formaction")
            assert len(addresses) > 5
            assert all(re.findall("[0-9]{5,}", address) == [number] for address in addresses), addresses


def test_a_tombstone_says_what_by_whom_and_under_which_rule(client: Client, ann: User, ben: User, mod: User) -> None:
    post = make_post(ann)
    top = say(post, ben, "Something unkind.")
    say(post, ann, parent=top)
    rule = Rule.objects.create(slug="kind", title="Be <kind>")
    change_state(comment=top, to=State.REMOVED, by=mod, rule=rule)
    found = page(client, post.get_absolute_url())
    assert found.xpath("string(//h3[@class='tombstone'])") == (
        "A comment removed by a moderator, under the rule “Be <kind>”. (level 1, 1 of 1)"
    )
    assert "Something unkind" not in found.text_content()
    assert len(found.xpath("//article[.//h3]")) == 1


def test_past_the_drawn_indent_words_say_who_is_answered(client: Client, ann: User) -> None:
    post = make_post(ann)
    comments = make_rows(post, [Row(parent=number - 1 if number else None, author=ann) for number in range(10)])
    found = page(client, post.get_absolute_url())
    shown = [part.text_content() for part in found.xpath("//p[@class='answers']")]
    assert shown == ["in reply to ann, level 9 · this branch alone", "in reply to ann, level 10 · this branch alone"]
    assert found.xpath(f"//a[@href='/comments/{comments[9].pk}/']")
    to = [part.text_content() for part in found.xpath("//h3/span[@class='to']")]
    assert to == [" to ann"] * (DRAWN - DRAWN_ON_PHONES)
    assert spoken(found.get_element_by_id(f"c{comments[4].pk}")).startswith("Reply by ann to ann, level 5, 1 of 1")


def test_a_name_from_an_archive_is_escaped_everywhere(client: Client, ann: User) -> None:
    post = make_post(ann)
    person = make_person('<b onclick="x()">&')
    top = make_rows(post, [Row(archived=True), Row(parent=0, archived=True)])[0]
    Comment.objects.filter(post=post).update(person=person, author=None, printed_date="<i>1</i>", anchor='"><i>')
    text = client.get(post.get_absolute_url()).content.decode()
    text += client.get(top.get_absolute_url()).content.decode()
    assert "<b onclick" not in text
    assert "<i>" not in text
