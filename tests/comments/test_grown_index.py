"""A plan that holds where an index has grown: in a thread of its own, for what has grown stays so for other tests."""

import pytest
from django.db import connection

from comments import threads
from comments.models import Comment
from tests.comments.test_plans import GUEST, busy_thread, check


@pytest.mark.postgresql_only
@pytest.mark.parametrize(("index", "orders"), [("comment_ranked", ["best"]), ("comment_placed", ["oldest", "newest"])])
def test_an_order_keeps_to_its_index_when_that_has_grown_taller_than_the_other(ann, ben, index, orders):
    """Where a single reply is expected, nothing but the levels of an index told it from one that needs a sort."""
    busy = busy_thread(ann, ben)
    with connection.cursor() as cursor:
        for _ in range(8):
            cursor.execute("UPDATE comments_comment SET best = best")
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'comments_comment'")
        for [name] in cursor.fetchall():
            if name != index:
                cursor.execute(f"REINDEX INDEX {name}")
        cursor.execute("ANALYZE")
    some = Comment.objects.filter(post=busy, parent=None).order_by("position")[500]
    for order in orders:
        for after in (None, some):
            plans = check(lambda order=order, after=after: threads.thread_page(busy, GUEST, order=order, after=after))
            assert len(plans) == 2
            assert all(index in plan for plan in plans.values())
