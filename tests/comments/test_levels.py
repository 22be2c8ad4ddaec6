"""What stands under the comments of a page, read in one query, against the same read level by level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments import rows
from comments.levels import below
from comments.models import SHELVED, Comment
from posts.models import Post
from tests.comments.test_threads import drawn, grow, orders, seeds
from tests.making import Row, make_post, make_rows

pytestmark = pytest.mark.django_db


def level_by_level(post: Post, parents: list[int], order: str, levels: int, family: int, room: int) -> list[Comment]:
    found: list[Comment] = []
    for _ in range(levels):
        parents = parents[: max(0, room - len(found))]
        if not parents:
            break
        each = min(family, (room - len(found)) // len(parents))
        level = rows.first_replies(post, parents, order, each)
        found += level
        parents = [comment.pk for comment in level if comment.reply_count]
    return found


@drawn
@given(st.sampled_from([5, 40, 120]), seeds, orders, st.integers(1, 6), st.integers(1, 5), st.integers(0, 200))
def test_as_many_are_found_on_each_level_as_there_is_room_for(ann, ben, size, seed, order, levels, family, room):
    post = make_post(ann)
    roots = [one for one in grow(post, size, seed, [ann, ben]) if one.branch == 0]
    asked = [root.pk for root in roots if root.reply_count]
    found = below(post, asked, order, levels=levels, family=family, room=room)
    again = level_by_level(post, asked, order, levels, family, room)
    assert len(found) == len(again) <= room
    if len(found) < room:  # else it is for the database to say which of the last level have replies here
        assert {one.pk for one in found} == {one.pk for one in again}
    ordered = list(found)
    rows.put_in_order(ordered, order)
    assert found == ordered
    here = {*asked, *(one.pk for one in found)}
    assert all(one.branch in here and one.branch != SHELVED for one in found)


def test_each_level_has_its_share_of_what_room_is_left(ann):
    """Four roots of five replies, of which each has five: of 16 the roots take four each, and nothing is left."""
    post, wanted = make_post(ann), [Row(author=ann) for _ in range(4)]
    for root in range(4):
        for _ in range(5):
            wanted += [Row(root, author=ann), *(Row(len(wanted), author=ann) for _ in range(5))]
    made = make_rows(post, wanted)
    asked = [one.pk for one in made[:4]]

    def counted(room: int) -> list[int]:
        found = below(post, asked, "oldest", levels=2, family=5, room=room)
        first = {one.pk for one in found if one.branch in asked}
        return [len(first), len(found) - len(first)]

    assert counted(3) == [3, 0]
    assert counted(16) == [16, 0]
    assert counted(39) == [20, 19]
    assert counted(200) == [20, 100]


def test_nothing_is_asked_where_nothing_can_be_found(ann, count_queries):
    post = make_post(ann)
    assert count_queries(lambda: below(post, [], "oldest", levels=5, family=5, room=100)) == []
    assert count_queries(lambda: below(post, [1], "oldest", levels=5, family=5, room=0)) == []
    assert below(post, [1], "oldest", levels=5, family=5, room=9) == []
