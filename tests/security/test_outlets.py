"""Every place that shows people's words: nothing in them runs, and nobody reads what is not theirs to read."""

import datetime as dt
import zlib
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from comments.actions import add_comment, change_state, edit_comment
from comments.importing import ArchivedComment
from comments.models import Comment, Drawing
from forum.archive.models import Item, Run
from forum.drafts import actions as drafts
from forum.drafts.models import Place
from forum.moderation.actions import file_report
from forum.moderation.models import Rule
from forum.refusals import Refusal
from forum.states import Format, State
from forum.text import html, plain
from forum.users.models import Person, Source, User
from posts.actions import ArchivedPost, add_post, edit_post
from posts.models import Post, Tag
from posts.tags import bearing
from tests.house.test_access import ALL_NAMES
from tests.making import (
    LONG_AGO,
    Row,
    draw_threads,
    import_comments,
    import_post,
    make_post,
    make_rows,
    page_of,
    select,
    token,
)
from tests.security import inert, payloads

pytestmark = pytest.mark.django_db

# Every address of the site that shows words people wrote. A new view joins this list or the next one.
OUTLETS = {
    "front", "feed", "sitemap", "sitemap-part", "post", "post-short", "post-feed", "post-new", "post-edit",
    "post-delete", "comment", "comment-new", "comment-reply", "comment-edit", "comment-delete", "replies", "member",
    "person", "search", "report", "report-sent", "name-removal", "page", "post-picture",
    "tag-feed", "member-feed", "notices", "unsubscribe",
    # These answer a button, with the row it stands in: tests/voices tries them.
    "comment-vote", "comment-save", "comment-follow", "comment-mute", "post-vote", "post-save", "post-hide",
    "post-follow", "post-mute", "member-follow", "member-mute", "saved", "hidden", "following",
}  # fmt: skip
OUTLETS |= {"comment-history", "post-history", "comment-quotations", "post-quotations", "post-quote"}
# Forms of accounts are tried with the same words in tests/users; the others show no words of people.
NOT_OUTLETS = {"robots", "new-comments", "site-picture", "healthz", "readyz", "name-removal-sent", "patterns"}
NOT_OUTLETS |= {"notices-read", "mail-preferences"}
OUTLETS |= {"drafts"}
OUTLETS |= {"comment-source", "post-source"}
OUTLETS |= {"post-file"}
NOT_OUTLETS |= {"draft-throw-away", "member-names", "help-writing"}
OUTLETS |= {"tags", "tag"}
NOT_OUTLETS |= {"tag-follow", "tag-hide", "comment-answer"}
NOT_OUTLETS |= {"next-new", "read-all", "comment-fold", "reading", "preferences", "preferences-order"}


def test_every_address_is_an_outlet_or_is_known_to_be_none():
    own = {name for name in ALL_NAMES if not name.startswith("account")}
    assert own - NOT_OUTLETS == OUTLETS


# ── Nothing runs ─────────────────────────────────────────────────────────────


@pytest.fixture
def free(settings) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    settings.LIMITS = dict.fromkeys(settings.LIMITS, 1_000_000)


def named(name: str, number: int) -> User:
    """A member whose name no form would take, as an administrator could force it."""
    return User.objects.create(username=name, name_key=f"key{number}", email=f"m{number}@example.org")


@pytest.fixture
def hostile(free, ann, ben) -> list[Post]:
    """Threads in which every word is hostile: living ones and one from an archive."""
    names = [words[:30] for words in payloads.PLAIN if "/" not in words[:30] and "\n" not in words]
    authors = [named(name, number) for number, name in enumerate(dict.fromkeys(names))]
    posts = []
    for number, words in enumerate(payloads.ALL):
        title, url = words[:200], f"https://example.org/?{words}"[:500]
        author = ben if number % 2 else authors[number % len(authors)]
        posts.append(add_post(author=author, kind="link", title=title, body=words, url=url, token=token()))
    thread = make_post(ben, title=payloads.PLAIN[0], kind="question")
    for number, words in enumerate(payloads.ALL):
        try:
            comment = add_comment(post=thread, author=authors[number % len(authors)], body=words, token=token())
            answer = f"> #c{comment.pk}\n> {words}\n\n{words}"
            add_comment(post=thread, author=ben, body=answer, parent=comment, token=token())
        except Refusal:
            continue
    edited = [add_comment(post=thread, author=ben, body=f"Edited {number}.", token=token()) for number in range(7)]
    for number, words in enumerate(payloads.ALL):
        kept = drafts.words_in({"title": words[:200], "url": words[:200], "tags": words[:200], "body": words})
        drafts.keep(member=ben, place=Place("post-edit", number), words=kept)
        drafts.keep(member=ben, place=Place("post-edit", number), words={"body": "Other words."})
        rewrite(thread, edited[number % 7].pk, words)
    for number, (post, words) in enumerate(zip(posts, payloads.ALL, strict=True)):
        worst = {"name": f"{number}{words}"[:40], "description": words[:300]}
        bearing.choose(post, [Tag.objects.create(slug=f"tag{number}", **worst)])
    made = [*posts, thread, archive(ann)]
    draw_threads()
    assert {thread.pk, made[-1].pk} <= set(Drawing.objects.values_list("pk", flat=True))
    return made


