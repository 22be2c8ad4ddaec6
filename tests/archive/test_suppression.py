"""What was taken away here stays away, whichever file brings it again: the words, the name, and who quotes them."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from comments import actions
from comments.importing import ArchivedComment
from comments.models import Comment
from forum.archive import corrections, restoring
from forum.archive.items import SavedFile
from forum.archive.load import load
from forum.archive.plan import make_plan
from forum.moderation import naming, removals
from forum.moderation.models import Action
from forum.states import State
from forum.users.models import Person, User
from posts.actions import change_post_state
from posts.models import Post
from tests.archive import exports
from tests.archive.moving import bring as bring_export
from tests.archive.moving import empty, export
from tests.making import LONG_AGO, import_comments, make_person, make_post, say

NAME = "Lena Brook"
WORDS = "The wheel has to turn, whatever the council says about the cost of the oak and the iron."
SECRETS = ("Lena", "LENA", "lena", "wheel", "the oak and the iron")

PAGE = f"""\
The mill by the river

posted at 9:15 am on May 4, 2004 by Hanna

The old mill closed today. {NAME} has said what will become of it.

The council meets on Monday.

Trackback URL


{WORDS}

mo on May 4, 2004 at 10:01 AM

I learnt to swim in the pond behind that mill, as did my father before me.

{NAME} on May 4, 2004 at 10:20 AM

{WORDS}

That is well said, and I shall say it to them myself.

Oskar on May 4, 2004 at 11:02 AM

I learnt to swim in the pond behind that mill, as did my father before me.

{NAME} on May 4, 2004 at 10:20 AM

So did mine, and as LENA brook told us, it was deep.

