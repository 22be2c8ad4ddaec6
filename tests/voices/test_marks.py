"""Marks: what a member saves, hides, follows or mutes, by buttons that look like those of votes."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from comments.models import Comment
from forum.states import State
from forum.voices.models import Mark
from forum.voices.views import DONE
from posts.models import Post
from tests.making import make_post, page_of, say, select
from tests.security import inert

pytestmark = pytest.mark.django_db
BUTTONS = [
    ("comment", "save", "saved"),
    ("comment", "follow", "followed"),
    ("comment", "mute", "muted"),
    ("post", "save", "saved"),
    ("post", "hide", "hidden"),
    ("post", "follow", "followed"),
    ("post", "mute", "muted"),
    ("member", "follow", "followed"),
    ("member", "mute", "muted"),
]
TARGET = {"comment": "comment_id", "post": "post_id", "member": "about_id"}


@pytest.fixture
def addresses(comment, post, ben) -> dict[str, str]:
    """Where the buttons of Ben's comment, of Ann's post and of Ben's page post to."""
    return {"comment": f"/comments/{comment.pk}/", "post": f"/posts/{post.pk}/", "member": "/members/ben/"}


def press(client: Client, address: str, value: object = 1, **headers: str):
    return client.post(address, {"value": value, "next": "/saved/?after=3"}, headers=headers)


@pytest.mark.parametrize(("on", "act", "kind"), BUTTONS)
def test_a_button_sets_a_mark_and_takes_it_back(sign_in, addresses, comment, post, ben, eve, on, act, kind):
    client, address = sign_in(eve), f"{addresses[on]}{act}/"
    thing = {"comment": comment, "post": post, "member": ben}[on]
    for value, rows in ((1, 1), (1, 1), (0, 0), (0, 0), (1, 1)):
        answer = press(client, address, value)
        assert answer.status_code == 303
        assert answer["Location"] == f"/saved/?after=3#{on[0]}{thing.pk}"
        assert [(m.member, m.kind, getattr(m, TARGET[on])) for m in Mark.objects.all()] == [
            (eve, kind, thing.pk)
        ] * rows


@pytest.mark.parametrize(("on", "act", "kind"), BUTTONS)
def test_the_next_page_says_what_was_done_and_a_script_says_it_alone(sign_in, addresses, eve, on, act, kind):
    client, address = sign_in(eve), f"{addresses[on]}{act}/"
    press(client, address)
    page = page_of(client.get("/saved/"))
    assert [one.text_content() for one in select(page, "p.said")] == [DONE[kind][1]]
    if on != "member":
        press(client, address, 0, **{"HX-Request": "true"})
    assert not select(page_of(client.get("/saved/")), "p.said")


@pytest.mark.parametrize(("on", "act", "kind"), BUTTONS)
def test_the_button_is_on_the_page_and_says_what_it_will_do(sign_in, addresses, post, eve, on, act, kind):
    client, address = sign_in(eve), f"{addresses[on]}{act}/"
    page = "/members/ben/" if on == "member" else post.get_absolute_url()

    def words() -> tuple[str, str]:
        [button] = [b for b in select(page_of(client.get(page)), "button") if b.get("formaction") == address]
        return button.get("value"), button.text

    value, before = words()
    assert value == "1"
    press(client, address)
    value, after = words()
    assert value == "0"
    assert before != after


@pytest.mark.parametrize(("on", "act", "kind"), BUTTONS)
def test_a_guest_a_look_and_a_forged_form_change_nothing(client, sign_in, addresses, eve, on, act, kind):
    """Cases 19 and 27."""
    address = f"{addresses[on]}{act}/"
    assert press(client, address).status_code == 403
    assert press(client, address, **{"hx-request": "true"}).status_code == 403
    member = sign_in(eve)
    for method in (member.get, member.head, member.put, member.delete):
        assert method(f"{address}?value=1").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(eve)
    assert press(strict, address).status_code == 403
    assert not Mark.objects.exists()


@pytest.mark.parametrize(("on", "act", "kind"), BUTTONS)
def test_what_one_may_not_see_is_not_there(sign_in, addresses, comment, post, ben, eve, on, act, kind):
    """Case 27: the same answer for what is hidden as for what never was."""
    Comment.objects.filter(pk=comment.pk).update(state=State.HELD)
    Post.objects.filter(pk=post.pk).update(state=State.HELD)
    type(ben).objects.filter(pk=ben.pk).update(is_active=False)
    client = sign_in(eve)
    gone = press(client, f"{addresses[on]}{act}/")
    never = press(
        client, {"comment": "/comments/999/", "post": "/posts/999/", "member": "/members/nobody/"}[on] + f"{act}/"
    )
    assert (gone.status_code, never.status_code) == (404, 404)
    assert (
        gone.content.decode().split("<main")[1].split("</main")[0]
        == never.content.decode().split("<main")[1].split("</main")[0]
    )
    assert not Mark.objects.exists()


