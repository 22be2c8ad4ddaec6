"""Imported words as they stood in their file: whole for staff, and without what others may not read."""

import zlib
from collections.abc import Callable

import pytest
from django.test import Client

from comments import actions
from comments.models import Comment
from forum.archive.blackout import BAR
from forum.archive.load import load
from forum.archive.models import Item, Run
from forum.moderation import removals
from forum.states import State
from forum.users.models import Person, User
from posts.actions import change_post_state
from posts.models import Post
from tests.archive.pages import AFTER, plan, seed_plan
from tests.making import Row, make_post, make_rows, page_of, say, select

SignIn = Callable[[User], Client]


@pytest.fixture
def mill(db: None) -> list[Comment]:
    """The comments of a small page."""
    load(plan(AFTER), operator="the operator", commit=True)
    return list(Comment.objects.order_by("position"))


@pytest.fixture
def seed(db: None) -> list[Comment]:
    """The comments of the source article."""
    load(seed_plan(), operator="test", commit=True)
    return list(Comment.objects.order_by("position"))


def source_of(thing: Comment | Post, client: Client | None = None, **query: object) -> str:
    """The text of the page that shows a comment or post in its source."""
    return page_of(asked(thing, client, **query)).text_content()


def asked(thing: Comment | Post, client: Client | None = None, **query: object):
    kind = "comments" if isinstance(thing, Comment) else "posts"
    return (client or Client()).get(f"/{kind}/{thing.pk}/source/", query)


def take_off(name: str, mod: User) -> None:
    """Takes a name off wherever persons bear it."""
    persons = list(Person.objects.filter(name=name))
    removal = removals.request_name_removal(person=persons[0], name=name, who="x")
    removals.take_name_off(removal=removal, name=name, persons=persons, by=mod)


def put(thing: Comment, *, raw: str, first: int, last: int, run: Run, **fields: object) -> Item:
    """An item with this text."""
    made = {"run": run, "source": run.source, "source_key": f"key{thing.pk}", "comment": thing, "digest": "d"}
    given = {"first_line": first, "last_line": last, "raw": zlib.compress(raw.encode())}
    return Item.objects.create(**{**made, **given, **fields})


@pytest.fixture
def run(db: None) -> Run:
    """A run of another format, none of whose file is shown."""
    load(plan(AFTER), commit=True)
    found = Run.objects.get()
    found.items.all().delete()
    Run.objects.update(format="html")
    return found


def test_a_comment_stands_among_the_lines_around_it(mill: list[Comment]) -> None:
    answer = asked(mill[1])
    page = page_of(answer)
    words = page.text_content()
    assert "I learnt to swim in the pond behind that mill" in words
    assert "Lena B on May 4, 2004 at 10:20 AM" in words
    for beside in ("They should keep the wheel turning.", "Keep it, or sell it to the museum."):
        assert beside in words
    assert [one.get("value") for one in select(page, ".said > ol > li")] == ["16", "17", "18"]
    assert answer["Content-Security-Policy"]
    assert '<meta name="robots" content="noindex">' in answer.content.decode()


def test_the_file_and_its_digest_are_told_and_the_operator_is_not(mill: list[Comment], mod, sign_in: SignIn) -> None:
    run = Run.objects.get()
    words = source_of(mill[0])
    assert "mill.txt" in words
    assert run.sha256 in words
    assert "saved article page as plain text" in words
    assert f"{run.started_at:%B} {run.started_at.day}, {run.started_at.year}" in words
    assert "the operator" not in words
    assert "by the operator" in source_of(mill[0], sign_in(mod))


def test_a_post_is_shown_with_what_stands_before_its_comments(mill: list[Comment]) -> None:
    words = source_of(mill[0].post)
    assert "The mill by the river" in words
    assert "posted at 9:15 am on May 4, 2004 by Hanna" in words
    assert "They should keep the wheel turning." in words
    assert "I learnt to swim" in words


def test_members_and_guests_find_the_way_from_the_thread(mill: list[Comment], ben: User, sign_in: SignIn) -> None:
    for client in (Client(), sign_in(ben)):
        page = client.get(mill[0].post.get_absolute_url()).content.decode()
        assert f'href="/comments/{mill[0].pk}/source/"' in page
        assert f'href="/posts/{mill[0].post_id}/source/"' in page
        assert f'href="/comments/{mill[0].pk}/source/"' in client.get(mill[0].get_absolute_url()).content.decode()


def test_what_was_written_here_has_no_source(ann: User, ben: User, mod: User, sign_in: SignIn) -> None:
    post = make_post(ann)
    comment = say(post, ben)
    for client in (Client(), sign_in(mod)):
        assert asked(comment, client).status_code == asked(post, client).status_code == 404
    assert "/source/" not in Client().get(post.get_absolute_url()).content.decode()


