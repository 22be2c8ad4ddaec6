"""The HTML of comments: spoken structure, folds, tombstones, and nothing unescaped."""

import re
from collections.abc import Callable

import lxml.html
import pytest
from django.test import Client
from pytest_django import Settings

from comments.actions import change_state, delete_comment
from comments.models import Comment
from comments.page import DRAWN, DRAWN_ON_PHONES
from forum.moderation.models import Rule
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.making import LONG_AGO, Row, make_person, make_post, make_rows, say

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


def folds(found: lxml.html.HtmlElement) -> list[str]:
    return [fold.text_content() for fold in found.xpath("//details[@class='branch']/summary")]


def test_a_fold_says_how_many_stand_in_the_whole_branch(
    client: Client, ann: User, ben: User, sign_in: Callable[[User], Client]
) -> None:
    post = make_post(ann)
    parents = [0, 1, 2, 3, 4, 4, 4, 4, 0, 0]
    made = make_rows(post, [Row(author=ann), *(Row(parent, author=ben) for parent in parents), Row(author=ben)])
    lines = ["ann and 10 replies", *(f"ben and {number} replies" for number in (7, 6, 5, 4))]
    for reader in (client, sign_in(ben)):
        assert folds(page(reader, post.get_absolute_url())) == lines
        assert folds(page(reader, made[1].get_absolute_url())) == lines[1:]
        assert not folds(page(reader, f"{post.get_absolute_url()}?view=flat"))


def test_a_fold_does_not_count_what_stands_on_another_page(client: Client, ann: User, ben: User) -> None:
    post = make_post(ann)
    many = [Row(1, author=ben) for _ in range(7)]
    made = make_rows(post, [Row(author=ann), Row(0, author=ben), *many, Row(author=ann), Row(9, author=ben)])
    make_rows(post, [Row(author=ann) for _ in range(195)])
    Post.objects.filter(pk=post.pk).update(comment_count=len(made) + 195)
    assert folds(page(client, post.get_absolute_url())) == [
        "ann, 1 reply and what follows",
        "ben, 7 replies and what follows",
        "ann and 1 reply",
    ]


def test_a_fold_counts_the_replies_of_the_time_that_is_shown(client: Client, ann: User) -> None:
    post = make_post(archived=True, created_at=LONG_AGO)
    rows = [
        Row(moment=LONG_AGO, archived=True),
        *(Row(n, LONG_AGO, archived=True) for n in range(2)),
        Row(2, author=ann),
    ]
    make_rows(post, rows)
    for era, numbers in (("then", ["2 replies", "1 reply"]), ("now", ["3 replies", "2 replies", "1 reply"])):
        shown = folds(page(client, f"{post.get_absolute_url()}?era={era}"))
        assert [line.partition(" and ")[2] for line in shown] == numbers


def test_the_fold_of_a_tombstone_reads_as_one_sentence(client: Client, ann: User, ben: User, mod: User) -> None:
    post = make_post(ann)
    tops = [say(post, ben, f"Words {number}.") for number in range(2)]
    for top in tops:
        say(post, ann, parent=top)
    delete_comment(comment=tops[0], by=ben)
    rule = Rule.objects.create(slug="kind", title="Be kind.")
    change_state(comment=tops[1], to=State.REMOVED, by=mod, rule=rule)
    assert folds(page(client, post.get_absolute_url())) == [
        "A comment deleted by its author and 1 reply",
        "A comment removed by a moderator, under the rule “Be kind.” and 1 reply",
    ]


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
