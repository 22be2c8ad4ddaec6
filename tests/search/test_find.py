"""What a search finds: every operator, alone and together, as a guest sees it."""

import datetime as dt

import pytest

from comments.importing import ArchivedComment
from comments.models import Comment
from forum.search import finding
from forum.users.models import NAME_TAKEN_OFF, Person, Source
from posts.actions import ArchivedPost, add_post
from posts.models import Tag
from posts.tags import bearing
from posts.tags.actions import merge_tags
from tests.making import import_comments, import_post, make_person, say, token

pytestmark = pytest.mark.django_db


def urls(*things):
    return [thing.get_absolute_url() for thing in things]


def write(author, title, body="x", kind="article"):
    return add_post(author=author, kind=kind, title=title, body=body, token=token())


@pytest.fixture
def talk(ann, ben):
    post = write(ann, "Who keeps the garden?", "A long walk past roses.", kind="question")
    first = say(post, ben, "The gardener keeps roses and tulips.")
    second = say(post, ann, "Tulips keep the roses company; the well-known café is near.", parent=first)
    return post, first, second


@pytest.fixture
def old(ann):
    source = Source.objects.create(key="old", name="An old page")
    person = make_person("John Smith", source="old")
    at = dt.datetime(2007, 3, 22, 18, 54, tzinfo=dt.UTC)
    found = ArchivedPost(
        title="Roses of 2007", person=None, source=source, created_at=at, body="Old roses.", html="<p>Old roses.</p>",
        printed_date="March 22, 2007",
    )  # fmt: skip
    post = import_post(found=found)
    later = [
        ArchivedComment(person=person, created_at=at + dt.timedelta(days=9 * n), body=f"Roses {n}.") for n in range(3)
    ]
    return post, *import_comments(post=post, found=later)


def test_all_words_must_stand_in_one_post_or_comment(look, talk):
    _, first, _ = talk
    assert set(look("roses")) == set(urls(*talk))
    assert look("roses gardener") == urls(first)
    assert look("roses elephants") == []


def test_case_accents_plurals_and_apostrophes_make_no_difference(look, talk, ann):
    _, _, second = talk
    own = say(talk[0], ann, "It\u2019s the gardener's way; don't touch 漢字入門 or Straße.")
    assert look("CAFE") == look("café") == look("cafés") == urls(second)
    assert look("gardener way") == look("gardener\u2019s ways") == urls(own)
    assert look("dont") == look("don't") == urls(own)
    assert look("漢字") == look("入門") == look("strasse") == urls(own)
    assert look("字漢") == []


def test_a_phrase_is_words_one_after_another(look, talk):
    _, _, second = talk
    assert look('"keep the roses"') == urls(second)
    assert look('"roses the keep"') == []
    assert look("“keep the roses”") == urls(second)
    assert look('"keep the roses') == urls(second), "a quotation mark that is not closed is read as if it were"
    assert look("well-known") == urls(second)
    assert look("known-well") == []
    assert look('"garden a long"') == [], "no phrase goes from a title into the text"


def test_a_minus_leaves_out(look, talk):
    post, first, _ = talk
    assert look("roses -gardener -cafe") == urls(post)
    assert set(look('roses -"keep the roses"')) == set(urls(post, first))
    assert set(look("-tulips")) == set(urls(post))


def test_author_is_a_member_or_a_person_by_the_whole_name(look, talk, old):
    _, first, _ = talk
    assert look("roses author:ben") == look("author:BEN roses") == urls(first)
    assert set(look('author:"John Smith"')) == set(urls(*old[1:]))
    assert set(look('author:"john smith"')) == set(urls(*old[1:]))
    assert look("author:John") == look("author:nobody") == []
    assert set(look("roses -author:ben")) == set(urls(talk[0], talk[2], *old))
    assert set(look("author:ann author:ben")) == set(urls(*talk))


def test_a_name_that_was_taken_off_finds_nothing(look, old):
    person = Person.objects.get()
    person.name, person.removed_at = "", dt.datetime.now(dt.UTC)
    person.save()
    assert look('author:"John Smith"') == look(f'author:"{NAME_TAKEN_OFF}"') == look('author:""') == []
    assert len(look("roses era:then")) == 4


def test_tag_finds_the_threads_that_have_it(look, talk, old):
    history = Tag.objects.create(slug="old-roses", name="Old roses")
    bearing.bear(old[0], [history])
    assert set(look("tag:old-roses")) == set(look('tag:"old roses"')) == set(urls(*old))
    assert set(look("roses -tag:old-roses")) == set(urls(*talk))
    assert look("tag:nothing") == []


