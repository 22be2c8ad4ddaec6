"""What words were before: who finds it, what it shows, and what nobody finds there any more."""

import datetime as dt

import pytest
from django.urls import reverse

from comments.actions import change_state, delete_comment, redact
from comments.models import Comment, Revision
from forum.moderation import versions
from forum.moderation.models import Action, Rule
from forum.moderation.undoing import undo
from forum.refusals import NotAllowed
from forum.states import State
from forum.text.redaction import Change
from forum.voices.models import Vote
from posts.actions import change_post_state, delete_post
from posts.models import Post
from tests.history.conftest import older, rewrite, rewrite_post
from tests.making import page_of, say, select

LATER = "I walked through the red gate at noon."


def history(client, thing) -> str:
    kind = "comments" if isinstance(thing, Comment) else "posts"
    return client.get(f"/{kind}/{thing.pk}/history/")


def test_an_edit_shows_what_came_and_what_went(client, comment):
    rewrite(comment, LATER)
    page = page_of(history(client, comment))
    assert [one.text_content() for one in select(page, "ins")] == ["[added: red ] ", "[added: noon] "]
    assert [one.text_content() for one in select(page, "del")] == ["[removed: dawn] "]
    assert "I walked through the gate at dawn." in select(page, "div.diff")[-1].text_content()
    assert select(page, "meta[name='robots']")[0].get("content") == "noindex"


def test_the_head_of_an_edited_comment_leads_to_its_history(client, comment):
    assert "edited" not in client.get(comment.get_absolute_url()).content.decode()
    rewrite(comment, LATER)
    page = page_of(client.get(comment.post.get_absolute_url()))
    [link] = select(page, f"#c{comment.pk} .marks a")
    assert (link.text, link.get("href")) == ("edited", f"/comments/{comment.pk}/history/")


def test_a_post_shows_its_title_its_address_and_its_words(client, post):
    rewrite_post(post, title="Of old gardens", body="The new gate stands open.", url="https://example.org/")
    page = page_of(history(client, post))
    assert [one.text_content() for one in select(page, "ins")] == [
        "[added: old ] ", "[added: https://example.org/] ", "[added: new] ",
    ]  # fmt: skip
    [link] = select(
        page_of(client.get(Post.objects.get().get_absolute_url(), follow=True)), ".dateline a[rel='nofollow']"
    )
    assert link.get("href") == f"/posts/{post.pk}/history/"


def test_the_first_minutes_leave_no_mark_and_no_history_but_for_moderators(client, sign_in, post, ben, mod):
    comment = rewrite(say(post, ben, "A tpyo."), "A typo.")
    assert comment.revised_at is None
    assert "edited" not in client.get(comment.get_absolute_url()).content.decode()
    shown = history(client, comment).content.decode()
    assert "tpyo" not in shown
    assert "has not been edited" in shown
    assert "tpyo" in history(sign_in(mod), comment).content.decode()
    later = rewrite(older_edit(comment), "A second thought.")
    shown = history(client, later).content.decode()
    assert "tpyo" not in shown
    assert "A typo." in shown


def older_edit(comment: Comment) -> Comment:
    return older(comment)


@pytest.mark.parametrize("how", ["answered", "quoted", "voted"])
def test_an_edit_after_somebody_has_reacted_shows_even_in_the_first_minutes(how, client, post, ben, ann):
    comment = say(post, ben, "The first words.")
    if how == "answered":
        say(post, ann, "Yes.", parent=comment)
    elif how == "quoted":
        say(post, ann, f"> #c{comment.pk}\n> The first words.\n\nYes.")
    else:
        Vote.objects.create(member=ann, comment=comment, value=1)
    rewrite(comment, "The second words.")
    assert "first" in history(client, comment).content.decode()


def test_ones_own_reply_does_not_count_as_a_reaction(post, ben):
    comment = say(post, ben, "The first words.")
    say(post, ben, "More.", parent=comment)
    assert rewrite(comment, "The second words.").revised_at is None


def test_what_was_put_right_before_anybody_read_it_stays_unseen(client, post, ben, mod, settings):
    settings.FIRST_COMMENTS_HELD, settings.EDIT_GRACE_MINUTES = 1, 0
    comment = rewrite(say(post, ben, "Unread marker."), "Read by all.")
    change_state(comment=comment, to=State.PUBLISHED, by=mod)
    assert "marker" not in history(client, comment).content.decode()
    change_state(comment=comment, to=State.HELD, by=mod)
    rewrite(comment, "Read by nobody.")
    change_state(comment=comment, to=State.PUBLISHED, by=mod)
    assert "Read by all" in " ".join(page_of(history(client, comment)).text_content().split()).replace(
        "[removed: all", "all"
    )


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_the_history_goes_and_comes_back_with_the_words(state, client, sign_in, comment, ben, eve, mod):
    rewrite(comment, LATER)
    if state == State.DELETED:
        delete_comment(comment=Comment.objects.get(), by=ben)
    else:
        change_state(comment=comment, to=state, by=mod)
    for viewer in (client, sign_in(eve)):
        assert history(viewer, comment).status_code == 404
    assert history(sign_in(ben), comment).status_code == (200 if state == State.HELD else 404)
    assert "dawn" in history(sign_in(mod), comment).content.decode()
    change_state(comment=Comment.objects.get(), to=State.PUBLISHED, by=mod)
    assert "dawn" in history(client, comment).content.decode()


