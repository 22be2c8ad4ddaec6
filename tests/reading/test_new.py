"""What is new since the last visit: marked, counted, linked, and forgotten by nothing but reading."""

import datetime as dt

import pytest
from django.db import OperationalError, connection

from comments.actions import change_state, edit_comment
from comments.models import Comment
from forum.notices.models import Notice
from forum.reading.models import Visit
from forum.states import State
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.models import Post
from tests.making import NOON, Row, make_post, make_rows, page_of, say, select

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(sign_in, ben):
    """Ben's browser."""
    return sign_in(ben)


def fresh(page) -> list[str]:
    """The ids of the comments that the page calls new."""
    return [b.xpath("ancestor::li[1]/@id")[0] for b in select(page, ".marks b") if b.text_content() == "new"]


def counted(page) -> list[str]:
    return [a.text_content() for a in select(page, ".bar a") if a.text_content().endswith(" new")]


def look(browser, post, query="") -> list[str]:
    return fresh(page_of(browser.get(post.get_absolute_url() + query)))


def test_at_the_first_visit_nothing_is_new(reader, post, ann):
    say(post, ann, "Old.")
    page = page_of(reader.get(post.get_absolute_url()))
    assert (fresh(page), counted(page)) == ([], [])


def test_what_came_since_is_marked_in_words_counted_and_leads_to_the_next(sign_in, reader, post, ann, ben, later):
    first = say(post, ann, "Old.")
    look(reader, post)
    later(days=400)  # it never expires, as the session does
    reader = sign_in(ben)
    reply, last = say(post, ann, "New reply.", first), say(post, ann, "New at the end.")
    page = page_of(reader.get(post.get_absolute_url()))
    assert fresh(page) == [f"c{reply.pk}", f"c{last.pk}"]
    assert counted(page) == ["2 new"]
    assert select(page, f'.bar a[href="#c{reply.pk}"]')[0].text_content() == "2 new"
    assert select(page, f'#c{reply.pk} .marks a[href="#c{last.pk}"]')[0].text_content() == "next new"
    assert not select(page, f"#c{last.pk} .marks a")


def test_a_reload_takes_no_mark_away_and_the_next_visit_does(reader, post, ann, later):
    look(reader, post)
    later(hours=1)
    comment = say(post, ann, "New.")
    for minutes in (0, 1, 20, 20):
        later(minutes=minutes)
        assert look(reader, post) == [f"c{comment.pk}"], "the visit goes on"
    later(minutes=31)
    assert look(reader, post) == []


def test_what_comes_during_a_visit_is_new_in_it_and_read_after_it(reader, post, ann, later):
    look(reader, post)
    first = say(post, ann, "While the page was open.")
    assert look(reader, post) == [f"c{first.pk}"]
    second = say(post, ann, "After the last look.")
    later(minutes=31)
    assert look(reader, post) == [f"c{second.pk}"]


def test_ones_own_words_are_never_new(reader, post, ann, ben):
    look(reader, post)
    say(post, ben, "My own.")
    assert look(reader, post) == []


def test_an_edited_comment_is_new_again(reader, post, ann, later):
    comment = say(post, ann, "First words.")
    look(reader, post)
    later(hours=1)
    assert look(reader, post) == []
    edit_comment(comment=comment, editor=ann, body="Other words.", seen=None)
    assert look(reader, post) == [f"c{comment.pk}"]
    later(hours=1)
    assert look(reader, post) == []


def test_a_comment_that_was_approved_later_is_new_when_it_can_be_read(reader, post, ann, mod, settings, later):
    settings.FIRST_COMMENTS_HELD = 5
    comment = say(post, ann, "Waits.")
    assert comment.state == State.HELD
    look(reader, post)
    later(hours=1)
    assert look(reader, post) == []
    change_state(comment=comment, to=State.PUBLISHED, by=mod)
    assert look(reader, post) == [f"c{comment.pk}"]


def test_what_an_archive_brings_later_is_never_new(reader, post, later):
    look(reader, post)
    later(hours=1)
    old = make_rows(post, [Row(archived=True, moment=dt.datetime(2007, 3, 22, tzinfo=dt.UTC))])[0]
    Comment.objects.update(came_with=post.version + 1)
    post.version += 1
    post.save()
    assert look(reader, post) == []
    assert f'id="c{old.pk}"' in reader.get(post.get_absolute_url()).content.decode()


def test_what_is_not_public_is_not_new(reader, post, ann, mod):
    look(reader, post)
    comment = say(post, ann, "Taken away.")
    say(post, ann, "Stays.", comment)
    change_state(comment=comment, to=State.REMOVED, by=mod)
    page = page_of(reader.get(post.get_absolute_url()))
    assert len(fresh(page)) == 1
    assert counted(page) == ["1 new"]


