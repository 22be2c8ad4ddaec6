"""Whatever anybody does, no page that is kept shows what was there before it."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module

import pytest
from django.db.models import Model
from django.test import Client, override_settings
from django.urls import reverse

import comments.importing
import forum
import posts
from comments import actions as said
from comments import mending
from comments.answers.actions import set_answer
from comments.importing import ArchivedComment, add_comments
from comments.models import Comment, Drawing
from forum.archive.load import load
from forum.archive.models import Run, Suggestion
from forum.archive.rollback import roll_back
from forum.archive.suggested import actions as suggested
from forum.archive.suggesting import suggest
from forum.moderation import actions as moderating
from forum.moderation import removals, undoing
from forum.moderation.models import Action, Rule
from forum.pages.models import Page
from forum.states import State
from forum.text.redaction import Change
from forum.users.models import User
from forum.voices import actions as voices
from posts import actions as posting
from posts.models import Post, Tag
from posts.tags import actions as tags
from tests.archive.pages import AFTER, plan, seed_plan
from tests.conftest import cast, moderator
from tests.making import LONG_AGO, draw_threads, select, token
from tests.making import page_of as tree_of

pytestmark = pytest.mark.django_db

LINK = "https://example.org/gardens"


@dataclass
class World:
    """What there is to do something with: threads of members, one from an archive, and who does it."""

    ann: User
    ben: User
    mod: User
    admin: Client
    link: Post  # Ann's, with Ben's comment, Ann's reply that quotes it, and one that is hidden
    twin: Post  # Ben's, about the same page
    question: Post
    old: Post  # from the seed
    comment: Comment
    reply: Comment
    hidden: Comment
    answer: Comment
    tag: Tag
    seen: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # at the last visit

    def again(self, row):
        """The row as it is now."""
        return type(row).objects.get(pk=row.pk)

    @property
    def rule(self) -> Rule:
        return Rule.objects.order_by("pk").first()

    def archived(self) -> list[Comment]:
        return list(self.old.comments.filter(archived=True).order_by("position"))

    def paths(self) -> list[str]:
        """Pages of guests of every kind that is kept."""
        found = ["/", "/rules/", "/about/", f"/tags/{self.tag.slug}/"]
        for post in Post.objects.filter(pk__in=[self.link.pk, self.twin.pk, self.question.pk, self.old.pk]):
            found.append(post.get_absolute_url())
        found += [f"{self.link.get_absolute_url()}?order=best", f"{self.old.get_absolute_url()}?view=flat"]
        return found + [f"/comments/{row.pk}/" for row in (self.comment, self.hidden, self.archived()[0])]


UNHELD = {"FIRST_COMMENTS_HELD": 0, "FIRST_COMMENTS_HELD_IN_OLD_THREADS": 0}


@pytest.fixture(scope="module")
def standing(lasting) -> World:
    """The world as each test finds it."""
    with lasting(), override_settings(**UNHELD):
        return new_world(cast("ann"), cast("ben"), moderator("mod"))


@pytest.fixture
def world(standing, db, sign_in, root, settings) -> World:
    """One of its own for a test, with the rows as they are stored."""
    for name, value in UNHELD.items():
        setattr(settings, name, value)
    rows = {name: standing.again(row) for name, row in vars(standing).items() if isinstance(row, Model)}
    return replace(standing, **rows, admin=sign_in(root), seen={})


def new_world(ann: User, ben: User, mod: User) -> World:
    tag = Tag.objects.create(slug="walks", name="Walks")
    link = posting.add_post(author=ann, kind="link", title="Gardens", url=LINK, body="Look.", tags=[tag], token=token())
    twin = posting.add_post(author=ben, kind="link", title="The same page", url=LINK, token=token())
    question = posting.add_post(author=ann, kind="question", title="Which way?", body="Left?", token=token())
    comment = said.add_comment(post=link, author=ben, body="Which way is it?", token=token())
    quoting = f"> #c{comment.pk}\n> Which way\n\nThis one."
    reply = said.add_comment(post=link, author=ann, body=quoting, parent=comment, token=token())
    hidden = said.add_comment(post=link, author=ben, body="Hidden words.", token=token())
    said.add_comment(post=link, author=ann, body="Under it.", parent=hidden, token=token())
    answer = said.add_comment(post=question, author=ben, body="Right.", token=token())
    old = load(seed_plan(), commit=True).posts[0]
    suggest(old)
    found = World(ann, ben, mod, Client(), link, twin, question, old, comment, reply, hidden, answer, tag)
    said.change_state(comment=hidden, to=State.HIDDEN, by=mod, rule=found.rule)
    return found


def admin(world: World, name: str, row, **fields: object) -> None:
    """Saves the admin's form of a row with other words in it."""
    path = reverse(f"admin:{name}_change", args=[row.pk])
    form = {}
    for found in select(tree_of(world.admin.get(path)), "form#" + name.split("_")[1] + "_form")[0].inputs:
        if found.name and (found.get("type") != "checkbox" or found.checked):
            form[found.name] = found.value or ""
    answer = world.admin.post(path, {**form, **fields})
    assert answer.status_code == 302, answer.content.decode()


