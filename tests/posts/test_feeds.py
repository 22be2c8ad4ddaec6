"""Atom feeds of the site, a thread, a tag and a member."""

import datetime as dt

import pytest
from lxml import etree, html

from comments.actions import change_state, delete_comment, edit_comment
from comments.models import Comment
from forum.states import State
from forum.users.models import Source
from posts import feeds
from posts.actions import change_post_state, edit_post
from posts.models import Post, Tag
from posts.tags import bearing
from tests.making import LONG_AGO, Row, make_person, make_post, make_rows, say

ATOM = "{http://www.w3.org/2005/Atom}"
THREADS = "{http://purl.org/syndication/thread/1.0}"


def feed(client, address: str):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert not answer.cookies
    return etree.fromstring(answer.content)


def entries(tree) -> list[dict[str, str]]:
    return [{part.tag.removeprefix(ATOM): part.text or "" for part in entry} for entry in tree.iter(f"{ATOM}entry")]


def check(tree) -> None:
    """What RFC 4287 asks of a feed and of each entry."""
    ids = [node.text for node in tree.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    assert all(one.startswith("tag:") for one in ids)
    moments = [node.text for node in tree.iter(f"{ATOM}updated", f"{ATOM}published")]
    assert all(dt.datetime.fromisoformat(moment).tzinfo for moment in moments)
    for part in [tree, *tree.iter(f"{ATOM}entry")]:
        assert len(part.findall(f"{ATOM}updated")) == 1
        assert len(part.findall(f"{ATOM}title")) == 1
    for entry in tree.iter(f"{ATOM}entry"):
        assert entry.find(f"{ATOM}author/{ATOM}name").text
        assert entry.find(f"{ATOM}content").get("type") == "html"
    links = [node.get("href") for node in tree.iter(f"{ATOM}link")]
    assert links
    assert all(link.startswith("http://localhost:8000/") for link in links)


def test_the_feed_of_the_site_holds_posts_whole(client, ann):
    post = make_post(ann, title="Fish & <chips>", html='<p>Whole <a href="/rules/">words</a></p>')
    tree = feed(client, "/feed/")
    check(tree)
    [entry] = entries(tree)
    assert entry["title"] == "Fish & <chips>"
    assert entry["content"] == '<p>Whole <a href="http://localhost:8000/rules/">words</a></p>'
    assert entry["id"] == f"tag:localhost,2007:post/{post.pk}"


def test_a_link_leads_to_its_page_from_a_feed_even_without_words(client, ann):
    post = make_post(ann, kind="link", html="", url="https://a.example/?x=1&y='2'")
    for address in ("/feed/", f"/posts/{post.pk}/feed/", "/members/ann/feed/"):
        [entry] = feed(client, address).iter(f"{ATOM}entry")
        [related] = [link.get("href") for link in entry.iter(f"{ATOM}link") if link.get("rel") == "related"]
        [shown] = html.fromstring(entry.findtext(f"{ATOM}content")).iter("a")
        assert related == shown.get("href") == shown.text == post.url


def test_a_post_without_an_address_says_nothing_of_one_in_a_feed(client, ann):
    make_post(ann, html="<p>Words</p>")
    [entry] = feed(client, "/feed/").iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}content") == "<p>Words</p>"
    assert "related" not in [link.get("rel") for link in entry.iter(f"{ATOM}link")]


def test_the_words_of_a_feed_are_changed_in_their_links_alone(client, ann):
    make_post(ann, html='<p>They wrote href="/x" and &lt;a href="/y"&gt;.</p>')
    [entry] = entries(feed(client, "/feed/"))
    assert entry["content"] == '<p>They wrote href="/x" and &lt;a href="/y"&gt;.</p>'


def test_the_feed_of_a_thread_holds_its_comments_and_the_post(client, ann, ben):
    post = make_post(ann, title="Fresh")
    say(post, ben, "Living words.")
    tree = feed(client, f"/posts/{post.pk}/feed/")
    check(tree)
    assert [entry["title"] for entry in entries(tree)] == ["Comment by ben", "Fresh"]


