"""Two browsers: Ben's reply reaches Ann by a notice and by mail, and Ann stops the mails from the mail itself."""

import re

from allauth.account.models import EmailAddress
from django.core import mail
from playwright.sync_api import expect
from pytest_django import Settings

from forum.users.models import User
from tests.browser import OpenPage
from tests.making import make_post, say


def test_a_reply_reaches_its_reader_by_notice_and_mail(
    open_page: OpenPage, ann: User, ben: User, settings: Settings, width: int
) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    EmailAddress.objects.create(user=ann, email=ann.email, verified=True, primary=True)
    comment = say(make_post(ben, title="A thread with a title that goes on and on over more than one line"), ann)
    scripts = width == 1280
    anns = open_page("/notices/", scripts=scripts, width=width, user=ann)
    expect(anns.locator("main")).to_contain_text("When somebody answers")

    bens = open_page(f"/comments/{comment.pk}/reply/", scripts=False, width=width, user=ben)
    bens.get_by_label("Your comment").fill("Which way did you go?")
    bens.get_by_role("button", name="Post", exact=True).click()
    expect(bens.locator("li.comment .body", has_text="Which way did you go?")).to_have_count(1)

    anns.goto("/notices/")
    expect(anns.get_by_role("link", name="Notices (1)")).to_be_visible()
    expect(anns.locator("main")).to_contain_text("Which way did you go?")
    assert anns.evaluate("document.documentElement.scrollWidth <= innerWidth") if scripts else True
    anns.locator(".items .dateline time").click()
    expect(anns.locator("li.comment .body", has_text="Which way did you go?")).to_be_visible()
    expect(anns.get_by_role("link", name="Notices", exact=True)).to_be_visible()

    [message] = mail.outbox
    assert message.to == [ann.email]
    found = re.search(r"^Stop mails about replies.*: (\S+)$", str(message.body), re.MULTILINE)
    assert found
    page = open_page(found[1], scripts=False, width=width)  # another browser, signed in nowhere
    expect(page.locator("main")).to_contain_text("Nothing has changed yet")
    page.get_by_role("button", name="Stop these mails").click()
    expect(page.locator("h1")).to_have_text("Done")
    say(comment.post, ben, "Once more.", comment)
    assert len(mail.outbox) == 1
    anns.goto("/preferences/mail/")
    expect(anns.get_by_label("Replies to you")).to_have_value("site")