@pytest.mark.parametrize(("on", "act", "kind"), BUTTONS)
def test_a_mark_on_what_went_out_of_sight_can_be_taken_back_by_its_owner_alone(
    sign_in, addresses, comment, post, ben, ann, eve, on, act, kind
):
    client, address = sign_in(eve), f"{addresses[on]}{act}/"
    press(client, address)
    Comment.objects.filter(pk=comment.pk).update(state=State.REMOVED)
    Post.objects.filter(pk=post.pk).update(state=State.REMOVED)
    type(ben).objects.filter(pk=ben.pk).update(is_active=False)
    other = make_post(ann)
    assert press(sign_in(type(ben).objects.create_user("zoe")), address, 0).status_code == 404
    assert press(client, address, 1).status_code == 404
    assert Mark.objects.count() == 1
    assert press(client, address, 0).status_code == 303
    assert not Mark.objects.exists()
    assert other.is_public


def test_what_else_a_form_names_is_not_looked_at(sign_in, comment, post, eve, ann):
    """Case 44."""
    fields = {"member": ann.pk, "kind": "muted", "post": post.pk, "about": ann.pk, "tag": 1, "id": 7}
    sign_in(eve).post(f"/comments/{comment.pk}/save/", {"value": 1, **fields})
    [made] = Mark.objects.all()
    assert (made.member, made.kind, made.comment, made.post, made.about) == (eve, "saved", comment, None, None)


@pytest.mark.parametrize("value", ["", "-1", "2", "on", "1\0", "\u0661"])
def test_a_value_that_no_button_has_is_refused(sign_in, comment, eve, value):
    assert press(sign_in(eve), f"/comments/{comment.pk}/save/", value).status_code == 400


@pytest.mark.parametrize("number", ["0", "2147483648", str(2**63), str(2**70)])
def test_a_number_that_names_nothing_is_not_found(sign_in, eve, number):
    client = sign_in(eve)
    for kind, act in (("comments", "vote"), ("comments", "save"), ("posts", "vote"), ("posts", "hide")):
        assert press(client, f"/{kind}/{number}/{act}/").status_code == 404


@pytest.mark.parametrize("name", ["nobody", "a%00b", "x" * 300, "%E2%80%AEben", "..", "<b>"])
def test_a_name_that_names_nobody_is_not_found(sign_in, eve, name):
    assert press(sign_in(eve), f"/members/{name}/mute/").status_code in (400, 404)


@pytest.mark.parametrize("at", ["", "c5", "x", "c5#x", "javascript:alert(1)", "c" + "9" * 40, "/evil.example", "c1\n"])
def test_the_way_back_leads_to_a_comment_of_this_site_only(sign_in, ben, eve, at):
    answer = sign_in(eve).post("/members/ben/mute/", {"value": 1, "next": "/?x=1"}, QUERY_STRING=f"at={at}")
    if answer.status_code == 400:
        return
    assert answer["Location"] == ("/?x=1#c5" if at == "c5" else f"/?x=1#m{ben.pk}")


def test_following_ends_muting_and_muting_ends_following(sign_in, comment, post, ben, eve):
    client = sign_in(eve)
    for address in (f"/comments/{comment.pk}/", f"/posts/{post.pk}/", "/members/ben/"):
        for act, kind in (("follow", "followed"), ("mute", "muted"), ("follow", "followed")):
            press(client, f"{address}{act}/")
            assert list(Mark.objects.values_list("kind", flat=True)) == [kind]
        Mark.objects.all().delete()


def test_an_account_that_has_no_page_is_not_marked_and_lets_go_of_marks(sign_in, ben, eve):
    browser = sign_in(eve)
    assert browser.post("/members/ben/follow/", {"value": "1"}).status_code == 303
    EmailAddress.objects.create(user=ben, email=ben.email, verified=False)
    assert browser.get("/members/ben/").status_code == 404
    assert browser.post("/members/ben/follow/", {"value": "0"}).status_code == 303
    for act in ("follow", "mute"):
        assert browser.post(f"/members/ben/{act}/", {"value": "1"}).status_code == 404
    assert not Mark.objects.exists()


def test_nobody_follows_or_mutes_themselves(sign_in, eve):
    client = sign_in(eve)
    for act in ("follow", "mute"):
        assert "yourself" in press(client, f"/members/eve/{act}/").content.decode()
        assert f"/members/eve/{act}/" not in client.get("/members/eve/").content.decode()
    assert not Mark.objects.exists()


