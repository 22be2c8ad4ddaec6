"""What a module's fixture writes once stands there for each of its tests, and nothing that a test wrote does."""

from unittest.mock import Mock

import pytest

from forum.pages.models import Page
from forum.users.models import User
from tests.conftest import Lasting, cast, refuse_to_empty_what_lasts

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def page(lasting: Lasting) -> Page:
    with lasting():
        cast("ann")
        return Page.objects.create(slug="standing", title="Standing", body="Made once.")


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_finds_what_stands_and_takes_back_its_own(page: Page, time: str) -> None:
    assert Page.objects.get(slug="standing").body == "Made once."
    assert not Page.objects.filter(slug="own").exists()
    Page.objects.filter(pk=page.pk).update(body=f"Written the {time} time.")
    Page.objects.create(slug="own", title="Own", body="Of one test.")


def test_who_stands_there_is_not_made_again(page: Page, ann: User, ben: User) -> None:
    assert set(User.objects.all()) == {ann, ben}


def test_no_test_of_such_a_module_may_empty_the_tables(request: pytest.FixtureRequest) -> None:
    here = {"path": request.path, "get_closest_marker": lambda name: None}
    items = [Mock(fixturenames=["lasting"], **here), Mock(fixturenames=["live_server"], nodeid="other", **here)]
    with pytest.raises(pytest.UsageError, match="other empties the tables"):
        refuse_to_empty_what_lasts(items)
    items[1].path = request.path.with_name("elsewhere.py")
    refuse_to_empty_what_lasts(items)