def test_the_history_of_a_post_goes_with_it(client, sign_in, post, ann, mod):
    rewrite_post(post, body="Other words.")
    delete_post(post=post, by=ann)
    assert history(client, post).status_code == 404
    assert history(sign_in(ann), post).status_code == 404
    change_post_state(post=post, to=State.PUBLISHED, by=mod)
    assert "gate" in history(client, post).content.decode()


def test_the_history_of_a_quotation_loses_the_words_that_are_gone(client, post, comment, ann, mod):
    reply = older(say(post, ann, f"> #c{comment.pk}\n> I walked through the gate\nat dawn.\n\nDid you?"))
    rewrite(reply, f"- > #c{comment.pk}\n  > I walked through\n  the gate at dawn.\n\nDid you really?")
    rewrite(reply, "Never mind.")
    assert "gate" in history(client, reply).content.decode()
    change_state(comment=comment, to=State.HIDDEN, by=mod)
    shown = history(client, reply).content.decode()
    assert "Did you" in shown
    assert "gate" not in shown
    assert "dawn" not in shown


def test_a_moderator_hides_one_version_and_takes_it_back(client, sign_in, comment, mod, eve):
    rewrite(comment, "The marker had to go.")
    rewrite(comment, "It went.")
    revision = Revision.objects.get(body__contains="marker")
    rule = Rule.objects.first()
    url = reverse("admin:comments_revision_decide", args=["hide"], query={"ids": revision.pk})
    assert sign_in(eve).post(url, {"rule": rule.slug, "reason": ""}).status_code == 302
    assert "marker" in history(client, comment).content.decode()
    desk = sign_in(mod)
    page = desk.get(reverse("admin:comments_revision_change", args=[revision.pk])).content.decode()
    assert "Hide this version" in page
    desk.post(url, {"rule": rule.slug, "reason": "An address"})
    shown = history(client, comment).content.decode()
    assert "marker" not in shown
    assert "had" not in shown
    assert "A moderator has hidden this version." in shown
    assert "dawn" in shown
    assert "marker" in history(desk, comment).content.decode()
    action = Action.objects.get()
    assert (action.verb, action.comment, action.rule) == ("hide_revision", comment, rule)
    assert undo(action=action, by=mod, reason="A mistake")
    assert [(one.reason, one.undoes) for one in Action.objects.order_by("pk")] == [
        ("An address", None),
        ("A mistake", action),
    ]
    assert "marker" in history(client, comment).content.decode()


def test_a_version_of_a_post_is_hidden_and_shown_again(client, sign_in, post, eve, mod):
    rewrite_post(post, title="A marker", body="A marker.")
    rewrite_post(post, title="Better", body="Better words.")
    Post.objects.get().revisions.update(counts=True)
    revision = Post.objects.get().revisions.get(title="A marker")
    with pytest.raises(NotAllowed):
        versions.set_hidden(revision=revision, hidden=True, by=eve)
    url = reverse("admin:posts_revision_decide", args=["hide"], query={"ids": revision.pk})
    desk = sign_in(mod)
    desk.post(url, {"rule": Rule.objects.first().slug, "reason": ""})
    assert "marker" not in history(client, post).content.decode()
    assert not versions.set_hidden(revision=revision, hidden=True, by=mod)
    url = reverse("admin:posts_revision_decide", args=["show"], query={"ids": revision.pk})
    desk.post(url, {"reason": ""})
    assert "marker" in history(client, post).content.decode()
    assert undo(action=Action.objects.get(verb="show_revision"), by=mod)
    assert "marker" not in history(client, post).content.decode()


def test_a_member_reads_the_times_of_versions_in_their_zone(sign_in, comment, eve):
    rewrite(comment, LATER)
    type(eve).objects.filter(pk=eve.pk).update(time_zone="Asia/Tokyo")
    times = select(page_of(history(sign_in(eve), comment)), ".version time")
    assert len(times) == 2
    assert all(time.text.endswith("JST") for time in times)


def test_a_hidden_version_at_the_end_of_a_page_is_passed_over(client, comment, mod):
    for number in range(12):
        rewrite(comment, f"Version{number}.")
    rows = list(Revision.objects.order_by("-pk"))
    versions.set_hidden(revision=rows[10], hidden=True, by=mod)
    page = page_of(history(client, comment))
    assert len(select(page, ".version")) == 11
    assert rows[10].body not in page.text_content()
    assert rows[11].body.split()[0] in page.text_content()
    [more] = select(page, ".more a")
    rest = page_of(client.get(f"/comments/{comment.pk}/history/{more.get('href')}"))
    assert len(select(rest, ".version")) == 2
    assert "I walked through the gate at dawn." in rest.text_content()


def test_a_long_history_costs_as_many_queries_as_a_short_one(client, doubling, comment):
    rewrite(comment, "One.")
    doubling(lambda: history(client, comment), lambda: [rewrite(comment, f"N{n}") for n in range(20)], at_most=4)


@pytest.mark.parametrize("after", ["0", "-1", "x", "1e9", str(2**63), "%D9%A1"])
def test_a_cursor_that_names_nothing_is_not_found(client, comment, after):
    assert client.get(f"/comments/{comment.pk}/history/?after={after}").status_code == 404


def test_words_edited_before_histories_were_kept_say_so(client, comment):
    Comment.objects.update(revised_at=comment.created_at + dt.timedelta(hours=1))
    assert "before earlier versions were kept" in history(client, comment).content.decode()


def test_a_name_taken_off_goes_from_earlier_versions_too(comment):
    comment = rewrite(comment, "Ruth said: walk on.")
    rewrite(comment, "Ruth said: go on.")
    redact(comment=comment, changes=[Change(0, 4, "[name removed]")])
    assert not Revision.objects.filter(body__contains="Ruth").exists()
