"""Votes: one a member by constraint, the score their sum, and none where none is due."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comments.actions import change_state
from comments.models import Comment
from comments.ranking import UNRANKED, best
from comments.recounting import recount
from forum.refusals import NotAllowed
from forum.states import State
from forum.voices.actions import vote, withdraw_votes
from forum.voices.markup import UP
from forum.voices.models import Vote
from posts.actions import change_post_state, lock_post
from posts.models import Post
from tests.conftest import member
from tests.making import Row, make_post, make_rows, page_of, say, select

pytestmark = pytest.mark.django_db


def press(client: Client, thing: Comment | Post, value: object = 1, **headers: str):
    """Posts a vote as the button beside a comment or a post does."""
    kind = "comments" if isinstance(thing, Comment) else "posts"
    return client.post(f"/{kind}/{thing.pk}/vote/", {"value": value, "next": "/"}, headers=headers)


def score(thing: Comment | Post) -> int:
    thing.refresh_from_db()
    return thing.score


@pytest.mark.parametrize("kind", ["post", "comment"])
def test_a_vote_counts_once_turns_round_and_is_taken_back(request, sign_in, eve, kind):
    thing = request.getfixturevalue(kind)
    client = sign_in(eve)
    for value, expected in ((1, 1), (1, 1), (-1, -1), (-1, -1), (1, 1), (0, 0), (0, 0)):
        answer = press(client, thing, value)
        assert (answer.status_code, answer["Location"]) == (303, f"/#{kind[0]}{thing.pk}")
        assert score(thing) == expected
        assert Vote.objects.count() == abs(expected)


def test_the_score_is_the_sum_of_all_votes(comment, post):
    for number in range(7):
        vote(member=member(f"member{number}"), target=comment, value=1 if number % 3 else -1)
        vote(member=member(f"other{number}"), target=post, value=-1)
    assert (score(comment), score(post)) == (1, -7)
    assert recount(post.pk) == []


def test_a_second_row_for_one_member_is_refused_by_the_database(comment, post, eve):
    for on in ({"comment": comment}, {"post": post}):
        Vote.objects.create(member=eve, value=1, **on)
        with pytest.raises(IntegrityError), transaction.atomic():
            Vote.objects.create(member=eve, value=-1, **on)


def test_ones_own_words_take_no_vote(sign_in, comment, post, ann, ben):
    for client, thing in ((sign_in(ben), comment), (sign_in(ann), post)):
        for value in (1, -1):
            answer = press(client, thing, value)
            assert answer.status_code == 403
            assert "your own" in answer.content.decode()
        assert f"{thing.pk}/vote/" not in page_of(client.get(post.get_absolute_url())).text_content()
    assert not Vote.objects.exists()
    assert (score(comment), score(post)) == (0, 0)


def test_the_record_of_an_archive_takes_no_vote_and_shows_none(sign_in, ann, eve):
    post = make_post(ann, archived=True)
    [comment] = make_rows(post, [Row(archived=True)])
    client = sign_in(eve)
    for thing in (post, comment):
        answer = press(client, thing)
        assert answer.status_code == 403
        assert "record" in answer.content.decode()
    assert not Vote.objects.exists()
    page = client.get(post.get_absolute_url()).content.decode()
    assert "/vote/" not in page
    assert UP not in page


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_nothing_unpublished_takes_a_vote_whoever_asks(sign_in, comment, post, eve, mod, state):
    Comment.objects.filter(pk=comment.pk).update(state=state)
    assert press(sign_in(eve), comment).status_code == 404
    assert press(sign_in(mod), comment).status_code == 403
    Comment.objects.filter(pk=comment.pk).update(state=State.PUBLISHED)
    Post.objects.filter(pk=post.pk).update(state=state)
    assert press(sign_in(eve), post).status_code == 404
    assert press(sign_in(mod), post).status_code == 403
    assert press(sign_in(mod), comment).status_code == 403
    assert not Vote.objects.exists()


def test_a_vote_on_what_a_moderator_has_just_removed_is_refused_whole(comment, eve, root):
    seen = Comment.objects.select_related("post").get(pk=comment.pk)
    change_state(comment=comment, to=State.REMOVED, by=root)
    with pytest.raises(NotAllowed):
        vote(member=eve, target=seen, value=1)
    assert not Vote.objects.exists()


def test_a_locked_thread_takes_votes_still(comment, post, eve, root):
    lock_post(post=post, by=root)
    assert vote(member=eve, target=Comment.objects.select_related("post").get(pk=comment.pk), value=1)
    assert score(comment) == 1


def test_a_suspended_member_reads_scores_and_cannot_vote(sign_in, comment, post, eve, ann):
    vote(member=ann, target=comment, value=1)
    eve.suspended_until = timezone.now() + dt.timedelta(days=1)
    eve.save()
    client = sign_in(eve)
    assert "suspended" in press(client, comment, -1).content.decode()
    assert score(comment) == 1
    page = client.get(post.get_absolute_url())
    assert "/vote/" not in page.content.decode()
    assert "Score 1" in page_of(page).text_content()


def test_votes_are_limited_by_the_hour_and_the_page_says_when_to_try_again(sign_in, settings, post, ben, eve):
    settings.LIMITS = {**settings.LIMITS, "votes_per_hour": 2}
    comments = [say(post, ben, f"Words {number}.") for number in range(3)]
    client = sign_in(eve)
    statuses = [press(client, comment).status_code for comment in comments]
    assert statuses == [303, 303, 429]
    answer = press(client, comments[2], **{"hx-request": "true"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert answer.content.decode().startswith("The limit is 2 votes an hour. Try again in ")
    assert Vote.objects.count() == 2


def test_a_vote_moves_the_page_of_the_thread_and_one_that_changes_nothing_does_not(comment, post, eve):
    for thing in (comment, post):
        post.refresh_from_db()
        before = post.version
        vote(member=eve, target=thing, value=1)
        post.refresh_from_db()
        assert post.version == before + 1
        vote(member=eve, target=thing, value=1)
        assert Post.objects.get(pk=post.pk).version == before + 1


def test_a_guest_sees_a_score_that_is_not_nought_and_no_button(client, comment, post, eve):
    page = client.get(post.get_absolute_url()).content.decode()
    assert UP not in page
    vote(member=eve, target=comment, value=-1)
    page = client.get(post.get_absolute_url())
    [shown] = select(page_of(page), f"#a{comment.pk} > span")
    assert shown.text_content() == "Score −1▲ −1"  # noqa: RUF001
    assert b"/vote/" not in page.content
    assert b'form="act"' not in page.content


def test_a_member_sees_their_own_vote_and_how_to_undo_it(sign_in, comment, post, eve):
    client = sign_in(eve)

    def buttons() -> list[tuple[str, str]]:
        found = select(page_of(client.get(post.get_absolute_url())), f"#a{comment.pk} button")
        return [(b.get("aria-pressed"), b.get("value")) for b in found if "/vote/" in b.get("formaction")]

    assert buttons() == [("false", "1"), ("false", "-1")]
    press(client, comment, -1)
    assert buttons() == [("false", "1"), ("true", "0")]
    press(client, comment, 1)
    assert buttons() == [("true", "0"), ("false", "-1")]


def test_a_script_gets_the_row_as_it_is_now(sign_in, comment, post, eve):
    client = sign_in(eve)
    for thing, row in ((comment, f"a{comment.pk}"), (post, f"p{post.pk}")):
        answer = press(client, thing, **{"hx-request": "true"})
        assert answer.status_code == 200
        [part, said] = select(page_of(answer), "[hx-swap-oob]")
        assert part.get("id") == row
        assert select(part, "[aria-pressed]")[0].get("aria-label") == "Vote up, 1 now"
        assert (said.get("id"), said.text) == ("polite", "Voted up.")


@pytest.mark.parametrize("value", ["", "2", "-2", "1.0", "up", "\u0660", "1\0", "0" * 999])
def test_a_value_that_no_button_has_is_refused(sign_in, comment, eve, value):
    assert press(sign_in(eve), comment, value).status_code == 400
    assert not Vote.objects.exists()


def test_what_else_a_form_names_is_not_looked_at(sign_in, comment, post, eve, ann):
    """Case 44: a vote with the fields of a row in it makes the member's own vote and nothing else."""
    fields = {
        "member": ann.pk,
        "member_id": ann.pk,
        "score": 99,
        "best": 9,
        "state": "removed",
        "post": 1,
        "made_at": "",
    }
    sign_in(eve).post(f"/comments/{comment.pk}/vote/", {"value": 1, "next": "/", **fields})
    [made] = Vote.objects.all()
    assert (made.member, made.comment, made.post, made.value) == (eve, comment, None, 1)
    assert score(comment) == 1
    assert comment.state == State.PUBLISHED


