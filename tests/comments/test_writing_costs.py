"""What writing asks the database for: the same statements in a small thread and in a deep one, each on an index."""

import re

import pytest

from comments import actions, live, muted
from comments.models import SHELVED, Comment
from comments.recounting import recount
from forum.notices import rules
from forum.notices.models import Kind, Notice
from forum.refusals import Conflict
from forum.states import State
from forum.text.redaction import Change
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts import pulse
from posts.models import Post
from tests.comments.test_plans import plans_of
from tests.making import NOON, Row, make_post, make_rows, say, take_stock, token

pytestmark = pytest.mark.django_db

DEEP = 1_500


@pytest.fixture
def chain(ann, ben) -> list[Comment]:
    """A thread in which everything answers what was said before it, and all that stand in it."""
    made = make_rows(make_post(ann), [Row(number - 1 if number else None, author=ben) for number in range(DEEP)])
    Post.objects.filter(pk=made[0].post_id).update(pulse=pulse.build({"now": [NOON] * DEEP}))
    return made


def told_apart(queries: list[str]) -> list[str]:
    """The statements without their values, and without names that are new each time."""
    return [re.sub(r"'[^']*'|\b[0-9a-f]{8,}\b|s?[0-9]+(_x[0-9]+)?", "?", sql) for sql in queries]


def test_a_comment_is_rendered_before_anybody_has_to_wait_for_it(ann, ben, count_queries):
    """The members whom it names are looked up before its transaction begins; in SQLite that is the lock of all."""
    post = make_post(ann)
    queries = count_queries(lambda: say(post, ben, "Words for @ann."))
    begins = next(number for number, sql in enumerate(queries) if sql.startswith("SAVEPOINT"))
    named = next(number for number, sql in enumerate(queries) if "name_key" in sql and "WHERE" in sql)
    assert named < begins, "\n".join(queries)


def test_the_draft_and_the_answer_are_seen_to_while_nobody_waits(sign_in, ann, ben, count_queries):
    """The draft goes before the post is locked, and whom the answer is told is asked; what a script is shown is read
    when the transaction is over.
    """
    post, browser = make_post(ann), sign_in(ben)
    script = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{post.get_absolute_url()}"}
    words = {"body": "Words", "token": token()}
    queries = count_queries(lambda: browser.post(f"/posts/{post.pk}/comment/", words, headers=script))

    def at(*said: str) -> list[int]:
        return [number for number, sql in enumerate(queries) if all(word in sql for word in said)]

    [begins, *_], [*_, ends] = at("SAVEPOINT"), at("RELEASE SAVEPOINT")
    told = "\n".join(f"{number}. {sql[:200]}" for number, sql in enumerate(queries))
    assert begins < at("drafts_draft")[0] < at("SELECT", "posts_post")[1] < at("INSERT", "comments_comment")[0], told
    assert at("drafts_draft")[0] < at("voices_mark")[0] < at("SELECT", "posts_post")[1], told
    assert at("SELECT", "c.reply_count")[0] > ends, told  # the comments above it, to be drawn
    assert len(at("SAVEPOINT")) == 2, told  # one transaction: a second would wait at the lock for its release


