"""Writes the first texts of the four pages; the operator edits them in the admin."""

import re

from django.db import migrations
from django.utils import timezone

ABOUT = """\
This is a forum for people who have a past together. Some of its threads begin today. Others began years ago on
sites that are gone: the page was saved, and here the article, the people, the dates and the replies are put together
again, so that the conversation can go on where it stopped.

## Two voices

Words from an archive are set in a serif type and marked in ochre. They are kept exactly as they were found, with
their spelling and their line breaks, and with the date the page printed. Words written here are set in a plain type
and marked in green. A line across the thread shows where the old conversation ends and the new one begins.

Old pages often do not say who answered whom. Where a comment quotes an earlier one, the thread shows it as a reply and
says so: its line is dotted, and the evidence is one click away. “As printed” shows the page in its old order.

## The people in the archive

They wrote somewhere else and are not members here. Nobody signs in as one of them, they get no messages, and search
engines are asked not to list their pages. Whoever finds their name here can [ask that it be taken off](/moderation/name/); no
account is needed, and the thread stays whole without it.

Archived words are a record. Keeping them is not agreeing with them. They can be reported like any others.

## Bring an archive

If you have kept a page of a discussion that is gone, write to the people who run this site; the [contact page](/contact/)
says how. They import a saved page with one command, which first shows what will become of every line of it.

## Taking part

Everything can be read without an account, without cookies and without JavaScript. To write, sign up with a name and an
e-mail address. The first comment of a new account waits until a moderator has read it; after that comments appear at
once. What we expect of each other is written in the [rules](/rules/).

## The software

The forum runs on Rejoinder, which is free software. It loads nothing from other sites.
"""

RULES = """\
These rules are for what is written here now. They are few, so that a moderator's decision can name one of them.

## What a moderator does

A moderator may hold a comment until it has been looked at, hide it, remove it, lock a thread or suspend an account for a
time. Each decision is recorded with the rule it rests on and a reason, and each can be undone. A removed comment leaves
one line in its place that says who removed it, in which role and under which rule; the replies to it stay.

## Archived words

Comments from an archive were written under other rules, or under none, by people who are not here to answer. They are
kept as a record and shown with a note of where they came from. They may be reported, and a moderator may hide them; the
rules apply in full to everything new, and also to what is said now about people who spoke then.

## When you see something wrong

Use the “Report” link below the comment. You need no account. Say which rule you mean and, if you like, why. To disagree with a decision,
write to the address on the [contact page](/contact/).
"""

PRIVACY = """\
What this site knows about you, why, and for how long.

## If you only read

No cookie is set and no script watches you. Nothing is loaded from other sites, so no other site learns what you read.
The forum writes one line in its log for each page that is asked for, with the network it was asked from but not the whole address.
A web server in front of it may log more; those who run the site decide that, and how long logs are kept.

## If you report something or ask for a name to be taken off

We keep what you write in the form, and the e-mail address if you give one, so that a moderator can decide and answer. When a name removal is decided, that address is deleted. To stop floods,
the forum counts for a short while how many such forms came from one address. These forms need one cookie while you fill them in;
it protects the form from being sent by another site.

## If you have an account

- **Your name** is shown beside everything you write.
- **Your e-mail address** is used to confirm the account, to let you back in, and for nothing else. It is shown to nobody but the people who run the site.
- **Your password** is kept only as a hash, from which it cannot be read.
- **What you write** is public as soon as it is published, and can be found by search engines and feeds.
- **A session cookie** keeps you signed in. It ends when you sign out.

You can edit and delete your own posts and comments. A deleted comment disappears; where others have answered it, one
line stays in its place so that their answers still make sense. Moderators can read what was hidden or deleted, because they
have to be able to answer for it.

## If you are named in an archive

Some threads come from saved pages of sites that no longer exist. The names in them are shown as they were printed. You can
[ask that a name be taken off](/moderation/name/) without an account: it then goes from the thread, from quotations, from its page and
from the feed, and importing the page again does not bring it back.

## Asking

Write to the address on the [contact page](/contact/) to learn what is stored about you, to have it corrected, or to have your account removed.
"""

CONTACT = """\
## A comment or a post

Use the “Report” link below it. That is the quickest way: a moderator sees your words beside the ones you mean. No account is needed.

## A name in an archived thread

[Ask that it be taken off](/moderation/name/). No account is needed.

## Everything else

The people who run this site have not yet written here how to reach them. If you run it: open this page in the admin, under
“Pages”, and put your name and an e-mail address in place of this paragraph.
"""

TEXTS = (
    ("about", "About", ABOUT),
    ("rules", "Rules", RULES),
    ("privacy", "Privacy", PRIVACY),
    ("contact", "Contact", CONTACT),
)


def unwrapped(text):
    """One line a paragraph, as somebody who writes in the admin would have it."""
    return re.sub(r"(?<=[^\n])\n(?![\n#-])(?=.)", " ", text)


def write(apps, schema_editor):
    page = apps.get_model("pages", "Page")
    page.objects.using(schema_editor.connection.alias).bulk_create(
        page(slug=slug, title=title, body=unwrapped(body), updated_at=timezone.now()) for slug, title, body in TEXTS
    )


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