def test_a_suspended_member_may_still_keep_and_mute(sign_in, comment, eve, settings):
    from django.utils import timezone

    eve.suspended_until = timezone.now() + timezone.timedelta(days=1)
    eve.save()
    assert press(sign_in(eve), f"/comments/{comment.pk}/save/").status_code == 303
    assert Mark.objects.count() == 1


def test_marks_are_limited_by_the_hour(sign_in, settings, post, ben, eve):
    settings.LIMITS = {**settings.LIMITS, "marks_per_hour": 2}
    comments = [say(post, ben, f"Words {number}.") for number in range(3)]
    client = sign_in(eve)
    assert [press(client, f"/comments/{c.pk}/save/").status_code for c in comments] == [303, 303, 429]
    assert press(client, f"/comments/{comments[0].pk}/save/", 0).status_code == 303


def test_a_name_of_markup_stays_a_name(sign_in, post, comment, ben, eve):
    """An outlet: no form would take such a name, an administrator could force it."""
    type(ben).objects.filter(pk=ben.pk).update(username='<img src=x onerror="x">')
    client = sign_in(eve)
    inert.check(client.get(post.get_absolute_url()))
    press(client, f"/comments/{comment.pk}/mute/")
    inert.check(client.get(post.get_absolute_url()))
    inert.check(client.get("/following/?show=muted"))
    inert.check_tree(page_of(press(client, f"/comments/{comment.pk}/save/", **{"hx-request": "true"})))
    Mark.objects.create(member=eve, kind="muted", about=ben)
    inert.check(client.get(post.get_absolute_url()))


# ── Muting folds and never breaks the tree ───────────────────────────────────


@pytest.fixture
def tree(post, ann, ben, eve) -> list[Comment]:
    """Ben, under him Ann, under her Ben again; and Ann beside them."""
    first = say(post, ben, "Ben begins.")
    second = say(post, ann, "Ann answers.", first)
    third = say(post, ben, "Ben goes on.", second)
    return [first, second, third, say(post, ann, "Ann beside.")]


def folded(page, comment: Comment) -> bool:
    """Whether the words of a comment stand in a fold that is closed."""
    [article] = page.xpath(f'//li[@id="c{comment.pk}"]//article[footer[@id="a{comment.pk}"]]')
    return any(fold.get("open") is None for fold in article.iterancestors("details"))


@pytest.mark.parametrize("view", ["", "?view=flat", "?order=newest", "?order=best"])
def test_a_muted_member_is_folded_to_a_line_each_and_the_replies_stay(sign_in, client, post, tree, eve, view):
    member = sign_in(eve)
    press(member, "/members/ben/mute/")
    page = page_of(member.get(post.get_absolute_url() + view))
    assert [folded(page, comment) for comment in tree] == [True, False, True, False]
    lines = [line.text_content() for line in select(page, ".muted > summary")]
    assert lines == ["A comment by ben, whom you have muted. Show"] * 2
    assert len(select(page, ".comment")) == 4
    guest = client.get(post.get_absolute_url() + view).content.decode()
    assert "muted" not in guest


def test_a_muted_branch_is_folded_as_a_whole(sign_in, post, tree, eve):
    client = sign_in(eve)
    press(client, f"/comments/{tree[0].pk}/mute/")
    page = page_of(client.get(post.get_absolute_url()))
    assert [folded(page, comment) for comment in tree] == [True, True, True, False]
    [line] = select(page, f"#c{tree[0].pk} > .branch > summary")
    assert line.text_content() == "A branch you have muted: ben and 2 replies"
    flat = page_of(client.get(post.get_absolute_url() + "?view=flat"))
    assert [folded(flat, comment) for comment in tree] == [True, True, True, False]


def test_a_muted_comment_alone_is_one_line(sign_in, post, tree, eve):
    client = sign_in(eve)
    press(client, f"/comments/{tree[3].pk}/mute/")
    page = page_of(client.get(post.get_absolute_url()))
    assert [folded(page, comment) for comment in tree] == [False, False, False, True]


def test_the_page_of_a_muted_comment_shows_it(sign_in, tree, eve):
    client = sign_in(eve)
    press(client, "/members/ben/mute/")
    press(client, f"/comments/{tree[0].pk}/mute/")
    page = page_of(client.get(tree[0].get_absolute_url()))
    assert [folded(page, comment) for comment in tree[:3]] == [False, False, True]


def test_a_muted_branch_whose_words_are_gone_stays_folded_under_its_tombstone(sign_in, post, tree, eve):
    client = sign_in(eve)
    press(client, f"/comments/{tree[0].pk}/mute/")
    Comment.objects.filter(pk=tree[0].pk).update(state=State.HIDDEN)
    page = page_of(client.get(post.get_absolute_url()))
    assert [folded(page, comment) for comment in tree[1:3]] == [True, True]
