"""Staff look up imports and change nothing there; nobody else looks."""

import pytest
from django.test import Client

from forum.archive.load import load
from forum.archive.models import Item, Run
from forum.users.models import User
from tests.archive.pages import seed_plan


@pytest.fixture
def loaded(db: None) -> Run:
    load(seed_plan(), operator="test", commit=True)
    return Run.objects.get()


def test_an_administrator_reads_runs_and_items(loaded: Run, root: User, client: Client) -> None:
    client.force_login(root)
    item = Item.objects.get(first_line=175)
    for address in ("run/", f"run/{loaded.pk}/change/", "item/", f"item/{item.pk}/change/"):
        page = client.get(f"/admin/archive/{address}")
        assert page.status_code == 200
        assert "waterboard" not in page.content.decode()
    assert "B Moe on March 22, 2007 at 9:39 PM" in page.content.decode()
    assert f"/comments/{item.comment_id}/" in client.get("/admin/archive/item/?q=175").content.decode()


@pytest.mark.parametrize("what", ["run", "item"])
def test_nobody_changes_the_record(loaded: Run, root: User, client: Client, what: str) -> None:
    client.force_login(root)
    pk = {"run": loaded.pk, "item": Item.objects.earliest("pk").pk}[what]
    refused = (403, 404, 405)
    assert client.post(f"/admin/archive/{what}/add/").status_code in refused
    assert client.post(f"/admin/archive/{what}/{pk}/delete/", {"post": "yes"}).status_code in refused
    assert client.post(f"/admin/archive/{what}/{pk}/change/", {"operator": "eve"}).status_code in refused
    assert Run.objects.get().operator == "test"


def test_a_member_does_not_look(loaded: Run, ann: User, client: Client) -> None:
    client.force_login(ann)
    assert client.get("/admin/archive/run/").status_code in (302, 403)