def name_off(world: World) -> Action:
    person = world.archived()[0].person
    asked = removals.request_name_removal(person=person, name=person.name, who="stranger")
    removals.take_name_off(removal=asked, name=person.name, persons=[person], by=world.mod)
    return Action.objects.latest("pk")


def name_back(world: World) -> None:
    name = world.archived()[0].person.name
    taken_off = name_off(world)
    visit(world)
    undoing.undo(action=taken_off, by=world.mod, name=name)


def longer_copy(world: World) -> None:
    """Of a saved page that becomes one of the threads looked at."""
    load(plan(AFTER), commit=True)
    world.old = Post.objects.latest("pk")
    visit(world)
    load(plan(AFTER + "\nSell it.\n\nIda on May 5, 2004 at 8:00 AM\n"), commit=True)


def taken_back(world: World) -> None:
    longer_copy(world)
    visit(world)
    roll_back(Run.objects.latest("pk"), by="test")


def accepted(world: World) -> None:
    suggested.accept(suggestion=Suggestion.objects.order_by("pk").first(), by=world.mod)


def undone(world: World) -> None:
    moderating.decide(thing=world.comment, to=State.REMOVED, by=world.mod, rule=world.rule)
    visit(world)
    undoing.undo(action=Action.objects.latest("pk"), by=world.mod)


def withdrawn(world: World) -> None:
    voices.vote(member=world.ann, target=world.comment, value=1)
    visit(world)
    voices.withdraw_votes(member=world.ann)


def one_more(world: World) -> list[ArchivedComment]:
    person = world.archived()[0].person
    return [ArchivedComment(person=person, created_at=LONG_AGO, body="Found later.", html="<p>Found later.</p>")]


def of_a_tag(world: World, **fields: object) -> None:
    tags.change_tag(tag=world.tag, by=world.mod, **fields)


def merged(world: World) -> None:
    into = Tag.objects.create(slug="paths", name="Paths")
    tags.merge_tags(tag=world.tag, into=into, by=world.mod)


def reattached(world: World) -> None:
    moderating.attach(comment=world.archived()[5], parent=world.archived()[1], by=world.mod)
    visit(world)
    moderating.detach(comment=world.archived()[5], by=world.mod)


def imported(world: World) -> posting.ArchivedPost:
    words = {"title": "An old page", "body": "Old words.", "html": "<p>Old words.</p>", "url": LINK}
    return posting.ArchivedPost(person=None, source=world.old.source, created_at=LONG_AGO, **words)


def untwinned(world: World) -> None:
    [made] = posting.import_posts([imported(world)])
    visit(world)
    posting.take_back_post(post=made)


def decided(to: State, what: str) -> Callable[[World], object]:
    return lambda world: moderating.decide(thing=getattr(world, what), to=to, by=world.mod, rule=world.rule)


FIRST = [Change(0, 5, "Other")]

