"""A name from an archive is asked off by anybody, taken off everywhere at once, and comes back only when typed."""

import datetime as dt
from collections.abc import Callable

import lxml.html
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments.models import Comment, Quotation
from forum.moderation import actions, naming, removals
from forum.moderation.models import Action, NameRemoval, Report, Rule
from forum.moderation.undoing import undo
from forum.refusals import Conflict
from forum.states import Format
from forum.text.html import sanitise
from forum.text.plain import render_article
from forum.users.models import NAME_TAKEN_OFF, Person, Source, User
from posts import actions as posts
from posts.models import Post
from tests.making import page_of as tree_of
from tests.making import select
from tests.moderation.conftest import Archive, person, say

SignIn = Callable[[User], Client]


@pytest.fixture
def desk(sign_in: SignIn, mod: User) -> Client:
    return sign_in(mod)


def ask(browser: Client, **form: object) -> NameRemoval:
    answer = browser.post(reverse("name-removal"), form)
    assert answer.status_code == 302, answer.content.decode()
    return NameRemoval.objects.latest("pk")


def page_of(removal: NameRemoval) -> str:
    return reverse("admin:moderation_nameremoval_change", args=[removal.pk])


def every_outlet(browser: Client, post: Post) -> dict[str, str]:
    paths = [
        "/",
        post.get_absolute_url(),
        post.get_absolute_url() + "?view=flat",
        post.get_absolute_url() + "?order=newest",
        reverse("feed"),
        reverse("post-feed", args=[post.pk]),
        reverse("sitemap"),
        *[found.get_absolute_url() for found in Person.objects.all()],
        *[found.get_absolute_url() for found in post.comments.all()],
        *[reverse("report", args=["comment", found.pk]) for found in post.comments.all()],
    ]
    return {path: browser.get(path, follow=True).content.decode() for path in paths}


def desk_pages(browser: Client) -> dict[str, str]:
    lists = ("users_person", "comments_comment", "posts_post", "moderation_report", "moderation_action")
    paths = [reverse("admin:index"), *[reverse(f"admin:{name}_changelist") + "?" for name in lists]]
    paths += [reverse("admin:moderation_nameremoval_changelist") + "?outcome=all"]
    paths += [reverse("admin:moderation_report_changelist") + "?outcome=all"]
    paths += [reverse("admin:moderation_action_change", args=[found.pk]) for found in Action.objects.all()]
    paths += [page_of(found) for found in NameRemoval.objects.all()]
    paths += [reverse("admin:comments_comment_change", args=[found.pk]) for found in Comment.objects.all()]
    paths += [reverse("admin:users_person_change", args=[found.pk]) for found in Person.objects.all()]
    return {path: browser.get(path).content.decode() for path in paths}


def test_a_guest_asks_with_the_form_begun_for_them(client: Client, archive: Archive) -> None:
    page = client.get(reverse("name-removal"), {"person": archive.driller.pk}).content.decode()
    assert 'value="driller"' in page
    assert archive.driller.get_absolute_url() in page
    removal = ask(client, name="driller", person=archive.driller.pk, contact="me@example.org", text="It is me")
    assert (removal.person, removal.outcome, removal.contact) == (archive.driller, "open", "me@example.org")
    assert client.get(reverse("name-removal-sent")).status_code == 200


@pytest.mark.parametrize("asked", ["x", "-1", "9" * 30, "²", "0"])
def test_an_address_that_names_nobody_opens_an_empty_form(client: Client, archive: Archive, asked: str) -> None:
    assert client.get(reverse("name-removal"), {"person": asked}).status_code == 200


def test_words_are_kept_when_the_form_is_not_complete(client: Client, db: None) -> None:
    answer = client.post(reverse("name-removal"), {"text": "My long story", "contact": "no address", "person": "x"})
    assert answer.status_code == 422
    for words in ("My long story", "no address", "Write the name as it is shown"):
        assert words in answer.content.decode()