def test_the_feed_of_an_archived_thread_holds_what_is_said_in_it_now(client, ann, ben):
    person = make_person()
    Source.objects.update(content_note="Some of this is <harsh>.", provenance_note="Saved in 2007.")
    post = make_post(archived=True, person=person, source=person.source, created_at=LONG_AGO, title="Old")
    make_rows(post, [Row(archived=True, moment=LONG_AGO) for _ in range(5)])
    comment = say(post, ben, "Living words.")
    tree = feed(client, f"/posts/{post.pk}/feed/")
    check(tree)
    assert [entry["title"] for entry in entries(tree)] == ["Comment by ben"]
    assert tree.findtext(f"{ATOM}subtitle") == "Some of this is <harsh>. Saved in 2007."
    assert "Words" not in entries(tree)[0]["content"]
    before = entries(tree)[0]["updated"]
    edit_comment(comment=comment, editor=ben, body="Other words.", seen=None)
    [entry] = entries(feed(client, f"/posts/{post.pk}/feed/"))
    assert entry["updated"] >= before
    assert "Other words." in entry["content"]


def test_an_archive_that_comes_here_is_no_news_in_any_feed(client, ann):
    tag = Tag.objects.create(slug="walks", name="Walks")
    old = make_post(archived=True, person=make_person(), created_at=LONG_AGO, title="Old")
    new = make_post(ann, title="New")
    for post in (new, old):
        bearing.bear(post, [tag])
    for address in ("/feed/", "/tags/walks/feed/"):
        assert [entry["title"] for entry in entries(feed(client, address))] == ["New"]


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_nothing_unpublished_is_in_a_feed(client, sign_in, ann, root, state):
    post = make_post(ann)
    make_rows(post, [Row(author=ann, state=state), Row(0, author=ann)])
    Comment.objects.filter(state=state).update(html="<p>Marker</p>", body="Marker")
    feeds = ("/feed/", f"/posts/{post.pk}/feed/", "/tags/walks/feed/", "/members/ann/feed/")
    bearing.bear(post, [Tag.objects.create(slug="walks", name="Walks")])
    for viewer in (client, sign_in(ann), sign_in(root)):
        for address in feeds:
            assert "Marker" not in viewer.get(address).content.decode()
    Post.objects.filter(pk=post.pk).update(state=state, title="Marker", html="Marker")
    for viewer in (client, sign_in(ann), sign_in(root)):
        assert viewer.get(f"/posts/{post.pk}/feed/").status_code == 404
        for address in feeds:
            assert "marker" not in viewer.get(address).content.decode().lower()


def test_no_character_breaks_a_feed(client, ann, ben):
    odd = "]]> \x01 \x0b \ufffe \U0001ffff & < > \u202e end"
    post = make_post(ann, title=odd)
    say(post, ben, odd)
    bearing.bear(post, [Tag.objects.create(slug="odd", name=odd[:20], description=odd)])
    for address in ("/feed/", f"/posts/{post.pk}/feed/", "/tags/odd/feed/", "/members/ann/feed/", "/members/ben/feed/"):
        tree = feed(client, address)
        check(tree)
        for entry in entries(tree):
            assert html.fragment_fromstring(entry["content"], create_parent=True) is not None


def test_a_feed_asks_as_much_when_everything_doubles(client, ann, ben, doubling):
    post = make_post(ann)

    def double() -> None:
        for number in range(4):
            make_post((ann, ben)[number % 2])
            say(post, (ann, ben)[number % 2], f"Words {Comment.objects.count()}.")

    double()
    doubling(lambda: client.get("/feed/"), double, at_most=3)
    doubling(lambda: client.get(f"/posts/{post.pk}/feed/"), double, at_most=4)
    doubling(lambda: client.get("/members/ben/feed/"), double, at_most=6)


def test_an_empty_site_has_a_feed(client, db):
    assert entries(feed(client, "/feed/")) == []