def rewrite(post: Post, pk: int, words: str) -> None:
    """Edits words away, so that only the history and who quotes the post show these."""
    comment = Comment.objects.select_related("author").get(pk=pk)
    said = f"> #post\n> Words.\n\n{words}"
    with suppress(Refusal):
        edit_comment(comment=comment, editor=comment.author, body=said, seen=comment.edited_at)
    Comment.objects.get(pk=pk).revisions.update(counts=True)
    edited = Post.objects.select_related("author").get(pk=post.pk)
    edit_post(post=edited, editor=edited.author, title=words[:200] or "x", body=words, seen=edited.edited_at)
    edited.revisions.update(counts=True)


def archive(moderator: User) -> Post:
    worst = payloads.PLAIN[5]
    source = Source.objects.create(
        key="old", name=worst, address="https://example.org/", provenance_note=worst, content_note=worst
    )
    persons = [
        Person.objects.create(source=source, name=words[:200], digest=Person.digest_of(words))
        for words in payloads.PLAIN
    ]
    found = ArchivedPost(
        title=worst,
        person=persons[0],
        source=source,
        created_at=LONG_AGO,
        body=worst,
        html=plain.render_article("\n\n".join(payloads.PLAIN)),
        printed_date=worst,
        zone=worst[:60],
    )
    post = import_post(found=found)
    comments = []
    for number, words in enumerate(payloads.ALL):
        if number % 2:
            try:
                html.sanitise(words)
            except html.TooLarge:
                continue
        comments.append(
            ArchivedComment(
                person=persons[number % len(persons)],
                created_at=LONG_AGO,
                body=words,
                format=Format.HTML if number % 2 else Format.PLAIN,
                anchor=words[:100],
                printed_date=words[:120],
                printed_at=words[:19],
                zone=words[:60],
                parent=number - 2 if number % 5 == 4 else None,
                parent_basis=Comment.Basis.QUOTE if number % 5 == 4 else Comment.Basis.NONE,
            )
        )
    rows = import_comments(post=post, found=comments)
    keep_source(source, post, rows)
    rule = Rule.objects.create(slug="worst", title=worst[:120], text=worst)
    for row, to in zip(rows, (State.HIDDEN, State.REMOVED, State.HELD), strict=False):
        change_state(comment=row, to=to, by=moderator, rule=rule, reason=worst)
    for row in rows[5:8]:
        file_report(thing=row, reporter=None, who="guest:1", rule=rule, text=worst)
    return post


def keep_source(source: Source, post: Post, rows: list[Comment]) -> None:
    """What "view in source" shows of an import, with a hostile name of the file and hostile furniture."""
    run = Run.objects.create(
        source=source,
        file_name=payloads.PLAIN[5][:255],
        sha256="0" * 64,
        size=1,
        format="text-page",
        operator=payloads.PLAIN[5][:150],
        started_at=LONG_AGO,
        ended_at=LONG_AGO,
        report={"furniture": [[number, number, words] for number, words in enumerate(payloads.PLAIN, 10**6)]},
    )
    for number, row in enumerate([post, *rows]):
        Item.objects.create(
            run=run,
            source=source,
            source_key=str(number),
            **({"comment": row} if isinstance(row, Comment) else {"post": row}),
            first_line=number + 1,
            last_line=number + 1,
            digest="0" * 64,
            element=row.body[:200].replace("\0", ""),
            raw=zlib.compress(row.body.encode("utf-8", "replace")),
        )