def test_a_guest_is_asked_to_sign_in(client, comment):
    assert press(client, comment).status_code == 403
    answer = press(client, comment, **{"hx-request": "true"})
    assert (answer.status_code, answer["Content-Type"]) == (403, "text/plain; charset=utf-8")
    assert "signed out" in answer.content.decode()
    assert not Vote.objects.exists()


def test_a_look_at_the_address_changes_nothing(sign_in, comment, eve):
    client = sign_in(eve)
    for method in (client.get, client.head, client.put, client.delete, client.patch):
        assert method(f"/comments/{comment.pk}/vote/?value=1").status_code == 405
    assert not Vote.objects.exists()


def test_the_votes_of_an_account_that_goes_are_taken_back_and_counted_out(comment, post, eve, mod, root):
    thing = make_post(root)
    for voter in (eve, mod):
        for target in (comment, post, thing):
            vote(member=voter, target=target, value=1)
    assert withdraw_votes(member=eve) == 3
    assert [score(comment), score(post), score(thing)] == [1, 1, 1]
    assert recount(post.pk) == recount(thing.pk) == []
    assert withdraw_votes(member=eve) == 0


def test_an_operator_takes_back_the_votes_of_one_member(comment, eve, mod):
    for voter in (eve, mod):
        vote(member=voter, target=comment, value=1)
    out = io.StringIO()
    call_command("take_back_votes", "eve", stdout=out)
    assert out.getvalue() == "1 vote of eve taken back.\n"
    assert score(comment) == 1
    with pytest.raises(CommandError, match="No member is called nobody"):
        call_command("take_back_votes", "nobody")


