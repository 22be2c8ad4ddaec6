"""What pages ask the database for: no more when there is twice as much, with everything on them that there can be."""

import datetime as dt

import pytest
from django.utils import timezone

from comments.actions import edit_comment
from comments.answers.actions import set_answer
from comments.models import Comment
from forum.drafts.models import Draft
from forum.reading.models import Visit
from forum.voices.actions import mark, vote
from forum.voices.models import Mark
from posts import actions
from posts.actions import edit_post
from posts.models import Post, Tag
from posts.tags import bearing
from tests.making import LONG_AGO, NOON, Row, make_post, make_rows, say, token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _free(settings) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)


@pytest.fixture
def post(ann) -> Post:
    """A question of Ann's with tags, a history and quotations."""
    made = make_post(ann, kind="question", url="https://example.org/", url_key="example.org/", token=token())
    make_post(ann, kind="link", url="https://example.org/", url_key="example.org/", token=token())
    bearing.choose(made, [Tag.objects.create(slug=f"tag{n}", name=f"Tag {n}") for n in range(3)])
    edit_post(post=made, editor=ann, title="A question", body="Other words.\n\nAnd more.", seen=None)
    return made


def everything(post: Post, ann, ben, eve, mod) -> None:
    """Two branches: voted on, saved, muted, folded, followed, quoted, edited, answered, from an archive, waiting."""
    number = Comment.objects.count()
    for n in range(number, number + 2):
        above = say(post, ann, f"Words {n}.")
        below = say(post, ben, f"> #c{above.pk}\n> Words {n}.\n\n> #post\n> Other words.\n\nWords for @ann.", above)
        other = say(post, mod, f"Other {n}.", below)
        say(post, eve, f"Own {n}.", other)
        edit_comment(comment=above, editor=ann, body=f"New words {n}.", seen=None)
        Comment.objects.get(pk=above.pk).revisions.update(counts=True)
        vote(member=eve, target=above, value=1)
        vote(member=ben, target=above, value=-1)
        for kind, target in (("saved", below), ("followed", above), ("folded", other), ("muted", below)):
            mark(member=eve, kind=Mark.Kind(kind), target=target)
    set_answer(post=Post.objects.get(pk=post.pk), comment=below, by=ann)


def test_a_post_is_rendered_before_anybody_has_to_wait_for_it(ann, ben, count_queries):
    """The members whom it names are looked up before its transaction begins; in SQLite that is the lock of all."""
    words = {"title": "Words", "body": "Words for @ben."}
    post = actions.add_post(author=ann, kind="article", title="Other words", body="Words.", token=token())

    def add() -> None:
        actions.add_post(author=ann, kind="article", **words, token=token())

    for act in (add, lambda: edit_post(post=post, editor=ann, **words)):
        queries = count_queries(act)
        begins = next(number for number, sql in enumerate(queries) if sql.startswith("SAVEPOINT"))
        named = next(number for number, sql in enumerate(queries) if "name_key" in sql and "WHERE" in sql)
        assert named < begins, "\n".join(queries)


@pytest.mark.parametrize("view", ["", "?view=flat", "?order=best", "?fold=read"])
def test_a_members_page_with_everything_on_it_asks_at_most_ten_times(sign_in, doubling, post, ann, ben, eve, mod, view):
    everything(post, ann, ben, eve, mod)
    mark(member=eve, kind=Mark.Kind.MUTED, target=mod)
    for kind in (Mark.Kind.SAVED, Mark.Kind.HIDDEN, Mark.Kind.FOLLOWED):
        mark(member=eve, kind=kind, target=post)
    vote(member=eve, target=post, value=1)
    browser, here = sign_in(eve), Post.objects.get(pk=post.pk).get_absolute_url()

    def visit() -> None:
        Visit.objects.update(viewed_at=timezone.now() - dt.timedelta(hours=9))
        browser.get(here + view)

    doubling(visit, lambda: everything(post, ann, ben, eve, mod), at_most=10 + 1)  # the test's own is one of them


def test_a_guest_pays_one_query_for_the_front_page_and_two_for_a_thread_of_an_archive(client, count_queries, ann, ben):
    post = make_post(ann, archived=True, created_at=LONG_AGO)
    rows = [Row(n - 1 if n % 3 else None, LONG_AGO + dt.timedelta(minutes=n), archived=True) for n in range(41)]
    make_rows(post, [*rows, Row(2, author=ben), Row(author=ann)])
    client.get("/")
    client.get(post.get_absolute_url())
    assert len(count_queries(lambda: client.get("/"))) <= 2
    assert len(count_queries(lambda: client.get(post.get_absolute_url()))) <= 2


def test_pages_of_any_number_of_threads_are_moved_in_lots(monkeypatch, ann, count_queries):
    monkeypatch.setattr(actions, "MANY", 2)
    posts = [make_post(ann).pk for _ in range(5)]
    assert len(count_queries(lambda: actions.touch(posts))) == 3
    assert set(Post.objects.values_list("version", flat=True)) == {2}


PAGES = {"/notices/": 6, "/saved/": 6, "/hidden/": 6, "/following/": 6, "/following/?show=muted": 6, "/drafts/": 6}
PAGES |= {"/replies/": 6, "/search/?q=words": 15, "/members/ann/": 7, "/tags/": 5, "/": 7}


def test_the_lists_of_a_member_ask_as_often_with_twice_as_much_on_them(
    sign_in, count_queries, post, ann, ben, eve, mod
):
    browser = sign_in(eve)

    def grow() -> None:
        everything(post, ann, ben, eve, mod)
        above = say(post, eve, f"Mine {Comment.objects.count()}.")
        say(post, ann, f"An answer for @eve, {above.pk}.", above)
        for comment in Comment.objects.filter(author=ann).order_by("-pk")[:2]:
            kept = {"words": {"body": "x"}, "updated_at": NOON}
            Draft.objects.create(member=eve, kind="comment-reply", of=comment.pk, **kept)
        for author in (ann, ben):
            another = make_post(author, title=f"Words {Post.objects.count()}", token=token())
            for kind in (Mark.Kind.SAVED, Mark.Kind.FOLLOWED if author == ann else Mark.Kind.MUTED):
                mark(member=eve, kind=kind, target=another)
        mark(member=eve, kind=Mark.Kind.HIDDEN, target=another)

    def asked() -> dict[str, int]:
        for page in PAGES:
            browser.get(page)  # what is made once, or written once for what is new
        return {page: len(count_queries(lambda page=page: browser.get(page))) for page in PAGES}

    grow()
    mark(member=eve, kind=Mark.Kind.FOLLOWED, target=ben)
    assert [browser.get(page).status_code for page in PAGES] == [200] * len(PAGES)
    before = asked()
    grow()
    assert (after := asked()) == before
    assert {page: number for page, number in after.items() if number > PAGES[page]} == {}
