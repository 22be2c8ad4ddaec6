"""Threads and sites that nobody wrote look to every part of the house like ones that members wrote."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Q
from django.test import Client

from comments.inventing.shapes import SHAPES
from comments.models import Comment, Quotation
from comments.recounting import recount
from comments.rendering import render_markdown
from forum.archive.models import Run
from forum.search.models import Entry
from forum.users.models import User
from forum.voices.models import Vote
from posts.models import Post, Tag
from tests.making import make_post

pytestmark = pytest.mark.django_db

MANY = 300


def make(name: str, **options: object) -> str:
    """Runs a command and gives what it said."""
    said = StringIO()
    call_command(name, stdout=said, **options)
    return said.getvalue()


def told(post: Post) -> list[tuple[object, ...]]:
    """All that can be read of a thread, with numbers counted from its first comment."""
    rows = list(post.comments.order_by("position").select_related("author"))
    first = rows[0].pk

    def relative(text: str) -> str:
        return re.sub(r"\b(c|comments/)(\d+)", lambda match: f"{match[1]}{int(match[2]) - first}", text)

    return [
        (post.title, post.html, post.created_at, post.score, post.version, post.pulse),
        *(
            (
                *(row.pk - first, row.parent_id and row.parent_id - first, row.position, row.came_with),
                *(row.author.username, row.created_at, row.score, row.best, relative(row.body), relative(row.html)),
            )
            for row in rows
        ),
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_figure_of_a_made_up_thread_is_right(shape: str) -> None:
    make("make_thread", comments=MANY, shape=shape)
    post = Post.objects.get()
    assert post.comment_count == post.comments.count() == MANY
    assert recount(post.pk) == []
    assert Client().get(post.get_absolute_url()).status_code == 200


def test_the_shapes_are_what_their_names_say() -> None:
    made = {}
    for shape in SHAPES:
        make("make_thread", comments=MANY, shape=shape)
        made[shape] = Post.objects.latest("pk").comments
    assert not made["flat"].filter(parent__isnull=False).exists()
    assert made["star"].filter(parent__parent__isnull=True, parent__isnull=False).count() == MANY - 1
    assert len(made["chain"].get(reply_count=0).ancestry()) == MANY
    for shape in ("random", "lifelike"):
        assert made[shape].filter(reply_count=0).count() < MANY
        assert made[shape].filter(reply_count__gt=2).exists()


@pytest.mark.parametrize("shape", ["random", "lifelike"])
def test_the_same_seed_makes_the_same_thread_and_another_another(shape: str) -> None:
    for seed in ("7", "7", "8"):
        make("make_thread", comments=MANY, shape=shape, seed=seed)
    first, again, other = (told(post) for post in Post.objects.order_by("pk"))
    assert first == again
    assert first != other


def test_made_up_words_have_the_html_that_they_would_have_been_given() -> None:
    make("make_thread", comments=MANY, seed="quoting")
    quoting = 0
    for comment in Comment.objects.select_related("post"):
        rendered = render_markdown(comment.body, comment.post)
        assert comment.html == rendered.html
        assert set(rendered.quotes) == set(comment.quotations.values_list("quoted", flat=True))
        quoting += bool(rendered.quotes)
    assert quoting == Quotation.objects.count() > 0


def test_votes_are_by_others_and_not_all_the_same() -> None:
    make("make_thread", comments=MANY)
    assert not Vote.objects.filter(Q(member=F("comment__author")) | Q(member=F("post__author"))).exists()
    assert set(Vote.objects.values_list("value", flat=True)) == {1, -1}


def test_made_up_members_can_never_sign_in_and_say_so_by_their_names() -> None:
    make("make_thread", comments=5)
    members = list(User.objects.all())
    assert not any(member.has_usable_password() for member in members)
    assert all(member.username.startswith("made-up-") for member in members)


def test_a_made_up_site_has_all_its_figures_right() -> None:
    make("make_site", posts=60, comments=MANY)
    assert Post.objects.count() == 60
    assert Comment.objects.count() == MANY
    assert Tag.objects.filter(post_count__gt=0).exists()
    assert {post.kind for post in Post.objects.all()} == {"article", "link", "question"}
    assert "All is right in 60 threads." in make("check_counters")
    assert Client().get("/").status_code == 200


def test_the_same_seed_makes_the_same_site() -> None:
    make("make_site", posts=12, comments=MANY, seed="7")
    make("make_site", posts=12, comments=MANY, seed="7")
    rows = [
        (post.title, post.kind, post.comment_count, post.active_at, post.pulse, sorted(post.tags.values_list("slug")))
        for post in Post.objects.order_by("pk")
    ]
    assert rows[:12] == rows[12:]


def test_the_command_says_that_the_search_does_not_know_the_words_unless_asked_to_tell_it() -> None:
    assert "rebuild_search" in make("make_thread", comments=3)
    assert not Entry.objects.exists()
    assert "rebuild_search puts" not in make("make_thread", comments=3, search=True)
    assert Entry.objects.count() == Comment.objects.count() + Post.objects.count()


@pytest.mark.parametrize(("name", "sizes"), [("make_thread", {}), ("make_site", {"posts": 2})])
def test_a_site_with_members_of_its_own_is_refused(name: str, sizes: dict[str, int], ann: User) -> None:
    with pytest.raises(CommandError, match=r"1 member of its own.*--yes"):
        make(name, comments=3, **sizes)
    assert not Post.objects.exists()
    make(name, comments=3, yes=True, **sizes)
    assert Comment.objects.count() == 3


def test_a_site_with_posts_of_members_who_left_is_refused() -> None:
    make_post()
    with pytest.raises(CommandError, match="1 post of its own"):
        make("make_thread", comments=3)


def test_the_thread_that_every_site_begins_with_stands_in_nobodys_way() -> None:
    call_command("load_fixture", stdout=StringIO())
    make("make_thread", comments=3)
    make("make_thread", comments=3)
    assert Post.objects.count() == 3


def test_archived_threads_that_somebody_brought_are_refused() -> None:
    call_command("load_fixture", stdout=StringIO())
    Run.objects.update(operator="ann")
    with pytest.raises(CommandError, match="1 imported archive,"):
        make("make_thread", comments=3)
