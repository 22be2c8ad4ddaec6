"""The page of a post and its thread: tree and flat, oldest and newest, page by page."""

import datetime as dt
import re

import pytest
from django.db.models import F
from django.urls import get_resolver

from comments.models import Comment
from forum.moderation.models import Rule
from forum.reading.models import Visit
from forum.states import State
from posts.actions import add_post, change_post_state, lock_post
from posts.models import Post
from tests.making import LONG_AGO, NOON, Row, make_post, make_rows, page_of, say, select, token


@pytest.fixture
def rule(db) -> Rule:
    return Rule.objects.create(slug="privacy", title="No names of strangers")


def ids(page) -> list[str]:
    return [li.get("id") for li in select(page, "li.comment")]


def test_thousands_are_marked_off_over_a_thread(client, post):
    Post.objects.filter(pk=post.pk).update(comment_count=1234)
    [heading] = select(page_of(client.get(post.get_absolute_url())), "#comments")
    assert heading.text_content() == "1,234 comments"


def test_thousands_are_marked_off_in_lists_for_eyes_and_not_for_machines(client, ann):
    for title in ("A row", "The lead"):
        make_post(ann, title=title, created_at=NOON)
    Post.objects.update(comment_count=1234)
    page = page_of(client.get("/"))
    [onward] = select(page, ".more a")
    # One run of words: what stands in an element of its own would lose the spaces round it on a phone.
    assert (onward.text, len(onward)) == ("Read on, with 1,234 comments", 0)
    [row] = select(page, ".rows li p")
    assert row.text_content().startswith("1,234 comments · ")
    assert [meta.get("content") for meta in select(page, 'meta[itemprop="commentCount"]')] == ["1234", "1234"]


def test_the_tree_nests_replies_and_the_flat_view_keeps_the_order_of_time(client, post, ann, ben):
    first = say(post, ann, "First.")
    second = say(post, ben, "Second.")
    reply = say(post, ben, "Reply to the first.", first)
    tree = page_of(client.get(post.get_absolute_url()))
    assert ids(tree) == [f"c{c.pk}" for c in (first, reply, second)]
    assert select(tree, f"li#c{first.pk} ol.replies li#c{reply.pk}")
    flat = page_of(client.get(post.get_absolute_url() + "?view=flat"))
    assert ids(flat) == [f"c{c.pk}" for c in (first, second, reply)]
    assert select(flat, f'#c{reply.pk} a[href="#c{first.pk}"]')


def test_only_what_was_printed_is_shown_as_printed(client, post, ann):
    comment = say(post, ann)
    page = client.get(post.get_absolute_url()).content.decode()
    assert "in order of time" in page
    assert "as printed" not in page
    Comment.objects.filter(pk=comment.pk).update(archived=True)
    Post.objects.update(living_count=0, version=F("version") + 1)
    assert "as printed" in client.get(post.get_absolute_url()).content.decode()


def test_nobody_is_offered_to_report_their_own_post(client, sign_in, post, ann, ben):
    report = f"/moderation/report/post/{post.pk}/"
    assert [
        report in browser.get(post.get_absolute_url()).content.decode()
        for browser in (client, sign_in(ben), sign_in(ann))
    ] == [True, True, False]


def test_newest_turns_each_level_round(client, post, ann):
    comments = [say(post, ann, f"Number {n}.") for n in range(3)]
    page = page_of(client.get(post.get_absolute_url() + "?order=newest"))
    assert ids(page) == [f"c{c.pk}" for c in reversed(comments)]


@pytest.mark.parametrize("query", ["", "?order=newest", "?view=flat"])
def test_a_large_thread_is_read_page_by_page_each_comment_once(client, ann, post, query):
    comments = make_rows(post, [Row(author=ann, moment=NOON + dt.timedelta(seconds=n)) for n in range(450)])
    address, read = post.get_absolute_url() + query, []
    while address:
        page = page_of(client.get(address))
        assert len(ids(page)) <= 200
        read += ids(page)
        onward = [a.get("href") for a in select(page, 'a[rel="next"]')]
        assert onward == [f"{link.get('href')}#comments" for link in select(page, 'link[rel="next"]')]
        address = post.get_absolute_url() + onward[0] if onward else ""
    assert sorted(read) == sorted(f"c{c.pk}" for c in comments)
    assert len(read) == 450


@pytest.mark.parametrize("query", ["", "&view=flat", "&order=newest"])
def test_a_page_begins_after_no_comment_that_has_no_page_for_its_reader(client, sign_in, ann, ben, eve, mod, query):
    post = make_post(ben)
    rows = [Row(author=ann, state=state) for state in State]
    rows += [Row(len(State) - 1, author=eve), *(Row(parent, author=eve) for parent in range(len(State)))]
    alone = [Row(author=ann, state=state) for state in State]
    comments = make_rows(post, [*rows, *alone])
    for viewer in (client, sign_in(ann), sign_in(eve), sign_in(mod)):
        found = {}
        for comment in comments:
            found[comment.pk] = viewer.get(comment.get_absolute_url()).status_code
            here = f"{post.get_absolute_url()}?after={comment.pk}{query}"
            assert viewer.get(here).status_code == found[comment.pk]
            inner = f"{comments[0].get_absolute_url()}?after={comment.pk}"
            assert viewer.get(inner).status_code == found[comment.pk]
        assert all(found[comment.pk] == 200 for comment in comments[: len(rows)])  # tombstones keep their place
    gone = client.get(f"{post.get_absolute_url()}?after={comments[-4].pk}")
    assert gone.status_code == 404
    [begin, front] = select(page_of(gone), "main .prose a")
    assert (begin.get("href"), front.get("href")) == (post.get_absolute_url(), "/")