def test_without_a_record_the_page_says_so(db: None) -> None:
    [comment] = make_rows(make_post(archived=True), [Row(archived=True)])
    assert "Nothing was kept of the file that this comment came from." in source_of(comment)


def test_every_comment_of_the_source_article_shows_its_own_lines(seed: list[Comment]) -> None:
    for comment in seed[:6] + seed[20:36]:
        page = page_of(asked(comment))
        [block] = select(page, ".said > ol")
        assert comment.body.split()[-1] in block.text_content(), comment.pk


def test_a_hidden_comment_is_not_there_for_readers_and_blacked_out_beside_others(
    mill: list[Comment], mod: User, ben: User, sign_in: SignIn
) -> None:
    actions.change_state(comment=mill[1], to=State.HIDDEN, by=mod)
    for client in (Client(), sign_in(ben)):
        assert asked(mill[1], client).status_code == 404
        for beside in (mill[0], mill[2], mill[0].post):
            words = source_of(beside, client)
            assert "pond" not in words
            assert "Lena" not in words
            assert BAR in words
            assert "These lines are not shown" in words
    staff = sign_in(mod)
    assert "pond" in source_of(mill[1], staff)
    assert "Lena" in source_of(mill[0], staff)
    assert "Readers find a bar" in source_of(mill[0], staff)


def test_a_hidden_post_takes_its_lines_with_it(mill: list[Comment], mod: User, sign_in: SignIn) -> None:
    change_post_state(post=mill[0].post, to=State.HIDDEN, by=mod)
    words = source_of(mill[0])
    assert "mill by the river" not in words.lower()
    assert "Hanna" not in words
    assert "keep the wheel turning" in words
    assert asked(mill[0].post).status_code == 404


def test_a_line_that_a_visible_comment_shares_with_a_hidden_one_is_blacked_out(seed: list[Comment], mod: User) -> None:
    """Line 233 of the source article ends one comment and begins the next."""
    shared = Item.objects.get(comment=seed[33])
    assert shared.first_line == Item.objects.get(comment=seed[32]).last_line
    tail = seed[33].body.split("\n")[0]
    assert tail in source_of(seed[32])
    actions.change_state(comment=seed[33], to=State.REMOVED, by=mod)
    assert tail not in source_of(seed[32])


def test_a_quotation_of_a_hidden_comment_is_blacked_out_in_the_source(seed: list[Comment], mod: User) -> None:
    quoted, quoting = seed[19], seed[22]
    passage = "I look for the Dem"
    assert passage in source_of(quoting)
    actions.change_state(comment=quoted, to=State.HIDDEN, by=mod)
    words = source_of(quoting)
    assert passage not in words
    assert quoting.body.split()[-1] in words


def test_a_passage_that_cannot_be_told_blacks_out_the_whole_item(seed: list[Comment], mod: User) -> None:
    actions.change_state(comment=seed[19], to=State.HIDDEN, by=mod)
    item = Item.objects.get(comment=seed[22])
    item.raw = zlib.compress(b"quite other words than those of the body")
    item.save()
    words = source_of(seed[22])
    assert "quite other words" not in words
    assert "These lines are not shown" in words


def test_a_name_taken_off_is_blacked_out_everywhere(mill: list[Comment], mod: User, sign_in: SignIn) -> None:
    take_off("Lena B", mod)
    for thing in (*mill, mill[0].post):
        words = source_of(thing)
        assert "Lena" not in words
    assert f"{BAR}(a name that was taken off) on May 4, 2004 at 10:20 AM" in source_of(mill[1])
    assert "Lena B on May 4" in source_of(mill[1], sign_in(mod))


def test_a_name_taken_off_that_stands_in_another_writing_blacks_out_its_comment(run: Run, mod: User) -> None:
    comment = Comment.objects.select_related("person").order_by("position")[1]
    put(comment, raw="LENA-B: I learnt to swim", first=1, last=1, run=run)
    take_off("Lena B", mod)
    words = source_of(comment)
    assert "LENA" not in words
    assert "swim" not in words


def test_a_place_chosen_when_the_name_was_taken_off_is_blacked_out_whatever_its_case(run: Run, mod: User) -> None:
    one, _other = Comment.objects.select_related("person").order_by("position")[:2]
    actions.redact(comment=one, changes=[])
    Comment.objects.filter(pk=one.pk).update(body="As [name removed] said before.")
    put(one, raw="mo: As LENA b said before.", first=1, last=1, run=run)
    assert "LENA" not in source_of(one)
    assert "said before" in source_of(one)


