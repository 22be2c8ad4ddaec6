"""What a page reads of comments by SQL of its own, against what Django reads of the same rows."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import AnonymousUser

from comments import rows, threads
from comments.models import Comment
from forum.states import State
from tests.comments.test_plans import plans_of
from tests.conftest import member
from tests.making import LONG_AGO, NOON, Row, make_person, make_post, make_rows, take_stock

pytestmark = pytest.mark.django_db


def test_a_comment_that_a_page_reads_is_the_one_that_django_reads(ann, count_queries):
    odd, gone = member("Zoë.o-Ngū_1"), make_person("Gone")
    gone.removed_at = NOON
    gone.save()
    post = make_post(ann)
    moment = NOON + dt.timedelta(microseconds=120_000)
    made = make_rows(
        post, [Row(author=odd, moment=moment), Row(0, author=ann), Row(0, LONG_AGO, archived=True), Row(1), Row()]
    )
    Comment.objects.filter(pk=made[1].pk).update(revised_at=moment, quoted_count=2, came_with=3, score=-1, best=-0.1)
    Comment.objects.filter(pk=made[2].pk).update(person=make_person("A & <B>"), printed_date="Long ago", zone="EST")
    Comment.objects.filter(pk=made[3].pk).update(person=gone, anchor="c4", parent_basis=Comment.Basis.GUESS)
    known = {comment.pk: comment for comment in Comment.objects.with_bylines().filter(post=post)}
    read = list(threads.thread_page(post, AnonymousUser()).walk())
    assert len(read) == len(known) == 5

    def compare() -> None:
        for node in read:
            comment, other = node.comment, known[node.comment.pk]
            assert comment == other
            assert {name: getattr(comment, name) for name in rows.SHOWN} == {
                name: getattr(other, name) for name in rows.SHOWN
            }
            assert comment.byline == other.byline
            assert comment.post is post

    assert count_queries(compare) == []
    for comment in known.values():
        whose = comment.author or comment.person
        assert comment.byline.url == (whose.get_absolute_url() if whose else "")


def test_what_no_page_shows_is_read_when_it_is_asked_for(ann, count_queries):
    post = make_post(ann)
    make_rows(post, [Row(author=ann)])
    [comment] = rows.find(post, rows.IN_PLACE)
    assert comment.get_deferred_fields() >= {"body", "token"}
    assert len(count_queries(lambda: comment.body == "Words 0.")) == 1
    assert comment.body == "Words 0."
    assert comment.author == ann


def test_a_name_is_read_as_it_is_now(ann):
    person, post = make_person("Limerick"), make_post(ann)
    made = make_rows(post, [Row(author=ann), Row(archived=True)])
    Comment.objects.filter(pk=made[1].pk).update(person=person)

    def names() -> list[str]:
        return [comment.byline.name for comment in rows.find(post, rows.IN_PLACE)]

    assert names() == ["ann", "Limerick"]
    ann.username, person.removed_at = "anna", NOON
    ann.save()
    person.save()
    assert names() == ["anna", "[name removed]"]


@pytest.mark.parametrize("order", rows.ORDERS)
def test_first_replies_come_parent_by_parent_and_in_order(ann, order):
    post = make_post(ann)
    replies = [Row(n % 3, NOON + dt.timedelta(seconds=-n), best=n % 5) for n in range(30)]
    made = make_rows(post, [Row(), Row(), Row(), *replies, Row(2, state=State.REMOVED)])
    parents = [made[2].pk, made[0].pk]
    found = rows.first_replies(post, parents, order, 4)
    expected = []
    for parent in parents:
        of = [comment for comment in made if comment.branch == parent]
        rows.put_in_order(of, order)
        expected += of[:4]
    assert found == expected
    assert rows.first_replies(post, [], order, 4) == []


@pytest.mark.sqlite_only
def test_first_replies_are_found_by_the_index_alone(ann):
    post = make_post(ann)
    made = make_rows(post, [Row(), *(Row(0) for _ in range(50))])
    for order in rows.ORDERS:
        act = lambda order=order: rows.first_replies(post, [made[0].pk], order, 5)  # noqa: E731
        [plan] = plans_of(act).values()
        assert "SEARCH c USING INTEGER PRIMARY KEY" in plan
        assert f"COVERING INDEX {'comment_ranked' if order == 'best' else 'comment_placed'}" in plan
        assert "TEMP B-TREE" not in plan


def test_ids_are_looked_up_and_the_thread_is_not_walked_through(ann):
    post, other = make_post(ann), make_post(ann)
    made = make_rows(post, [Row(moment=NOON + dt.timedelta(seconds=n)) for n in range(2_000)])
    for _ in range(300):  # by which a planner takes every thread for a small one
        make_rows(make_post(ann), [Row()])
    take_stock()
    pks = [comment.pk for comment in made]
    assert set(rows.of_ids(post, pks[500:600])) == set(made[500:600])
    assert rows.get(post, pks[1_900]) == made[1_900]
    assert rows.get(other, pks[1_900]) is None
    assert rows.of_ids(post, []) == []
    assert rows.among("id", pks).sql == rows.among("id", pks[:1]).sql
    for act in (lambda: rows.get(post, pks[1_900]), lambda: rows.of_ids(post, pks[500:510])):
        [plan] = plans_of(act).values()
        assert re.search("SEARCH c USING INTEGER PRIMARY KEY|comments_comment_pkey", plan), plan


def test_the_next_page_is_not_sorted_where_names_are_few(ann):
    post = make_post(ann)
    made = make_rows(post, [Row(moment=NOON + dt.timedelta(seconds=n), author=ann) for n in range(2_000)])
    take_stock()
    for order in rows.ORDERS:
        act = lambda order=order: threads.thread_page(post, AnonymousUser(), order=order, after=made[1_000])  # noqa: E731
        for plan in plans_of(act).values():
            assert not re.search(r"TEMP B-TREE|\bSort\b", plan), plan