def test_a_request_from_a_browser_that_lost_its_cookie_comes_back_whole(db: None) -> None:
    typed = {"name": "driller", "address": "https://example.org/t/1/", "contact": "me@example.org", "text": "It is me."}
    answer = Client(enforce_csrf_checks=True).post(reverse("name-removal"), typed)
    assert answer.status_code == 403
    given_back = lxml.html.fromstring(answer.content.decode()).xpath("//textarea")
    assert [field.text.removeprefix("\n") for field in given_back] == list(typed.values())


def test_requests_are_limited(client: Client, db: None, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "name_removals_per_hour": 1}
    ask(client, name="driller")
    answer = client.post(reverse("name-removal"), {"name": "driller", "text": "Again"})
    assert answer.status_code == 429
    assert "Again" in answer.content.decode()


def test_the_page_shows_whom_and_what_the_name_stands_on(client: Client, desk: Client, archive: Archive) -> None:
    removal = ask(client, name="driller")
    page = desk.get(page_of(removal)).content.decode()
    assert "1 comment, 0 posts" in page
    assert f'name="persons" value="{archive.driller.pk}" checked' in page
    assert "I agree with that, <b>Driller</b>." in page
    assert "A <b>driller</b> drills; the drillers do not. Ask driller." in page
    assert "the drillers do not. Ask <b>driller</b>." in page
    assert page.count('name="places"') == 4
    assert 'name="places" value="' in page
    assert "checked" not in page.split("Other places")[1]


def take_off(desk: Client, removal: NameRemoval, archive: Archive, *, everywhere: bool, **form: object) -> None:
    source = archive.source
    places = [place.key for place in naming.mentions("driller", source)] if everywhere else []
    certain = {place.key for place in naming.attributions(archive.driller, "driller")}
    form = {
        "persons": archive.driller.pk,
        "places": [one for one in places if one not in certain],
        "reason": "",
        **form,
    }
    answer = desk.post(page_of(removal), {**form, "grant": "1"})
    assert answer.status_code == 302, answer.content.decode()


def test_a_name_taken_off_is_gone_from_every_outlet(
    client: Client, desk: Client, archive: Archive, spam: Rule, ben: User
) -> None:
    actions.file_report(thing=archive.said[0], reporter=None, who="x", rule=spam, text="driller is my uncle Driller")
    say(archive.post, ben, f"> #c{archive.said[0].pk}\n> Oil is where you drill.\n\nStill true.")
    shown = every_outlet(client, archive.post)
    assert any("driller wrote" in page for page in shown.values())
    removal = ask(
        client,
        name="driller",
        person=archive.driller.pk,
        contact="driller@example.org",
        text="I am driller",
        address="x",
    )
    take_off(desk, removal, archive, everywhere=True, reason="The driller asked")
    assert "driller@example.org" in desk.get(reverse("admin:index")).content.decode(), "said once, to answer"
    for path, page in {**every_outlet(client, archive.post), **desk_pages(desk)}.items():
        words = page.replace("drillers do not", "").replace("the drillers", "")
        assert "driller" not in words.lower(), path
    thread = client.get(archive.post.get_absolute_url(), follow=True).content.decode()
    assert NAME_TAKEN_OFF in thread
    assert "Oil is where you drill." in thread
    kept = [*NameRemoval.objects.values(), *Report.objects.values(), *Action.objects.values(), *Person.objects.values()]
    assert "driller" not in str(kept).lower()
    assert "driller" not in str(list(Comment.objects.values())).lower().replace("drillers", "")
    assert Person.objects.get(pk=archive.driller.pk).digest == Person.digest_of("driller")


def test_a_place_that_is_not_ticked_stays(client: Client, desk: Client, archive: Archive) -> None:
    take_off(desk, ask(client, name="driller"), archive, everywhere=False)
    assert "Ask driller." in Comment.objects.get(pk=archive.said[2].pk).body
    quoting = Comment.objects.get(pk=archive.said[1].pk)
    assert quoting.body.startswith(f"{NAME_TAKEN_OFF} at 6:54 pm\nOil")
    quotation = Quotation.objects.get()
    assert quoting.body[quotation.start : quotation.end] == "Oil is where you drill."
    assert quoting.body[quotation.attribution_start : quotation.attribution_end] == f"{NAME_TAKEN_OFF} at 6:54 pm"
    assert f"{NAME_TAKEN_OFF} wrote" in quoting.html