@pytest.mark.parametrize(
    "secret",
    ["ann.other+x@mail.example.org", "ann&#64;example.org", "192.168.10.77", "2001:db8:0:1:2:3:4:5", "fe80::1:2ab"],
)
def test_addresses_of_mail_and_network_are_for_staff(run: Run, mod: User, sign_in: SignIn, secret: str) -> None:
    comment = Comment.objects.order_by("position")[0]
    put(comment, raw=f"Write to {secret} at 10:20:30.", first=1, last=1, run=run)
    assert "Write to" in source_of(comment)
    assert "at 10:20:30." in source_of(comment)
    shown = secret.replace("&#64;", "@")
    assert shown not in source_of(comment)
    assert secret not in source_of(comment)
    assert secret in source_of(comment, sign_in(mod))


def test_markup_is_shown_and_does_not_run(run: Run) -> None:
    comment = Comment.objects.order_by("position")[0]
    put(comment, raw="<script>alert(1)</script>\x00\x07 \u202eevil\u2066", first=5, last=5, run=run, element="li#c<b>")
    answer = asked(comment)
    assert "<script>" not in answer.content.decode()
    words = page_of(answer).text_content()
    assert "<script>alert(1)</script> [U+202E]evil[U+2066]" in words
    assert "li#c<b>" in words


def test_a_nested_hidden_comment_is_found_in_the_text_around_it(run: Run, mod: User) -> None:
    outer, inner = Comment.objects.order_by("position")[:2]
    put(outer, raw=f"<li>{outer.body}<ol><li><p>{inner.body}</p></li></ol></li>", first=1, last=1, run=run)
    put(inner, raw=f"<li><p>{inner.body}</p></li>", first=1, last=1, run=run)
    actions.change_state(comment=inner, to=State.REMOVED, by=mod)
    assert "pond" not in source_of(outer)


def test_what_is_in_no_comment_is_told_by_its_kind(mill: list[Comment]) -> None:
    Run.objects.update(report={"furniture": [[10, 10, "a link for other sites"]], "leftover": [[24, 25, "odd end"]]})
    assert "Line 10: a link for other sites" in source_of(mill[0])
    assert "Lines 24 to 25: odd end" in source_of(mill[2])
    assert "a link for other sites" not in source_of(mill[2])


def test_a_pingback_beside_a_comment_is_told_and_not_shown(mill: list[Comment]) -> None:
    run = Run.objects.get()
    Item.objects.create(
        run=run, source=run.source, source_key="ping", kind="pingback", first_line=23, last_line=24, digest="d",
        raw=zlib.compress(b"<a>Somebody elsewhere</a>"),
    )  # fmt: skip
    words = source_of(mill[2])
    assert "A pingback" in words
    assert "Somebody elsewhere" not in words


def test_a_long_text_has_pages_and_a_long_line_has_pieces(run: Run) -> None:
    comment = Comment.objects.order_by("position")[0]
    put(comment, raw="\n".join(f"Line {n} " + "x" * 90 for n in range(1, 1_001)), first=1, last=1_000, run=run)
    page = page_of(asked(comment))
    [way] = [one.get("href") for one in select(page, "p.more > a")]
    first = [one.get("value") for one in select(page, ".said > ol > li")]
    second = page_of(Client().get(f"/comments/{comment.pk}/source/{way}"))
    lines = [one.get("value") for one in select(second, ".said > ol > li")]
    assert int(lines[0]) == int(first[-1]) + 1
    assert asked(comment, line=2_000).status_code == 404
    Item.objects.update(raw=zlib.compress(b"y" * 300_000), last_line=1)
    answer = asked(comment)
    assert len(answer.content) < 60_000
    assert page_of(answer).text_content().count("y" * 1_000) == 24


def test_the_pages_cost_few_queries(mill: list[Comment], count_queries, mod: User) -> None:
    take_off("Lena B", mod)
    Run.objects.update(report={"furniture": [[10, 10, "a link"]]})
    found = count_queries(lambda: asked(mill[0]))
    assert len(found) <= 10, "\n".join(found)


def test_an_old_record_without_text_is_read_from_the_file_only_where_that_is_a_page_of_text(
    mill: list[Comment],
) -> None:
    Item.objects.update(raw=b"")
    assert "keep the wheel turning" in source_of(mill[0])
    Run.objects.update(format="wxr")
    words = source_of(mill[0])
    assert "keep the wheel turning" not in words
    assert "Its lines were not kept." in words


@pytest.mark.parametrize("line", ["x", "-1", "0", "9" * 30])
def test_odd_places_are_not_there(mill: list[Comment], line: str) -> None:
    assert asked(mill[0], line=line).status_code == 404
