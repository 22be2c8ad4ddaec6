"""Moderators keep the list of tags: every change is on the record, and no post loses what it is about."""

import pytest

from forum.moderation.models import Action
from forum.moderation.undoing import undo
from forum.refusals import Conflict, NotAllowed
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.models import Post, Tag
from posts.tags import bearing
from posts.tags.actions import add_tag, change_tag, merge_tags
from tests.making import make_post, page_of, select

LIST = "/admin/posts/tag/"


def decide(browser, slug: str, tag: Tag, **words: str):
    return browser.post(f"{LIST}decide/{slug}/?ids={tag.pk}&page=1", words, follow=True)


def verbs() -> list[str]:
    return list(Action.objects.order_by("pk").values_list("verb", flat=True))


def test_a_moderator_adds_a_tag_and_authors_choose_it(sign_in, mod, ann):
    browser = sign_in(mod)
    assert browser.get(f"{LIST}add/").status_code == 200
    answer = browser.post(f"{LIST}add/", {"name": "Walled  gardens", "description": "What grows."}, follow=True)
    assert "is offered for posts from now on" in answer.content.decode()
    tag = Tag.objects.get()
    assert (tag.name, tag.slug, tag.description, tag.active) == (
        "Walled gardens",
        "walled-gardens",
        "What grows.",
        True,
    )
    assert verbs() == ["add_tag"]
    assert "Walled gardens" in sign_in(ann).get("/posts/new/").content.decode()
    assert "the tag “walled-gardens”" in browser.get("/admin/moderation/action/").content.decode()


def test_the_list_says_how_many_posts_bear_a_tag_and_leads_to_them(sign_in, mod, ann):
    tag = Tag.objects.create(slug="gardens", name="Gardens", description="What grows.")
    for number in range(2):
        bearing.choose(make_post(ann, title=f"Bean {number}"), [tag])
    page = page_of(sign_in(mod).get(LIST))
    [cell] = select(page, "#result_list td[data-label='Posts']")
    assert cell.text_content() == "2see it in place"
    assert [link.get("href") for link in select(page, "#result_list td[data-label='Posts'] a")] == ["/tags/gardens/"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"name": ""}, "Give the tag a name."),
        ({"name": "a, b"}, "A tag has no comma in it"),
        ({"name": "сад"}, "Give the address in Latin letters"),
        ({"name": "gardens"}, "There is a tag “Gardens” at /tags/gardens/ already."),
        ({"name": "Other", "slug": "gardens"}, "There is a tag “Gardens”"),
        ({"name": "w" * 41}, "at most 40 characters"),
    ],
)
def test_a_tag_that_cannot_be_says_why(sign_in, mod, words, says):
    Tag.objects.create(slug="gardens", name="Gardens")
    answer = sign_in(mod).post(f"{LIST}add/", words)
    assert answer.status_code == 422
    assert says in page_of(answer).text_content()
    assert Tag.objects.count() == 1


def test_a_tag_is_renamed_described_retired_and_offered_again(client, sign_in, mod, ann):
    tag = add_tag(name="Gardens", slug="gardens", by=mod)
    post = make_post(ann)
    bearing.choose(post, [tag])
    browser, version = sign_in(mod), Post.objects.get().version
    form = page_of(browser.get(f"{LIST}decide/change/?ids={tag.pk}&page=1"))
    assert select(form, '[name="name"]')[0].get("value") == "Gardens"
    decide(browser, "change", tag, name="Parks", description="Open ones.")
    assert Post.objects.get().version > version
    assert "Parks" in client.get(post.get_absolute_url()).content.decode()
    assert "Open ones." in client.get("/tags/gardens/").content.decode()
    decide(browser, "retire", tag, reason="Nobody uses it.")
    assert not Tag.objects.get().active
    decide(browser, "offer", tag)
    assert Tag.objects.get().active
    assert verbs() == ["add_tag", "change_tag", "change_tag", "change_tag"]
    assert not change_tag(tag=tag, by=mod, active=True)
    with pytest.raises(Conflict):
        undo(action=Action.objects.first(), by=mod)


