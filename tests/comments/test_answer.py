"""The answer to a question: marked by the asker, shown in words, gone and back with its comment."""

import pytest

from comments.actions import change_state
from comments.answers.actions import set_answer
from forum.moderation.models import Action
from forum.moderation.undoing import undo
from forum.refusals import Refusal
from forum.states import State
from posts.actions import lock_post
from posts.models import Post
from tests.making import Row, make_post, make_rows, page_of, say, select


@pytest.fixture
def question(ann) -> Post:
    return make_post(ann, title="Why is it so?", kind="question")


def mark(browser, comment, value: str = "1", **more: str):
    return browser.post(f"/comments/{comment.pk}/answer/", {"value": value, **more})


def answer_of(post: Post) -> int | None:
    return Post.objects.get(pk=post.pk).answer_id


def test_the_asker_marks_an_answer_moves_the_mark_and_takes_it_back(client, sign_in, question, ann, ben):
    first, second = say(question, ben, "Because."), say(question, ben, "Rather this.")
    asker, here = sign_in(ann), question.get_absolute_url()
    version = Post.objects.get().version
    answer = mark(asker, first, next=here)
    assert (answer.status_code, answer["Location"]) == (303, f"{here}#c{first.pk}")
    assert Post.objects.get().version > version
    assert ">Marked as the answer.<" in asker.get(here).content.decode()
    page = page_of(client.get(here))
    assert [b.text_content() for b in select(page, ".marks b")] == ["Answer"]
    assert "Answered by ben" in " ".join(select(page, ".post-head")[0].text_content().split())
    assert select(page, f'.post-head a[href="#c{first.pk}"]')
    assert "Answer" in " ".join(select(page, f"#c{first.pk} .marks")[0].text_content().split())
    mark(asker, second)
    assert answer_of(question) == second.pk
    mark(asker, first, "0")  # a page that was loaded before: the other mark stays
    assert answer_of(question) == second.pk
    mark(asker, second, "0")
    assert answer_of(question) is None
    assert "No longer marked as the answer." in asker.get(here).content.decode()
    assert "Answered by" not in client.get(here).content.decode()
    assert not Action.objects.exists()


def test_only_the_asker_and_moderators_are_offered_the_button(client, sign_in, question, ann, ben, eve, mod):
    say(question, ben)
    for viewer, offered in (
        (client, 0), (sign_in(ben), 0), (sign_in(eve), 0), (sign_in(ann), 1), (sign_in(mod), 1),
    ):  # fmt: skip
        assert viewer.get(question.get_absolute_url()).content.decode().count("Mark as the answer") == offered


def test_whoever_may_not_changes_nothing(client, sign_in, question, ann, ben):
    comment = say(question, ben)
    assert mark(client, comment).status_code == 403
    assert mark(sign_in(ben), comment).status_code == 403
    elsewhere = say(make_post(ben), ann)
    assert mark(sign_in(ann), elsewhere).status_code == 403
    assert mark(sign_in(ann), comment, "2").status_code == 400
    assert sign_in(ann).get(f"/comments/{comment.pk}/answer/").status_code == 405
    assert sign_in(ann).post("/comments/999999/answer/", {"value": "1"}).status_code == 404
    assert answer_of(question) is None


def test_a_comment_of_another_thread_is_no_answer(question, ann, ben):
    with pytest.raises(Refusal):
        set_answer(post=question, comment=say(make_post(ben), ben), by=ann)


@pytest.mark.parametrize("kind", ["locked", "archived", "suspended"])
def test_a_record_a_locked_thread_and_the_suspended_are_left_to_moderators(question, ann, ben, mod, kind):
    comment = say(question, ben)
    if kind == "locked":
        lock_post(post=question, by=mod)
    elif kind == "archived":
        Post.objects.update(archived=True)
    else:
        ann.suspended_until = "2999-01-01T00:00Z"
        ann.save()
        ann.refresh_from_db()
    with pytest.raises(Refusal):
        set_answer(post=question, comment=comment, by=ann)
    assert set_answer(post=question, comment=comment, by=mod)


def test_a_moderator_marks_on_the_record_and_takes_it_back(question, ann, ben, mod):
    first, second = say(question, ben), say(question, ben, "Other words.")
    set_answer(post=question, comment=first, by=ann)
    assert set_answer(post=question, comment=second, by=mod, reason="It answers.")
    action = Action.objects.get()
    assert (action.verb, action.post, action.before) == ("mark_answer", question, {"answer": first.pk})
    undo(action=action, by=mod)
    assert answer_of(question) == first.pk


@pytest.mark.parametrize("state", [State.HELD, State.HIDDEN, State.REMOVED])
def test_the_mark_goes_with_its_comment_and_comes_back(client, question, ann, ben, root, state):
    comment = say(question, ben)
    make_rows(question, [Row(author=ann)])
    set_answer(post=question, comment=comment, by=ann)
    change_state(comment=comment, to=state, by=root)
    for address in (question.get_absolute_url(), "/?order=new"):
        page = client.get(address).content.decode()
        assert "Answered by" not in page
        assert "<b>Answer</b>" not in page
        assert "· answered" not in page
    change_state(comment=comment, to=State.PUBLISHED, by=root)
    assert "Answered by" in client.get(question.get_absolute_url()).content.decode()


def test_an_article_has_no_answer(sign_in, ann, ben):
    comment = say(make_post(ann), ben)
    assert mark(sign_in(ann), comment).status_code == 403


def test_a_thread_with_an_answer_asks_no_more_than_one_without(client, question, ann, ben, count_queries):
    comment = say(question, ben)
    before = count_queries(lambda: client.get(question.get_absolute_url()))
    set_answer(post=question, comment=comment, by=ann)
    assert len(count_queries(lambda: client.get(question.get_absolute_url()))) == len(before)