def pages_of(posts: list[Post], viewer: User) -> Iterator[str]:
    yield from (
        "/",
        f"/?after={posts[0].pk}",
        "/feed/",
        "/sitemap.xml",
        "/sitemap-1.xml",
        "/replies/",
        "/notices/",
        "/about/",
    )
    yield from ("/posts/new/", "/moderation/name/", "/drafts/")
    yield from ("/?order=new", "/?order=top", "/tags/", *(tag.get_absolute_url() for tag in Tag.objects.all()))
    for post in posts:
        here = post.get_absolute_url()
        yield from (here, f"/posts/{post.pk}/feed/")
        yield from (f"/posts/{post.pk}/edit/", f"/posts/{post.pk}/delete/", f"/posts/{post.pk}/comment/")
        yield f"/moderation/report/post/{post.pk}/"
    yield f"/posts/{posts[-1].pk}/source/"
    yield from (f"/posts/{post.pk}/thread.html" for post in posts[-2:])
    for post in posts[-2:]:  # the others have no comments
        here = post.get_absolute_url()
        yield from (f"{here}?order=newest", f"{here}?view=flat")
        yield from (f"/posts/{post.pk}/history/", f"/posts/{post.pk}/quotations/", f"/posts/{post.pk}/quote/")
    for comment in Comment.objects.filter(post__in=posts[-2:]):
        yield comment.get_absolute_url()
        if comment.archived and comment.pk % 4 == 0:  # with two neighbours on each side, so none is left out
            yield f"/comments/{comment.pk}/source/"
        if comment.quoted_count or comment.revised_at:
            yield from (f"/comments/{comment.pk}/history/", f"/comments/{comment.pk}/quotations/")
        if comment.pk % 3 == 0:
            yield f"/moderation/report/comment/{comment.pk}/"
            yield f"/moderation/report/comment/{comment.pk}/sent/"
            yield f"/comments/{comment.pk}/reply/?quote=1"
        if comment.author_id == viewer.pk:
            yield f"/comments/{comment.pk}/edit/"
            yield f"/comments/{comment.pk}/delete/"
    for user in User.objects.all():
        yield user.get_absolute_url()
        yield f"{user.get_absolute_url()}?show=posts"
        yield f"{user.get_absolute_url()}feed/"
    for words in payloads.ALL[::8]:
        yield f"/search/?{urlencode({'q': words[:200], 'order': 'time'})}"
    for person in Person.objects.all():
        yield person.get_absolute_url()
        yield f"/moderation/name/?person={person.pk}"


@pytest.mark.either
def test_nothing_runs_on_any_page(client, sign_in, hostile, ben, root):
    """One test, since the threads take seconds to write."""
    browser = sign_in(ben)
    for address in pages_of(hostile, ben):
        for viewer in (client, browser):
            answer = viewer.get(address)
            assert answer.status_code in (200, 301, 302, 403, 404), address
            if answer.status_code not in (301, 302):
                inert.check(answer)
    look_at_the_admin(sign_in(root))


def look_at_the_admin(browser: Client) -> None:
    inert.check(browser.get("/admin/"))
    for model, page in admin.site._registry.items():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for query in ("", f"?q={quote(payloads.PLAIN[5])}", f"?{quote(payloads.PLAIN[7])}=1"):
            answer = browser.get(reverse(f"{base}_changelist") + query, follow=True)
            assert answer.status_code in (200, 400, 403)
            inert.check(answer)
        for row in model._default_manager.order_by("-pk")[:8]:
            for kind in ("change", "history"):
                try:
                    address = reverse(f"{base}_{kind}", args=[row.pk])
                except NoReverseMatch:  # what is decided about has no history but the record of decisions
                    continue
                answer = browser.get(address, follow=True)
                assert answer.status_code in (200, 403), page
                inert.check(answer)


@pytest.mark.either
@pytest.mark.parametrize("words", payloads.ALL)
def test_nothing_runs_in_what_is_given_back(client, sign_in, free, ben, words):
    post = make_post(ben)
    comment = make_rows(post, [Row(author=ben)])[0]
    browser, strict = sign_in(ben), Client(enforce_csrf_checks=True)
    forms = [f"/posts/{post.pk}/comment/", f"/comments/{comment.pk}/reply/", f"/comments/{comment.pk}/edit/"]
    for address in [*forms, "/posts/new/", f"/posts/{post.pk}/edit/"]:
        typed = {"body": words, "title": words[:200], "url": words, "kind": words, "token": words}
        good = {"body": words, "title": words[:200], "url": "", "kind": "question", "token": token()}
        for viewer in (client, browser, strict):
            inert.check(viewer.post(address, {**typed, "preview": "1"}))
        answer = browser.post(address, {**good, "preview": "1"})
        inert.check(answer)
        if "comment" in address:
            [area] = select(page_of(answer), "textarea")
            assert area.text.removeprefix("\n").split() == words.split()
    for address in (f"/moderation/report/comment/{comment.pk}/", "/moderation/name/"):
        inert.check(browser.post(address, {"text": words, "name": words, "contact": words, "rule": words}))
    odd = quote(words)
    for address in (
        f"/{odd}/",
        f"/?after={odd}",
        f"{post.get_absolute_url()}?order={odd}&view={odd}",
        f"/accounts/login/?next={odd}",
        f"/members/{odd}/",
        f"/moderation/name/?person={odd}",
        f"/comments/{comment.pk}/?start={odd}",
    ):
        answer = client.get(address)
        assert answer.status_code in (200, 301, 302, 400, 404), address
        inert.check(answer)
        assert "Content-Security-Policy" in answer


