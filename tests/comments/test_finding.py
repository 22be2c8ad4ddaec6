"""The comment of a page or a form is found by a query that is written once, for the same readers as ever."""

import pytest
from django.contrib.auth.models import AnonymousUser

from comments.finding import placed_comment
from comments.models import Comment
from forum.states import State
from tests.making import Row, make_person, make_post, make_rows

pytestmark = pytest.mark.django_db


def test_every_reader_finds_the_comments_that_have_a_place_for_them(ann, ben, mod, root):
    made = []
    for state in State:
        rows = [Row(state=one, author=author) for author in (ann, ben) for one in State]
        made += make_rows(make_post(ann, state=state), rows)
    for reader in (AnonymousUser(), ann, ben, mod, root):
        placed = set(Comment.objects.placed_for(reader).values_list("pk", flat=True))
        assert {row.pk for row in made if placed_comment(row.pk, reader)} == placed


def test_the_comment_comes_with_whose_words_it_and_its_post_are(ann, ben, count_queries):
    living = make_rows(make_post(ann), [Row(author=ben)])[0]
    person = make_person()
    old = make_rows(make_post(None, person=person, archived=True, source=person.source), [Row(archived=True)])[0]
    for row, names in ((living, ("ben", "ann", None)), (old, ("somebody unnamed", "Limerick", "blotter"))):
        for reader in (AnonymousUser(), ben):
            found: list[str | None] = []

            def ask(row=row, reader=reader, found=found):
                comment = placed_comment(row.pk, reader)
                source = comment.post.source
                found.extend((comment.byline.name, comment.post.byline.name, source and source.key))

            assert len(count_queries(ask)) == 1
            assert tuple(found) == names


def test_a_number_that_no_table_counts_names_none(ann):
    assert placed_comment(2**70, ann) is None
    assert placed_comment(0, AnonymousUser()) is None