ACTS: dict[str, Callable[[World], object]] = {
    "comments.actions.add_comment": lambda w: said.add_comment(post=w.link, author=w.ben, body="New.", token=token()),
    "comments.actions.add_comment in an old thread": lambda w: said.add_comment(
        post=w.old, author=w.ben, body="New.", parent=w.archived()[0], token=token()
    ),
    "comments.actions.edit_comment": lambda w: said.edit_comment(
        comment=w.comment, editor=w.ben, body="Which other way?", seen=None
    ),
    "comments.actions.delete_comment": lambda w: said.delete_comment(comment=w.comment, by=w.ben),
    "comments.actions.change_state": lambda w: said.change_state(comment=w.hidden, to=State.PUBLISHED, by=w.mod),
    "comments.actions.change_state held": lambda w: said.change_state(comment=w.answer, to=State.HELD, by=w.mod),
    "comments.actions.set_parent": lambda w: said.set_parent(comment=w.reply, parent=None, by=w.mod),
    "comments.actions.redact": lambda w: said.redact(comment=w.comment, changes=FIRST),
    "comments.actions.redact_all": lambda w: said.redact_all(changes={w.comment.pk: FIRST}),
    "comments.answers.actions.set_answer": lambda w: set_answer(post=w.question, comment=w.answer, by=w.ann),
    "comments.importing.add_comments": lambda w: add_comments([(w.again(w.old), one_more(w))]),
    "comments.mending.take_back": lambda w: mending.take_back(post=w.again(w.link), pks=[w.reply.pk]),
    "comments.mending.take_back a tombstone": lambda w: mending.take_back(
        post=w.again(w.link), pks=[w.hidden.pk, w.hidden.replies.get().pk]
    ),
    "forum.archive.load.load a longer copy": longer_copy,
    "forum.archive.rollback.roll_back": taken_back,
    "forum.archive.suggested.actions.accept": accepted,
    "forum.moderation.actions.attach and detach": reattached,
    **{
        f"forum.moderation.actions.decide {to} {what}": decided(to, what)
        for to in (State.HIDDEN, State.REMOVED, State.HELD)
        for what in ("comment", "reply", "link", "twin", "old")
    },
    "forum.moderation.actions.set_lock": lambda w: moderating.set_lock(post=w.link, lock=True, by=w.mod, rule=w.rule),
    "forum.moderation.removals.take_name_off": name_off,
    "forum.moderation.removals.give_name_back": name_back,
    "forum.moderation.undoing.undo": undone,
    "forum.voices.actions.vote on a comment": lambda w: voices.vote(member=w.ann, target=w.comment, value=1),
    "forum.voices.actions.vote on a post": lambda w: voices.vote(member=w.ben, target=w.link, value=1),
    "forum.voices.actions.withdraw_votes": withdrawn,
    "posts.actions.add_post": lambda w: posting.add_post(
        author=w.ann, kind="link", title="A third", url=LINK, token=token()
    ),
    "posts.actions.edit_post": lambda w: posting.edit_post(
        post=w.twin, editor=w.ben, title="Another name", body="", url=LINK
    ),
    "posts.actions.edit_post to another address": lambda w: posting.edit_post(
        post=w.twin, editor=w.ben, title="The same page", body="", url="https://example.org/other"
    ),
    "posts.actions.set_tags": lambda w: posting.set_tags(post=w.link, tags=[], by=w.mod),
    "posts.actions.delete_post": lambda w: posting.delete_post(post=w.twin, by=w.ben),
    "posts.actions.change_post_state": lambda w: posting.change_post_state(post=w.link, to=State.HIDDEN, by=w.mod),
    "posts.actions.import_posts": lambda w: posting.import_posts([imported(w)]),
    "posts.actions.take_back_post": untwinned,
    "posts.actions.update_imported_post": lambda w: posting.update_imported_post(
        post=w.old, html="<p>A better reading.</p>"
    ),
    "posts.actions.redact": lambda w: posting.redact(post=w.twin, changes={"title": [Change(0, 3, "A")]}),
    "posts.tags.actions.change_tag": lambda w: of_a_tag(w, name="Long walks"),
    "posts.tags.actions.change_tag to other words": lambda w: of_a_tag(w, description="On foot."),
    "posts.tags.actions.change_tag to a retired one": lambda w: of_a_tag(w, active=False),
    "posts.tags.actions.merge_tags": merged,
    "the admin's form of a rule": lambda w: admin(w, "moderation_rule", w.rule, title="Another rule"),
    "the admin's form of a page": lambda w: admin(w, "pages_page", Page.objects.get(slug="about"), body="About."),
    "the admin's form of a source": lambda w: admin(w, "users_source", w.old.source, content_note="Mind the words."),
}

