"""Odd bytes, odd numbers and far too much of everything: refused or cleaned, never a failed page."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from django.contrib import admin
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.test import Client
from django.urls import resolve

from comments.models import Comment
from forum.drafts import carrying
from forum.drafts.models import Draft, Place
from forum.moderation.actions import decide, file_report
from forum.moderation.models import Rule
from forum.notices.tokens import Token
from forum.states import State
from posts.models import Post
from tests.conftest import PASSWORD
from tests.house import test_access as house
from tests.house.test_access import ACCESS, ALL_NAMES
from tests.making import Row, make_post, make_rows, token

pytestmark = pytest.mark.django_db

NUMBERS = ["0", "-1", str(2**31), str(2**63), str(2**70), "1e9", "\u0661", "999999999", "1.5", " 1", "0x1", "+1", "1_0"]
# As they stand in an address: NUL, control characters, halves of surrogates, no UTF-8, no characters at all.
BYTES = ["%00", "a%00b", "%01", "%1b[31m", "%7f", "%ed%a0%80", "%ff", "%c3%28", "%ef%bf%be", "%ef%bf%bf", "%0d%0aX: y"]
TEXTS = ["\x00", "a\x00b", "\x01 \x1b[31m \x7f", "\ufffe \uffff \ufdd0 \U0010ffff \u2028", "a\r\nX: y"]

standing, world = house.standing, house.world
BUTTON = {"value": "1", "kind": "question", "url": "", "rule": "", "keep": None, "preview": None}


@pytest.fixture(autouse=True)
def free(settings) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)


@pytest.fixture
def pages(world) -> dict[str, str]:
    """Every address of the site by its name, with a draft and a token that are good."""
    ann = world.post.author
    draft = Draft.objects.create(member=ann, kind="comment-new", of=world.post.pk, updated_at=world.post.created_at)
    last = ("comment-delete", "post-delete", "account_logout")  # after which there is less to try
    found = {name: house.address(name, world) for name in sorted(ALL_NAMES, key=lambda name: (name in last, name))}
    found["draft-throw-away"] = f"/drafts/{draft.pk}/throw-away/"
    found["unsubscribe"] = f"/unsubscribe/{Token(ann.pk, 'replies')}/"
    return found


class Asked(QueryDict):
    """What a request says, whatever it is asked for: the same text under every name, but for those in ``given``."""

    def __init__(self, text: str, given: dict[str, str | None]) -> None:
        super().__init__(mutable=True)
        self.text, self.said = text, dict(given)
        super().__setitem__("any", text)

    def __contains__(self, name: object) -> bool:
        return self.said.get(str(name), self.text) is not None

    def get(self, name, default=None):
        said = self.said.get(name, self.text)
        return default if said is None else said

    def getlist(self, name, default=None):
        return [self.get(name)] if name in self else default or []

    def __getitem__(self, name):
        return self.get(name)

    def __setitem__(self, name, text):
        self.said[name] = text

    def copy(self):
        return Asked(self.text, self.said)

    def dict(self):
        return self


@pytest.fixture
def saying(monkeypatch) -> Callable[..., list[WSGIRequest]]:
    """Lets every request from now on say a text under every name: no view can take one that is not tried.

    Gives the list of requests in whose address somebody looks for a value from now on.
    """

    def say(method: str, text: str, /, **given: str | None) -> list[WSGIRequest]:
        asked = Asked(text, given)
        looked: list[WSGIRequest] = []
        if method == "GET":
            monkeypatch.setattr(WSGIRequest, "GET", property(lambda request: looked.append(request) or asked))
        else:
            monkeypatch.setattr(WSGIRequest, "POST", asked)
        return looked

    return say


def opened(pages: dict[str, str]) -> Iterator[str]:
    return (pages[name] for name in ALL_NAMES if ACCESS[name].owner != 405)


# A word of these that is wrong ends the reading of a thread's address: once more without them.
CURSOR = dict.fromkeys(("view", "order", "fold", "after", "start"))
SILENT: set[tuple[str, str]] = set()  # who opened which page without a look at any value: one says as much as all


@pytest.mark.parametrize("value", NUMBERS)
def test_no_value_in_an_address_fails_a_page(world, pages, saying, value):
    for viewer in ("guest", "ann"):
        for given in ({}, CURSOR):
            looked = saying("GET", value, **given)
            for page in (pages["post"], pages["comment"]) if given else opened(pages):
                if (viewer, page) not in SILENT:
                    looked.clear()
                    assert world.viewers[viewer].get(page).status_code in (200, 204, 301, 302, 400, 404)
                    if not looked:
                        SILENT.add((viewer, page))


@pytest.mark.parametrize("value", BYTES)
def test_no_bytes_in_an_address_fail_a_page(world, pages, value):
    passes = value.startswith("%0d")  # the others are refused before any page is asked
    for page in opened(pages) if passes else [pages["front"], pages["search"]]:
        assert world.viewers["ann"].get(f"{page}?q={value}&next={value}").status_code in (200, 204, 301, 302, 400, 404)


@pytest.mark.parametrize("value", NUMBERS)
def test_a_cursor_that_names_no_comment_is_not_found(world, value):
    here, guest = world.post.get_absolute_url(), world.viewers["guest"]
    assert guest.get(f"{here}?after={world.comment.pk}").status_code == 200
    assert guest.get(here, {"after": value}).status_code == (200 if value.strip() == str(world.comment.pk) else 404)


def test_a_cursor_of_another_thread_is_not_found(client, ann, world):
    elsewhere = make_rows(make_post(ann), [Row(author=ann)])[0]
    assert client.get(f"{world.post.get_absolute_url()}?after={elsewhere.pk}").status_code == 404


@pytest.mark.parametrize("value", BYTES)
def test_no_bytes_in_a_path_fail_a_page(client, pages, value):
    assert client.get(f"/{value}/").status_code in (400, 404)
    for path in paths_with(pages, value):
        assert client.get(path).status_code in (200, 301, 400, 404, 405)  # 200: a form says that its key is wrong


@pytest.mark.parametrize("value", [number for number in NUMBERS if number.isdecimal() and number.isascii()])
def test_no_number_in_a_path_fails_what_is_posted(sign_in, ann, pages, saying, value):
    browser = sign_in(ann)
    saying("POST", "Words.", **BUTTON, token=token())
    for path in paths_with(pages, value):
        assert browser.post(path).status_code in (200, 301, 302, 303, 400, 403, 404, 405, 422)
        assert browser.get(path).status_code in (200, 204, 301, 302, 400, 404, 405)


def paths_with(pages: dict[str, str], value: str) -> Iterator[str]:
    """Each address that holds a number or a name, with ``value`` in its place."""
    for path in pages.values():
        for given in resolve(path).captured_kwargs.values():
            yield path.replace(str(given), value, 1)


# What every list and page of the admin reads of its address, and what some of our own do.
READ = (
    *("_to_field", "_popup", "_changelist_filters", "_facets", "p", "o", "q", "e", "all", "_source_model"),
    *("ids", "page", "name", "post", "next", "version", "at", "app_label", "model_name", "field_name", "term"),
)
ODD = ["", "%2500", "-1", str(2**63), "9" * 5000, "1.-2.x"]


def desk_pages() -> Iterator[tuple[str, list[str]]]:
    """Each address of the admin, with the latest row of each table, and what a list may be asked for besides."""
    for path in ("", "jsi18n/", "autocomplete/", "password_change/", "r/1/1/"):
        yield f"/admin/{path}", []
    for model, desk in admin.site._registry.items():
        row = model._default_manager.order_by("-pk").first()
        filters = [getattr(one, "parameter_name", f"{one}__exact") for one in desk.list_filter]
        for pattern in desk.get_urls():
            path = re.sub("<slug:slug>", "hide", str(pattern.pattern))
            path = re.sub(r"<\w+:\w+>", str(row.pk if row else 1), path)
            alone = [] if path else [*filters, "id__in", "state__in", "run__id__exact"]
            yield f"/admin/{model._meta.app_label}/{model._meta.model_name}/{path}", alone


@pytest.mark.parametrize("who", ["root", "mod"])
def test_no_value_in_an_address_fails_the_admin(world, sign_in, root, mod, who):
    rule = Rule.objects.first()
    file_report(thing=world.comment, reporter=None, who="test", rule=rule, text="Fish.")
    decide(thing=world.post, to=State.HIDDEN, by=mod, rule=rule)
    browser = sign_in({"root": root, "mod": mod}[who])
    seen = set()
    for path, alone in desk_pages():
        queries = ["&".join(f"{name}={value}" for name in READ) for value in ODD]
        queries += [f"{name}={value}" for name in ("_to_field", *alone) for value in ("", str(2**63))]
        for query in queries:
            status = browser.get(f"{path}?{query}").status_code
            assert status < 500, (path, query[:200])
            seen.add(status)
            if status in (403, 404, 405):
                break
    assert seen > {200, 302, 400, 403}


@pytest.mark.parametrize("chosen", [str(2**63), "9" * 5000, "words", "", "\u0661"])
def test_no_choice_of_rows_fails_the_admin(sign_in, root, chosen):
    browser = sign_in(root)
    lists = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
    for path in lists:
        posted = {"action": "delete_selected", "index": "0", "_selected_action": ["1", chosen]}
        assert browser.post(path, posted).status_code == 400, path
    assert browser.post("/admin/auth/group/add/", {"name": "Readers", "permissions": chosen}).status_code == 400


FORMS = {
    "everything": {},
    "preview": {**BUTTON, "preview": "1"},
    "posted": BUTTON,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", TEXTS)
def test_no_character_in_a_form_fails_it(sign_in, ann, world, pages, saying, value, form):
    good = {} if form == "everything" else {"token": token(), "title": f"Words {value}", "body": f"Words {value}."}
    saying("POST", value, **FORMS[form], **good)
    for name, address in pages.items():
        viewer = world.viewers["ben" if ACCESS[name].of == "comment" else "ann"]
        assert viewer.post(address).status_code in (200, 204, 301, 302, 303, 400, 403, 404, 405, 409, 422), address
    browser = sign_in(ann)
    for row in (*Comment.objects.all(), *Post.objects.all()):
        assert "\x00" not in row.body + row.html
        if row.state == State.PUBLISHED:
            assert browser.get(row.get_absolute_url(), follow=True).status_code == 200
    for page in ("/feed/", "/drafts/", "/notices/"):
        assert browser.get(page).status_code == 200


@pytest.mark.parametrize(
    "body", [b"body=%ff%fe&token=%00", b"body=%ed%a0%80", b"\xff\xfe\x00", b"body=" + b"%00" * 999]
)
def test_bytes_that_are_no_text_do_not_fail_a_form(sign_in, ann, pages, body):
    browser = sign_in(ann)
    for address in pages.values():
        answer = browser.post(address, body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code < 500


@pytest.mark.either
@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data", "multipart/form-data; boundary=x", "x/y; z"]
)
def test_a_body_of_another_kind_does_not_fail_a_form(sign_in, ann, pages, kind):
    browser, body = sign_in(ann), b'{"body": {"a": [1]}}' if kind == "application/json" else b"--x\r\n\r\n"
    for address in pages.values():
        assert browser.post(address, body, content_type=kind).status_code < 500


@pytest.mark.either
@pytest.mark.parametrize("charset", ["unicode_escape", "idna"])
def test_a_form_in_another_charset_is_refused(sign_in, root, pages, charset):
    """Codecs of Python that make halves of surrogates of plain letters, or raise."""
    names = ("body", "title", "value", "next", "text", "q", "login", "token")
    said = "".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\na\\ud800\r\n' for name in names)
    browser = sign_in(root)
    for address in (*pages.values(), "/admin/moderation/rule/add/", "/admin/posts/tag/add/"):
        kind = f"multipart/form-data; boundary=x; charset={charset}"
        assert browser.generic("POST", address, f"{said}--x--\r\n", content_type=kind).status_code == 400


@pytest.mark.parametrize("button", [{}, BUTTON], ids=["everywhere", "beside a button"])
def test_a_megabyte_in_every_field_is_refused_quickly(sign_in, ann, pages, saying, button):
    much = "w" * 900_000
    saying("POST", much, **button)
    browser = sign_in(ann)
    for address in pages.values():
        began = time.process_time()
        answer = browser.post(address)
        assert time.process_time() - began < 2
        assert answer.status_code < 500
        assert len(answer.headers.get("Location", "")) < 4_000, address
    assert not Comment.objects.filter(body=much).exists()
    assert all(len(text) < 200_000 for draft in Draft.objects.all() for text in draft.words.values())


def test_a_megabyte_in_one_field_of_writing_is_refused(client, sign_in, ann, ben, world, pages):
    much = "w" * 900_000
    for name in ("comment-new", "comment-reply", "post-new", "report", "name-removal"):
        browser = sign_in(ann)
        for field in ("body", "title", "url", "text", "name", "contact"):
            typed = {"body": "Words.", "title": "Words", "kind": "question", "token": token(), field: much}
            assert browser.post(pages[name], typed).status_code in (302, 422)
        assert browser.post(pages[name], {"body": much * 2}).status_code == 400
    for headers in ({"cookie": "x=" + much}, {"referer": much}, {"user-agent": much}, {"x-request-id": much}):
        assert client.get("/", headers=headers).status_code == 200
    assert client.get(f"/{much}/").status_code == 404
    assert client.get(f"/?after={much}").status_code == 200


def too_many(fields: int, files: int = 50) -> list[tuple[str, str]]:
    """Forms of so many fields, parts and files, each with its kind."""
    part = '--x\r\nContent-Disposition: form-data; name="f{}"{}\r\n\r\n1\r\n'
    parts = "".join(part.format(number, "") for number in range(fields))
    uploads = "".join(part.format(number, '; filename="f"') for number in range(files))
    several = "multipart/form-data; boundary=x"
    said = "&".join(f"f{number}=1" for number in range(fields))
    return [(said, "application/x-www-form-urlencoded"), *((body + "--x--", several) for body in (parts, uploads))]


@pytest.mark.either
def test_thousands_of_fields_parts_and_files_are_refused(sign_in, ann):
    browser = sign_in(ann)
    for body, kind in too_many(3_000):
        assert browser.post("/posts/new/", body, content_type=kind).status_code == 400


@pytest.mark.either
def test_too_many_fields_parts_and_files_are_refused_everywhere(ann, pages, settings):
    """As a browser sends them, with the token looked for in the form. Thirty are too many here, and sooner read."""
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 20
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ann)
    browser.cookies["csrftoken"] = "a" * 32
    for name, address in pages.items():
        for body, kind in too_many(30):
            status = browser.post(address, body, content_type=kind).status_code
            assert status == (200 if name == "unsubscribe" else 400), name  # which looks at no field


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace", "head"])
def test_other_methods_change_nothing_and_fail_nothing(sign_in, ann, pages, method):
    before = house.everything(), list(Draft.objects.values())
    browser = sign_in(ann)
    for address in pages.values():
        assert getattr(browser, method)(address).status_code < 500
    ignored = {"last_login"}
    after = house.everything(), list(Draft.objects.values())
    assert (house.without(after[0], ignored), after[1]) == (house.without(before[0], ignored), before[1])


def test_a_form_sent_twice_over_in_each_field_is_read_once(sign_in, ann):
    post = make_post(ann)
    body = f"body=One.&body=Two.&token={token()}&token={token()}"
    sign_in(ann).post(f"/posts/{post.pk}/comment/", body, content_type="application/x-www-form-urlencoded")
    assert Comment.objects.get(post=post).body == "Two."


@pytest.mark.parametrize("pk", [2**63, 2**70])
@pytest.mark.parametrize("address", ["/posts/{}/edit/", "/comments/{}/edit/", "/comments/{}/reply/"])
def test_words_for_a_place_that_no_table_can_count_do_not_fail_signing_in(client, ann, address, pk):
    page = client.post(address.format(pk), {"body": "Words.", "title": "Words"})
    kept = page.context.get("kept") or carrying.pack(Place("comment-edit", pk), {"body": "Words."})
    answer = client.post("/accounts/login/", {"login": "ann@example.org", "password": PASSWORD, "kept": kept})
    assert answer.status_code == 302
    assert not Draft.objects.exists()
