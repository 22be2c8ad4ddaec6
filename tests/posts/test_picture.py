"""The picture that stands beside a link: drawn here, named by what it shows, and never of what is not public."""

import io

import pytest
from django.core.management import call_command
from PIL import Image, ImageFont

from forum.states import State
from posts import drawing
from posts.drawing import LETTERS, Card, draw, drawable
from posts.models import Post
from tests.making import LONG_AGO, make_person, make_post, say

TITLE = (60, 160, 1140, 450)  # where the title stands


def picture(client, post: Post, **headers: str):
    return client.get(f"/posts/{post.pk}/picture.png", headers=headers)


def opened(answer) -> Image.Image:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def inked(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """How many points of a part are dark."""
    return sum(image.crop(box).convert("L").histogram()[:130])


def test_the_picture_of_the_source_thread_shows_title_date_and_pulse(client, db):
    call_command("load_fixture", verbosity=0)
    image = opened(picture(client, Post.objects.get()))
    assert image.size == (1200, 630)
    assert inked(image, TITLE) > 5_000
    assert inked(image, (60, 460, 1140, 505)) > 500
    then = tuple(bytes.fromhex("8a5f10"))
    strip = image.crop((60, 515, 1140, 585))
    ochre = sum(count for count, colour in strip.getcolors(10_000) if max(map(abs_difference, colour, then)) < 24)
    assert ochre > 1_000


def abs_difference(one: int, other: int) -> int:
    return abs(one - other)


def test_two_titles_are_two_pictures_and_the_site_has_its_own(client, ann):
    pictures = [picture(client, make_post(ann, title=title)).content for title in ("One thread", "Another")]
    site = client.get("/picture.png")
    assert opened(site).size == (1200, 630)
    assert len({*pictures, site.content}) == 3


@pytest.mark.parametrize("title", ["W" * 300, "A b " * 75, "Wordwordword " * 23, "i" * 300, "…", "'"])
def test_a_title_of_any_length_keeps_to_its_place(title):
    image = Image.open(io.BytesIO(draw(Card(site="Rejoinder", title=title)))).convert("L")
    blank = Image.open(io.BytesIO(draw(Card(site="Rejoinder", title="'")))).convert("L")
    assert sum(image.crop(TITLE).histogram()[:90]) > 20
    for edge in ((0, 0, 60, 600), (1150, 0, 1200, 600), (0, 450, 1200, 600), (0, 120, 1200, 165)):
        assert image.crop(edge).histogram()[:90] == blank.crop(edge).histogram()[:90]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Fünf «Wörter», mit Œuvre", "Fünf «Wörter», mit Œuvre"),
        ("Party \U0001f389 and ❤️ for all", "Party and for all"),
        ("日本語", ""),
        ("Dvořák", ""),
        ("Cafe\u0301", "Café"),
        ("zero\u200bwidth \u202e turned", "zerowidth turned"),
        ("a\tb\nc\u00a0d", "a b c d"),
        ("1\ufe0f\u20e3 first", "1 first"),
    ],
)
def test_what_the_face_lacks_is_not_drawn(text, drawn):
    assert drawable(text) == drawn


def test_the_face_has_every_letter_that_the_list_promises():
    face = drawing._face(40)
    assert isinstance(face, ImageFont.FreeTypeFont)
    missing = bytes(face.getmask("\U0001f389"))
    assert missing != bytes(face.getmask("A"))
    assert not [letter for letter in LETTERS - {" "} if bytes(face.getmask(letter)) in (missing, b"")]


def test_a_title_that_cannot_be_drawn_leaves_the_name_of_the_site_in_its_place(client, ann):
    image = opened(picture(client, make_post(ann, title="日本語のタイトル")))
    assert inked(image, TITLE) > 2_000


def test_whoever_has_the_picture_costs_one_query_and_no_drawing(client, ann, count_queries, monkeypatch):
    post = make_post(ann)
    etag = picture(client, post)["ETag"]
    monkeypatch.setattr("posts.pictures.draw", None)
    answers = []
    assert len(count_queries(lambda: answers.append(picture(client, post, if_none_match=etag)))) == 1
    assert answers[0].status_code == 304
    assert not answers[0].content
    assert answers[0]["Cache-Control"] == "public, no-cache"


def test_a_picture_is_drawn_once(client, ann, monkeypatch):
    drawn = []
    monkeypatch.setattr(drawing, "_draw", lambda card: drawn.append(card) or b"png")
    drawing.draw.cache_clear()
    post = make_post(ann, title="Asked for often")
    for _ in range(20):
        picture(client, post)
    drawing.draw.cache_clear()
    assert len(drawn) == 1


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_a_post_that_is_not_public_has_no_picture_and_the_old_one_is_confirmed_to_nobody(
    client, sign_in, ann, root, state
):
    post = make_post(ann, title="Marker")
    etag = picture(client, post)["ETag"]
    Post.objects.filter(pk=post.pk).update(state=state)
    for viewer in (client, sign_in(ann), sign_in(root)):
        assert picture(viewer, post).status_code == 404
        assert picture(viewer, post, if_none_match=etag).status_code == 404


def test_a_name_taken_off_is_a_new_picture(client, db):
    person = make_person("Limerick")
    post = make_post(person=person, archived=True, created_at=LONG_AGO, printed_date="March 22, 2007")
    etag = picture(client, post)["ETag"]
    person.removed_at = LONG_AGO
    person.save()
    assert picture(client, post, if_none_match=etag).status_code == 200


def test_a_comment_that_is_held_changes_no_picture(client, ann, eve, settings):
    settings.FIRST_COMMENTS_HELD = 1
    post = make_post(ann)
    etag = picture(client, post)["ETag"]
    assert say(post, eve).state == State.HELD
    assert picture(client, post, if_none_match=etag).status_code == 304