@pytest.mark.parametrize("words", [words for words in payloads.PLAIN if "\n" not in words])
def test_titles_and_names_are_shown_letter_by_letter(client, free, words):
    author = named(words.replace("/", "")[:30], 1)
    post = make_post(author, title=words)
    page = page_of(client.get(post.get_absolute_url()))
    assert select(page, "h1")[0].text_content() == words
    assert page.findtext(".//title").startswith(words)
    assert author.username in select(page, ".dateline")[0].text_content()
    front = page_of(client.get("/"))
    assert select(front, ".lead h2")[0].text_content() == words


# ── Nobody reads what is not theirs ──────────────────────────────────────────

VIEWERS = ("guest", "author", "other", "moderator")
READERS = {
    State.PUBLISHED: set(VIEWERS),
    State.HELD: {"author", "moderator"},
    State.HIDDEN: {"moderator"},
    State.REMOVED: {"moderator"},
    State.DELETED: {"moderator"},
}


@pytest.fixture
def viewers(client, sign_in, ann, ben, eve, mod) -> dict[str, Client]:
    """Ben has written; Ann wrote what he answers, and the post."""
    return {"guest": client, "author": sign_in(ben), "other": sign_in(ann), "moderator": sign_in(mod)}


@pytest.mark.parametrize("answered", [False, True], ids=["alone", "answered"])
@pytest.mark.parametrize("state", State)
def test_the_words_of_a_comment_are_read_by_those_of_its_state_alone(free, viewers, ann, ben, root, state, answered):
    post = make_post(ann)
    above = add_comment(post=post, author=ann, body="Above.", token=token())
    comment = add_comment(post=post, author=ben, body="The secret marker.", parent=above, token=token())
    below = None
    if answered:
        words = f"> #c{comment.pk}\n> The secret marker.\n\nBelow."
        below = add_comment(post=post, author=ann, body=words, parent=comment, token=token())
    for edited in (comment, below) if below else (comment,):
        before = Comment.objects.get(pk=edited.pk)
        edit_comment(comment=edited, editor=edited.author, body=f"{before.body} More.", seen=None)
        Comment.objects.get(pk=edited.pk).revisions.update(counts=True)
    if state == State.DELETED:
        viewers["author"].post(f"/comments/{comment.pk}/delete/")
    elif state != State.PUBLISHED:
        change_state(comment=comment, to=state, by=root, reason="Because.")
    draw_threads()
    here = post.get_absolute_url()
    thread = [here, f"{here}?view=flat", f"{here}?order=newest", comment.get_absolute_url()]
    aside = [above.get_absolute_url(), "/", "/feed/", f"/posts/{post.pk}/feed/", "/replies/", "/members/ben/"]
    aside += ["/members/ben/feed/", "/members/ann/feed/", f"/posts/{post.pk}/new-comments/?after=0"]
    aside += ["/members/ann/", f"/comments/{comment.pk}/reply/?quote=1", f"/comments/{comment.pk}/edit/"]
    aside += [f"/comments/{comment.pk}/delete/", f"/moderation/report/comment/{comment.pk}/", "/sitemap-1.xml"]
    aside += [below.get_absolute_url(), f"/comments/{below.pk}/reply/?quote=1"] if below else []
    aside += [f"/comments/{c.pk}/{page}/" for c in (above, comment, below) if c for page in ("history", "quotations")]
    placed = state in (State.PUBLISHED, State.HELD, State.HIDDEN) or answered
    for name, viewer in viewers.items():
        reads = name in READERS[state]
        for address in [*thread, *aside]:
            text = viewer.get(address, follow=True).content.decode()
            assert "secret marker" not in text or reads, f"{name} at {address}"
        for address in thread:
            shown = "secret marker" in viewer.get(address, follow=True).content.decode()
            assert shown is (reads and (placed or address == comment.get_absolute_url())), f"{name} at {address}"
        if name not in ("author", "moderator") and state != State.PUBLISHED and not answered:
            counted = viewer.get(here).content.decode()
            assert "1 comment<" in counted
        there = viewer.get(comment.get_absolute_url()).status_code
        told = name == "author" and state == State.REMOVED  # finds no words, but what was decided and why
        assert there == (200 if reads or told or (placed and state != State.HELD) or answered else 404), name


