"""A page that gives no date and does not say who wrote it: nothing is made up, on no page."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from forum.archive.load import load
from forum.bylines import UNDATED
from forum.users.models import User
from posts.models import Post
from tests.archive.html_pages import plan
from tests.archive.test_html_rows import drawn, tree
from tests.comments.test_eras import dividers
from tests.making import make_post, page_of, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def mill() -> Post:
    load(plan(tree(drawn)), commit=True)
    found = Post.objects.latest("pk")
    assert {found.created_at, *found.comments.values_list("created_at", flat=True)} == {UNDATED}
    return found


def text(client: Client, address: str) -> str:
    return " ".join(page_of(client.get(address)).text_content().split())


def test_the_thread_says_that_it_has_no_date_and_no_name(client: Client, mill: Post) -> None:
    page = text(client, mill.get_absolute_url())
    assert "somebody unnamed · no date · imported" in page
    assert "6 comments without dates." in page
    assert "1 days ago" in page, "what the page printed stands as it is"


def test_no_list_makes_up_a_date(client: Client, mill: Post, ann: User) -> None:
    make_post(ann, title="Set large")
    assert "6 comments · Fay, no date" in text(client, "/")
    mill.comments.update(printed_date="")
    here = mill.get_absolute_url()
    said = [one for comment in mill.comments.all() for one in (comment, comment.person)]
    pages = ["/", "/?order=new", "/search/?q=mill", "/sitemap.xml", here, f"{here}?view=flat"]
    for address in [*pages, *(one.get_absolute_url() for one in said)]:
        page = client.get(address).content.decode()
        assert "1990" not in page, address
        assert "former member" not in page, address


def test_a_comment_without_a_date_is_found_by_its_link(client: Client, mill: Post) -> None:
    mill.comments.update(printed_date="")
    links = page_of(client.get(mill.get_absolute_url())).xpath("//a[@class='permalink']")
    assert {link.text_content() for link in links} == {"no date"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Later: {year}", "The conversation resumed: {year}"]),
        ("?order=newest", ["Before that, without dates", "Later: {year}"]),
        ("?view=flat", ["The conversation resumed: {year}"]),
    ],
)
def test_nobody_counts_the_years_since_no_date(
    client: Client, mill: Post, ann: User, settings: Settings, query: str, expected: list[str]
) -> None:
    settings.FIRST_COMMENTS_HELD = settings.FIRST_COMMENTS_HELD_IN_OLD_THREADS = 0
    say(mill, ann, "To the post.")
    say(mill, ann, "To the last of them.", mill.comments.order_by("position")[5])
    year = timezone.now().year
    assert dividers(client, mill.get_absolute_url() + query) == [one.format(year=year) for one in expected]
    assert f"6 comments without dates, then 2 since {timezone.now():%B %Y}." in text(client, mill.get_absolute_url())


def test_dates_that_a_longer_copy_brings_are_no_time_since_no_date(client: Client, mill: Post) -> None:
    mill.pulse["then"]["last"] += 17 * 365 * 86_400
    mill.save()
    assert "6 comments." in text(client, mill.get_absolute_url())