def test_muted_members_say_nothing_new(reader, post, ann, ben):
    look(reader, post)
    say(post, ann, "Noise.")
    mark(member=ben, kind=Mark.Kind.MUTED, target=ann)
    assert look(reader, post) == []


def test_a_muted_branch_says_nothing_new(reader, post, ann, ben, eve):
    branch, other = say(post, ann, "One."), say(post, ann, "Two.")
    look(reader, post)
    say(post, ann, "In the muted branch.", branch)
    new = say(post, ann, "In the other.", other)
    mark(member=ben, kind=Mark.Kind.MUTED, target=branch)
    mark(member=ben, kind=Mark.Kind.FOLLOWED, target=other)
    mark(member=eve, kind=Mark.Kind.MUTED, target=other)
    page = page_of(reader.get(post.get_absolute_url()))
    assert (fresh(page), counted(page)) == ([f"c{new.pk}"], ["1 new"])


def test_each_member_reads_for_themselves(sign_in, reader, post, ann, eve, later):
    other = sign_in(eve)
    look(reader, post)
    look(other, post)
    later(hours=1)
    comment = say(post, ann, "New.")
    look(reader, post)
    later(hours=1)
    assert look(reader, post) == []
    assert look(other, post) == [f"c{comment.pk}"]


def test_mark_all_as_read(reader, post, ann):
    look(reader, post)
    say(post, ann, "New.")
    answer = reader.post(f"/posts/{post.pk}/read/", {"next": f"{post.get_absolute_url()}?order=newest"})
    assert (answer.status_code, answer["Location"]) == (303, f"{post.get_absolute_url()}?order=newest#comments")
    assert "All comments here are marked as read." in reader.get(post.get_absolute_url()).content.decode()
    assert look(reader, post) == []


def test_a_page_that_only_the_browser_asked_for_reads_nothing(reader, post, ann, later):
    look(reader, post)
    later(hours=1)
    comment = say(post, ann, "New.")
    reader.get(post.get_absolute_url(), headers={"Sec-Purpose": "prefetch;prerender"})
    reader.head(post.get_absolute_url())
    later(hours=1)
    assert look(reader, post) == [f"c{comment.pk}"]


def large(ann, size=450):
    post = make_post(ann)
    make_rows(post, [Row(author=ann, moment=NOON - dt.timedelta(days=9, seconds=-n)) for n in range(size)])
    return post


def test_what_a_paged_thread_did_not_show_stays_new(reader, ann, later):
    post = large(ann)
    look(reader, post)
    later(hours=1)
    first = post.comments.order_by("created_at").first()
    shown, hidden = say(post, ann, "On the first page.", first), say(post, ann, "On the last page.")
    page = page_of(reader.get(post.get_absolute_url()))
    assert fresh(page) == [f"c{shown.pk}"]
    assert counted(page) == ["2 new"]
    later(hours=1)
    page = page_of(reader.get(post.get_absolute_url()))
    assert fresh(page) == []
    assert counted(page) == ["1 new"]
    visit = Visit.objects.get()
    assert visit.floor < hidden.came_with


def test_a_muted_branch_on_another_page_says_nothing_new_on_any(reader, ann, ben):
    post = large(ann)
    look(reader, post)
    first, last = (post.comments.order_by(order).first() for order in ("created_at", "-created_at"))
    mark(member=ben, kind=Mark.Kind.MUTED, target=last)
    say(post, ann, "Deeper in the muted branch.", say(post, ann, "In it.", last))
    address = f"/posts/{post.pk}/next-new/"
    assert counted(page_of(reader.get(post.get_absolute_url()))) == []
    assert reader.get(address)["Location"].endswith("#comments")
    new = say(post, ann, "Elsewhere.", first)
    page = page_of(reader.get(post.get_absolute_url()))
    assert (fresh(page), counted(page)) == ([f"c{new.pk}"], ["1 new"])
    assert not select(page, f'#c{new.pk} .marks a[href="{address}"]'), "nothing is left"


def test_what_an_archive_brings_to_other_pages_is_not_counted(reader, ann, later):
    post = large(ann)
    look(reader, post)
    later(hours=1)
    post.refresh_from_db()
    moment = NOON + dt.timedelta(days=1)
    old = make_rows(post, [Row(archived=True, moment=moment)])[0]
    post.refresh_from_db()
    Comment.objects.filter(pk=old.pk).update(came_with=post.version + 1)
    Post.objects.filter(pk=post.pk).update(version=post.version + 1, comment_count=451)
    page = page_of(reader.get(post.get_absolute_url()))
    assert (fresh(page), counted(page)) == ([], [])