@pytest.mark.parametrize("state", State)
def test_the_words_of_a_post_are_read_by_those_of_its_state_alone(free, viewers, ann, ben, root, state):
    post = make_post(ben, title="The secret marker", body="The secret marker", html="<p>The secret marker</p>")
    comment = add_comment(post=post, author=ann, body="Below.", token=token())
    here = post.get_absolute_url()
    Post.objects.filter(pk=post.pk).update(state=state)
    addresses = [here, f"{here}?view=flat", "/", "/feed/", f"/posts/{post.pk}/feed/", comment.get_absolute_url()]
    addresses += ["/members/ben/feed/", "/members/ann/feed/"]
    addresses += ["/members/ben/?show=posts", "/members/ben/", "/members/ann/", "/replies/", "/sitemap-1.xml"]
    addresses += [f"/posts/{post.pk}/edit/", f"/posts/{post.pk}/delete/", f"/posts/{post.pk}/comment/"]
    addresses += [f"/comments/{comment.pk}/reply/?quote=1", f"/moderation/report/post/{post.pk}/"]
    addresses += [f"/comments/{comment.pk}/edit/", f"/moderation/report/comment/{comment.pk}/"]
    addresses += [f"/posts/{post.pk}/{page}/" for page in ("history", "quotations", "quote")]
    addresses += [f"/posts/{post.pk}/comment/?quote=1&paragraph=1"]
    for name, viewer in viewers.items():
        reads = name in READERS[state]
        for address in addresses:
            answer = viewer.get(address, follow=True)
            text = answer.content.decode() + "".join(step for step, _ in answer.redirect_chain)
            assert reads or not ("secret marker" in text.lower() or "secret-marker" in text), f"{name} at {address}"
        assert ("secret marker" in viewer.get(here, follow=True).content.decode()) is reads


def test_whoever_guesses_ids_meets_only_what_is_public(client, sign_in, free, ann, ben, eve):
    """The same answer for what is not there and for what is not theirs."""
    post = make_post(ann)
    rows = [Row(author=ann, state=state, moment=LONG_AGO + dt.timedelta(minutes=n)) for n, state in enumerate(State)]
    comments = make_rows(post, rows)
    Comment.objects.exclude(state=State.PUBLISHED).update(body="marker", html="<p>marker</p>")
    browser = sign_in(eve)
    first, last = comments[0].pk - 1, comments[-1].pk + 1
    for pk in range(first, last + 1):
        for rest in ("", "edit/", "delete/", "reply/", "reply/?quote=1"):
            for viewer in (client, browser):
                answer = viewer.get(f"/comments/{pk}/{rest}")
                assert "marker" not in answer.content.decode()
        assert browser.get(f"/comments/{pk}/edit/").status_code == 404
        assert browser.post(f"/comments/{pk}/delete/").status_code == 404
    assert {c.state for c in Comment.objects.all()} == set(State)


def test_every_model_with_words_is_known_here():
    """A new table of people's words must be given to the tests above."""
    known = {"post", "comment", "report", "nameremoval", "action", "rule", "source", "person", "user", "page"}
    known |= {"tag", "revision"}
    known |= {"draft", "drawing"}
    quiet = {
        "quotation",
        "bearing",
        "vote",
        "mark",
        "notice",
        "choice",
        "mail",
        "chore",
        "edition",
        "tally",
        "run",
        "item",
        "suppressedname",
        "suppression",
        "visit",
        "upload",  # these three are for the admin, or a file that is no page
        "suggestion",
        "download",
    }
    own = {app.label for app in apps.get_app_configs() if app.name.split(".")[0] in ("forum", "posts", "comments")}
    quiet |= {"entry"}  # repeats the words of posts and comments for the index; no page shows it
    found = {model._meta.model_name for model in apps.get_models() if model._meta.app_label in own}
    assert found - quiet <= known