Ruth on May 4, 2004 at 11:30 AM
"""
LONGER = PAGE + "\nToo late for all that now.\n\nPeter on May 5, 2004 at 9:00 AM\n"
HTML_NAME = "<b>Lena</b> Br&#111;ok"


def _wxr() -> str:
    """The same thread as a WordPress export, with the name behind markup and entities."""
    article = f"The old mill closed today. {HTML_NAME} has said what will become of it."
    said = [
        ("mo", WORDS),
        (NAME, "I learnt to swim in the pond behind that mill, as did my father before me."),
        ("Oskar", f"<blockquote>{WORDS}</blockquote>\n\nThat is well said, and I shall say it to them myself."),
        ("Ruth", f"So did mine, and as {HTML_NAME} told us, it was deep."),
    ]
    comments = [
        exports.comment(number, body, wp__comment_author=f"<![CDATA[{name}]]>", wp__comment_author_email="")
        for number, (name, body) in enumerate(said, 1)
    ]
    return exports.wxr_file(exports.item(*comments, body=article))


FILES = {
    "the same page again": ("mill", PAGE),
    "a longer copy": ("mill", LONGER),
    "another source": ("elsewhere", LONGER),
    "a WordPress export": ("blog", _wxr()),
    "a WordPress export of the same source": ("mill", _wxr()),
}


def bring(text: str, source: str = "mill") -> None:
    """Imports a file with this text."""
    load(make_plan(SavedFile(f"{source}.txt", text.encode()), corrections.for_file(source)), commit=True)


@pytest.fixture
def taken(db: None, mod: User) -> None:
    """The page, of which a name was taken off everywhere, and a comment that another one quotes was removed."""
    bring(PAGE)
    comment = Comment.objects.get(person__name="mo")
    actions.change_state(comment=comment, to=State.REMOVED, by=mod)
    take_off(mod)


def take_off(mod: User) -> None:
    persons = list(Person.objects.filter(name=NAME))
    chosen = {place.key for place in naming.mentions(NAME, None)}
    removal = removals.request_name_removal(person=persons[0], name=NAME, who="x")
    removals.take_name_off(removal=removal, name=NAME, persons=persons, chosen=chosen, by=mod)


def addresses() -> Iterator[str]:
    """Every place where a reader may look."""
    yield from ("/", "/?order=new", "/feed/", "/sitemap.xml", "/sitemap-1.xml")
    for words in ("Lena", "wheel", '"Lena Brook"', "oak iron", "author:Lena"):
        yield reverse("search", query={"q": words})
    for post in Post.objects.all():
        here = post.get_absolute_url()
        yield from (here, f"{here}?view=flat", f"{here}?order=newest", f"{here}?q=wheel", f"{here}?era=then")
        for name in ("post-feed", "post-source", "post-history", "post-quotations", "post-file"):
            try:
                yield reverse(name, args=[post.pk])
            except NoReverseMatch:
                continue
    for comment in Comment.objects.all():
        yield comment.get_absolute_url()
        for name in ("comment-source", "comment-history", "comment-quotations"):
            yield reverse(name, args=[comment.pk])
    for person in Person.objects.all():
        yield person.get_absolute_url()
        yield f"/moderation/name/?person={person.pk}"


def assert_away(client: Client) -> None:
    """Neither the name nor the words are in any outlet; what the address itself asks for does not count."""
    for address in addresses():
        answer = client.get(address, follow=True)
        words = b"".join(answer).decode() if answer.streaming else answer.content.decode()
        if address.startswith("/search/") or "?q=" in address:
            words = words.partition("<main")[2].partition("</form>")[2]
            assert "/comments/" not in words or "wheel has" not in words, address
            continue
        found = [secret for secret in SECRETS if secret in words]
        assert not found, (address, found, words[max(words.index(found[0]) - 200, 0) :][:400] if found else "")
    told = export()
    assert not [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize("what", FILES)
def test_what_was_taken_away_stays_away(taken: None, ben: User, sign_in, what: str) -> None:
    source, text = FILES[what]
    bring(text, source)
    assert_away(Client())
    assert_away(sign_in(ben))
    assert "well said" in Client().get(Post.objects.latest("pk").get_absolute_url()).content.decode()


def test_nothing_is_taken_from_a_thread_where_that_person_never_spoke(taken: None) -> None:
    bring(PAGE.replace(NAME, "Peter").replace("LENA brook told us", "Lena Brook Road shows"), "road")
    assert Comment.objects.filter(body__contains="Lena Brook Road").exists()


def test_a_removed_article_stays_away_under_another_source(db: None, mod: User) -> None:
    bring(PAGE)
    change_post_state(post=Post.objects.get(), to=State.REMOVED, by=mod)
    bring(LONGER, "elsewhere")
    other = Post.objects.latest("pk")
    assert other.state == State.REMOVED
    assert Client().get(other.get_absolute_url()).status_code == 404


def test_what_is_brought_back_by_a_moderator_comes_again(taken: None, mod: User) -> None:
    actions.change_state(comment=Comment.objects.get(person__name="mo"), to=State.PUBLISHED, by=mod)
    bring(LONGER, "elsewhere")
    assert Comment.objects.filter(person__name="mo", state=State.PUBLISHED).count() == 2


def test_the_name_comes_back_where_a_later_import_left_it_out(taken: None, mod: User) -> None:
    action = Action.objects.filter(verb=Action.Verb.TAKE_NAME_OFF).get()
    removals.give_name_back(action=action, name=NAME, by=mod)
    assert Person.objects.filter(name=NAME).count() == 1


def test_living_words_are_their_authors(taken: None, ann: User) -> None:
    """Members may write what they like: a digest forbids nothing to them."""
    assert say(make_post(ann), ann, f"{NAME} and the wheel.").body == f"{NAME} and the wheel."


def test_an_export_of_another_site_brings_nothing_back_either(db: None, mod: User) -> None:
    bring(PAGE)
    elsewhere = export()
    User.objects.all().delete()
    empty()
    mod = User.objects.create_user("mod", "mod@example.org", is_staff=True, is_superuser=True)
    bring(LONGER, "other")
    actions.change_state(comment=Comment.objects.get(person__name="mo"), to=State.REMOVED, by=mod)
    take_off(mod)
    bring_export(elsewhere)
    assert Post.objects.count() == 2
    assert_away(Client())


@pytest.mark.parametrize("broken_off", [False, True])
def test_a_name_is_kept_off_an_export_before_anybody_reads_it(
    db: None, ann: User, monkeypatch: pytest.MonkeyPatch, broken_off: bool
) -> None:
    """Whoever bears it may speak only after others have named them, and what is written is read at once."""
    hanna, quill = make_person("Hanna"), make_person("Zacharias Quill")
    post = make_post(archived=True, source=hanna.source, title="Of Zacharias Quill", person=hanna)
    said = ["So said Zacharias Quill.", "One.", "Two.", "Three."]
    found = [ArchivedComment(person=hanna, created_at=LONG_AGO, body=words) for words in said]
    import_comments(post=post, found=[*found, ArchivedComment(person=quill, created_at=LONG_AGO, body="It was I.")])
    text = export()
    empty()
    Person.objects.filter(pk=make_person("Zacharias Quill", source="elsewhere").pk).update(name="", removed_at=LONG_AGO)
    monkeypatch.setattr(restoring, "BATCH", 2)
    if broken_off:
        monkeypatch.setattr(restoring._Restoration, "_complete", broken)
        with pytest.raises(KeyboardInterrupt):
            bring_export(text)
    else:
        bring_export(text)
    restored = Post.objects.get()
    assert restored.comments.count() == 5
    page = Client().get(restored.get_absolute_url()).content.decode()
    assert "So said [name removed]." in page
    assert "Zacharias" not in page


def test_a_name_is_kept_off_what_a_longer_export_joins_to_later_comments(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever answers what comes after it is drawn a second time, with all the names in it."""
    hanna, quill = make_person("Hanna"), make_person("Zacharias Quill")
    post = make_post(archived=True, source=hanna.source, person=hanna)
    said = ["So said Zacharias Quill.", "One.", "Two.", "Three."]
    found = [ArchivedComment(person=hanna, created_at=LONG_AGO, body=words) for words in said]
    himself = ArchivedComment(person=quill, created_at=LONG_AGO, body="It was I.")
    first, *rows = import_comments(post=post, found=[himself, *found])
    Comment.objects.filter(pk=rows[0].pk).update(parent=rows[3].pk, branch=rows[3].pk)
    longer = export()
    Comment.objects.update(parent=None, branch=0)
    Comment.objects.exclude(pk=first.pk).delete()
    shorter = export()
    empty()
    bring_export(shorter)
    Person.objects.filter(pk=make_person("Zacharias Quill", source="elsewhere").pk).update(name="", removed_at=LONG_AGO)
    monkeypatch.setattr(restoring, "BATCH", 2)
    bring_export(longer, name="longer.jsonl")
    [named] = Comment.objects.filter(body__startswith="So said")
    assert named.parent is not None
    assert named.body == "So said [name removed]."
    assert "Zacharias" not in named.html


def broken(*_: object) -> None:
    raise KeyboardInterrupt