def test_the_way_through_what_is_new_goes_on_across_pages_and_ends(reader, ann, later):
    post = large(ann)
    look(reader, post)
    later(hours=1)
    first = post.comments.order_by("created_at").first()
    new = [say(post, ann, "One.", first), say(post, ann, "Two."), say(post, ann, "Three.")]
    page, walked = page_of(reader.get(post.get_absolute_url())), []
    for _ in range(10):
        walked += fresh(page)
        onward = [a.get("href") for a in select(page, ".marks a") if a.get("href").startswith("/")]
        if not onward:
            break
        assert onward[-1] == f"/posts/{post.pk}/next-new/"
        page = page_of(reader.get(onward[-1], follow=True))
    assert walked == [f"c{comment.pk}" for comment in new]
    answer = reader.get(f"/posts/{post.pk}/next-new/", follow=True)
    assert answer.redirect_chain == [(f"{post.get_absolute_url()}#comments", 302)]
    assert "You have seen all that is new in this thread." in answer.content.decode()
    later(hours=1)
    assert look(reader, post) == []
    assert Visit.objects.get().read == {}, "a thread that was read to its end is one number again"


def test_a_visit_remembers_no_more_than_it_must(reader, ann, later, monkeypatch):
    monkeypatch.setattr("forum.reading.actions.KEPT", 3)
    post = large(ann, 210)
    look(reader, post)
    later(hours=1)
    first = post.comments.order_by("created_at").first()
    say(post, ann, "Never shown.")
    for number in range(5):
        say(post, ann, f"Shown {number}.", first)
    look(reader, post)
    later(hours=1)
    assert len(look(reader, post)) == 2
    assert len(Visit.objects.get().read) == 3


def test_a_thread_can_be_read_while_nothing_can_be_written(reader, post, ann, later, monkeypatch):
    look(reader, post)
    comment = say(post, ann, "New.")

    def busy(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(Visit, "save", busy)
    for _ in range(2):
        later(minutes=31)
        assert look(reader, post) == [f"c{comment.pk}"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_member_reads_a_site_that_may_not_write(sign_in, ann, ben):
    post = make_post(ann)
    said = say(post, ben, "New.")
    assert Notice.objects.filter(member=ann, read_at=None).exists()
    browser = sign_in(ann)
    with connection.cursor() as cursor:
        sqlite = connection.vendor == "sqlite"
        cursor.execute("PRAGMA query_only = ON" if sqlite else "SET default_transaction_read_only = on")
    try:
        for address in (post.get_absolute_url(), said.get_absolute_url(), "/", "/notices/", "/replies/"):
            assert browser.get(address).status_code == 200
    finally:
        connection.close()
    assert not Visit.objects.exists()


def test_a_permalink_counts_as_read_what_it_shows(reader, post, ann, later):
    look(reader, post)
    later(hours=1)
    comment, other = say(post, ann, "New."), say(post, ann, "Elsewhere.")
    page = page_of(reader.get(comment.get_absolute_url()))
    assert fresh(page) == [f"c{comment.pk}"]
    assert select(page, f'.marks a[href="/posts/{post.pk}/next-new/"]')
    later(hours=1)
    assert look(reader, post) == [f"c{other.pk}"]


def test_a_member_pays_two_queries_for_it_and_a_guest_none(client, sign_in, ann, ben, post, count_queries, later):
    say(post, ann, "Old.")
    reader = sign_in(ben)
    guest = count_queries(lambda: client.get(post.get_absolute_url()))
    assert not [sql for sql in guest if "reading_" in sql]
    for _ in range(2):  # the first visit, and a later one with something new
        mine = count_queries(lambda: reader.get(post.get_absolute_url()))
        assert len([sql for sql in mine if "reading_" in sql]) == 2
        assert len(mine) <= 14
        later(hours=1)
        say(post, ann, "New.")


def test_a_large_thread_costs_one_more_query_whatever_its_size(sign_in, ann, ben, doubling, later):
    post = large(ann, 300)
    reader = sign_in(ben)
    look(reader, post)

    def visit() -> None:
        later(hours=1)
        reader.get(post.get_absolute_url())

    def double() -> None:
        post.refresh_from_db()
        make_rows(post, [Row(author=ann, moment=NOON + dt.timedelta(hours=9, seconds=n)) for n in range(300)])
        for number in range(30):
            say(post, ann, f"New {number}.")

    say(post, ann, "New.")
    doubling(visit, double, at_most=16)