def test_a_large_branch_leads_to_its_own_page_and_back_to_the_same_spot(client, ann, post):
    rows = [Row(author=ann, moment=NOON + dt.timedelta(seconds=n)) for n in range(230)]
    for number in range(31, 60):
        rows[number].parent = 30
    comments = make_rows(post, rows)
    second = page_of(client.get(f"{post.get_absolute_url()}?after={comments[19].pk}"))
    [onward] = select(second, f"#c{comments[30].pk} li.onward a")
    assert onward.text_content() == "24 more replies"
    branch = page_of(client.get(onward.get("href")))
    back = f"{post.get_absolute_url()}?after={comments[19].pk}#c{comments[30].pk}"
    assert select(branch, f'a[href="{back}"]')
    assert f"c{comments[30].pk}" in ids(page_of(client.get(back)))


def test_the_divider_stands_once_where_the_conversation_resumed(client, ann, ben):
    post = make_post(archived=True, created_at=LONG_AGO)
    old = [Row(archived=True, moment=LONG_AGO + dt.timedelta(hours=n)) for n in range(3)]
    make_rows(post, [*old, Row(author=ann), Row(author=ben)])
    [divider] = select(page_of(client.get(post.get_absolute_url())), "li.divider")
    assert "The conversation resumed after 18 years" in divider.text_content()
    [divider] = select(page_of(client.get(post.get_absolute_url() + "?order=newest")), "li.divider")
    assert "Before 18 years of silence" in divider.text_content()


@pytest.mark.parametrize("state", [State.HIDDEN, State.DELETED])
def test_a_thread_outlives_its_post(client, sign_in, ann, ben, root, state):
    post = make_post(ann, title="Marker title", body="Marker", html="<p>Marker body</p>")
    say(post, ben, "A comment that stays.")
    address = post.get_absolute_url()
    Post.objects.filter(pk=post.pk).update(state=state)
    for viewer in (client, sign_in(ann), sign_in(ben)):
        answer = viewer.get(address, follow=True)
        assert answer.status_code == 200
        assert "A comment that stays." in answer.content.decode()
        assert "Marker" not in answer.content.decode()
        assert "marker" not in answer.redirect_chain[-1][0]
    assert "Marker body" in sign_in(root).get(address, follow=True).content.decode()


@pytest.mark.parametrize("state", [State.HELD, State.REMOVED])
def test_a_post_that_waits_or_was_removed_is_not_there(client, sign_in, ann, ben, root, post, state):
    address = post.get_absolute_url()
    change_post_state(post=post, to=state, by=root)
    assert client.get(address).status_code == 404
    assert sign_in(ben).get(address).status_code == 404
    assert sign_in(ann).get(address, follow=True).status_code == 200
    assert sign_in(root).get(address, follow=True).status_code == 200


def test_the_author_of_a_removed_post_is_told_why_and_reads_nothing_else(client, sign_in, ann, ben, root, rule):
    post = make_post(ann, title="Marker title", body="Marker", html="<p>Marker</p>")
    say(post, ben, "Marker comment.")
    address = post.get_absolute_url()
    change_post_state(post=post, to=State.REMOVED, by=root, rule=rule, reason="It names a neighbour.")
    answer = sign_in(ann).get(address, follow=True)
    page = answer.content.decode()
    assert "Your post was removed by a moderator" in page
    assert rule.title in page
    assert "It names a neighbour." in page
    assert "arker" not in page
    assert "1 comment" not in page
    assert '<meta name="robots" content="noindex' in page
    for viewer in (client, sign_in(ben)):
        assert viewer.get(address).status_code == 404
    change_post_state(post=post, to=State.PUBLISHED, by=root)
    assert "Marker comment." in client.get(address).content.decode()


@pytest.mark.parametrize("slug", ["", "other/", "A-THREAD/"])
def test_an_old_title_in_the_address_leads_to_the_present_one_and_is_not_remembered(client, post, slug):
    answer = client.get(f"/posts/{post.pk}/{slug}?view=flat&x=%E2%82%AC")
    assert answer.status_code == 301
    assert answer["Location"] == f"{post.get_absolute_url()}?view=flat&x=%E2%82%AC"
    assert answer["Cache-Control"] == "no-cache"