def test_the_feed_of_a_tag_holds_its_posts_alone_and_outlives_the_tag(client, ann):
    tag = Tag.objects.create(slug="walks", name="Walks", description="On foot.", active=False)
    post, _ = make_post(ann, title="Tagged"), make_post(ann, title="Other")
    bearing.bear(post, [tag])
    tree = feed(client, "/tags/walks/feed/")
    check(tree)
    assert [entry["title"] for entry in entries(tree)] == ["Tagged"]
    assert tree.findtext(f"{ATOM}subtitle") == "On foot."
    [category] = tree.iter(f"{ATOM}category")
    assert (category.get("term"), category.get("label")) == ("walks", "Walks")
    assert client.get("/tags/none/feed/").status_code == 404
    Tag.objects.create(slug="hikes", name="Hikes", merged_into=tag)
    assert client.get("/tags/hikes/feed/")["Location"] == "/tags/walks/feed/"


def test_the_feed_of_a_member_holds_posts_and_comments_in_the_order_they_were_written(client, ann, ben):
    older = make_post(ben, title="Older")
    said = say(make_post(ann, title="Walks"), ben, "Which way?")
    tree = feed(client, "/members/ben/feed/")
    check(tree)
    assert [entry["title"] for entry in entries(tree)] == ["On “Walks”", "Older"]
    assert {entry.findtext(f"{ATOM}author/{ATOM}name") for entry in tree.iter(f"{ATOM}entry")} == {"ben"}
    assert {entry.findtext(f"{ATOM}author/{ATOM}uri") for entry in tree.iter(f"{ATOM}entry")} == {
        "http://localhost:8000/members/ben/"
    }
    assert entries(tree)[0]["id"].endswith(f":comment/{said.pk}")
    assert entries(tree)[1]["id"].endswith(f":post/{older.pk}")


def test_only_a_member_whose_page_exists_has_a_feed(client, ann):
    person = make_person("Limerick")
    assert client.get("/members/ANN/feed/").status_code == 200
    ann.is_active = False
    ann.save()
    for address in ("/members/ann/feed/", "/members/nobody/feed/", f"/persons/{person.pk}/feed/"):
        assert client.get(address).status_code == 404


def test_each_entry_says_what_it_answers_and_where_its_replies_are(client, post, ann, ben):
    first = say(post, ann, "First.")
    reply = say(post, ben, "A reply.", first)
    tree = feed(client, f"/posts/{post.pk}/feed/")
    by_id = {entry.findtext(f"{ATOM}id"): entry for entry in tree.iter(f"{ATOM}entry")}
    tag = "tag:localhost,2007:"
    assert by_id[f"{tag}comment/{reply.pk}"].find(f"{THREADS}in-reply-to").get("ref") == f"{tag}comment/{first.pk}"
    answered = by_id[f"{tag}comment/{first.pk}"].find(f"{THREADS}in-reply-to")
    assert answered.get("ref") == f"{tag}post/{post.pk}"
    assert answered.get("href") == f"http://localhost:8000{post.get_absolute_url()}"
    [link] = [node for node in by_id[f"{tag}post/{post.pk}"].iter(f"{ATOM}link") if node.get("rel") == "replies"]
    assert link.get(f"{THREADS}count") == by_id[f"{tag}post/{post.pk}"].findtext(f"{THREADS}total") == "2"
    assert link.get("href") == f"http://localhost:8000/posts/{post.pk}/feed/"


def test_a_reply_to_what_is_gone_answers_the_post(client, post, ann, ben, mod):
    first = say(post, ann, "First.")
    say(post, ben, "A reply.", first)
    change_state(comment=first, to=State.HIDDEN, by=mod)
    text = client.get(f"/posts/{post.pk}/feed/").content.decode()
    assert f"comment/{first.pk}" not in text
    assert text.count(f'ref="tag:localhost,2007:post/{post.pk}"') == 1


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Rows of other tests have the same numbers and other words."""
    feeds._etag_of.clear()


FEEDS = ("/feed/", "/posts/{}/feed/", "/tags/walks/feed/", "/members/ben/feed/")


@pytest.fixture
def walks(ben) -> Post:
    """Ben's post under a tag, with his comment."""
    post = make_post(ben)
    bearing.bear(post, [Tag.objects.create(slug="walks", name="Walks")])
    say(post, ben, "The marker.")
    return post


