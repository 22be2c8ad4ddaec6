"""How a member reads: the order that is kept, the colours, the time zone."""

import datetime as dt

import pytest
import time_machine

from comments.threads import ROOTS
from forum.reading.zones import names
from posts.actions import add_post
from tests.making import NOON, Row, make_post, make_rows, page_of, say, select, token

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(sign_in, ben):
    """Ben's browser."""
    return sign_in(ben)


def choose(browser, **chosen):
    fields = {"thread_order": "oldest", "scheme": "auto", "time_zone": "UTC"} | chosen
    posted = {"section": "reading"} | {f"reading-{name}": value for name, value in fields.items()}
    return browser.post("/preferences/", posted, follow=True)


def ids(page) -> list[str]:
    return [li.get("id") for li in select(page, "li.comment")]


def test_a_chosen_order_is_kept_and_the_address_stands_above_it(client, sign_in, reader, post, ann, ben):
    comments = [f"c{say(post, ann, f'Number {n}.').pk}" for n in range(3)]
    here = post.get_absolute_url()
    [button] = [b for b in select(page_of(reader.get(here)), ".bar button") if b.text_content() == "newest"]
    asked = {button.get("name"): button.get("value"), "next": f"{here}?order=oldest&after={comments[0][1:]}&fold=read"}
    answer = reader.post(button.get("formaction"), asked)
    assert (answer.status_code, answer["Location"]) == (303, f"{here}?fold=read#comments")
    assert "Comments stand newest first from now on, in every thread." in reader.get(here).content.decode()
    for browser in (reader, sign_in(ben)):
        assert ids(page_of(browser.get(here))) == comments[::-1]
        assert ids(page_of(browser.get(f"{here}?order=oldest"))) == comments
    assert ids(page_of(client.get(here))) == comments, "a guest's page stays as it is"
    assert [a.get("href") for a in select(page_of(client.get(here)), ".bar a") if a.text_content() == "newest"] == [
        f"{here}?order=newest#comments"
    ]


@pytest.mark.parametrize("order", ["", "sideways", "\x00", "x" * 1000])
def test_an_order_that_is_none_changes_nothing(reader, ben, order):
    assert reader.post("/preferences/order/", {"order": order}).status_code == 303
    ben.refresh_from_db()
    assert ben.thread_order == "oldest"


def test_later_pages_keep_the_order_of_the_first(reader, ann):
    post = make_post(ann)
    made = make_rows(post, [Row(author=ann, moment=NOON + dt.timedelta(seconds=n)) for n in range(230)])
    reader.post("/preferences/order/", {"order": "newest"})
    for query, first in (("", made[-ROOTS - 1]), ("?order=oldest", made[ROOTS])):
        page = page_of(reader.get(post.get_absolute_url() + query))
        onward = select(page, 'a[rel="next"]')[0].get("href")
        assert ids(page_of(reader.get(post.get_absolute_url() + onward)))[0] == f"c{first.pk}"


def test_the_colours_are_said_on_every_page(reader, post):
    assert page_of(reader.get("/")).get("data-scheme") is None
    answer = choose(reader, scheme="dark")
    assert "Saved." in answer.content.decode()
    for path in ("/", post.get_absolute_url(), "/preferences/"):
        assert page_of(reader.get(path)).get("data-scheme") == "dark"


def test_times_of_living_words_are_shown_in_the_members_zone_with_its_name(client, reader, ann):
    post = make_post(ann)
    old, new = make_rows(post, [Row(archived=True), Row(author=ann, moment=NOON)])
    old.printed_date = "March 1, 2007 at 7 PM"
    old.save()
    choose(reader, time_zone="Asia/Kolkata")
    page = page_of(reader.get(post.get_absolute_url()))
    [shown] = select(page, f"#c{new.pk} time")
    assert shown.text_content() == "Mar 1, 2026, 17:30 IST"
    assert shown.get("title") == "Sunday, March 1, 2026 at 17:30:00 IST, Asia/Kolkata"
    assert shown.get("datetime") == "2026-03-01T12:00:00Z"
    assert select(page, ".post .dateline time")[0].text_content() == "Mar 1, 2026, 17:30 IST"
    assert select(page, f"#c{old.pk} time")[0].text_content() == "March 1, 2007 at 7 PM"
    guest = page_of(client.get(post.get_absolute_url()))
    assert select(guest, f"#c{new.pk} time")[0].text_content() == "Mar 1, 2026, 12:00 UTC"


