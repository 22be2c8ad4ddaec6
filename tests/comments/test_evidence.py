"""What is said beside the comments of a page: proofs of replies, who quotes them, and rules; one query for both."""

import re
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from comments import rows, threads
from comments.evidence import NAMED, evidence_of
from comments.models import Comment, Quotation
from forum.moderation.models import Action, Rule
from forum.states import Format, State
from tests.comments.test_plans import plans_of
from tests.making import Row, make_person, make_rows, take_stock

pytestmark = pytest.mark.django_db


def beside(post):
    return evidence_of(threads.thread_page(post, AnonymousUser()))


def test_proofs_and_those_who_quote_are_one_query(post, ann, ben, count_queries):
    wanted = [Row(archived=True), Row(0, archived=True), Row(author=ben), Row(author=ann), Row(author=ann)]
    said, reply, first, second, third = make_rows(post, wanted)
    Comment.objects.filter(pk=said.pk).update(person=make_person("Limerick"), quoted_count=4)
    words = {"body": "Words 0. Indeed.", "format": Format.PLAIN, "parent_basis": Comment.Basis.QUOTE}
    Comment.objects.filter(pk=reply.pk).update(**words)
    Comment.objects.filter(pk=second.pk).update(state=State.HIDDEN)
    Quotation.objects.create(comment=reply, quoted=said, start=0, end=8)
    for quoting in (third, third, first, second):
        Quotation.objects.create(comment=quoting, quoted=said)
    thread = threads.thread_page(post, AnonymousUser())
    assert len(count_queries(lambda: evidence_of(thread))) == 2, "the rules of what was taken out are one more"
    found = evidence_of(thread)
    assert found.proofs == {reply.pk: "It repeats words of the comment by Limerick: “Words 0.”"}
    assert found.quoting == {
        said.pk: [(reply.pk, "somebody unnamed"), (first.pk, "ben"), (third.pk, "ann")],
    }
    Comment.objects.filter(pk=said.pk).update(state=State.REMOVED)
    assert beside(post).proofs == {reply.pk: "The comment it quotes is no longer shown."}
    assert beside(post).quoting == {}


def test_nothing_is_asked_where_there_is_nothing_to_say(post, ann, count_queries):
    said, many = make_rows(post, [Row(author=ann), Row(author=ann)])
    Comment.objects.filter(pk=many.pk).update(quoted_count=NAMED + 1)
    Quotation.objects.create(comment=said, quoted=many)
    thread = threads.thread_page(post, AnonymousUser())
    assert count_queries(lambda: evidence_of(thread)) == []
    assert evidence_of(thread).quoting == {}


def test_the_latest_rule_says_why_a_comment_was_taken_out(post, ann):
    [gone] = make_rows(post, [Row(author=ann, state=State.HIDDEN)])
    for title in ("Be kind", "Keep to the subject"):
        rule = Rule.objects.create(slug=title[:2].lower(), title=title)
        Action.objects.create(verb=Action.Verb.HIDE, comment=gone, rule=rule)
    assert beside(post).rules == {gone.pk: "Keep to the subject"}


def test_quotations_are_found_by_their_indexes(post, ann):
    made = make_rows(post, [Row(number - 1 if number % 2 else None, author=ann) for number in range(2_000)])
    Quotation.objects.bulk_create(Quotation(comment=one, quoted=of) for of, one in pairwise(made))
    Comment.objects.filter(post=post).update(quoted_count=1, parent_basis=Comment.Basis.QUOTE)
    take_stock()
    thread = threads.Thread([threads.Node(one) for one in rows.of_ids(post, [one.pk for one in made[100:105]])])
    [plan] = plans_of(lambda: evidence_of(thread)).values()
    assert len(re.findall("comments_quotation_comment_id_", plan)) == 1, plan
    assert len(re.findall("comments_quotation_quoted_id_", plan)) == 1, plan
    assert not re.search(r"SCAN [qkr]\b|Seq Scan on comments_", plan), plan


@pytest.mark.postgresql_only
def test_postgresql_settles_on_a_plan_for_a_few_comments(clean_tables, post, ann):
    """It takes a list that it does not know for ten ids, and one that it knows for as many as are in it."""
    made = make_rows(post, [Row(author=ann) for _ in range(1_000)])
    Quotation.objects.bulk_create(Quotation(comment=one, quoted=of) for of, one in pairwise(made))
    Comment.objects.filter(pk=made[1].pk).update(quoted_count=1, parent_basis=Comment.Basis.QUOTE)
    thread = threads.Thread([threads.Node(one) for one in rows.of_ids(post, [made[1].pk])])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for _ in range(10):
            assert evidence_of(thread).quoting
        cursor.execute("SELECT generic_plans, statement FROM pg_prepared_statements")
        [settled] = [generic for generic, sql in cursor.fetchall() if "FROM comments_quotation" in sql]
    assert settled > 0
