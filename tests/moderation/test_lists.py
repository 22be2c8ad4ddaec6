"""The lists of the desk on a large site: what is sorted or looked through holds ids alone, and once."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from benchmarks.explaining import plan_of
from comments.models import Comment
from forum.moderation.desk import searching
from forum.moderation.models import Action, Report, Rule
from forum.users.models import User
from posts.models import Post
from tests.conftest import member
from tests.making import NOON, Row, make_person, make_post, make_rows, page_of, say, select, take_stock

SignIn = Callable[[User], Client]
Asked = Callable[[Callable[[], object]], list[str]]
COMMENTS, POSTS = "/admin/comments/comment/", "/admin/posts/post/"
REPORTS, ACTIONS = "/admin/moderation/report/", "/admin/moderation/action/"
LISTS = [
    *(COMMENTS, f"{COMMENTS}?state=published&era=now", f"{COMMENTS}?account=7", f"{COMMENTS}?q=words"),
    *(POSTS, f"{POSTS}?account=7", f"{POSTS}?q=title"),
    *(REPORTS, f"{REPORTS}?outcome=all", f"{REPORTS}?outcome=all&era=now&account=7", f"{REPORTS}?q=ben"),
    *(ACTIONS, f"{ACTIONS}?which=mine", f"{ACTIONS}?which=standing", f"{ACTIONS}?q=ben", f"{ACTIONS}?rule=spam"),
    *("/admin/users/person/", "/admin/users/user/", "/admin/archive/run/", "/admin/archive/suggestion/"),
]


@pytest.fixture
def desk(sign_in: SignIn, mod: User) -> Client:
    return sign_in(mod)


@pytest.fixture
def large(post: Post, ben: User, mod: User, spam: Rule) -> list[Comment]:
    """More comments, reports and decisions than a page of a list holds."""
    made = make_rows(post, [Row(author=ben, moment=NOON) for _ in range(60)])
    Report.objects.bulk_create(Report(comment=comment, rule=spam) for comment in made)
    Action.objects.bulk_create(Action(comment=comment, verb="hide", actor=mod, rule=spam) for comment in made)
    return made


def shown(answer) -> list[str]:
    """The addresses of the things that a list shows, in its order."""
    return [link.get("href") for link in select(page_of(answer), ".field-where a") if "/change/" in link.get("href")]


def ids_of(made: list[Comment]) -> list[str]:
    return [f"{COMMENTS}{comment.pk}/change/" for comment in made]


def test_a_list_is_sorted_by_ids_alone(desk: Client, large: list[Comment], count_queries: Asked) -> None:
    for address in LISTS:
        asked = count_queries(lambda address=address: desk.get(address))
        sorted_by = [sql for sql in asked if " ORDER BY " in sql and " LIMIT 5" in sql]
        assert sorted_by, address
        for sql in sorted_by:
            assert re.match(r'SELECT "\w+"\."id" AS "pk" FROM', sql), sql


def test_pages_of_a_list_hold_each_row_once(desk: Client, large: list[Comment]) -> None:
    latest = ids_of(large)[::-1]
    assert shown(desk.get(COMMENTS)) == latest[:50]
    second = desk.get(f"{COMMENTS}?p=2")
    assert shown(second) == latest[50:]
    assert "60 comments" in page_of(second).text_content()
    assert desk.get(f"{COMMENTS}?p=3").status_code == 302
    assert shown(desk.get(REPORTS)) == ids_of(large)[:50]  # what waits longest first
    assert shown(desk.get(f"{REPORTS}?outcome=all")) == latest[:50]


def test_a_list_of_little_is_looked_for_once(desk: Client, large: list[Comment], count_queries: Asked) -> None:
    Comment.objects.filter(pk=large[7].pk).update(body="A word of its own.")
    address = f"{COMMENTS}?q=own"
    assert shown(desk.get(address)) == ids_of(large[7:8])
    assert len([sql for sql in count_queries(lambda: desk.get(address)) if "own%" in sql and '."body"' in sql]) == 1


@pytest.mark.parametrize("most", [searching.MOST, 0])
def test_a_search_finds_words_names_and_titles(desk: Client, post: Post, ben: User, monkeypatch, most: int) -> None:
    monkeypatch.setattr(searching, "MOST", most)  # with none, each row is asked for its names
    make_rows(post, [Row(author=member("Walker"))])
    mine = say(post, ben, "The mill by the sea.")
    other = say(make_post(ben, title="On bridges"), member("Oskar"), "Nothing of it.")
    old = say(post, ben, "Old words.")
    Comment.objects.filter(pk=old.pk).update(author=None, person=make_person("Lena Berg"), archived=True)
    for typed, found in (
        ("mill", [mine]),
        ("mill BEN", [mine]),
        ("mill oskar", []),
        ('"by the sea"', [mine]),
        ("'sea the'", []),
        ("bridges", [other]),
        ("oskar nothing", [other]),
        ("lena", [old]),
    ):
        assert shown(desk.get(COMMENTS, {"q": typed})) == ids_of(found), typed


@pytest.mark.parametrize("most", [searching.MOST, 0])
@pytest.mark.parametrize("written", ["örtlich", "Örtlich", "ÖRTLICH", "öl", "ÖL", "привет", "Привет", "ПРИВЕТ"])
def test_a_search_finds_words_in_other_capitals_whatever_their_letters(
    desk: Client, post: Post, ben: User, monkeypatch, most: int, written: str
) -> None:
    """SQLite folds the letters of ASCII alone."""
    monkeypatch.setattr(searching, "MOST", most)
    words = say(post, ben, f"So {written} it is.")
    name = say(post, ben, "By somebody.")
    Comment.objects.filter(pk=name.pk).update(author=None, person=make_person(f"{written} 7"), archived=True)
    title = say(make_post(ben, title=f"On {written}"), ben, "Nothing of it.")
    for typed in {written, written.lower(), written.upper(), written.title()}:
        assert shown(desk.get(COMMENTS, {"q": typed})) == ids_of([title, name, words]), typed
        assert shown(desk.get(COMMENTS, {"q": f"{typed}e"})) == []


def test_a_search_for_other_letters_reads_the_words_of_most_rows_once(
    desk: Client, large: list[Comment], count_queries: Asked
) -> None:
    [sql] = [sql for sql in count_queries(lambda: desk.get(COMMENTS, {"q": "Örtlich"})) if '."body"' in sql]
    if connection.vendor == "postgresql":  # which folds them all
        assert sql.count('"body"') == 1
    else:
        assert re.search(r'"body" LIKE .%rtlich%. ESCAPE .*? AND \(', sql), sql


def test_a_search_asks_no_row_for_a_name_of_nobody(desk: Client, large: list[Comment], count_queries: Asked) -> None:
    for address in (COMMENTS, POSTS, f"{REPORTS}?outcome=all", ACTIONS):
        asked = count_queries(lambda address=address: desk.get(address, {"q": "nonesuch"}))
        model = address.split("/")[3]
        [sql] = [sql for sql in asked if "nonesuch" in sql and " LIMIT 51" in sql and f'_{model}"' in sql]
        for table in ("users_user", "users_person", *(["posts_post"] if address != POSTS else [])):
            assert f'JOIN "{table}"' not in sql, sql


@pytest.mark.parametrize("address", [COMMENTS, POSTS])
def test_what_new_accounts_wrote_is_found_by_its_authors(
    desk: Client, large: list[Comment], ben: User, count_queries: Asked, address: str
) -> None:
    for number in range(100):
        make_post(ben, title=f"Nr {number}")
    make_rows(make_post(ben), [Row(author=ben) for _ in range(2_000)])
    User.objects.update(date_joined=NOON)
    said = say(Post.objects.earliest("pk"), member("newcomer"))
    take_stock()
    page = f"{address}?account=1"
    assert shown(desk.get(page)) == (ids_of([said]) if address == COMMENTS else [])
    [sql] = [sql for sql in count_queries(lambda: desk.get(page)) if " LIMIT 51" in sql]
    table = address.split("/")[3]
    through = {"sqlite": rf"SCAN \w+_{table}\b", "postgresql": rf"Index.* {table}s_{table}_pkey"}[connection.vendor]
    assert not re.search(through, plan_of(sql, None)), plan_of(sql, None)


def test_archived_comments_are_listed_along_an_index_of_them_alone(
    desk: Client, post: Post, ben: User, count_queries: Asked
) -> None:
    old = make_rows(post, [Row(archived=True) for _ in range(3)])
    make_rows(post, [Row(author=ben) for _ in range(2_000)])
    take_stock()
    page = f"{COMMENTS}?era=then"
    assert shown(desk.get(page)) == ids_of(old[::-1])
    [sql] = [sql for sql in count_queries(lambda: desk.get(page)) if " LIMIT 51" in sql]
    plan = plan_of(sql, None)
    assert re.search("(USING INDEX|Index Only Scan using|Index Scan using) comment_archived", plan), plan
    assert not re.search("TEMP B-TREE|Sort", plan), plan


def test_what_stands_and_what_was_undone(desk: Client, large: list[Comment], mod: User) -> None:
    first, second = Action.objects.order_by("pk")[:2]
    back = Action.objects.create(verb=Action.Verb.RESTORE, actor=mod, undoes=first)
    Action.objects.exclude(pk__in=[first.pk, second.pk, back.pk]).delete()

    def found(which: str) -> list[str]:
        page = page_of(desk.get(f"{ACTIONS}?which={which}"))
        return [link.get("href") for link in select(page, ".field-when a")]

    assert found("standing") == [f"{back.pk}/change/", f"{second.pk}/change/"]
    assert found("undone") == [f"{first.pk}/change/"]
