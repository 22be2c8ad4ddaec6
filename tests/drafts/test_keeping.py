"""Drafts: what is typed into a form is there again, on any device, until it is posted or thrown away."""

import json

import pytest
from django.test import Client

from comments.actions import change_state, edit_comment
from comments.models import Comment
from forum.drafts import actions, writing
from forum.drafts.models import Draft, Place
from forum.moderation.models import Tally
from forum.refusals import NotAllowed
from forum.states import State
from posts.actions import lock_post
from posts.models import Post
from tests.making import form_on, make_post, page_of, say, select, token

SCRIPT = {"HX-Request": "true", "HX-Current-URL": "http://testserver/posts/1/a-thread/"}


def box(answer) -> str:
    """What stands in the field in which one writes."""
    return (select(page_of(answer), "textarea[name='body']")[0].text or "").lstrip("\n")


def text_of(answer) -> str:
    return " ".join(page_of(answer).text_content().split())


def places(post: Post, comment: Comment, own: Comment) -> dict[str, str]:
    return {
        "comment-new": f"/posts/{post.pk}/comment/",
        "comment-reply": f"/comments/{comment.pk}/reply/",
        "comment-edit": f"/comments/{own.pk}/edit/",
        "post-edit": f"/posts/{post.pk}/edit/",
        "post-new": "/posts/new/",
    }


@pytest.mark.parametrize("kind", Draft.Kind.values)
def test_a_draft_kept_on_one_device_stands_in_the_form_on_another(sign_in, ann, post, comment, kind):
    address = places(post, comment, comment)[kind]
    one, other = sign_in(ann), sign_in(ann)
    form = form_on(page_of(one.get(address)), body="Half a thought.\r\n\r\nAnd more.")
    answer = one.post(address, {**form, "keep": "1"}, follow=True)
    assert answer.status_code == 200
    assert "Your draft of" in text_of(answer)
    shown = other.get(address)
    assert box(shown) == "Half a thought.\n\nAnd more."
    assert "Your draft of" in text_of(shown)
    assert "Throw it away" in text_of(shown)
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("kind", Draft.Kind.values)
def test_what_is_posted_is_no_draft_any_more(sign_in, ann, post, comment, kind):
    browser, address = sign_in(ann), places(post, comment, comment)[kind]
    form = form_on(page_of(browser.get(address)), body="Words to post.")
    if kind == "post-new":
        form |= {"title": "A title", "kind": "question"}
    browser.post(address, {**form, "preview": "1"})
    assert Draft.objects.count() == 1
    assert browser.post(address, form).status_code == 302
    assert not Draft.objects.exists()


@pytest.mark.parametrize("again", ["the same form", "the same words"])
def test_what_was_posted_already_is_no_draft_either(sign_in, ben, post, again):
    """The form came once before, or its words by another one: what was written of it meanwhile is said."""
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    form = form_on(page_of(browser.get(address)), body="Said once.")
    assert browser.post(address, form).status_code == 302
    browser.post(address, {**form, "keep": "1"})
    assert Draft.objects.get().words["body"] == "Said once."
    if again == "the same words":
        form["token"] = token()
    assert browser.post(address, form).status_code == 302
    assert not Draft.objects.exists()
    assert Comment.objects.get(author=ben).body == "Said once."
    assert Tally.objects.get(key=f"comments:member:{ben.pk}").count == 1


def test_a_preview_and_an_error_keep_a_draft_by_themselves(sign_in, ben, post):
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    form = form_on(page_of(browser.get(address)), body="A first try.")
    assert "Draft kept at" in text_of(browser.post(address, {**form, "preview": "1"}))
    assert Draft.objects.get().words["body"] == "A first try."
    long = "w" * 10_001
    answer = browser.post(address, {**form, "body": long})
    assert answer.status_code == 422
    assert Draft.objects.get().words["body"] == long
    assert box(browser.get(address)) == long


@pytest.mark.parametrize("refused", ["locked", "limit", "suspended"])
def test_a_refused_form_is_a_draft(sign_in, ben, root, post, settings, refused):
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    if refused == "locked":
        lock_post(post=post, by=root)
    elif refused == "limit":
        settings.LIMITS = settings.LIMITS | {"comments_per_hour": 1}
        say(post, ben)
    else:
        ben.suspended_until = "2999-01-01T00:00Z"
        ben.save()
    answer = browser.post(address, {"body": "Refused words.", "token": token()})
    assert answer.status_code in (403, 429)
    assert Draft.objects.get(member=ben).words["body"] == "Refused words."
    draft = Draft.objects.get(member=ben)
    again = browser.post(address, form_on(page_of(answer)))
    assert again.status_code == answer.status_code
    assert Draft.objects.get(member=ben).pk == draft.pk  # that it would have gone with the words is taken back
    assert "Refused words." in browser.get("/drafts/").content.decode()


