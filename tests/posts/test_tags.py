"""Tags: chosen by authors, listed for readers, counted exactly."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from benchmarks.explaining import plan_of
from forum.moderation.models import Action
from forum.moderation.undoing import undo
from forum.refusals import Conflict
from forum.states import State
from forum.voices.models import Mark
from posts.actions import add_post, change_post_state, delete_post, set_tags
from posts.models import Post, Tag
from posts.tags import bearing
from posts.tags.actions import merge_tags
from posts.tags.views import PAGE
from tests.making import form_on, make_post, out_of_step, page_of, select, take_stock, token

WORDS = {"kind": "question", "title": "Why is it so?", "body": "I *wonder*."}


def make_tags(*names: str, **fields: object) -> list[Tag]:
    return [Tag.objects.create(slug=name.lower(), name=name, **fields) for name in names]


def chosen(post: Post) -> list[str]:
    return sorted(post.tags.values_list("name", flat=True))


def check_counts() -> None:
    for tag in Tag.objects.all():
        assert tag.post_count == bearing.counted(tag), tag
    assert out_of_step() == []


def test_without_tags_the_form_asks_for_none(sign_in, ann):
    assert not select(page_of(sign_in(ann).get("/posts/new/")), '[name="tags"]')


@pytest.mark.parametrize("number", [5, 200])
def test_an_author_chooses_tags_in_the_form(sign_in, ann, number):
    make_tags(*[f"Tag{n}" for n in range(number)])
    browser = sign_in(ann)
    page = page_of(browser.get("/posts/new/"))
    kind = {box.get("type", "text") for box in select(page, '[name="tags"]')}
    assert kind == ({"checkbox"} if number == 5 else {"text"})
    assert len(select(page, '[name="tags"]')) == 5
    answer = browser.post("/posts/new/", {**WORDS, "token": token(), "tags": ["Tag1", "  tag2 ", ""]})
    post = Post.objects.get()
    assert answer["Location"] == post.get_absolute_url()
    assert chosen(post) == ["Tag1", "Tag2"]
    check_counts()
    edit = page_of(browser.get(f"/posts/{post.pk}/edit/"))
    kept = [box for box in select(edit, '[name="tags"]') if box.get("checked") is not None or box.get("value")]
    assert [box.get("value") for box in kept if number == 200 or box.get("checked") is not None] == ["Tag1", "Tag2"]


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        (["Nonsense"], "“Nonsense” is no tag here. Choose from the list, or leave it out."),
        (["<img src=x onerror=alert(1)>"], "is no tag here"),
        (["Tag0", "Tag1", "Tag2", "Tag3", "Tag4", "Tag5"], "These are 6 tags; the limit is 5. Take some out."),
        (["Retired"], "is no tag here"),
        (["w" * 100_000], "is no tag here"),
    ],
)
def test_what_cannot_be_chosen_says_why_and_keeps_every_word(sign_in, ann, tags, says):
    make_tags(*[f"Tag{n}" for n in range(30)])
    make_tags("Retired", active=False)
    answer = sign_in(ann).post("/posts/new/", {**WORDS, "token": token(), "tags": tags})
    page = page_of(answer)
    assert answer.status_code == 422
    assert says in " ".join(select(page, '[role="alert"]')[0].text_content().split())
    assert [box.get("value") for box in select(page, '[name="tags"]') if box.get("value")] == tags
    assert "I *wonder*." in page.text_content()
    assert not Post.objects.exists()


def test_a_preview_keeps_the_ticks(sign_in, ann):
    make_tags("Gardens", "Walls")
    page = page_of(sign_in(ann).post("/posts/new/", {**WORDS, "token": token(), "tags": ["Walls"], "preview": "1"}))
    ticked = [box.get("value") for box in select(page, '[name="tags"]') if box.get("checked") is not None]
    assert ticked == ["Walls"]


def test_an_edit_of_the_tags_alone_moves_the_page_and_is_no_edit_of_the_words(sign_in, ann):
    gardens, walls = make_tags("Gardens", "Walls")
    post = add_post(author=ann, **WORDS, tags=[gardens], token=token())
    browser = sign_in(ann)
    form = form_on(page_of(browser.get(f"/posts/{post.pk}/edit/"))) | {"tags": ["Walls"]}
    before = Post.objects.get().version
    browser.post(f"/posts/{post.pk}/edit/", form)
    after = Post.objects.get()
    assert chosen(after) == ["Walls"]
    assert after.version > before
    assert after.edited_at is None
    check_counts()
    browser.post(f"/posts/{post.pk}/edit/", {**form, "body": "Other words.", "tags": []})
    after = Post.objects.get()
    assert (chosen(after), after.body) == ([], "Other words.")
    assert {gardens.pk, walls.pk} == set(Tag.objects.filter(post_count=0).values_list("pk", flat=True))


def test_a_retired_tag_stays_on_old_posts_and_is_not_offered(client, sign_in, ann):
    [tag] = make_tags("Gardens")
    post = add_post(author=ann, **WORDS, tags=[tag], token=token())
    Tag.objects.update(active=False)
    browser = sign_in(ann)
    assert not select(page_of(browser.get("/posts/new/")), '[name="tags"]')
    form = form_on(page_of(browser.get(f"/posts/{post.pk}/edit/")), body="Other words.")
    browser.post(f"/posts/{post.pk}/edit/", form)
    assert chosen(post) == ["Gardens"]
    assert "Gardens" in page_of(client.get(post.get_absolute_url())).text_content()
    assert "Gardens" not in page_of(client.get("/tags/")).text_content()
    assert "is retired" in page_of(client.get("/tags/gardens/")).text_content()
    with pytest.raises(Conflict):
        set_tags(post=make_post(ann), tags=[tag], by=ann)


def test_counts_follow_every_state(ann, root):
    tags = make_tags("Gardens", "Walls")
    post = add_post(author=ann, **WORDS, tags=tags, token=token())
    for state in (State.HELD, State.PUBLISHED, State.HIDDEN, State.REMOVED, State.PUBLISHED):
        change_post_state(post=post, to=state, by=root)
        check_counts()
    assert {tag.post_count for tag in Tag.objects.all()} == {1}
    delete_post(post=post, by=ann)
    check_counts()
    assert {tag.post_count for tag in Tag.objects.all()} == {0}


def test_a_post_that_waits_is_counted_when_it_is_approved(eve, root, settings):
    settings.FIRST_COMMENTS_HELD = 1
    [tag] = make_tags("Gardens")
    post = add_post(author=eve, **WORDS, tags=[tag], token=token())
    check_counts()
    change_post_state(post=post, to=State.PUBLISHED, by=root)
    assert Tag.objects.get().post_count == 1


def test_a_count_that_is_wrong_is_said_and_put_right(ann):
    [tag] = make_tags("Gardens")
    add_post(author=ann, **WORDS, tags=[tag], token=token())
    Tag.objects.update(post_count=7)
    with pytest.raises(CommandError, match="1 wrong"):
        call_command("check_counters", stdout=StringIO())
    call_command("check_counters", "--repair", stdout=(said := StringIO()))
    assert "tag gardens: post_count is 7, ought to be 1" in said.getvalue()
    check_counts()


def test_a_moderator_changes_tags_on_the_record_and_takes_it_back(ann, mod):
    gardens, walls = make_tags("Gardens", "Walls")
    post = add_post(author=ann, **WORDS, tags=[gardens], token=token())
    assert set_tags(post=post, tags=[walls], by=mod, reason="About walls.")
    assert not set_tags(post=post, tags=[walls], by=mod)
    action = Action.objects.get()
    assert (action.verb, action.reason, action.post) == ("retag", "About walls.", post)
    undo(action=action, by=mod)
    assert chosen(post) == ["Gardens"]
    check_counts()


def test_tags_come_back_as_what_they_were_merged_into(ann, mod):
    tag, into = make_tags("Walks", "Paths")
    post = add_post(author=ann, kind="article", title="Roses", body="x", tags=[tag], token=token())
    set_tags(post=post, tags=[], by=mod)
    action = Action.objects.get(verb="retag")
    merge_tags(tag=tag, into=into, by=mod)
    assert undo(action=action, by=mod) is True
    assert list(post.tags.all()) == [into]


def test_the_list_of_tags_says_what_they_mean_and_how_many_bear_them(client, ann, count_queries):
    assert "There are no tags yet." in page_of(client.get("/tags/")).text_content()
    gardens, walls = make_tags("Gardens", "Walls", description="All that <b>grows</b>.")
    add_post(author=ann, **WORDS, tags=[gardens], token=token())
    page = client.get("/tags/").content.decode()
    assert "All that &lt;b&gt;grows&lt;/b&gt;." in page
    assert "1 post<" in page
    assert "0 posts<" in page
    assert len(count_queries(lambda: client.get("/tags/"))) == 1
    assert walls.name in page


def test_the_page_of_a_tag_lists_its_threads_alone(client, ann):
    gardens, walls = make_tags("Gardens", "Walls")
    assert "No post bears this tag yet." in page_of(client.get("/tags/gardens/")).text_content()
    add_post(author=ann, **{**WORDS, "title": "Of gardens"}, tags=[gardens], token=token())
    last = add_post(author=ann, **{**WORDS, "title": "Of walls"}, tags=[walls], token=token())
    answer = client.get("/tags/gardens/")
    page = page_of(answer)
    assert [link.text_content() for link in select(page, ".rows h3 a")] == ["Of gardens"]
    assert [link.get("href") for link in select(page, ".rows .tag")] == ["/tags/gardens/"]
    assert not answer.cookies
    assert "csrf" not in answer.content.decode()
    assert (
        "Nothing here for this choice" in page_of(client.get(f"/tags/walls/?order=top&after={last.pk}")).text_content()
    )
    assert client.get("/tags/nothing/").status_code == 404


@pytest.mark.parametrize("viewer", ["guest", "member"])
def test_the_page_of_a_tag_asks_as_much_when_it_doubles(client, sign_in, ann, ben, doubling, viewer):
    [tag] = make_tags("Gardens")

    def double() -> None:
        for _ in range(5):
            add_post(author=ann, **WORDS, tags=[tag], token=token())

    double()
    browser = client if viewer == "guest" else sign_in(ben)
    doubling(lambda: browser.get("/tags/gardens/"), double, at_most=2 if viewer == "guest" else 8)


def test_a_thread_shows_its_tags_and_asks_no_more_for_them(client, ann, count_queries):
    tags = make_tags("Gardens", "Walls")
    bare = make_post(ann)
    post = add_post(author=ann, **WORDS, tags=tags, token=token())
    page = page_of(client.get(post.get_absolute_url()))
    assert [link.text_content() for link in select(page, ".post .tag")] == ["Gardens", "Walls"]
    asked = [count_queries(lambda to=one: client.get(to.get_absolute_url())) for one in (bare, post)]
    assert len(asked[0]) == len(asked[1])


@pytest.mark.parametrize(
    ("act", "kind", "told"),
    [
        ("follow", Mark.Kind.FOLLOWED, ("One of your favourites now.", "No longer a favourite.")),
        ("hide", Mark.Kind.HIDDEN, ("Hidden from your front page.", "Shown on your front page again.")),
    ],
)
def test_a_member_makes_a_tag_a_favourite_or_hides_it(client, sign_in, ben, act, kind, told):
    [tag] = make_tags("Gardens")
    browser = sign_in(ben)
    answer = browser.post(f"/tags/gardens/{act}/", {"value": "1", "next": "/tags/gardens/?order=new"})
    assert (answer.status_code, answer["Location"]) == (303, "/tags/gardens/?order=new")
    assert Mark.objects.get(member=ben, tag=tag).kind == kind
    page = page_of(browser.get("/tags/gardens/"))
    assert [p.text_content() for p in select(page, '.said[role="status"]')] == [told[0]]
    [pressed] = [b for b in select(page, "button") if b.get("value") == "0"]
    assert pressed.get("aria-pressed") == "true"
    again = browser.post(f"/tags/gardens/{act}/", {"value": "0"}, follow=True)
    assert [p.text_content() for p in select(page_of(again), '.said[role="status"]')] == [told[1]]
    assert not Mark.objects.exists()
    assert client.post(f"/tags/gardens/{act}/", {"value": "1"}).status_code == 403
    assert browser.get(f"/tags/gardens/{act}/").status_code == 405
    assert browser.post(f"/tags/gardens/{act}/", {"value": "x"}).status_code == 400
    assert browser.post(f"/tags/none/{act}/", {"value": "1"}).status_code == 404


@pytest.fixture
def many(db) -> list[str]:
    """As many tags as three pages and a half hold, one in ten of them retired; the names of the others in order."""
    names = [f"Tag {number:03}" for number in range(7 * PAGE // 2)]
    Tag.objects.bulk_create(
        Tag(slug=f"t{number}", name=name, active=number % 10 > 0) for number, name in enumerate(names)
    )
    take_stock()
    return [name for number, name in enumerate(names) if number % 10]


def tags_on(page) -> list[str]:
    return [link.text_content() for link in select(page, ".items h2 a")]


def test_a_long_list_of_tags_comes_in_pages_that_go_on_where_the_last_one_ended(client, many, count_queries):
    found, address = [], "/tags/"
    while address:
        assert len(count_queries(lambda address=address: client.get(address))) == 1
        page = page_of(client.get(address))
        found.append(tags_on(page))
        [*more] = select(page, ".more a[rel='next']")
        address = f"/tags/{more[0].get('href')}" if more else ""
    assert [len(names) for names in found] == [PAGE, PAGE, PAGE, len(many) - 3 * PAGE]
    assert [name for names in found for name in names] == many
    Tag.objects.filter(name=many[PAGE - 1]).update(name="Zebra")  # on which the first page ended
    assert tags_on(page_of(client.get("/tags/", {"after": many[PAGE - 1]}))) == many[PAGE : 2 * PAGE]
    page = page_of(client.get("/tags/?after=Zz"))
    assert tags_on(page) == []
    assert "No more tags." in page.text_content()
    assert select(page, ".empty a")[0].get("href") == "/tags/"


def test_a_page_of_tags_walks_along_their_names_alone(client, many, count_queries):
    Tag.objects.bulk_create(Tag(slug=f"z{number}", name=f"Zone {number}") for number in range(5_000))
    take_stock()
    for address in ("/tags/", f"/tags/?after={many[200]}"):
        [sql] = count_queries(lambda address=address: client.get(address))
        plan = plan_of(sql, None)
        index = {"sqlite": r"USING INDEX sqlite_autoindex_posts_tag_2", "postgresql": r"Index Scan using \w+name\w+"}
        assert re.search(index[connection.vendor], plan), plan
        assert not re.search("SORT|TEMP B-TREE|SEQ SCAN", plan.upper()), plan
        assert "after" not in address or re.search(r"name ?>|name\)::text >", plan), plan


def test_a_tag_is_found_by_words_of_its_name_in_any_capitals(client, many, count_queries):
    make_tags("Örtliches", "Im-ÖRTLICHEN")
    page = page_of(client.get("/tags/", {"q": " örtlich "}))
    assert sorted(tags_on(page)) == ["Im-ÖRTLICHEN", "Örtliches"]
    assert select(page, "#id_q")[0].get("value") == "örtlich"
    assert len(count_queries(lambda: client.get("/tags/?q=tag"))) == 1
    [more] = select(page_of(client.get("/tags/?q=tAG")), ".more a[rel='next']")
    assert tags_on(page_of(client.get(f"/tags/{more.get('href')}"))) == many[PAGE : 2 * PAGE]
    for typed in ("nonesuch", "T" * 50_000):
        page = page_of(client.get("/tags/", {"q": typed}))
        assert tags_on(page) == []
        assert "No tag has this in its name." in page.text_content()
        assert "There are no tags yet." not in page.text_content()
    page = page_of(client.get("/tags/", {"q": "tag", "after": "Zz"}))
    assert select(page, ".empty a")[0].get("href") == "?q=tag"


def test_a_list_of_tags_that_one_page_holds_asks_for_no_words(client, db):
    make_tags("Gardens", "Walls")
    assert not select(page_of(client.get("/tags/")), "#id_q")
