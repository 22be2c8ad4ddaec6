"""Exports of WordPress and Disqus in the forum: what everybody sees, what moderators see, and what nobody does."""

import pytest
from django.db import connection
from django.test import Client

from comments.models import Comment
from forum.archive import corrections
from forum.archive.items import SavedFile
from forum.archive.limits import Refused
from forum.archive.load import Outcome, load
from forum.archive.models import Item
from forum.archive.plan import make_plan
from forum.archive.reporting import told
from forum.states import State
from forum.users.models import Person
from posts.models import Post
from tests.archive.exports import comment, disqus_file, item, page, said, wxr_file

pytestmark = pytest.mark.django_db


def loaded(text: str) -> Outcome:
    """The import of an export with this text."""
    plan = make_plan(SavedFile("mill.xml", text.encode()), corrections.for_file("mill"))
    return load(plan, operator="test", commit=True)


TALK = wxr_file(
    item(
        comment(1, "Keep <b>it</b>.\n\nPlease."),
        comment(2, parent=3),
        comment(3, "Not yet.", parent=1, wp__comment_approved="0"),
        comment(4, "Buy pills!", wp__comment_approved="spam"),
        comment(5, "Linked here", wp__comment_type="pingback"),
        comment(6, "Thrown away", wp__comment_approved="trash"),
        body="One\n\n<em>Two</em>",
    ),
    item(comment(7, "Behind a door"), number=8, title="A secret post", wp__post_password="key"),
)


def test_an_export_of_wordpress_becomes_threads(client: Client) -> None:
    loaded(TALK)
    post = Post.objects.get(title="The mill by the river")
    html = client.get(post.get_absolute_url()).content.decode()
    for shown in ("<em>Two</em>", "Keep <b>it</b>.</p>", "Mo &amp; Co", "2004-05-04 10:01:00"):
        assert shown in html
    for hidden in ("Not yet", "pills", "Linked here", "Thrown away"):
        assert hidden not in html
    first, second, third = (Comment.objects.get(anchor=f"comment-{n}") for n in (1, 2, 3))
    assert (second.parent, third.parent, second.parent_basis) == (third, first, "format")
    assert third.state == State.HELD
    assert Item.objects.filter(kind=Item.Kind.PINGBACK, comment=None).count() == 1
    assert not Comment.objects.filter(body__contains="pills").exists()


def test_a_post_with_a_password_is_seen_by_nobody_but_staff(client: Client) -> None:
    loaded(TALK)
    post = Post.objects.get(title="A secret post")
    assert post.state == State.HELD
    assert client.get(post.get_absolute_url()).status_code in (403, 404, 410)
    assert "A secret post" not in client.get("/").content.decode()


@pytest.mark.parametrize("odd", ["https://user@evil.example/", "https:///path", "http://a b.example/", "HTTP:x"])
def test_an_address_that_no_link_may_have_is_left_out(odd: str) -> None:
    loaded(wxr_file(item(comment(1), link=odd)))
    post = Post.objects.get()
    assert (post.title, post.url, post.url_key) == ("The mill by the river", "", "")


def test_addresses_of_mail_and_network_stand_in_no_table_but_the_raw_file() -> None:
    loaded(TALK)
    loaded(disqus_file(page(1), said(1)))
    secrets = ("mo@secret", "hanna@", "203.0.113")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of our own tables
            text = repr([[value for value in row if not isinstance(value, bytes)] for row in cursor.fetchall()])
            assert not any(secret in text for secret in secrets), table
    for found in Item.objects.all():
        assert not any(secret in found.text for secret in secrets)


def test_two_people_of_one_name_stay_two() -> None:
    loaded(wxr_file(item(comment(1), comment(2, wp__comment_author_email="other@mill.example"), comment(3))))
    people = [Comment.objects.get(anchor=f"comment-{n}").person for n in (1, 2, 3)]
    assert people[0] == people[2] != people[1]
    assert Person.objects.filter(name="Mo & Co").count() == 2


@pytest.mark.parametrize(
    "text", [TALK, disqus_file(page(1), said(2, answers=3), said(3), said(4, on=9), said(5, on=9))]
)
def test_a_second_run_writes_nothing(text: str) -> None:
    first, second = loaded(text), loaded(text)
    assert (first.created_posts, second.wrote) == (2, False)


def test_a_later_export_under_another_name_is_not_brought_as_another_blog() -> None:
    """WordPress puts the day into the name of the file; a source that is named after it would bring all again."""
    loaded(TALK)
    later = wxr_file(item(comment(1, "Keep <b>it</b>.\n\nPlease."), comment(9, "A new one."), body="One"))
    saved = SavedFile("later.xml", later.encode())
    plan = make_plan(saved, corrections.for_file("later"))
    shown = load(plan, commit=False)
    assert "from the source “mill”" in " ".join(told(shown, done=False))
    before = Comment.objects.count()
    with pytest.raises(Refused, match="Name that key in its corrections"):
        load(plan, commit=True)
    assert (Post.objects.count(), Comment.objects.count()) == (2, before)
    load(make_plan(saved, corrections.parse('[source]\nkey = "mill"')), commit=True)
    assert Post.objects.filter(title="The mill by the river").count() == 1
    assert Comment.objects.filter(anchor="comment-9").exists()


def test_another_blog_with_posts_of_the_same_numbers_is_another_blog() -> None:
    loaded(TALK)
    other = wxr_file(item(comment(1, "Else."), title="A walk", body="By the sea."))
    load(make_plan(SavedFile("walk.xml", other.encode()), corrections.for_file("walk")), commit=True)
    assert Post.objects.filter(title="A walk").exists()


def test_a_whole_copy_adds_what_a_broken_one_lacked() -> None:
    whole = wxr_file(item(comment(1)), item(comment(2), number=8), item(comment(3), number=9))
    broken = whole[: whole.index("comment_id>3<")]
    assert loaded(broken).created_posts == 2
    better = loaded(whole)
    assert (better.created_posts, better.created_comments) == (1, 1)


def test_disqus_threads_keep_deleted_comments_in_their_place(client: Client) -> None:
    loaded(disqus_file(page(1), said(1, body="Gone", isDeleted="true"), said(2, body="Still here", answers=1)))
    post = Post.objects.get()
    html = client.get(post.get_absolute_url()).content.decode()
    assert "Still here" in html
    assert "Gone" not in html
    assert Comment.objects.get(anchor="comment-2").parent == Comment.objects.get(anchor="comment-1")
