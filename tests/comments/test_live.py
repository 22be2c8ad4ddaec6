"""The poll that tells a reader of new comments: cheap, personal, silent about whatever is not published."""

import pytest
from django.test import Client
from lxml import html

from comments import live
from comments.actions import change_state, delete_comment, edit_comment
from comments.models import Comment
from forum.states import State
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.actions import change_post_state
from posts.models import Post
from tests.making import Row, make_rows, say


class Reader:
    """A browser that keeps a thread open and asks as the page does."""

    def __init__(self, client: Client, post: Post) -> None:
        page = html.fromstring(client.get(post.get_absolute_url()).content)
        [line] = page.xpath("//*[@data-live]")
        assert line.get("role") == "status"
        self.client, self.address, self.etag = client, line.get("data-live"), ""

    def ask(self) -> str:
        """What is told: "" for nothing, "same" for no more than before."""
        answer = self.client.get(self.address, headers={"if-none-match": self.etag} if self.etag else {})
        self.etag = answer["ETag"]
        assert answer["Cache-Control"] == "private, no-store"
        if answer.status_code == 304:
            return "same"
        assert answer.status_code == (200 if answer.content else 204)
        return html.fromstring(answer.content).text_content().strip() if answer.content else ""


@pytest.fixture
def reader(post, sign_in, ann) -> Reader:
    """Ann reads."""
    return Reader(sign_in(ann), post)


def test_what_others_say_is_told_once(reader, post, ann, ben):
    assert reader.ask() == ""
    assert reader.ask() == "same"
    say(post, ben, "One.")
    assert reader.ask() == "1 new comment"
    assert reader.ask() == "same"
    say(post, ben, "Two.")
    say(post, ann, "My own.")
    assert reader.ask() == "2 new comments"


def test_the_line_leads_to_the_first_and_names_each(reader, post, ben):
    first, second = say(post, ben, "One."), say(post, ben, "Two.")
    link = html.fromstring(reader.client.get(reader.address).content)
    assert link.get("href") == f"/comments/{first.pk}/"
    assert link.get("data-arrived") == f"{first.pk} {second.pk}"


def test_nothing_is_told_of_muted_members(reader, post, ann, ben, eve):
    mark(member=ann, kind=Mark.Kind.MUTED, target=ben)
    say(post, ben, "Muted.")
    assert reader.ask() == ""
    say(post, eve, "Heard.")
    assert reader.ask() == "1 new comment"


def test_nothing_is_told_of_muted_branches(post, sign_in, ann, ben, eve):
    first, other = say(post, ben, "First."), say(post, ben, "Other.")
    below = say(post, ben, "Below.", first)
    mark(member=ann, kind=Mark.Kind.MUTED, target=first)
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=other)
    mark(member=eve, kind=Mark.Kind.MUTED, target=other)
    reader = Reader(sign_in(ann), post)
    say(post, ben, "In the muted branch.", below)
    assert reader.ask() == ""
    heard = say(post, ben, "Beside it.", other)
    assert reader.ask() == "1 new comment"
    assert f'data-arrived="{heard.pk}"' in reader.client.get(reader.address).content.decode()


def test_a_busy_muted_branch_keeps_nothing_else_from_being_told(post, sign_in, ann, ben, monkeypatch, count_queries):
    monkeypatch.setattr(live, "MOST", 3)
    first = say(post, ben, "First.")
    mark(member=ann, kind=Mark.Kind.MUTED, target=first)
    reader = Reader(sign_in(ann), post)
    for number in range(3 * live.MOST):
        say(post, ben, f"In the muted branch {number}.", first)
    say(post, ben, "Beside it.")
    assert reader.ask() == "1 new comment"
    make_rows(post, [Row(author=ben) for _ in range(5)])
    Comment.objects.filter(pk__gt=10**6).update(came_with=10**6)
    Post.objects.update(version=10**6)
    assert reader.ask() == "3+ new comments"
    monkeypatch.setattr(live, "LOTS", 2)
    reader.etag = ""
    assert reader.ask() == ""
    assert len(count_queries(lambda: live.arrived_since(post, 0, ann))) == 5, "and no more lots are looked through"


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_nothing_is_told_of_what_is_not_published(reader, post, ben, state):
    make_rows(post, [Row(author=ben, state=state), Row(0, author=ben, state=state)])
    Comment.objects.update(came_with=10**6)
    Post.objects.update(version=10**6)
    assert reader.ask() == ""