def test_the_recount_finds_and_mends_scores(comment, post, eve):
    vote(member=eve, target=comment, value=1)
    vote(member=eve, target=post, value=1)
    eve.delete()  # the rows go with the member, and nobody counted
    wrong = {(item.row._meta.model_name, item.field) for item in recount(post.pk, repair=True)}
    assert wrong == {("comment", "score"), ("comment", "best"), ("post", "score")}
    assert (score(comment), score(post)) == (0, 0)
    assert recount(post.pk) == []


def test_a_restored_comment_has_its_votes_again(comment, post, eve, root):
    vote(member=eve, target=comment, value=1)
    for to in (State.HIDDEN, State.PUBLISHED):
        change_state(comment=comment, to=to, by=root)
        assert score(comment) == 1
    change_post_state(post=post, to=State.HIDDEN, by=root)
    assert recount(post.pk) == []


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_rank_rises_with_each_vote_up_and_falls_with_each_vote_down(ups, downs):
    assert best(ups + 1, downs) > best(ups, downs) > best(ups, downs + 1) > UNRANKED


@pytest.mark.parametrize(
    ("better", "worse"), [((90, 10), (9, 1)), ((1, 0), (0, 0)), ((0, 0), (0, 1)), ((0, 1), (0, 5)), ((9, 1), (1, 0))]
)
def test_the_rank_knows_sureness(better, worse):
    assert best(*better) > best(*worse)
    assert best(0, 0) == 0


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from([1, -1, 0])), max_size=30))
def test_any_sequence_of_votes_leaves_the_sum_of_the_last_of_each(ann, ben, eve, mod, root, sequence):
    with transaction.atomic():
        post = make_post(root)
        comments = [say(post, ann), say(post, ben)]
        people, things = [ann, ben, eve, mod], [*comments, post]
        last: dict[tuple[int, int], int] = {}
        for who, what, value in sequence:
            if not things[what].is_by(people[who]):
                changed = vote(member=people[who], target=things[what], value=value)
                assert changed == (last.get((who, what), 0) != value)
                last[who, what] = value
        for number, thing in enumerate(things):
            assert score(thing) == sum(value for (_, what), value in last.items() if what == number)
        assert recount(post.pk) == []