# These write nothing that a guest's page shows, or are no more than a part of one that stands above.
QUIET = {
    "comments.actions.present",
    "comments.importing.quotation_row", "comments.importing.count_replies",
    "comments.mending.attach", "comments.mending.detach", "comments.mending.make_room",
    "comments.mending.replace_words",
    "forum.archive.suggested.actions.offered", "forum.archive.suggested.actions.dismiss",
    "forum.archive.suggested.actions.offer_again",
    "forum.drafts.actions.words_in", "forum.drafts.actions.words_posted", "forum.drafts.actions.find",
    "forum.drafts.actions.keep",
    "forum.drafts.actions.posted", "forum.drafts.actions.throw_away",
    "forum.moderation.actions.detach", "forum.moderation.actions.file_report",
    "forum.moderation.actions.decide_reports", "forum.moderation.actions.suspend",
    "forum.moderation.actions.appoint", "forum.moderation.actions.set_open",
    "forum.moderation.actions.reopen_reports", "forum.moderation.actions.queue_at",
    "forum.reading.actions.look", "forum.reading.actions.read_all", "forum.reading.actions.next_new",
    "forum.users.actions.set_reading",
    "forum.voices.actions.mark", "forum.voices.actions.unmark", "forum.voices.actions.move_marks",
    "posts.actions.lock_post", "posts.actions.unlock_post", "posts.actions.touch",
    "posts.actions.lock_all",
    "posts.actions.locked", "posts.actions.published_by", "posts.actions.render", "posts.actions.render_new",
    "posts.actions.show_beside",
    "posts.tags.actions.add_tag", "posts.tags.actions.recount_tags",
}  # fmt: skip

WRITERS = (comments.importing, mending)


def public_functions() -> Iterator[str]:
    """Every function of the modules in which the site writes."""
    modules = list(WRITERS)
    for package in (comments, posts, forum):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith(".actions"):
                modules.append(import_module(found.name))
    for module in modules:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{module.__name__}.{name}"


def test_every_act_is_tried_or_known_to_be_quiet():
    tried = {name.split()[0] for name in ACTS}
    functions = set(public_functions())
    assert functions - tried - QUIET == set(), "add these to ACTS, or say that no guest sees what they change"
    assert not tried & QUIET
    assert functions >= QUIET


def visit(world: World) -> dict[str, tuple[int, bytes]]:
    """What guests see of every page, and keeps it, after the worker has drawn the threads."""
    draw_threads()
    return see(world)


def see(world: World) -> dict[str, tuple[int, bytes]]:
    """The same, whatever is drawn."""
    guest = Client()
    pages = ((path, guest.get(path)) for path in world.paths())
    world.seen = {path: (answer.status_code, answer.content) for path, answer in pages}
    return world.seen


@pytest.mark.parametrize("name", ACTS)
def test_no_page_is_older_than_what_was_done(name, world, settings):
    visit(world)
    ACTS[name](world)
    before = world.seen
    kept = see(world)
    settings.PAGE_CACHE = False
    drawn, drawn_anew = see(world), visit(world)
    Drawing.objects.all().delete()
    fresh = see(world)
    for old in (kept, drawn, drawn_anew):
        assert [path for path in fresh if old.get(path) != fresh[path]] == []
    assert fresh != before, "it ought to show something, or the test holds nothing"