def test_a_comment_costs_the_same_statements_in_a_small_thread_and_deep_in_a_chain(
    sign_in, count_queries, queue, ann, ben, eve, chain
):
    small = make_rows(make_post(ann), [Row(author=ben) for _ in range(41)])
    browser = sign_in(eve)

    def post(path: str) -> list[str]:
        words = {"body": token(), "token": token()}
        queries = count_queries(lambda: browser.post(path, words))
        assert Comment.objects.filter(body=words["body"]).exists()
        return told_apart(queries)

    post(f"/posts/{small[0].post_id}/comment/")  # what is made once for each process is made now
    for path in ("/comments/{0.pk}/reply/", "/posts/{0.post_id}/comment/"):
        before = post(path.format(small[20]))
        assert post(path.format(chain[DEEP // 2])) == post(path.format(chain[-1])) == before
        shown = "\n".join(before)
        assert len(before) <= 20, shown  # the transaction's own and those for the session among them
        assert len(re.findall(r'INSERT INTO "?comments_comment\b', shown)) == 1, shown
        assert len(re.findall(r'UPDATE "?comments_comment\b', shown)) == ("reply" in path), shown


def test_words_said_just_now_are_looked_for_among_what_their_author_said_last(chain, ann, ben):
    make_rows(chain[0].post, [Row(author=ann) for _ in range(500)])
    take_stock()
    for parent in (None, chain[0]):
        plans = plans_of(lambda parent=parent: say(chain[0].post, ben, "Words.", parent))
        [plan] = [plan for sql, plan in plans.items() if re.search(r'WHERE .*"body" = ', sql)]
        assert "comment_by_author" in plan


def test_a_form_that_was_posted_gives_its_comment_whatever_became_of_the_thread(ann, ben, post):
    form = token()
    made = actions.add_comment(post=post, author=ben, body="Once.", token=form)
    Post.objects.filter(pk=post.pk).update(state=State.HIDDEN)
    assert actions.add_comment(post=post, author=ben, body="Once.", token=form) == made


def test_a_branch_moves_by_as_many_statements_however_large_it_is(root, chain, count_queries):
    def move(comment: Comment, parent: Comment | None) -> int:
        return len(count_queries(lambda: actions.set_parent(comment=comment, parent=parent, by=root)))

    assert move(chain[1], None) == move(chain[-1], None)
    assert move(chain[1], chain[0]) == move(chain[-1], chain[-2])
    with pytest.raises(Conflict, match="under one of its own replies"):
        actions.set_parent(comment=chain[0], parent=chain[-1], by=root)
    assert recount(chain[0].post_id) == []


def test_a_chain_of_tombstones_leaves_and_comes_back_by_one_statement(root, chain, count_queries):
    thread = Comment.objects.filter(post=chain[0].post_id)
    leaf = thread.get(pk=chain[-1].pk)
    thread.exclude(pk=leaf.pk).update(state=State.DELETED)
    recount(leaf.post_id, repair=True)
    take_stock()
    for to, left in ((State.REMOVED, DEEP), (State.PUBLISHED, 0)):
        queries = count_queries(lambda to=to: actions.change_state(comment=leaf, to=to, by=root))
        assert len(queries) < 30
        assert thread.filter(branch=SHELVED).count() == left
        assert recount(leaf.post_id) == []


def test_a_tombstone_is_moved_without_a_look_at_all_comments(root, chain):
    take_stock()
    plans = plans_of(lambda: actions.change_state(comment=chain[-1], to=State.REMOVED, by=root))
    [plan] = [plan for sql, plan in plans.items() if "moves" in sql]
    assert not re.search("BLOOM|SCAN comments_comment|SCAN above|Seq Scan", plan), plan


def test_a_muted_branch_is_looked_for_so_far_up_and_no_further(monkeypatch, ann, ben, eve, chain):
    post = Post.objects.get(pk=chain[0].post_id)
    mark(member=ben, kind=Mark.Kind.MUTED, target=chain[0])
    monkeypatch.setattr(rules, "LEVELS", 3)
    monkeypatch.setattr(muted, "LEVELS", 3)
    version = post.version
    near, far = say(post, eve, "Near.", chain[1]), say(post, eve, "Far.", chain[10])
    assert set(Notice.objects.filter(member=ben, kind=Kind.REPLY).values_list("comment", flat=True)) == {far.pk}
    assert live.arrived_since(post, version, ben).ids == [far.pk]
    assert near.pk != far.pk


def test_who_follows_a_branch_is_told_of_what_is_said_deep_in_it(ann, eve, root, chain):
    mark(member=eve, kind=Mark.Kind.FOLLOWED, target=chain[0])
    said = say(chain[0].post, root, "Deep down.", chain[-1])
    assert Notice.objects.get(member=eve).comment_id == said.pk


def test_a_name_is_taken_out_of_many_comments_by_as_many_statements_as_out_of_two(ann, ben, count_queries):
    post = make_post(ann)
    quoted = say(post, ann, "To be quoted.")
    made = [say(post, ben, f"Name {number}.\n\n> #c{quoted.pk}\n> To be quoted.") for number in range(22)]
    words = [Change(0, 4, "[gone]")]

    def redact(some: list[Comment]) -> int:
        return len(count_queries(lambda: actions.redact_all(changes={comment.pk: words for comment in some})))

    assert redact(made[:2]) == redact(made[2:])
    assert Comment.objects.filter(body__startswith="[gone] ", html__contains="[gone] ").count() == 22
