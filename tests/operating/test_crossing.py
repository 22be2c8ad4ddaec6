"""A site that began with SQLite goes on with PostgreSQL: every row, every id, every account."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from comments.actions import add_comment
from comments.models import Comment
from forum.operating import copies, crossing
from forum.pagecache.models import Edition
from forum.search.models import Entry
from forum.users.models import Source, User
from forum.voices.models import Vote
from posts.models import Post
from tests.making import page_of, select
from tests.operating.test_environment import run_manage

pytestmark = [pytest.mark.postgresql_only, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

# What a site holds after its first days, with a row that is gone: its id is not to be given again.
LIVED = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("load_fixture", verbosity=0)
from allauth.account.models import EmailAddress
from comments.actions import add_comment
from comments.models import Comment
from forum.users.models import Source, User
from forum.voices.actions import mark, vote
from forum.voices.models import Mark
ann = User.objects.create_user("ann", "ann@example.org", "correct horse battery", is_staff=True, is_superuser=True)
EmailAddress.objects.create(user=ann, email="ann@example.org", verified=True, primary=True)
first = Comment.objects.order_by("position")[0]
said = add_comment(post=first.post, author=ann, body="*Ça* va \\U0001f333", parent=first, token="0" * 32)
ben = User.objects.create_user("ben", "ben@example.org")
vote(member=ben, target=said, value=1)
mark(member=ann, kind=Mark.Kind.SAVED, target=first.post)
Source.objects.create(key="gone", name="Gone").delete()
call_command("backup", COPY)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy that a site with SQLite made of itself."""
    folder = tmp_path_factory.mktemp("sqlite")
    copy = folder / "copy"
    done = run_manage(folder, "shell", "-v", "0", "-c", LIVED.replace("COPY", repr(str(copy))))
    assert done.returncode == 0, done.stderr
    return copy


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """One for a test to spoil."""
    return Path(shutil.copy(whole, tmp_path))


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Servers of earlier tests may have left connections; types of content come with the copy and go with the test."""
    monkeypatch.setattr(copies, "is_in_use", lambda: False)
    ContentType.objects.clear_cache()
    yield
    ContentType.objects.clear_cache()


def change(copy: Path, sql: str) -> None:
    with closing(sqlite3.connect(copy)) as file:
        file.execute(sql)
        file.commit()


def test_every_row_crosses_as_it_is(copy: Path) -> None:
    Source.objects.create(key="here", name="Before")
    call_command("restore", copy, "--replace")
    with crossing._opened(copy):
        for model in apps.get_models(include_auto_created=True):
            if model is Edition or model._meta.proxy:
                continue  # the edition is a later one, see below
            names = [field.attname for field in model._meta.concrete_fields]
            there, here = (
                list(model._base_manager.using(alias).order_by("pk").values_list(*names))
                for alias in ("copy", "default")
            )
            assert here == there, model
    assert (User.objects.count(), Vote.objects.count(), Entry.objects.count()) == (2, 1, 43)
    assert Comment.objects.get(author__username="ann").body == "*Ça* va \U0001f333"


def test_the_site_goes_on_where_it_was(copy: Path, sign_in: Callable[[User], Client]) -> None:
    call_command("restore", copy, "--replace")
    post, ann, last = Post.objects.get(), User.objects.get(username="ann"), Comment.objects.order_by("pk").last()
    assert last
    assert select(page_of(sign_in(ann).get(post.get_absolute_url())), f"#c{last.pk}")
    made = add_comment(post=post, author=ann, body="In PostgreSQL now.", parent=last, token="1" * 32)
    assert made.pk == last.pk + 1
    call_command("check_counters")
    assert Entry.objects.count() == 44


def test_no_id_is_given_a_second_time(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as file:
        [(gone,)] = file.execute("SELECT seq FROM sqlite_sequence WHERE name = 'users_source'")
    call_command("restore", copy, "--replace")
    assert not Source.objects.filter(pk=gone).exists()
    assert Source.objects.create(key="new", name="New").pk == gone + 1


def test_no_page_of_before_is_taken_for_one_of_the_copy(copy: Path) -> None:
    call_command("restore", copy, "--replace")
    with closing(sqlite3.connect(copy)) as file:
        [(before,)] = file.execute("SELECT number FROM pagecache_edition")
    assert Edition.objects.get().number > before + 1_000_000


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (f"UPDATE users_source SET name = '{'x' * 500}'", "refuses a row of users_source: value too long"),  # noqa: S608
        ("UPDATE posts_post SET title = 'a' || char(0) || 'b'", "refuses a row of posts_post"),
        ("UPDATE comments_comment SET person_id = 77777 WHERE author_id IS NULL", "names another that is not there"),
        ("DELETE FROM django_migrations WHERE app = 'voices'", "the copy is older than the code"),
        ("INSERT INTO django_migrations (app, name, applied) VALUES ('posts', '9999_later', '2031-01-01')", "newer"),
        ("DROP TABLE posts_post", "not a sound copy"),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(copy: Path, sql: str, said: str) -> None:
    Source.objects.create(key="dear", name="Dear")
    change(copy, sql)
    with pytest.raises(CommandError, match=said):
        call_command("restore", copy, "--replace")
    assert Source.objects.filter(key="dear").exists()
    assert connection.in_atomic_block is False