def test_an_empty_form_makes_no_draft_and_takes_the_one_it_began_from_away(sign_in, ben, post):
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    browser.post(address, {"body": "  ", "token": token(), "keep": "1"})
    assert not Draft.objects.exists()
    browser.post(address, {"body": "Words.", "token": token(), "keep": "1"})
    form = form_on(page_of(browser.get(address)), body="")
    browser.post(address, {**form, "keep": "1"})
    assert not Draft.objects.exists()


@pytest.mark.parametrize("kind", Draft.Kind.values)
def test_whoever_keeps_an_empty_form_is_told_that_there_was_nothing(sign_in, ann, post, comment, kind):
    browser, address = sign_in(ann), places(post, comment, comment)[kind]
    form = {**form_on(page_of(browser.get(address)), body=" \r\n "), **dict.fromkeys(("title", "url"), "")}
    page = text_of(browser.post(address, {**form, "keep": "1"}, follow=True))
    assert "There was nothing to keep as a draft: the form had no words in it." in page
    assert not Draft.objects.exists()
    for keep, said in (("asked", writing.NOTHING), ("1", "")):  # a button, and a script while somebody types
        answer = browser.post(address, {**form, "keep": keep}, headers=SCRIPT)
        assert json.loads(answer.content) == {"said": said}
    assert "nothing to keep" not in text_of(browser.post(address, {**form, "body": "x", "keep": "1"}, follow=True))


def test_who_asks_for_it_keeps_words_that_were_not_changed_yet(sign_in, ann, comment):
    browser, address = sign_in(ann), f"/comments/{comment.pk}/edit/"
    form = form_on(page_of(browser.get(address)), body="What is answered.")
    assert json.loads(browser.post(address, {**form, "keep": "1"}, headers=SCRIPT).content) == {"said": ""}
    answer = browser.post(address, {**form, "keep": "asked"}, headers=SCRIPT)
    assert json.loads(answer.content)["said"].startswith("Draft kept at ")
    assert Draft.objects.get().words["body"] == "What is answered."


def test_a_draft_is_thrown_away_from_the_form_and_only_by_its_member(sign_in, ben, eve, post):
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    browser.post(address, {"body": "Words.", "token": token(), "keep": "1"})
    throw = f"/drafts/{Draft.objects.get().pk}/throw-away/"
    sign_in(eve).post(throw, {"next": address})
    assert Client().post(throw).status_code == 302
    assert Draft.objects.count() == 1
    answer = browser.post(throw, {"next": address})
    assert (answer.status_code, answer["Location"]) == (303, address)
    assert not Draft.objects.exists()
    after = browser.get(address)
    assert box(after) == ""
    assert "The draft is thrown away." in after.content.decode()
    assert browser.post(throw, {"next": "//evil.example/"})["Location"] == "/drafts/"
    assert browser.post(f"/drafts/{2**70}/throw-away/").status_code == 404


def test_a_quotation_is_added_to_a_draft_and_only_once(sign_in, ben, comment):
    browser, address = sign_in(ben), f"/comments/{comment.pk}/reply/"
    browser.post(address, {"body": "My words.", "token": token(), "keep": "1"})
    with_quotation = box(browser.get(f"{address}?quote=1"))
    assert with_quotation == f"My words.\n\n> #c{comment.pk}\n> What is answered.\n\n"
    browser.post(address, {"body": with_quotation, "token": token(), "keep": "1"})
    assert box(browser.get(f"{address}?quote=1")).count("> What is answered.") == 1


# ── By a script, while somebody types ────────────────────────────────────────


def test_a_script_keeps_the_words_and_hears_when(sign_in, ben, post):
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    form = form_on(page_of(browser.get(address)), body="While I typ")
    answer = browser.post(address, {**form, "keep": "1"}, headers=SCRIPT)
    kept = Draft.objects.get()
    assert json.loads(answer.content) == {"said": f"Draft kept at {kept.updated_at:%H:%M} UTC."}
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer
    assert answer["Cache-Control"] == "private, no-store"


