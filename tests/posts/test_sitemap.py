"""robots.txt and the sitemap."""

import pytest
from lxml import etree

from forum.states import State
from posts import sitemap
from tests.making import make_person, make_post


def addresses(answer) -> list[str]:
    assert answer["Content-Type"].startswith("application/xml")
    return [node.text for node in etree.fromstring(answer.content).iter("{*}loc")]


def test_robots_are_kept_from_forms_accounts_and_persons_and_shown_the_sitemap(client, db):
    text = client.get("/robots.txt").content.decode()
    for path in ("/accounts/", "/admin/", "/moderation/", "/persons/"):
        assert f"Disallow: {path}\n" in text
    assert "Sitemap: http://localhost:8000/sitemap.xml" in text


def test_the_sitemap_leads_to_every_published_post_and_nothing_else(client, ann, monkeypatch):
    monkeypatch.setattr(sitemap, "PART", 3)
    posts = [make_post(ann, title=f"Thread {number} & more") for number in range(5)]
    make_person()
    for state in State:
        if state != State.PUBLISHED:
            make_post(ann, title="Marker", state=state)
    parts = addresses(client.get("/sitemap.xml"))
    listed = [
        address for part in parts for address in addresses(client.get(part.removeprefix("http://localhost:8000")))
    ]
    assert listed == [f"http://localhost:8000{post.get_absolute_url()}" for post in posts]


@pytest.mark.parametrize("part", ["0", str(2**40), str(2**70)])
def test_a_part_that_is_none_is_not_there(client, db, part):
    assert client.get(f"/sitemap-{part}.xml").status_code == 404