def test_pages_that_showed_the_name_move(client: Client, desk: Client, archive: Archive) -> None:
    before = Post.objects.get().version
    take_off(desk, ask(client, name="driller"), archive, everywhere=False)
    assert Post.objects.get().version > before


def words_of(archive: Archive) -> list[object]:
    quotations = Quotation.objects.values("start", "end", "attribution_start", "attribution_end")
    return [
        list(Post.objects.values("title", "body", "html")),
        list(Comment.objects.order_by("pk").values("body", "html")),
        list(quotations),
        list(Person.objects.order_by("pk").values()),
    ]


def undo_page(action: Action) -> str:
    return reverse("admin:moderation_action_decide", args=["undo"], query={"ids": action.pk})


def test_it_comes_back_only_when_the_exact_name_is_typed(client: Client, desk: Client, archive: Archive) -> None:
    before = words_of(archive)
    take_off(desk, ask(client, name="driller"), archive, everywhere=True)
    action = Action.objects.get()
    assert desk.post(undo_page(action), {"reason": ""}).status_code == 422
    for wrong in ("Driller", "driller ", "somebody"):
        answer = desk.post(undo_page(action), {"name": wrong, "reason": "It was <another>."})
        assert answer.status_code == 422
        page = tree_of(answer)
        [field] = select(page, "#id_name")
        assert field.get("value") == wrong
        assert "not the name that was taken off" in select(page, "#id_name_error")[0].text_content()
        assert select(page, "#id_reason")[0].text_content().strip() == "It was <another>."
    assert words_of(archive) != before
    desk.post(undo_page(action), {"name": "driller", "reason": ""})
    assert words_of(archive) == before
    assert Action.objects.latest("pk").undoes == action


def test_a_place_is_blacked_out_also_where_the_name_stays_on_another_person(
    archive: Archive, mod: User, desk: Client
) -> None:
    """The desk offers the places of all who are called so; whoever ticks one and not the person means the place."""
    elsewhere = Source.objects.create(key="elsewhere", name="Elsewhere")
    namesake = person(elsewhere, "driller")
    places = [one.key for one in naming.mentions("driller", archive.source) if one.thing == archive.said[2]]
    removal = NameRemoval.objects.create(name="driller")
    page = desk.get(page_of(removal)).content.decode()
    assert all(key in page for key in places)
    answer = desk.post(page_of(removal), {"persons": [namesake.pk], "places": places, "reason": ""})
    assert answer.status_code == 302
    third = Comment.objects.get(pk=archive.said[2].pk)
    assert third.body.count(NAME_TAKEN_OFF) == len(places)
    assert f"Ask {NAME_TAKEN_OFF}." in third.html
    assert Person.objects.get(pk=archive.driller.pk).name == "driller"
    for action in Action.objects.order_by("-pk"):
        removals.give_name_back(action=action, name="driller", by=mod)
    assert Comment.objects.get(pk=third.pk).body == archive.said[2].body
    assert Person.objects.get(pk=namesake.pk).name == "driller"


def test_a_place_that_reads_otherwise_by_now_is_told(archive: Archive, mod: User) -> None:
    removal = NameRemoval.objects.create(name="driller")
    places = [one.key for one in naming.mentions("driller", archive.source) if one.thing == archive.said[2]]
    Comment.objects.filter(pk=archive.said[2].pk).update(body="Well, " + archive.said[2].body)
    with pytest.raises(Conflict, match="read otherwise by now"):
        removals.take_name_off(removal=removal, name="driller", persons=[archive.driller], chosen=places, by=mod)
    assert Person.objects.get(pk=archive.driller.pk).name == "driller"