def test_no_page_shows_living_words_in_another_zone_than_the_thread_does(sign_in, reader, ann, ben, settings):
    settings.FIRST_COMMENTS_HELD = 0
    choose(reader, time_zone="Asia/Kolkata")
    with time_machine.travel(NOON, tick=False):
        post = add_post(author=ann, title="Of mills", kind="article", body="For @ben.", url="", token=token())
        own = say(post, ben, "Slowly, with stones.")
        said = say(post, ann, "And how fast?", parent=own)
        pages = {
            "/notices/": 2,
            "/replies/": 1,
            "/search/?q=stones": 1,
            "/members/ben/": 1,
            "/members/ann/?show=posts": 1,
            f"/comments/{said.pk}/reply/": 1,
            f"/comments/{own.pk}/delete/": 1,
            f"/moderation/report/comment/{said.pk}/": 1,
        }
        for path, number in pages.items():
            times = [time.text_content() for time in select(page_of(reader.get(path)), "main time")]
            assert times.count("Mar 1, 2026, 17:30 IST") == number, path
            assert not [time for time in times if "UTC" in time], path


def test_a_zone_that_this_machine_no_longer_knows_is_utc(reader, ben, post):
    ben.time_zone = "Europe/Atlantis"
    ben.save()
    assert "UTC</time>" in reader.get(post.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"scheme": "pink"},
        {"time_zone": "Europe/Atlantis"},
        {"time_zone": "../../etc/passwd"},
        {"thread_order": ""},
        {"time_zone": ""},
    ],
)
def test_a_choice_that_is_none_is_told_and_nothing_is_saved(reader, ben, wrong):
    answer = choose(reader, **({"scheme": "dark"} | wrong))
    assert answer.status_code == 422
    page = page_of(answer)
    assert select(page, ".problems a")[0].get("href") == f"#id_reading-{next(iter(wrong))}"
    ben.refresh_from_db()
    assert (ben.scheme, ben.time_zone) == ("auto", "")


def test_a_section_that_is_not_posted_stays_as_it_is(reader, ben):
    for section in ("", "nothing", "\x00"):
        assert reader.post("/preferences/", {"section": section, "reading-scheme": "dark"}).status_code in (200, 400)
    ben.refresh_from_db()
    assert ben.scheme == "auto"


def test_nobody_changes_more_than_is_offered(reader, ben):
    choose(reader, scheme="light", is_staff="1", username="root")
    ben.refresh_from_db()
    assert (ben.scheme, ben.is_staff, ben.username) == ("light", False, "ben")


def test_the_page_shows_what_was_chosen_and_is_linked(reader, ben):
    choose(reader, time_zone="Europe/Rome", thread_order="newest")
    page = page_of(reader.get("/preferences/"))
    assert select(page, "option[selected]")[-1].get("value") == "Europe/Rome"
    assert select(page, 'meta[name="robots"]')[0].get("content") == "noindex"
    assert select(page_of(reader.get(ben.get_absolute_url())), 'a[href="/preferences/"]')
    assert len(names()) > 300
    choose(reader)
    ben.refresh_from_db()
    assert ben.time_zone == ""


def test_only_members_have_preferences(client):
    assert client.get("/preferences/")["Location"] == "/accounts/login/?next=/preferences/"
    assert client.post("/preferences/order/", {"order": "newest"}).status_code == 403
