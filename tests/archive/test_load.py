"""An import writes what the plan says, once; what people did here afterwards stands against every later import."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comments import actions
from comments.models import Comment, Quotation
from forum.archive import corrections
from forum.archive.limits import Refused
from forum.archive.load import Outcome, load
from forum.archive.models import Item, Run
from forum.moderation import removals
from forum.states import State
from forum.users.models import Person, Source, User
from posts.models import Post
from tests.archive.pages import AFTER, SEED, plan, seed_plan, seed_said
from tests.conftest import member


def load_seed() -> Outcome:
    return load(seed_plan(), operator="test", commit=True)


def writes_of(act: Callable[[], object]) -> list[str]:
    """The statements of an act that write."""
    with CaptureQueriesContext(connection) as captured:
        act()
    verbs = ("INSERT", "UPDATE", "DELETE", "REPLACE")
    return [query["sql"] for query in captured if query["sql"].lstrip().startswith(verbs)]


def seed_comments() -> list[Comment]:
    return list(Comment.objects.order_by("position"))


@pytest.fixture
def seed(db: None) -> Post:
    return load_seed().posts[0]


def test_the_source_article_and_its_thread_are_here(seed: Post) -> None:
    assert (seed.title[:8], seed.comment_count, seed.archived) == ("Big news", 41, True)
    assert seed.printed_date == "posted at 6:54 pm on March 22, 2007"
    assert seed.byline.name == "Allahpundit"
    assert seed.html.count("<figure") == 4
    assert seed.html.count("<p") == 22
    assert Comment.objects.values("person").distinct().count() == 29
    assert Comment.objects.filter(archived=True, instant=None, zone="", precision="minute").count() == 41


def test_bodies_are_the_lines_of_the_file(seed: Post) -> None:
    lines = SEED.read_bytes().decode().split("\n")
    for number, (comment, found) in enumerate(zip(seed_comments(), seed_plan().threads[0].comments, strict=True), 1):
        first, last = found.lines
        own = "\n".join(lines[first - 1 : last - 1]).rstrip("\n")
        assert comment.body == (own if number != 34 else own.partition(" AM")[2])


def test_replies_are_inferred_and_their_evidence_is_kept(seed: Post) -> None:
    rows = seed_comments()
    number = {row.pk: n for n, row in enumerate(rows, 1)}
    answers = {number[row.pk]: number[row.parent_id] for row in rows if row.parent_id}
    assert answers == {23: 20, 28: 26, 35: 34}
    assert {row.parent_basis for row in rows if row.parent_id} == {"quote"}
    assert Quotation.objects.count() == 3
    evidence = Item.objects.get(comment=rows[22]).evidence
    begin, end = evidence["quotes"][0]["passage"]
    assert rows[22].body[begin:end].startswith("I look for the Dem")


def test_what_was_imported_knows_its_lines(seed: Post) -> None:
    run = Run.objects.get()
    assert (run.file_name, run.size, run.operator, run.format) == (SEED.name, 15359, "test", "text-page")
    assert run.data == SEED.read_bytes()
    assert run.counts == {"posts": 1, "comments": 41, "persons": 30}
    item = Item.objects.get(comment=seed_comments()[33])
    assert (item.first_line, item.last_line) == (233, 237)
    assert Item.objects.count() == 42


def test_a_second_run_writes_nothing(seed: Post) -> None:
    assert writes_of(load_seed) == []
    assert writes_of(lambda: load(seed_plan(), commit=False)) == []
    assert load_seed().left == 42


def test_a_dry_run_writes_nothing_that_stays(db: None) -> None:
    outcome = load(seed_plan(), commit=False)
    assert (outcome.created_comments, outcome.created_persons) == (41, 30)
    for model in (Source, Person, Post, Comment, Run, Item):
        assert not model._default_manager.exists()


def test_a_detached_reply_is_not_attached_again(seed: Post, mod: User) -> None:
    reply = seed_comments()[22]
    actions.set_parent(comment=reply, parent=None, by=mod, reason="They only used the same words.")
    assert writes_of(load_seed) == []
    reply.refresh_from_db()
    assert (reply.parent, reply.parent_basis) == (None, "moderator")


def test_what_a_moderator_took_away_does_not_come_back(seed: Post, mod: User) -> None:
    removed, hidden = seed_comments()[24:26]
    actions.change_state(comment=removed, to=State.REMOVED, by=mod)
    actions.change_state(comment=hidden, to=State.HIDDEN, by=mod)
    assert writes_of(load_seed) == []
    assert Comment.objects.get(pk=removed.pk).state == State.REMOVED
    assert Comment.objects.get(pk=hidden.pk).state == State.HIDDEN


def test_a_comment_that_is_gone_for_good_does_not_come_back(seed: Post) -> None:
    gone = seed_comments()[0]
    gone.delete()
    assert writes_of(load_seed) == []
    assert Comment.objects.count() == 40


def test_local_notes_and_edits_win(seed: Post) -> None:
    Source.objects.update(content_note="Our own words.")
    Comment.objects.filter(pk=seed_comments()[0].pk).update(body="Edited here.", html="<p>Edited here.</p>")
    load_seed()
    assert Source.objects.get().content_note == "Our own words."
    assert seed_comments()[0].body == "Edited here."


def take_off(name: str, by: User) -> Person:
    """What a moderator does when somebody asks."""
    person = Person.objects.get(name=name)
    asked = removals.request_name_removal(person=person, name=name, who="stranger")
    assert removals.take_name_off(removal=asked, name=name, persons=[person], by=by)
    return person


def test_a_name_taken_off_stays_off(seed: Post, mod: User) -> None:
    take_off("Tim Burton", mod)
    assert writes_of(load_seed) == []
    for words in (Comment.objects.filter(html__contains="Burton"), Comment.objects.filter(body__contains="Burton")):
        assert not words.exists()
    assert not Person.objects.filter(name__contains="Burton").exists()


def test_a_name_taken_off_an_article_is_not_brought_back_by_new_corrections(db: None, mod: User) -> None:
    quoted = '[source]\nkey = "mill"\n[[quotation]]\nlines = [7, 7]\nsource = "{}"'
    text = AFTER.replace("The council", "The council of Mr Oskar")
    load(plan(text, corrections.parse(quoted.format("Oskar"))), commit=True)
    asked = removals.request_name_removal(person=None, name="Oskar", who="stranger")
    place = f"p{Post.objects.get().pk}"
    removals.take_name_off(removal=asked, name="Oskar", persons=[], chosen=[place], by=mod)
    load(plan(text, corrections.parse(quoted.format("Mr Oskar"))), commit=True)
    assert "Oskar" not in Post.objects.get().html


def test_a_name_taken_off_stays_off_in_other_pages_of_its_source(db: None, mod: User) -> None:
    said = corrections.parse('[source]\nkey = "valley-post"')
    load(plan(AFTER, said), commit=True)
    taken = take_off("Oskar", mod)
    quoting = "Keep it, or sell it to the museum.\n\nOskar on May 4, 2004 at 11:02 AM\n\nNo.\n\n"
    other = AFTER.replace("The mill by", "The dam by") + f"\n{quoting}mo on May 5, 2004 at 8:00 AM\n"
    load(plan(other, said), commit=True)
    assert Person.objects.count() == 4
    assert [comment.byline.name for comment in Comment.objects.filter(person=taken)] == ["[name removed]"] * 2
    assert not Comment.objects.filter(body__contains="Oskar").exists()
    answer = Comment.objects.latest("position")
    assert answer.body.startswith("Keep it, or sell it to the museum.\n\n[name removed] on May 4")
    assert "[name removed] wrote" in answer.html


def test_two_sources_share_no_person(db: None) -> None:
    load(plan(AFTER, corrections.for_file("one")), commit=True)
    load(plan(AFTER.replace("The mill by", "The dam by"), corrections.for_file("two")), commit=True)
    assert Person.objects.filter(name="Oskar").count() == 2


def test_a_person_never_joins_the_member_of_that_name(db: None) -> None:
    oskar = member("oskar")
    outcome = load(plan(AFTER), commit=True)
    assert outcome.clashes == ["Oskar"]
    assert not Comment.objects.filter(author=oskar).exists()
    assert not Comment.objects.exclude(author=None).exists()


def test_anonymous_is_nobody_and_another_in_each_thread(db: None) -> None:
    text, said = AFTER.replace("Oskar", "Anonymous"), corrections.for_file("one")
    load(plan(text, said), commit=True)
    load(plan(text.replace("The mill by", "The dam by"), said), commit=True)
    assert Person.objects.filter(name="Anonymous").count() == 2
    assert Person.objects.filter(name="mo").count() == 1


def test_names_that_differ_in_capitals_are_two_persons(db: None) -> None:
    load(plan(AFTER.replace("Oskar", "Mo")), commit=True)
    assert set(Person.objects.values_list("name", flat=True)) == {"Hanna", "mo", "Mo", "Lena B"}


def test_corrections_made_later_are_shown(db: None) -> None:
    load(plan(AFTER), commit=True)
    quoted = '[source]\nkey = "mill"\n[[quotation]]\nlines = [7, 7]\nsource = "The Gazette"'
    outcome = load(plan(AFTER, corrections.parse(quoted)), commit=True)
    assert outcome.updated_posts == 1
    assert "The Gazette" in Post.objects.get().html


def test_a_longer_copy_of_a_thread_adds_what_is_new(db: None) -> None:
    load(plan(AFTER), commit=True)
    here = [row.pk for row in seed_comments()]
    longer = AFTER + "\nSell it.\n\nIda on May 5, 2004 at 8:00 AM\n"
    outcome = load(plan(longer), commit=True)
    assert (outcome.created_posts, outcome.created_comments, outcome.left) == (0, 1, 4)
    assert [row.pk for row in seed_comments()][:3] == here
    assert seed_comments()[3].byline.name == "Ida"
    assert Post.objects.get().comment_count == 4


def test_the_same_file_under_another_source_is_refused(db: None) -> None:
    load(plan(AFTER, corrections.for_file("one")), commit=True)
    with pytest.raises(Refused, match="imported before, from the source “one”"):
        load(plan(AFTER, corrections.for_file("two")), commit=True)
    assert not Source.objects.filter(key="two").exists()


def test_a_failure_halfway_leaves_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("forum.archive.batches.add_comments", break_off)
    with pytest.raises(RuntimeError):
        load_seed()
    assert not Post.objects.exists()
    assert not Source.objects.exists()


def test_the_page_order_is_kept_where_times_go_back(db: None) -> None:
    load(plan(AFTER.replace("11:02 AM", "8:02 AM")), commit=True)
    rows = Comment.objects.order_by("created_at", "position")
    assert [row.byline.name for row in rows] == ["mo", "Lena B", "Oskar"]
    assert rows[2].printed_at == "2004-05-04T08:02:00"


def test_words_without_a_date_are_ordered_and_show_none(db: None) -> None:
    text = AFTER.replace("May 4, 2004 at 10:", "03-04-2004 10:").replace("May 4, 2004 at 11:", "03-04-2004 11:")
    load(plan(text.replace("posted at 9:15 am on May 4, 2004 by Hanna", "by Hanna")), commit=True)
    assert [row.printed_at for row in seed_comments()] == ["", "", ""]
    assert Post.objects.get().printed_date == ""


def test_a_stated_zone_gives_instants(db: None) -> None:
    load(plan(AFTER, corrections.parse('[source]\nkey = "a"\n[page]\nzone = "America/New_York"')), commit=True)
    first = seed_comments()[0]
    assert first.instant is not None
    assert (first.instant.isoformat(), first.zone) == ("2004-05-04T14:01:00+00:00", "America/New_York")


def test_markup_in_a_page_is_shown_as_text(db: None, client: Client) -> None:
    evil = "<img src=x onerror=alert(1)>"
    load(plan(AFTER.replace("mo on", f"{evil} on").replace("Keep it", f"Keep {evil}")), commit=True)
    page = client.get(Post.objects.get().get_absolute_url())
    assert page.status_code == 200
    assert "<img src=x" not in page.content.decode()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_runs_at_once_make_one_thread() -> None:
    """The second waits for the first, then finds everything here."""
    outcomes: list[Outcome] = []
    failed: list[BaseException] = []
    start = threading.Barrier(2)

    def run() -> None:
        try:
            made = seed_plan()
            start.wait()
            outcomes.append(load(made, commit=True))
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sorted(outcome.created_comments for outcome in outcomes) == [0, 41]
    assert Comment.objects.count() == 41


def test_the_thread_is_read_as_it_was_printed(seed: Post, client: Client) -> None:
    page = client.get(seed.get_absolute_url()).content.decode()
    assert page.count('itemprop="comment"') == 41
    assert page.count("Reply inferred from a quotation") == 3
    assert seed_said().content[:40] in page
    assert seed_said().provenance[:40] in page