def test_words_that_arrive_after_they_were_posted_are_no_draft(sign_in, ann, post, comment):
    browser = sign_in(ann)
    for kind in ("comment-new", "comment-edit", "post-new", "post-edit"):
        address = places(post, comment, comment)[kind]
        form = form_on(page_of(browser.get(address)), body="All of it.") | {"kind": "question"}
        form |= {"title": "A title"} if "post" in kind else {}
        assert browser.post(address, form).status_code == 302
        late = browser.post(address, {**form, "keep": "1"}, headers=SCRIPT)
        assert json.loads(late.content) == {"said": ""}
        assert not Draft.objects.exists(), kind


def test_one_form_that_writes_often_never_meets_itself(sign_in, ben, post):
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    form = form_on(page_of(browser.get(address)))
    for words in ("W", "Wo", "Wor", "Word"):
        browser.post(address, {**form, "body": words, "keep": "1"}, headers=SCRIPT)
    draft = Draft.objects.get()
    assert (draft.words["body"], draft.other) == ("Word", {})


def test_of_two_devices_the_last_wins_and_shows_the_words_of_the_other(sign_in, ben, post):
    desk, phone, address = sign_in(ben), sign_in(ben), f"/posts/{post.pk}/comment/"
    on_desk, on_phone = (form_on(page_of(browser.get(address))) for browser in (desk, phone))
    desk.post(address, {**on_desk, "body": "At the desk.", "keep": "1"}, headers=SCRIPT)
    phone.post(address, {**on_phone, "body": "On the phone.", "keep": "1"}, headers=SCRIPT)
    for browser in (desk, phone):
        page = browser.get(address)
        assert box(page) == "On the phone."
        assert "At the desk." in text_of(page)
        assert "another window or on another device" in text_of(page)
    desk.post(address, {**on_desk, "body": "At the desk again.", "keep": "1"}, headers=SCRIPT)
    draft = Draft.objects.get()
    assert (draft.words["body"], draft.other["body"]) == ("At the desk again.", "On the phone.")


def test_a_form_filled_from_the_draft_goes_on_with_it(sign_in, ben, post):
    desk, phone, address = sign_in(ben), sign_in(ben), f"/posts/{post.pk}/comment/"
    desk.post(address, {**form_on(page_of(desk.get(address))), "body": "Begun.", "keep": "1"})
    phone.post(address, {**form_on(page_of(phone.get(address))), "body": "Begun and ended.", "keep": "1"})
    draft = Draft.objects.get()
    assert (draft.words["body"], draft.other) == ("Begun and ended.", {})


def test_posting_in_one_window_leaves_what_another_has_written(sign_in, ben, post):
    desk, phone, address = sign_in(ben), sign_in(ben), f"/posts/{post.pk}/comment/"
    on_desk, on_phone = (form_on(page_of(browser.get(address))) for browser in (desk, phone))
    desk.post(address, {**on_desk, "body": "At the desk.", "keep": "1"}, headers=SCRIPT)
    phone.post(address, {**on_phone, "body": "On the phone.", "keep": "1"}, headers=SCRIPT)
    assert desk.post(address, {**on_desk, "body": "At the desk."}).status_code == 302
    assert Draft.objects.get().words["body"] == "On the phone."
    assert phone.post(address, {**on_phone, "body": "On the phone."}).status_code == 302
    assert not Draft.objects.exists()


# ── Edits ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("before", [None, "Words before."])
def test_a_draft_of_an_edit_remembers_which_words_it_began_from(sign_in, ann, comment, before):
    if before:
        edit_comment(comment=comment, editor=ann, body=before, seen=None)
        comment.refresh_from_db()
    browser, address = sign_in(ann), f"/comments/{comment.pk}/edit/"
    browser.post(address, {**form_on(page_of(browser.get(address))), "body": "My draft.", "keep": "1"})
    edit_comment(comment=comment, editor=ann, body="Changed meanwhile.", seen=comment.edited_at)
    answer = browser.post(address, form_on(page_of(browser.get(address))))
    assert answer.status_code == 409
    assert "Changed meanwhile." in text_of(answer)
    assert box(answer) == "My draft."
    assert Draft.objects.get().words["body"].strip() == "My draft."
    assert browser.post(address, form_on(page_of(answer))).status_code == 302
    comment.refresh_from_db()
    assert (comment.body, Draft.objects.count()) == ("My draft.", 0)


# ── The list ─────────────────────────────────────────────────────────────────


