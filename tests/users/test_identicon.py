"""The picture of a name: always the same, drawn here, for members alone."""

import re

import pytest
from django.test import Client

from forum.states import State
from forum.users import views
from forum.users.identicon import identicon
from forum.users.models import Person, Source, User
from posts.models import Post
from tests.making import Row, make_post, make_rows, page_of, select


def test_a_name_has_one_picture_and_another_name_another() -> None:
    assert identicon("ann") == identicon("ann")
    assert len({identicon(name) for name in ("ann", "Ann", "ben", "\u0430nn", "")}) == 5


@pytest.mark.parametrize("name", ["ann", "<script>alert(1)</script>", '" onload="x', "\u202e", "w" * 10_000])
def test_no_name_gets_into_its_picture(name: str) -> None:
    picture = identicon(name)
    assert re.fullmatch(r'<svg [a-zA-Z0-9="\- ]+><path fill="hsl\([0-9% ]+\)" d="[Mhvz0-9 -]*"/></svg>', picture)
    assert 'aria-hidden="true"' in picture


def test_the_picture_is_mirrored() -> None:
    cells = {(int(x), int(y)) for x, y in re.findall(r"M(\d) (\d)h", identicon("ann"))}
    assert cells
    assert cells == {(4 - x, y) for x, y in cells}


def test_a_member_has_a_picture_and_counts_and_a_person_has_neither(client: Client, ann: User, ben: User) -> None:
    post = make_post(ann)
    make_rows(post, [Row(author=ann), Row(author=ann, state=State.HELD), Row(author=ben), Row(author=ann)])
    make_post(ann, state=State.HIDDEN)
    page = page_of(client.get("/members/ann/"))
    assert select(page, "h1 svg.identicon")
    assert "2 comments | 1 post" in " ".join(page.text_content().split())
    assert select(page, 'a[href="/members/ann/feed/"]')
    source = Source.objects.create(key="old", name="Old")
    person = Person.objects.create(source=source, name="driller")
    answer = client.get(person.get_absolute_url())
    old = page_of(answer)
    assert not select(old, "svg.identicon")
    assert '<meta name="robots" content="noindex">' in answer.content.decode()
    assert not [link for link in select(old, "main a") if "/feed/" in link.get("href")]
    assert "/persons/" not in client.get("/sitemap.xml").content.decode()
    assert "/persons/" not in client.get("/sitemap-1.xml").content.decode()


def test_counting_ends_where_it_says_so(client: Client, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "COUNTED", 3)
    make_rows(make_post(ann), [Row(author=ann)] * 5)
    assert "more than 3 comments | 1 post" in " ".join(page_of(client.get("/members/ann/")).text_content().split())
    assert Post.objects.count() == 1
