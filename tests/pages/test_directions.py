"""A title that is read from the right keeps to itself, whatever stands around it on the page."""

import lxml.html
import pytest
from django.test import Client

from comments.models import Comment
from forum.drafts import actions as drafts
from forum.drafts.models import Place
from forum.users.models import User
from forum.voices.actions import mark
from forum.voices.models import Mark
from posts.models import Post
from tests.making import make_post, page_of, say, select

pytestmark = [pytest.mark.django_db, pytest.mark.either]

TITLE = "אדמה! (וגשם)"
# What shows titles beside other words, by the address with {post} and {comment}.
PAGES = [
    *("/", "/drafts/", "/saved/", "/replies/", "/search/?q=words", "/search/?q=words&thread={post}", "/members/ben/"),
    *("/members/ann/?show=posts", "/posts/{post}/quote/", "/posts/{post}/comment/", "/posts/{post}/delete/"),
    *("/posts/{post}/history/", "/comments/{comment}/", "/comments/{comment}/reply/"),
    *("/comments/{comment}/history/", "/comments/{comment}/quotations/", "/moderation/report/post/{post}/"),
    *("/moderation/report/comment/{comment}/", "/notices/", "/posts/{other}/"),
]


@pytest.fixture
def post(ann: User, settings) -> Post:
    settings.FIRST_COMMENTS_HELD = 0
    return make_post(ann, title=TITLE, url="https://example.org/earth", url_key="example.org/earth")


@pytest.fixture
def comment(post: Post, ann: User, ben: User) -> Comment:
    return say(post, ann, f"> #c{say(post, ben).pk}\n> Words.\n\nWords as well.")


def around(title: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """The element that holds the title, and those around it within the page's own words."""
    return [title, *(above for above in title.iterancestors() if above.tag not in ("html", "body", "main"))]


@pytest.mark.parametrize("address", PAGES)
def test_a_title_stands_in_a_direction_of_its_own(
    sign_in, ann: User, ben: User, post: Post, comment: Comment, address: str
) -> None:
    other = make_post(ben, title="Earth once more", url=post.url, url_key=post.url_key)
    drafts.keep(member=ann, place=Place("comment-new", post.pk), words=drafts.words_in({"body": "Words."}))
    drafts.keep(member=ann, place=Place("post-new", 0), words=drafts.words_in({"title": TITLE}))
    mark(member=ann, kind=Mark.Kind.SAVED, target=comment)
    browser: Client = sign_in(ann)
    page = page_of(browser.get(address.format(post=post.pk, comment=comment.pk, other=other.pk), follow=True))
    shown = [element for element in page.find("body").iter() if TITLE in (element.text or "")]
    assert shown
    for element in shown:
        assert any(one.get("dir") == "auto" or one.tag == "bdi" for one in around(element)), lxml.html.tostring(element)


@pytest.mark.parametrize(
    "address",
    [
        *("/posts/new/", "/posts/{post}/edit/", "/posts/{post}/comment/", "/comments/{comment}/edit/", "/search/"),
        *("/moderation/name/", "/moderation/report/comment/{comment}/", "/tags/"),
    ],
)
def test_words_are_written_in_their_own_direction(
    sign_in, ann: User, post: Post, comment: Comment, address: str
) -> None:
    page = page_of(sign_in(ann).get(address.format(post=post.pk, comment=comment.pk)))
    fields = [*select(page, "textarea"), *select(page, 'input[type="search"]'), *select(page, 'input[type="text"]')]
    others = {"address", "tags"}  # an address on the web, and names of tags with commas between them
    written = [field for field in fields if field.get("name") not in others]
    assert written
    assert {field.get("dir") for field in written} == {"auto"}