def test_what_is_held_is_told_when_it_is_approved_and_taken_back_when_it_is_gone(reader, post, eve, mod, settings):
    settings.FIRST_COMMENTS_HELD = 1
    held = say(post, eve, "Held.")
    assert reader.ask() == ""
    change_state(comment=held, to=State.PUBLISHED, by=mod)
    assert reader.ask() == "1 new comment"
    change_state(comment=held, to=State.HIDDEN, by=mod)
    assert reader.ask() == ""
    change_state(comment=held, to=State.PUBLISHED, by=mod)
    delete_comment(comment=held, by=eve)
    assert reader.ask() == ""


def test_an_edited_comment_is_told_as_such(post, sign_in, ann, ben):
    comment = say(post, ben, "One.")
    reader = Reader(sign_in(ann), post)
    edit_comment(comment=comment, editor=ben, body="Other words.", seen=None)
    assert reader.ask() == "1 new or edited comment"


def test_of_very_many_only_that_there_are_many_is_told(reader, post, ben):
    make_rows(post, [Row(author=ben) for _ in range(120)])
    Comment.objects.update(came_with=10**6)
    Post.objects.update(version=10**6)
    assert reader.ask() == "100+ new comments"


def test_no_other_thread_is_heard(reader, post, ben, ann):
    other = Post.objects.create(author=ann, title="Other", created_at=post.created_at, active_at=post.created_at)
    say(other, ben, "Elsewhere.")
    assert reader.ask() == ""


def test_a_guest_has_no_line_and_is_told_nothing(client, post):
    assert b"data-live" not in client.get(post.get_absolute_url()).content
    answer = client.get(f"/posts/{post.pk}/new-comments/?after=0")
    assert answer.status_code == 404
    assert not answer.cookies


def test_a_thread_that_one_may_not_see_is_not_there(post, sign_in, eve):
    Post.objects.update(state=State.HELD)
    assert sign_in(eve).get(f"/posts/{post.pk}/new-comments/?after=0").status_code == 404


def test_a_thread_that_is_gone_with_its_post_is_told_to_moderators_alone(post, sign_in, ann, ben, mod):
    say(post, ben, "One.")
    change_post_state(post=post, to=State.REMOVED, by=mod)
    address = f"/posts/{post.pk}/new-comments/?after=0"
    assert (sign_in(ann).get(address).status_code, sign_in(mod).get(address).status_code) == (204, 200)


@pytest.mark.parametrize("after", ["-1", "x", "1e3", "%00", "99999999999999999999", "1&after=y"])
def test_an_odd_version_is_not_found(post, sign_in, ann, after):
    assert sign_in(ann).get(f"/posts/{post.pk}/new-comments/?after={after}").status_code in (400, 404)


def test_asking_a_hundred_times_writes_nothing_and_costs_one_small_query(reader, post, ben, count_queries):
    say(post, ben, "One.")
    reader.ask()
    before = Post.objects.values().get()
    queries = count_queries(lambda: [reader.ask() for _ in range(100)])
    assert all(sql.startswith("SELECT") for sql in queries)
    assert len(queries) == 300, "the session, the member, and the version of the thread"
    assert Post.objects.values().get() == before


def test_what_has_changed_costs_two_queries_more_whatever_the_size(reader, post, ben, count_queries):
    say(post, ben, "One.")
    assert len(count_queries(reader.ask)) == 5
    for number in range(30):
        say(post, ben, f"More {number}.")
    assert len(count_queries(reader.ask)) == 5