def before_the_lock(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Lets another decision come first, once, where the next one would lock the threads."""
    waits, real = iter([True]), posts.lock_all

    def lock_all(pks: set[int]) -> None:
        if next(waits, False):
            act()
        real(pks)

    monkeypatch.setattr(posts, "lock_all", lock_all)


def test_of_two_names_in_the_same_words_at_once_the_later_one_is_looked_for_again(
    archive: Archive, mod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = Comment.objects.get(pk=archive.said[2].pk)
    Comment.objects.filter(pk=third.pk).update(body="Thus Ask, and thus driller.")
    asker = person(archive.source, "Ask")

    def take(name: str, who: Person) -> None:
        places = [place.key for place in naming.mentions(name, archive.source) if place.thing == third]
        removal = NameRemoval.objects.create(name=name)
        removals.take_name_off(removal=removal, name=name, persons=[who], chosen=places, by=mod)

    before_the_lock(monkeypatch, lambda: take("Ask", asker))
    with pytest.raises(Conflict, match="read otherwise by now"):
        take("driller", archive.driller)


def test_a_name_does_not_come_back_into_words_that_another_leaves_at_this_moment(
    archive: Archive, mod: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = Comment.objects.get(pk=archive.said[2].pk)
    Comment.objects.filter(pk=third.pk).update(body="Thus Ask, and thus driller.")

    def take(name: str, who: Person) -> Action:
        places = [place.key for place in naming.mentions(name, archive.source) if place.thing == third]
        removal = NameRemoval.objects.create(name=name)
        removals.take_name_off(removal=removal, name=name, persons=[who], chosen=places, by=mod)
        return Action.objects.latest("pk")

    first = take("driller", archive.driller)
    before_the_lock(monkeypatch, lambda: take("Ask", person(archive.source, "Ask")))
    with pytest.raises(Conflict, match="later"):
        removals.give_name_back(action=first, name="driller", by=mod)


def test_names_in_the_same_words_come_back_in_reverse_order(archive: Archive, mod: User) -> None:
    before = words_of(archive)
    third = Comment.objects.get(pk=archive.said[2].pk)
    asker = person(archive.source, "Ask")
    taken = []
    for name, who in (("driller", archive.driller), ("Ask", asker)):
        removal = NameRemoval.objects.create(name=name)
        places = [place.key for place in naming.mentions(name, archive.source) if place.thing == third]
        removals.take_name_off(removal=removal, name=name, persons=[who], chosen=places, by=mod)
        taken.append(Action.objects.latest("pk"))
    with pytest.raises(Conflict, match="later"):
        removals.give_name_back(action=taken[0], name="driller", by=mod)
    for action, name in ((taken[1], "Ask"), (taken[0], "driller")):
        assert removals.give_name_back(action=Action.objects.get(pk=action.pk), name=name, by=mod)
    assert words_of(archive)[:3] == before[:3]


def test_the_reason_of_a_suspension_forgets_the_name_too(
    archive: Archive, mod: User, eve: User, sign_in: SignIn
) -> None:
    until = timezone.now() + dt.timedelta(days=3)
    actions.suspend(member=eve, until=until, by=mod, reason="Says that Driller lies.")
    actions.suspend(member=eve, until=until + dt.timedelta(days=4), by=mod, reason="Writes to driller.")
    latest = Action.objects.latest("pk")
    removal = NameRemoval.objects.create(name="driller")
    removals.take_name_off(removal=removal, name="driller", persons=[archive.driller], by=mod)
    assert not Action.objects.filter(reason__icontains="driller").exists()
    assert "Reason: Writes to [name removed]." in sign_in(eve).get(eve.get_absolute_url()).content.decode()
    undo(action=latest, by=mod)
    eve.refresh_from_db()
    assert eve.suspension_reason == "Says that [name removed] lies."


def test_a_request_that_is_refused_leaves_everything_and_can_wait_again(
    client: Client, desk: Client, archive: Archive
) -> None:
    before = words_of(archive)
    removal = ask(client, name="driller", contact="me@example.org")
    page = desk.post(page_of(removal), {"refuse": "1", "reason": "Somebody else"}, follow=True).content.decode()
    assert "me@example.org" in page
    assert words_of(archive) == before
    removal.refresh_from_db()
    assert (removal.outcome, removal.contact) == ("refused", "")
    desk.post(undo_page(Action.objects.get()), {"reason": ""})
    removal.refresh_from_db()
    assert removal.outcome == "open"
    refused, waiting = Action.objects.order_by("pk")
    assert waiting.undoes == refused


def test_nothing_chosen_is_said_and_ticks_are_kept(client: Client, desk: Client, archive: Archive) -> None:
    removal = ask(client, name="driller")
    answer = desk.post(page_of(removal), {"grant": "1", "reason": "Typed words"})
    assert answer.status_code == 422
    assert "Typed words" in answer.content.decode()
    assert "Choose the person" in answer.content.decode()
    place = naming.mentions("driller", archive.source)[-1].key
    answer = desk.post(page_of(removal), {"grant": "1", "places": place, "rule": "999", "reason": ""})
    assert f'value="{place}" id="{place}" checked' in answer.content.decode()


def test_another_spelling_can_be_looked_for(client: Client, desk: Client, archive: Archive) -> None:
    removal = ask(client, name="Driler")
    assert "Nobody has exactly this name" in desk.get(page_of(removal)).content.decode()
    answer = desk.post(page_of(removal) + "?name=driller", {"grant": "1", "persons": archive.driller.pk, "reason": ""})
    assert answer.status_code == 302
    assert Person.objects.get(pk=archive.driller.pk).shown_name == NAME_TAKEN_OFF
    assert NameRemoval.objects.get().name == ""


def test_a_person_with_another_name_cannot_be_slipped_in(client: Client, desk: Client, archive: Archive) -> None:
    answer = desk.post(page_of(ask(client, name="driller")), {"grant": "1", "persons": archive.moe.pk, "reason": ""})
    assert answer.status_code == 422
    assert Person.objects.get(pk=archive.moe.pk).removed_at is None


def test_a_request_is_decided_once_and_for_those_who_have_the_name(archive: Archive, mod: User) -> None:
    removal = NameRemoval.objects.create(name="driller")
    with pytest.raises(Conflict, match="does not have this name"):
        removals.take_name_off(removal=removal, name="driller", persons=[archive.moe], by=mod)
    assert removals.take_name_off(removal=removal, name="driller", persons=[archive.driller], by=mod)
    assert not removals.take_name_off(removal=removal, name="driller", persons=[archive.moe], by=mod)
    assert not removals.refuse_name_removal(removal=removal, by=mod)
    removal.refresh_from_db()
    assert (removal.outcome, Action.objects.count()) == ("granted", 1)


def test_a_name_that_only_a_title_holds_is_found_and_comes_back(archive: Archive, mod: User) -> None:
    Post.objects.filter(pk=archive.post.pk).update(body="An article.", html=render_article("An article."))
    [at] = [place for place in naming.mentions("driller", archive.source) if place.key == f"p{archive.post.pk}"]
    assert (at.before, at.words) == ("What ", "driller")
    removal = NameRemoval.objects.create(name="driller")
    removals.take_name_off(removal=removal, name="driller", persons=[], chosen=[at.key], by=mod)
    assert Post.objects.get(pk=archive.post.pk).title == "What [name removed] saw"
    removals.give_name_back(action=Action.objects.get(), name="driller", by=mod)
    assert Post.objects.get(pk=archive.post.pk).title == "What driller saw"


@pytest.mark.parametrize("written", ["Żółw Łęcki", "ŻÓŁW ŁĘCKI", "żółw łęcki", "jürgen öhm"])
def test_a_name_is_found_in_other_capitals_whatever_its_letters(archive: Archive, mod: User, written: str) -> None:
    """SQLite folds the letters of ASCII alone."""
    name = "Jürgen Öhm" if "j" in written else "Żółw Łęcki"
    Post.objects.filter(pk=archive.post.pk).update(title=f"What {written} saw", body="", html="")
    comment = archive.post.comments.filter(archived=True).earliest("position")
    Comment.objects.filter(pk=comment.pk).update(body=f"So {written} said.")
    NameRemoval.objects.create(name="somebody", text=f"Or {written}, they say.")
    found = naming.mentions(name, archive.source)
    assert [place.words for place in found] == [written, written]
    removal = NameRemoval.objects.create(name=name)
    removals.take_name_off(removal=removal, name=name, persons=[], chosen=[place.key for place in found], by=mod)
    assert NAME_TAKEN_OFF in Comment.objects.get(pk=comment.pk).body
    assert NameRemoval.objects.get(name="somebody").text == "Or [name removed], they say."


def test_a_name_comes_back_into_html_as_html_and_into_a_title_as_it_was(archive: Archive, mod: User) -> None:
    words = {"title": "What Fish & Chips saw", "body": render_article("So Fish & Chips said.")}
    assert "Fish &amp; Chips" in words["body"]
    Post.objects.filter(pk=archive.post.pk).update(**words, html=words["body"], format=Format.HTML)
    removal = NameRemoval.objects.create(name="Fish & Chips")
    at = f"p{archive.post.pk}"
    removals.take_name_off(removal=removal, name="Fish & Chips", persons=[], chosen=[at], by=mod)
    assert "Fish" not in str(Post.objects.values_list("title", "body", "html").get())
    removals.give_name_back(action=Action.objects.get(), name="Fish & Chips", by=mod)
    assert Post.objects.values("title", "body").get() == words


def test_the_same_name_in_another_archive_is_ticked_by_nobody(client: Client, desk: Client, archive: Archive) -> None:
    other = person(type(archive.source).objects.create(key="other", name="Another site"), "driller")
    page = desk.get(page_of(ask(client, name="driller"))).content.decode()
    assert "Another site" in page
    assert f'name="persons" value="{other.pk}">' in page
    assert "checked" not in page


def test_the_source_thread_forgets_a_name_for_every_later_import(client: Client, desk: Client) -> None:
    call_command("load_fixture", verbosity=0)
    post = Post.objects.get()
    quoted = Quotation.objects.filter(attribution_start__isnull=False).select_related("quoted__person")[0].quoted.person
    assert quoted is not None
    name = quoted.name
    removal = ask(client, name=name, person=quoted.pk)
    places = [place.key for place in naming.mentions(name, quoted.source)]
    printed = {place.key for place in naming.attributions(quoted, name)}
    form = {"persons": quoted.pk, "places": [one for one in places if one not in printed], "reason": "", "grant": "1"}
    assert desk.post(page_of(removal), form).status_code == 302
    once = every_outlet(client, Post.objects.get(pk=post.pk))
    call_command("load_fixture", verbosity=0)
    for found in (once, every_outlet(client, Post.objects.get(pk=post.pk)), desk_pages(desk)):
        for path, page in found.items():
            assert name not in page, path
    assert Person.objects.filter(name=name).count() == 0


@pytest.mark.parametrize(
    ("written", "name"),
    [("O&#8217;Neil &amp; Sons", "O\u2019Neil & Sons"), ("<b>Bo</b> Ridge", "Bo Ridge"), ("Zo&euml;", "Zoë")],
)
def test_a_name_in_html_is_found_behind_entities_and_tags_and_comes_back(
    archive: Archive, mod: User, written: str, name: str
) -> None:
    one = person(archive.source, name)
    body = f"<p>As {written} said.</p>"
    html = sanitise(body)
    Post.objects.filter(pk=archive.post.pk).update(body=body, html=html, format="html")
    Comment.objects.filter(pk=archive.said[2].pk).update(body=body, html=html, format="html")
    places = {place.key for place in naming.mentions(name, archive.source)}
    assert places == {
        f"c{archive.said[2].pk}-{body.index(written) + (3 if '<' in written else 0)}",
        f"p{archive.post.pk}",
    }
    removal = removals.request_name_removal(person=one, name=name, who="x")
    removals.take_name_off(removal=removal, name=name, persons=[one], chosen=places, by=mod)
    for found in (Post.objects.get(pk=archive.post.pk), Comment.objects.get(pk=archive.said[2].pk)):
        for words in (found.body, found.html):
            assert f"{NAME_TAKEN_OFF}" in words
            assert "Sons" not in words
            assert "Ridge" not in words
            assert "Zo" not in words
    removals.give_name_back(action=Action.objects.get(), name=name, by=mod)
    for found in (Post.objects.get(pk=archive.post.pk), Comment.objects.get(pk=archive.said[2].pk)):
        assert name in lxml.html.fromstring(found.html).text_content()