@pytest.mark.parametrize(("address", "at_most"), [*zip(FEEDS, (1, 1, 2, 3), strict=True)])
def test_whoever_has_a_feed_already_costs_a_light_query_or_three(client, walks, count_queries, address, at_most):
    address = address.format(walks.pk)
    etag = client.get(address)["ETag"]
    answers = []
    queries = count_queries(lambda: answers.append(client.get(address, headers={"if-none-match": etag})))
    assert answers[0].status_code == 304
    assert not answers[0].content
    assert "Last-Modified" not in answers[0]
    assert len(queries) <= at_most
    assert not [sql for sql in queries if '"html"' in sql]


@pytest.mark.parametrize("address", FEEDS)
def test_what_is_held_moves_no_tag(client, walks, ben, eve, mod, address):
    address, version = address.format(walks.pk), walks.version
    etag = client.get(address)["ETag"]
    for author in (ben, eve):
        change_state(comment=say(walks, author, "Held."), to=State.HELD, by=mod)
    feeds._etag_of.clear()  # another process has not seen the feed before
    answer = client.get(address, headers={"if-none-match": etag})
    assert Post.objects.get(pk=walks.pk).version > version
    assert answer.status_code == 304
    assert answer["ETag"] == etag


def without_words(walks, ben, mod) -> None:
    delete_comment(comment=walks.comments.get(), by=ben)


def hidden(walks, ben, mod) -> None:
    change_state(comment=walks.comments.get(), to=State.HIDDEN, by=mod)


def other_words(walks, ben, mod) -> None:
    edit_comment(comment=walks.comments.get(), editor=ben, body="Other words.", seen=None)


def without_post(walks, ben, mod) -> None:
    change_post_state(post=walks, to=State.HIDDEN, by=mod)


def other_title(walks, ben, mod) -> None:
    edit_post(post=walks, editor=ben, title="Another", body="Words.")


def one_more(walks, ben, mod) -> None:
    say(walks, ben, "More words.")


@pytest.mark.parametrize("change", [without_words, hidden, other_words, without_post, other_title, one_more])
@pytest.mark.parametrize("address", FEEDS)
def test_old_words_are_confirmed_to_nobody(client, walks, ben, mod, address, change):
    address = address.format(walks.pk)
    before = client.get(address)
    change(walks, ben, mod)
    after = client.get(address, headers={"if-none-match": before["ETag"]})
    now = client.get(address)
    if now.content == before.content:  # words of a comment stand in no feed of posts
        assert after.status_code == 304
    else:
        assert after.status_code in (200, 404)
        assert after.content == now.content


def test_a_title_that_changes_moves_updated_but_no_id(client, walks, ben):
    before = entries(feed(client, "/feed/"))[0]
    edit_post(post=walks, editor=ben, title="Another", body="Other words.")
    after = entries(feed(client, "/feed/"))[0]
    assert after["id"] == before["id"]
    assert after["updated"] >= before["updated"]
    edited = Post.objects.get(pk=walks.pk).edited_at
    assert after["updated"] == edited.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_pages_lead_to_their_feeds(client, walks):
    for page, address in ((walks.get_absolute_url(), f"/posts/{walks.pk}/feed/"), ("/members/ben/", FEEDS[3])):
        links = html.fromstring(client.get(page).content).xpath("//link[@rel='alternate']/@href")
        assert links == ["/feed/", address]


def test_a_million_characters_and_hostile_links_pass_through_whole_and_inert(client, ann):
    post = make_post(ann, html=f"<p>{'wide ' * 200_000}</p>")
    say(
        post,
        ann,
        '[x](javascript:alert(1)) <script>alert(1)</script> <a href="javascript:alert(2)">y</a> https://a.example/',
    )
    comment, whole = entries(feed(client, f"/posts/{post.pk}/feed/"))
    assert len(whole["content"]) > 1_000_000
    shown = html.fragment_fromstring(comment["content"], create_parent=True)
    assert [link.get("href") for link in shown.iter("a")] == ["https://a.example/"]
    assert not list(shown.iter("script"))
