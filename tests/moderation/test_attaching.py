"""A moderator says what an archived comment answers, and takes it back."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from comments import actions
from comments.models import Comment
from forum.archive.load import load
from forum.moderation.models import Action
from forum.users.models import User
from posts.models import Post
from tests.archive.pages import AFTER, plan
from tests.making import make_post, page_of, say, select

SignIn = Callable[[User], Client]


@pytest.fixture
def mill(db: None) -> list[Comment]:
    """The comments of a small imported page."""
    load(plan(AFTER), commit=True)
    return list(Comment.objects.order_by("position"))


@pytest.fixture
def desk(mod: User, sign_in: SignIn) -> Client:
    """A moderator's browser."""
    return sign_in(mod)


def form_of(*comments: Comment) -> str:
    ids = ",".join(str(comment.pk) for comment in comments)
    return reverse("admin:comments_comment_decide", args=["attach"], query={"ids": ids, "page": "1"})


def attach(desk: Client, comment: Comment, **said: object) -> str:
    answer = desk.post(form_of(comment), {"reason": "", **said}, follow=True)
    return page_of(answer).text_content()


def parent_of(comment: Comment) -> tuple[int | None, str]:
    found = Comment.objects.get(pk=comment.pk)
    return found.parent_id, found.parent_basis


def test_the_comments_before_it_are_offered_and_one_is_chosen(desk: Client, mill: list[Comment]) -> None:
    page = page_of(desk.get(form_of(mill[1])))
    values = [one.get("value") for one in select(page, "input[name='chosen']")]
    assert values == [str(mill[0].pk), ""]
    attach(desk, mill[1], chosen=mill[0].pk)
    assert parent_of(mill[1]) == (mill[0].pk, "moderator")
    assert "placed here by a moderator" in Client().get(mill[0].post.get_absolute_url()).content.decode()


@pytest.mark.parametrize("way", ["{}", "#c{}", "c{}", "/comments/{}/", "https://forum.example/posts/1/a/#c{}"])
def test_a_parent_is_named_by_its_number_or_address(desk: Client, mill: list[Comment], way: str) -> None:
    attach(desk, mill[2], parent=way.format(mill[0].pk))
    assert parent_of(mill[2])[0] == mill[0].pk


@pytest.mark.parametrize("way", ["0", "-1", "x", "9" * 30, "\x00", "/comments/999999/", "\u0661"])
def test_what_names_no_comment_is_told(desk: Client, mill: list[Comment], way: str) -> None:
    words = attach(desk, mill[2], parent=way)
    assert "Nothing was decided yet" in words
    assert parent_of(mill[2])[0] is None


def test_nothing_chosen_is_told(desk: Client, mill: list[Comment]) -> None:
    assert "Choose the comment that it answers, or write its number." in attach(desk, mill[2], chosen="")


def test_a_parent_is_found_by_its_words_or_its_author(desk: Client, mill: list[Comment]) -> None:
    for words in ("swim", "Lena"):
        page = page_of(desk.post(form_of(mill[2]), {"reason": "why", "find": words}))
        assert "Choose one of the comments found (1)" in page.text_content()
        assert [one.get("value") for one in select(page, "input[name='chosen']")] == [str(mill[1].pk), ""]
    assert "No comment before it has these words" in attach(desk, mill[2], find="museum")
    attach(desk, mill[2], find="swim", chosen=mill[1].pk)
    assert parent_of(mill[2])[0] == mill[1].pk


def test_a_parent_is_found_by_words_in_other_capitals_whatever_their_letters(desk: Client, mill: list[Comment]) -> None:
    Comment.objects.filter(pk=mill[1].pk).update(body="Die ÖRTLICHE Mühle.")
    page = page_of(desk.post(form_of(mill[2]), {"reason": "why", "find": "örtliche"}))
    assert [one.get("value") for one in select(page, "input[name='chosen']")] == [str(mill[1].pk), ""]


