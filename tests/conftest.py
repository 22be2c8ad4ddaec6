"""The cast of every test, and what tests measure with."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.contrib.auth.models import Group
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.creation import BaseDatabaseCreation
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks import task_backends
from pytest_django import DjangoDbBlocker

from forum.operating.management.commands.work import work_off
from forum.queue import Queue
from forum.users.models import User

pytest_plugins = ["tests.browser"]

PASSWORD = "correct horse battery staple"


def member(name: str, **fields: object) -> User:
    """Makes a member who can sign in with PASSWORD."""
    return User.objects.create_user(name, f"{name}@example.org", PASSWORD, **fields)


def end_connection() -> None:
    """Has PostgreSQL end the connection of the test, which nobody tells the site."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Has what migrations wrote put back as rows, before each test that empties the tables when it ends.

    Django makes an object of each row and saves it, which takes longer than most tests do.
    """
    creation = type(connection.creation)
    save_each = creation.deserialize_db_from_string
    kept: dict[str, list[tuple[object, ...]]] = {}

    def put_back(self: BaseDatabaseCreation, data: str) -> None:
        if not kept:
            save_each(self, data)
            kept.update(_rows(self.connection))
            return
        with transaction.atomic(), self.connection.cursor() as cursor:
            for table, rows in kept.items():
                places = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)  # noqa: S608  a name of Django's

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(creation, "deserialize_db_from_string", put_back)
        yield


def _rows(here: BaseDatabaseWrapper) -> dict[str, list[tuple[object, ...]]]:
    """What lies in each table that the end of a test empties."""
    found = {}
    with here.cursor() as cursor:
        for table in here.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  as above
            found[table] = cursor.fetchall()
    return {table: rows for table, rows in found.items() if rows}


Lasting = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def lasting(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Lasting]:
    """Lets a fixture of a module write what stays until the last of its tests: `with lasting(): …`.

    For what takes long to make and is the same for many tests. Each of them takes back what it wrote itself, and
    nothing else. Who of the cast stands there already is given to a test that asks for them.
    """
    whole = transaction.atomic()
    with django_db_blocker.unblock():
        whole.__enter__()
    yield django_db_blocker.unblock
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


def cast(name: str, **fields: object) -> User:
    """The member of that name who lasts, or a new one."""
    lasts = len(connection.atomic_blocks) > 1  # the transaction of the test lies in another
    return (lasts and User.objects.filter(username=name).first()) or member(name, **fields)


def moderator(name: str) -> User:
    """One who moderates: the group's permissions and no more."""
    made = cast(name, is_staff=True)
    made.groups.add(Group.objects.get_or_create(name="Moderators")[0])
    return made


@pytest.fixture
def ann(db: None) -> User:
    """Posts."""
    return cast("ann")


@pytest.fixture
def ben(db: None) -> User:
    """Replies."""
    return cast("ben")


@pytest.fixture
def eve(db: None) -> User:
    """Is new and may do nothing yet."""
    return cast("eve")


@pytest.fixture
def mod(db: None) -> User:
    """Moderates."""
    return moderator("mod")


@pytest.fixture
def root(db: None) -> User:
    """Administers."""
    return cast("root", is_staff=True, is_superuser=True)


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """Gives a browser of its own to a member who has signed in."""

    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def clean_tables(db: None) -> None:
    """Tables without the rows that earlier tests took back, which lie in PostgreSQL's still and make plans dearer.

    Before what fills them. The end of the test puts back what was there.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE posts_post CASCADE")


@pytest.fixture
def queue(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Leaves tasks in the database as a real site does, and gives what does them."""
    # The connection is in the transaction of the test.
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    immediate = task_backends["default"]
    task_backends["default"] = Queue("default", {})
    yield work_off
    task_backends["default"] = immediate


Doubling = Callable[..., int]


@pytest.fixture
def count_queries(db: None) -> Callable[[Callable[[], object]], list[str]]:
    """Gives the queries that an act makes."""

    def queries_of(act: Callable[[], object]) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            act()
        return [query["sql"] for query in captured.captured_queries]

    return queries_of


@pytest.fixture
def doubling(count_queries: Callable[[Callable[[], object]], list[str]]) -> Doubling:
    """Holds that a page makes as many queries when its data doubles: `doubling(visit, double, at_most=8)`."""

    def check(visit: Callable[[], object], double: Callable[[], object], *, at_most: int) -> int:
        visit()  # what is made once for each process is made now
        before = count_queries(visit)
        double()
        visit()  # and what is written once for what is new
        after = count_queries(visit)
        shown = "\n".join(f"{number}. {sql[:300]}" for number, sql in enumerate(after, 1))
        assert len(after) == len(before), f"{len(before)} queries became {len(after)}:\n{shown}"
        assert len(after) <= at_most, f"{len(after)} queries, at most {at_most} are allowed:\n{shown}"
        return len(after)

    return check


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is said of the other database: a skip would hide a test that ought to run.

    Where both databases run at once, what asks none, or finds the same on either, runs on the one side alone.
    """
    for item in items:
        marks = [mark.kwargs for mark in item.iter_markers("django_db")]
        # Emptied tables without the rows that migrations wrote break every later test that wants them back.
        if any(mark.get("transaction") for mark in marks) and not any(
            mark.get("serialized_rollback") for mark in marks
        ):
            raise pytest.UsageError(f"{item.nodeid} empties the tables: mark it with serialized_rollback=True as well")
    refuse_to_empty_what_lasts(items)
    vendor = connections["default"].vendor
    others = {"sqlite": "postgresql_only", "postgresql": "sqlite_only"}[vendor]
    once = bool(os.environ.get("BESIDE_SQLITE"))
    left_out = {item for item in items if item.get_closest_marker(others) or (once and not _asks_this_database(item))}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def refuse_to_empty_what_lasts(items: list[pytest.Item]) -> None:
    """Keeps tests that need the tables to themselves out of modules whose rows last: they would wait for each other."""
    fixtures = {item: set(getattr(item, "fixturenames", ())) for item in items}
    lasting = {item.path for item in items if "lasting" in fixtures[item]}
    for item in items:
        mark = item.get_closest_marker("django_db")
        empties = (mark and mark.kwargs.get("transaction")) or fixtures[item] & {"transactional_db", "live_server"}
        if item.path in lasting and empties:
            raise pytest.UsageError(f"{item.nodeid} empties the tables: move it out of a module whose rows last")


def _asks_this_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("either"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db", "live_server"})


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a run in which a test was skipped, where NO_SKIPS says that everything must run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = 1