def test_a_merge_leaves_no_post_without_its_tag_and_no_address_dead(client, sign_in, mod, ann, ben):
    tag, into = add_tag(name="Garden", slug="garden", by=mod), add_tag(name="Gardens", slug="gardens", by=mod)
    one, both, other = (make_post(ann, title=title) for title in ("One", "Both", "Other"))
    bearing.choose(one, [tag])
    bearing.choose(both, [tag, into])
    bearing.choose(other, [into])
    mark(member=ben, kind=Mark.Kind.FOLLOWED, target=tag)
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=tag)
    mark(member=ann, kind=Mark.Kind.FOLLOWED, target=into)
    version = Post.objects.get(pk=one.pk).version
    decide(sign_in(mod), "merge", tag, into=str(into.pk), reason="The same.")
    for post in (one, both, other):
        assert list(post.tags.all()) == [into]
    into.refresh_from_db()
    assert into.post_count == bearing.counted(into) == 3
    assert Post.objects.get(pk=one.pk).version > version
    assert sorted(Mark.objects.values_list("member__username", "tag__slug")) == [("ann", "gardens"), ("ben", "gardens")]
    answer = client.get("/tags/garden/")
    assert (answer.status_code, answer["Location"]) == (301, "/tags/gardens/")
    assert "Garden<" not in client.get("/tags/").content.decode()
    assert verbs()[-1] == "merge_tag"
    for act in (lambda: merge_tags(tag=into, into=into, by=mod), lambda: merge_tags(tag=tag, into=into, by=mod)):
        with pytest.raises(Conflict):
            act()
    last = add_tag(name="Parks", slug="parks", by=mod)
    merge_tags(tag=into, into=last, by=mod)
    assert client.get("/tags/garden/")["Location"] == "/tags/parks/"


def test_what_was_merged_stands_for_the_tag_at_the_end(mod, django_assert_num_queries):
    first, second, third, other = (add_tag(name=name, slug=name, by=mod) for name in ("one", "two", "three", "other"))
    merge_tags(tag=first, into=second, by=mod)
    merge_tags(tag=second, into=third, by=mod)
    with django_assert_num_queries(1):
        assert list(Tag.objects.filter(slug__in=["one", "two", "other"]).living()) == [other, third]
    assert list(Tag.objects.filter(slug="one").living()) == [third]
    assert not Tag.objects.filter(slug="none").living()


def test_a_moderator_gives_any_post_other_tags(sign_in, mod, ann):
    tags = [add_tag(name=name, slug=name.lower(), by=mod) for name in ("Gardens", "Walls")]
    post = make_post(ann, archived=True)
    bearing.choose(post, tags[:1])
    browser = sign_in(mod)
    address = f"/admin/posts/post/decide/tags/?ids={post.pk}&page=1"
    ticked = [b.get("value") for b in select(page_of(browser.get(address)), '[name="tags"]') if "checked" in b.attrib]
    assert ticked == ["Gardens"]
    browser.post(address, {"tags": ["Walls"], "reason": "About walls."})
    assert list(post.tags.all()) == tags[1:]
    assert "Walls" in page_of(browser.get(f"/admin/posts/post/{post.pk}/change/")).text_content()
    undo(action=Action.objects.get(verb="retag"), by=mod)
    assert list(post.tags.all()) == tags[:1]


def test_nobody_else_keeps_the_list(client, sign_in, ann, mod):
    tag = add_tag(name="Gardens", slug="gardens", by=mod)
    for browser in (client, sign_in(ann)):
        for path in (LIST, f"{LIST}add/", f"{LIST}{tag.pk}/change/", f"{LIST}decide/retire/?ids={tag.pk}"):
            assert browser.get(path).status_code == 302
            assert browser.post(path, {"name": "Mine"}).status_code == 302
    for act in (
        lambda: add_tag(name="Mine", slug="mine", by=ann),
        lambda: change_tag(tag=tag, by=ann, name="Mine"),
        lambda: merge_tags(tag=tag, into=tag, by=ann),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert [one.name for one in Tag.objects.all()] == ["Gardens"]