def test_loops_later_comments_and_other_threads_are_told(desk: Client, mill: list[Comment], ann: User) -> None:
    elsewhere = say(make_post(ann), ann)
    assert "stands before it" in attach(desk, mill[0], parent=mill[1].pk)
    assert "cannot answer itself" in attach(desk, mill[1], parent=mill[1].pk)
    assert "within its thread" in attach(desk, mill[1], parent=elsewhere.pk)
    Comment.objects.filter(pk=mill[0].pk).update(parent=mill[1], branch=mill[1].pk)
    assert "one of its own replies" in attach(desk, mill[1], parent=mill[0].pk)
    assert not Action.objects.exists()


def test_a_living_reply_stays_where_its_author_put_it(desk: Client, mill: list[Comment], ben: User) -> None:
    reply = say(mill[0].post, ben)
    attach(desk, reply, parent=mill[0].pk)
    assert parent_of(reply) == (None, "")


def test_it_is_undone_from_the_record_with_the_basis_there_was(desk: Client, mill: list[Comment]) -> None:
    Comment.objects.filter(pk=mill[2].pk).update(parent=mill[0], branch=mill[0].pk, parent_basis="quote")
    Comment.objects.filter(pk=mill[0].pk).update(reply_count=1)
    attach(desk, mill[2], parent=mill[1].pk)
    url = reverse("admin:moderation_action_decide", args=["undo"], query={"ids": Action.objects.get().pk})
    desk.post(url, {"reason": ""})
    assert parent_of(mill[2]) == (mill[0].pk, "quote")


def test_an_import_leaves_it_where_it_is(desk: Client, mill: list[Comment]) -> None:
    attach(desk, mill[2], parent=mill[0].pk)
    load(plan(AFTER), commit=True)
    assert parent_of(mill[2]) == (mill[0].pk, "moderator")


def test_the_page_of_a_post_leads_to_its_comments(desk: Client, mill: list[Comment]) -> None:
    other = make_post(None)
    page = desk.get(reverse("admin:posts_post_change", args=[mill[0].post_id])).content.decode()
    assert f'href="{reverse("admin:comments_comment_changelist")}?post={mill[0].post_id}"' in page
    assert f"/posts/{mill[0].post_id}/source/" in page
    rows = desk.get(reverse("admin:comments_comment_changelist"), {"post": mill[0].post_id}).content.decode()
    assert "I learnt to swim" in rows
    none = desk.get(reverse("admin:comments_comment_changelist"), {"post": other.pk}).content.decode()
    assert "I learnt to swim" not in none


def test_a_member_attaches_nothing(mill: list[Comment], ben: User, sign_in: SignIn) -> None:
    sign_in(ben).post(form_of(mill[2]), {"parent": mill[0].pk, "reason": ""})
    assert parent_of(mill[2])[0] is None


# ── How a reply is known ─────────────────────────────────────────────────────


WORDS = {
    "format": "its source says what it answers",
    "indentation": "its page shows by indentation what it answers",
    "named": "its page names the comment that it answers",
    "guess": "what it answers is a guess",
    "moderator": "placed here by a moderator",
}


@pytest.mark.parametrize(("basis", "words"), WORDS.items())
def test_the_page_of_a_reply_says_how_it_is_known(mill: list[Comment], basis: str, words: str) -> None:
    Comment.objects.filter(pk=mill[1].pk).update(parent=mill[0], branch=mill[0].pk, parent_basis=basis)
    Comment.objects.filter(pk=mill[0].pk).update(reply_count=1)
    assert words in Client().get(mill[1].get_absolute_url()).content.decode()
    for view in ("", "?view=flat"):
        thread = Client().get(mill[0].post.get_absolute_url() + view).content.decode()
        assert (words in thread) == (basis in ("named", "guess", "moderator"))


def test_a_comment_that_a_moderator_detached_says_so_on_its_page(mill: list[Comment], mod: User) -> None:
    actions.set_parent(comment=mill[1], parent=mill[0], by=mod)
    actions.set_parent(comment=mill[1], parent=None, by=mod)
    words = "put at the top of the thread by a moderator"
    assert words in Client().get(mill[1].get_absolute_url()).content.decode()
    assert words not in Client().get(Post.objects.get().get_absolute_url()).content.decode()