def test_in_looks_in_one_thread(look, talk, old):
    assert set(look(f"roses in:{talk[0].pk}")) == set(urls(*talk))
    assert set(look("roses", thread=talk[0].pk)) == set(urls(*talk))
    assert set(look(f"roses -in:{talk[0].pk}")) == set(urls(*old))
    assert look("roses in:999999") == []


def test_before_and_after_take_a_year_a_month_or_a_day(look, talk, old):
    post, *comments = old
    assert set(look("roses before:2008")) == set(urls(*old))
    assert set(look("roses before:2007-04")) == set(urls(post, comments[0], comments[1]))
    assert look("roses after:2007-03-31 before:2007-04-01") == urls(comments[1])
    assert set(look("roses after:2008")) == set(urls(*talk))
    assert look("roses before:2007-03-22") == []


def test_era_and_kind_are_controls_and_words(look, talk, old):
    assert set(look("roses era:then")) == set(look("roses", era="then")) == set(urls(*old))
    assert set(look("roses era:now")) == set(look("roses", era="now")) == set(urls(*talk))
    assert set(look("roses era:both")) == set(urls(*talk, *old))
    assert set(look("roses is:post")) == set(look("roses", where="post")) == set(urls(talk[0], old[0]))
    assert set(look("roses is:comment")) == set(look("roses", where="comment")) == set(urls(*talk[1:], *old[1:]))
    assert look("roses is:question") == urls(talk[0])


def test_hits_are_listed_by_fit_or_by_time(look, ann):
    post = write(ann, "Nothing")
    thrice = say(post, ann, "Rose rose rose.")
    once = say(post, ann, "One rose in a very long row of other words " + "and more " * 50)
    titled = write(ann, "The rose", "Something else.")
    times = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert look("rose") == urls(titled, thrice, once)
    for number, comment in enumerate((thrice, once)):
        Comment.objects.filter(pk=comment.pk).update(created_at=times + dt.timedelta(days=number))
    from forum.search.rebuilding import rebuild

    rebuild(repair=True)
    assert look("rose", order="time") == urls(titled, once, thrice)


def test_the_address_of_a_link_is_found(look, ann):
    post = add_post(author=ann, kind="link", title="A page", url="https://example.org/deep/water", token=token())
    assert look("example.org") == look("deep/water") == urls(post)


def test_what_is_quoted_from_a_comment_is_found_where_it_was_said(look, talk, ann):
    _, first, _ = talk
    quoting = say(talk[0], ann, f"> #c{first.pk}\n> The gardener keeps roses and tulips.\n\nDoes he?")
    assert look("gardener") == urls(first)
    assert look('"does he"') == urls(quoting)
    other = say(talk[0], ann, "> A newspaper wrote of elephants.\n\nDid it?")
    assert look("elephants") == urls(other)


def test_what_is_left_out_stays_out_however_much_of_it_there_is(look, ann, monkeypatch):
    """The index is told of so many threads and people at most; the rest is left out where it is read."""
    monkeypatch.setattr(finding, "THREADS", 1)
    monkeypatch.setattr(finding, "NAMESAKES", 1)
    tag = Tag.objects.create(name="Walks", slug="walks")
    for number in range(3):
        post = add_post(author=ann, kind="article", title=f"Roses {number}", body="x", tags=[tag], token=token())
        say(post, ann, "Roses here.")
    other = write(ann, "Roses of another kind")
    assert look("roses -tag:walks") == urls(other)
    at = dt.datetime(2007, 3, 22, 18, 54, tzinfo=dt.UTC)
    persons = [make_person("Anonymous", source=f"page{number}") for number in range(3)]
    then = [ArchivedComment(person=person, created_at=at, body="Roses then.") for person in persons]
    import_comments(post=other, found=then)
    assert len(look("roses in:" + str(other.pk))) == 4
    assert look(f"roses -author:anonymous in:{other.pk}") == urls(other)


def test_a_tag_that_was_merged_is_found_by_the_one_that_has_its_posts(look, ann, mod):
    tag, into = (Tag.objects.create(name=name, slug=name.lower()) for name in ("Walks", "Paths"))
    post = add_post(author=ann, kind="article", title="Roses", body="x", tags=[tag], token=token())
    merge_tags(tag=tag, into=into, by=mod)
    other = write(ann, "Roses of another kind")
    assert look("tag:walks") == look("tag:Paths") == urls(post)
    assert look("roses -tag:walks") == urls(other)