def test_the_list_shows_where_each_draft_belongs(sign_in, ann, ben, post, comment, doubling):
    browser = sign_in(ben)
    assert "kept here until you post it" in text_of(browser.get("/drafts/"))
    browser.post(f"/comments/{comment.pk}/reply/", {"body": "To her.", "token": token(), "keep": "1"})
    browser.post("/posts/new/", {"title": "Of tides", "body": "Twice a day.", "token": token(), "keep": "1"})
    page = browser.get("/drafts/")
    assert "Reply to ann" in text_of(page)
    assert "New post: Of tides" in text_of(page)
    links = [link.get("href") for link in select(page_of(page), "a")]
    assert f"/comments/{comment.pk}/reply/" in links
    assert "/posts/new/" in links
    assert "To her." not in sign_in(ann).get("/drafts/").content.decode()

    def double() -> None:
        for _ in range(4):
            one = say(make_post(ann), ann)
            actions.keep(member=ben, place=Place("comment-reply", one.pk), words={"body": "Words."})
            actions.keep(member=ben, place=Place("comment-new", one.post_id), words={"body": "Words."})

    double()
    doubling(lambda: browser.get("/drafts/"), double, at_most=6)


def test_a_draft_whose_place_is_gone_still_shows_its_words(sign_in, ben, root, post, comment):
    browser, address = sign_in(ben), f"/comments/{comment.pk}/reply/"
    browser.post(address, {"body": "Kept words.", "token": token(), "keep": "1"})
    change_state(comment=comment, to=State.REMOVED, by=root)
    page = browser.get("/drafts/")
    assert "Kept words." in text_of(page)
    assert "no longer shown" in text_of(page)
    assert "What is answered." not in text_of(page)
    answer = browser.post(address, {"body": "More words.", "token": token()})
    assert answer.status_code == 404
    assert Draft.objects.get().words["body"] == "More words."


# ── Limits ───────────────────────────────────────────────────────────────────


def test_no_member_has_more_than_a_hundred_drafts_and_none_is_lost_for_another(ben):
    for number in range(actions.MOST):
        actions.keep(member=ben, place=Place("comment-new", number), words={"body": f"Words {number}."})
    with pytest.raises(NotAllowed, match="100 drafts"):
        actions.keep(member=ben, place=Place("comment-new", 999), words={"body": "One more."})
    actions.keep(member=ben, place=Place("comment-new", 5), words={"body": "Other words."})
    assert Draft.objects.filter(member=ben).count() == actions.MOST


def test_who_has_too_many_drafts_can_still_preview_and_post(sign_in, ben, post):
    for number in range(actions.MOST):
        actions.keep(member=ben, place=Place("post-edit", number), words={"body": "Words."})
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    form = form_on(page_of(browser.get(address)), body="One more.")
    assert browser.post(address, {**form, "preview": "1"}).status_code == 200
    told = browser.post(address, {**form, "keep": "1"})
    assert told.status_code == 403
    assert "You have 100 drafts" in text_of(told)
    assert box(told) == "One more."
    assert browser.post(address, {**form, "keep": "1"}, headers=SCRIPT).status_code == 403
    assert browser.post(address, form).status_code == 302


def test_keeping_has_a_limit_of_its_own_that_stops_nothing_else(sign_in, ben, post, settings):
    settings.LIMITS = settings.LIMITS | {"drafts_per_hour": 1}
    browser, address = sign_in(ben), f"/posts/{post.pk}/comment/"
    form = form_on(page_of(browser.get(address)), body="Words.")
    assert browser.post(address, {**form, "keep": "1"}, headers=SCRIPT).status_code == 200
    assert browser.post(address, {**form, "keep": "1"}, headers=SCRIPT).status_code == 429
    assert browser.post(address, {**form, "preview": "1"}).status_code == 200
    assert browser.post(address, form).status_code == 302


@pytest.mark.parametrize("field", ["kind", "title", "url", "body", "draft", "token"])
def test_far_too_much_in_any_field_is_not_kept(sign_in, ben, post, field):
    form = {"title": "T", "body": "Words.", "kind": "question", "token": token(), field: "w" * 900_000}
    answer = sign_in(ben).post("/posts/new/", {**form, "keep": "1"}, headers=SCRIPT)
    assert answer.status_code == (200 if field in ("draft", "token") else 422)
    assert Draft.objects.count() == (1 if field in ("draft", "token") else 0)


@pytest.mark.parametrize("words", ["a\x00b", "\ud800", "\ufffe", "\u2028", "\x1b[31m", "é" * 100])
def test_odd_characters_are_taken_out_of_a_draft(ben, words):
    kept = actions.words_in({"body": f"Words {words}"})
    actions.keep(member=ben, place=Place("post-new"), words=kept)
    assert Draft.objects.get().words["body"].startswith("Words ")
