"""Folding: what was read, by a plain link; and a branch for good, on all devices."""

import pytest

from forum.voices.models import Mark
from tests.making import make_post, page_of, say, select

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(sign_in, ben):
    """Ben's browser."""
    return sign_in(ben)


@pytest.fixture
def thread(post, ann, eve):
    """Two branches and a comment that nobody answered."""
    first = say(post, ann, "First branch.")
    one = say(post, eve, "Answer in the first.", first)
    second = say(post, ann, "Second branch.")
    two = say(post, eve, "Answer in the second.", second)
    alone = say(post, eve, "Alone.")
    return {"first": first, "one": one, "second": second, "two": two, "alone": alone}


def folded(page) -> dict[str, str]:
    """The fold lines of the branches that are closed, by the id of the comment."""
    closed = [fold for fold in select(page, "details.branch") if fold.get("open") is None]
    return {fold.getparent().get("id"): fold.findtext("summary/span") for fold in closed}


def read(browser, post, query="?fold=read"):
    return page_of(browser.get(post.get_absolute_url() + query))


def test_what_was_read_folds_and_new_comments_stand_open_under_their_parents(reader, post, thread, ann, later):
    read(reader, post, "")
    later(hours=1)
    new = say(post, ann, "New below the second.", thread["two"])
    page = read(reader, post, "")
    assert folded(page) == {}
    [link] = [a for a in select(page, ".bar a") if a.text_content() == "fold what I have read"]
    assert link.get("href") == "?fold=read#comments"
    page = read(reader, post)
    lines = {f"c{thread['first'].pk}": "ann and 1 reply", f"c{thread['alone'].pk}": "eve"}
    assert folded(page) == lines
    opened = select(page, f"#c{new.pk}")[0].iterancestors("details")
    assert [fold.get("open") for fold in opened] == ["", ""]
    [link] = [a for a in select(page, ".bar a") if a.text_content() == "open what I have read"]
    assert link.get("href") == f"{post.get_absolute_url()}#comments"


def test_a_read_sibling_of_a_new_comment_folds(reader, post, thread, ann, later):
    read(reader, post, "")
    later(hours=1)
    say(post, ann, "New beside the answer.", thread["second"])
    assert f"c{thread['two'].pk}" in folded(read(reader, post))
    assert f"c{thread['second'].pk}" not in folded(read(reader, post))


def test_the_flat_view_has_no_folds(reader, post, thread):
    read(reader, post)
    assert not select(read(reader, post, "?view=flat&fold=read"), "details.branch")


def test_a_member_folds_a_branch_and_finds_it_folded_on_every_device(sign_in, reader, post, thread, ben, ann):
    first = thread["first"]
    [button] = select(read(reader, post, ""), f'#c{first.pk} button[formaction="/comments/{first.pk}/fold/"]')[:1]
    assert button.text_content() == "Fold for me"
    here = post.get_absolute_url()
    answer = reader.post(button.get("formaction"), {button.get("name"): button.get("value"), "next": here})
    assert (answer.status_code, answer["Location"]) == (303, f"{here}#c{first.pk}")
    another = sign_in(ben)
    page = read(another, post, "")
    assert folded(page) == {f"c{first.pk}": "ann and 1 reply"}
    assert folded(read(sign_in(ann), post, "")) == {}, "nobody else's"
    [button] = select(page, f'#c{first.pk} button[formaction="/comments/{first.pk}/fold/"]')[:1]
    assert button.text_content() == "Unfold"
    another.post(button.get("formaction"), {button.get("name"): button.get("value"), "next": here})
    assert folded(read(reader, post, "")) == {}
    assert not Mark.objects.exists()


def test_a_folded_branch_says_what_is_new_in_it_and_keeps_it_new(reader, post, thread, ann, later):
    reader.post(f"/comments/{thread['first'].pk}/fold/")
    read(reader, post, "")
    later(hours=1)
    say(post, ann, "New in the fold.", thread["one"])
    for _ in range(2):
        page = read(reader, post, "")
        assert folded(page) == {f"c{thread['first'].pk}": "ann and 2 replies, 1 new"}
        later(hours=1)  # it was not seen, so it stays new


def test_a_script_folds_without_leaving_the_page(reader, post, thread):
    address = f"/comments/{thread['first'].pk}/fold/"
    assert reader.post(address, {"value": "1"}).status_code == 204
    assert reader.post(address, {"value": "1"}).status_code == 204
    assert Mark.objects.get().kind == Mark.Kind.FOLDED
    assert reader.post(address, {"value": "0"}).status_code == 204
    assert not Mark.objects.exists()


def test_nobody_folds_what_they_cannot_see_and_no_guest_folds(client, reader, ann, thread, post):
    hidden = make_post(ann)
    comment = say(hidden, ann, "Hidden.")
    hidden.state = "held"
    hidden.save()
    assert reader.post(f"/comments/{comment.pk}/fold/").status_code == 404
    assert client.post(f"/comments/{thread['first'].pk}/fold/").status_code == 403
    assert not Mark.objects.exists()
    assert "/fold/" not in client.get(post.get_absolute_url()).content.decode()