def test_a_title_takes_no_other_pages_place(client, ann):
    routes = [pattern.pattern for root in get_resolver().url_patterns for pattern in getattr(root, "url_patterns", ())]
    words = [found[1] for route in routes if (found := re.fullmatch(r"posts/<int:pk>/([\w-]+)/", str(route)))]
    assert len(words) > 10
    for word in words:
        title = word.replace("-", " ").capitalize()
        answer = client.get(make_post(ann, title=title).get_absolute_url())
        assert answer.status_code == 200
        assert title in answer.content.decode()


def test_a_locked_thread_says_so_and_offers_no_reply(client, sign_in, post, ben, root):
    comment = say(post, ben, "Words.")
    assert f"/comments/{comment.pk}/reply/" in client.get(post.get_absolute_url()).content.decode()
    lock_post(post=post, by=root)
    for viewer in (client, sign_in(ben)):
        page = viewer.get(post.get_absolute_url()).content.decode()
        assert "This thread is locked." in page
        assert f"/comments/{comment.pk}/reply/" not in page
        assert f"/posts/{post.pk}/comment/" not in page


def test_in_a_locked_thread_nobody_is_offered_to_edit_but_to_delete(sign_in, ann, ben, root):
    post = add_post(author=ann, kind="article", title="A thread", body="Words.", token=token())
    comment = say(post, ben, "Words.")
    owners = ((sign_in(ann), f"/posts/{post.pk}"), (sign_in(ben), f"/comments/{comment.pk}"))

    def offered() -> list[tuple[bool, bool]]:
        pages = [(viewer.get(post.get_absolute_url()).content.decode(), own) for viewer, own in owners]
        return [(f"{own}/edit/" in page, f"{own}/delete/" in page) for page, own in pages]

    assert offered() == [(True, True)] * 2
    lock_post(post=post, by=root)
    assert offered() == [(False, True)] * 2
    assert [viewer.get(f"{own}/edit/").status_code for viewer, own in owners] == [403, 403]
    assert [viewer.get(f"{own}/delete/").status_code for viewer, own in owners] == [200, 200]


def test_what_waits_is_seen_in_tree_and_flat_by_its_author_and_moderators_alone(
    client, sign_in, post, ann, ben, mod, root
):
    make_rows(post, [Row(author=ann), Row(0, author=ben, state=State.HELD), Row(author=ben, state=State.HELD)])
    for query in ("", "?view=flat", "?order=newest"):
        address = post.get_absolute_url() + query
        for viewer, sees in ((client, 0), (sign_in(ann), 0), (sign_in(ben), 2), (sign_in(mod), 2), (sign_in(root), 2)):
            text = viewer.get(address).content.decode()
            assert text.count("Words 1.") + text.count("Words 2.") == sees
            assert "1 comment<" in text


def test_a_guest_who_reads_gets_no_cookie_and_no_token(client, post, ann):
    say(post, ann, "Words.")
    for query in ("", "?view=flat", "?order=newest"):
        answer = client.get(post.get_absolute_url() + query)
        assert not answer.cookies
        assert "csrf" not in answer.content.decode()


def seed_like(post: Post, ann, ben) -> list[Comment]:
    rows = [Row(n - 1 if n % 14 == 5 else None, LONG_AGO + dt.timedelta(minutes=n), archived=True) for n in range(41)]
    return make_rows(post, [*rows, Row(2, author=ben), Row(author=ann)])


def test_a_thread_asks_as_much_when_it_doubles(client, sign_in, ann, ben, doubling):
    post = make_post(ann, archived=True, created_at=LONG_AGO)
    deepest = seed_like(post, ann, ben)[-1]

    def double() -> None:
        nonlocal deepest
        for number in range(20):
            deepest = say(post, (ann, ben)[number % 2], f"Deeper {deepest.pk}.", deepest)
            say(post, ann, f"Wider {deepest.pk}.")

    doubling(lambda: client.get(post.get_absolute_url()), double, at_most=8)
    browser = sign_in(ben)

    def visit() -> None:
        Visit.objects.update(viewed_at=NOON)  # counted too: the dearest look is the first of a visit
        browser.get(post.get_absolute_url())

    doubling(visit, double, at_most=14)
    doubling(lambda: client.get(post.get_absolute_url() + "?view=flat"), double, at_most=8)


def test_a_thread_of_ten_thousand_a_thousand_deep_opens_in_few_queries(client, sign_in, ann, ben, count_queries):
    post = make_post(ann)
    rows = [Row(n - 1 if 0 < n < 1_000 else None, NOON + dt.timedelta(seconds=n), author=ann) for n in range(10_000)]
    comments = make_rows(post, rows)
    addresses = [
        post.get_absolute_url(),
        post.get_absolute_url() + "?order=newest",
        post.get_absolute_url() + "?view=flat",
        f"{post.get_absolute_url()}?after={comments[5_000].pk}",
        comments[999].get_absolute_url(),
        f"/posts/{post.pk}/feed/",
        "/",
    ]
    browser = sign_in(ben)
    for address in addresses:
        for viewer, most, size in ((client, 14, 300_000), (browser, 17, 500_000)):
            answers = []
            queries = count_queries(lambda open=viewer.get, to=address, kept=answers: kept.append(open(to)))
            assert len(queries) <= most
            assert answers[0].status_code == 200
            assert len(answers[0].content) < size
