"""Passages that are quoted: what the quotation says of its source, and what the source says of who quotes it."""

from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comments import citing, recounting
from comments.actions import add_comment, change_state, delete_comment
from comments.importing import ArchivedComment, ArchivedQuotation
from comments.models import Comment, Quotation
from comments.quoting import as_markdown, asked_quotation
from forum.refusals import NotAllowed
from forum.states import State
from forum.text import excerpt, markdown, plain
from forum.text.quotations import Quoted, is_in
from posts.actions import change_post_state, delete_post, update_imported_post
from posts.models import Post
from tests.history.conftest import older, rewrite, rewrite_post
from tests.making import LONG_AGO, import_comments, make_person, make_post, page_of, say, select, token

GONE = "hese words are not in the comment as it stands now."


def quote(post, author, of, words, more="Indeed."):
    """A comment that quotes ``words`` from comment ``of``, or from the post where that is None."""
    name = f"#c{of.pk}" if of else "#post"
    lines = "\n".join(f"> {line}" for line in words.splitlines())
    return say(post, author, f"> {name}\n{lines}\n\n{more}", parent=of)


def shown(client, comment) -> str:
    return page_of(client.get(comment.get_absolute_url())).text_content()


def html_of(comment) -> str:
    return Comment.objects.get(pk=comment.pk).html


def miscounted(post, *, repair=False) -> set[tuple]:
    """What the command that counts anew says of quotations."""
    found = recounting.recount(post.pk, repair=repair)
    return {(type(one.row), one.found, one.right) for one in found if one.field == "quoted_count"}


# ── What the quotation says ──────────────────────────────────────────────────


def test_a_quotation_of_the_article_leads_to_its_words(client, post, ben):
    reply = quote(post, ben, None, "The old gate stands open.")
    [source] = select(page_of(client.get(reply.get_absolute_url())), "blockquote.quote .quote-source a")
    assert source.text_content() == "The article"
    assert unquote(source.get("href")) == f"{post.get_absolute_url()}#words:~:text=The old gate stands open."
    assert Quotation.objects.get().quoted_post == post
    assert select(page_of(client.get(post.get_absolute_url())), "#words")


def test_a_passage_is_found_whatever_its_blanks_its_marks_and_what_it_leaves_out(post, ann, ben):
    comment = say(
        post, ann, "A *long*   walk\nthrough [the gate](https://example.org/), and back, and on.\n\nThen home."
    )
    for words in (
        "A long walk through the gate",
        "long walk\nthrough **the gate**",
        "A long walk … and back",
        "and on.\n\nThen home.",
        "A long walk [...] home.",
    ):
        assert "quote-note" not in quote(post, ben, comment, words, more=words).html, words


@pytest.mark.parametrize("words", ["A short walk", "Then home. A long walk", "A long walk \\* through"])
def test_words_that_were_never_there_are_told(post, ann, ben, words):
    comment = say(post, ann, "A *long* walk through the gate.\n\nThen home.")
    note = quote(post, ben, comment, words).html
    assert f"T{GONE}" in note
    assert "Changed since" not in note


def test_a_source_that_changes_later_is_told_and_so_is_its_change_back(client, post, comment, ann):
    reply = quote(post, ann, comment, "through the gate")
    assert "quote-note" not in reply.html
    rewrite(comment, "I walked round the wall at dawn.")
    [note] = select(page_of(client.get(reply.get_absolute_url())), ".quote-note")
    assert note.text_content() == f"Changed since: t{GONE}"
    [way] = select(page_of(client.get(reply.get_absolute_url())), ".quote-note a")
    assert "gate" in client.get(way.get("href")).content.decode()
    rewrite(comment, "I walked through the gate at dawn, and on.")
    assert "quote-note" not in html_of(reply)


def test_an_edit_of_other_words_says_nothing(post, comment, ann):
    reply = quote(post, ann, comment, "through the gate")
    rewrite(comment, "I walked through the gate at noon.")
    assert "quote-note" not in html_of(reply)


def test_a_post_that_changes_later_is_told(client, post, ben):
    reply = quote(post, ben, None, "The old gate")
    rewrite_post(post, body="The new gate stands open.")
    note = select(page_of(client.get(reply.get_absolute_url())), ".quote-note")[0].text_content()
    assert note == "Changed since: these words are not in the article as it stands now."
    better = Post.objects.get()
    assert update_imported_post(post=better, html="<p>The old gate stands open.</p>")
    assert "quote-note" not in html_of(reply)


def test_each_of_many_quotations_is_held_against_its_own_source(post, ann, ben):
    first, second = say(post, ann, "One apple."), say(post, ann, "Two pears.")
    body = f"> #c{first.pk}\n> One apple.\n>\n> > #c{second.pk}\n> > Two plums.\n\nNo.\n\n> #post\n> The old gate"
    html = say(post, ben, body).html
    assert html.count("quote-note") == 1
    assert html.index("Two plums") > html.index("quote-note") > html.index("One apple")


def test_what_one_quotes_of_another_is_not_ones_own(post, ann, ben):
    source = say(post, ann, "The marker words.")
    between = quote(post, ben, source, "The marker words.")
    asked = asked_quotation(Comment.objects.get(pk=between.pk), {"quote": "The marker words."})
    assert "marker" not in asked
    assert "Indeed." in asked
    assert f"T{GONE}" in quote(post, ann, between, "The marker words.").html


def test_archived_words_are_found_as_they_are_read(post, ben):
    old = make_post(archived=True, created_at=LONG_AGO)
    body = "It was   a *cold*\nday & <b>wet</b>.\n\n1) So they said"
    found = [ArchivedComment(person=make_person(), created_at=LONG_AGO, body=body)]
    [comment] = import_comments(post=old, found=found)
    whole = asked_quotation(comment, {"quote": "1"})
    assert "quote-note" not in say(old, ben, f"{whole}Yes.").html
    passage = asked_quotation(comment, {"quote": "a *cold* day & <b>wet</b>."})
    html = say(old, ben, f"{passage}Yes.").html
    assert "quote-note" not in html
    assert "a *cold* day &amp; &lt;b&gt;wet&lt;/b&gt;." in html


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab1.)-+=*_~`#>&;<[]()!\\:/ \n", max_size=60) | st.text(max_size=60))
def test_any_plain_words_quoted_whole_are_in_their_source(words):
    """The Markdown that quotes them shows just these words."""
    source = plain.render(words, resolve=lambda _: None).html
    lines = "\n".join(f"> {line}" for line in as_markdown(words).splitlines())
    known = Quoted("driller", "/", True, words=excerpt.own(source))
    html = markdown.render(f"> #c1\n{lines}\n", resolve=lambda _: known).html
    assert "quote-note" not in html


def test_nothing_is_found_where_a_piece_is_missing():
    assert is_in(["one … three", "four"], "one two three four")
    assert not is_in(["one … five"], "one two three four")


# ── What the source says ─────────────────────────────────────────────────────


def test_the_source_names_who_quotes_it_with_the_way_there(client, post, comment, ann):
    reply = quote(post, ann, comment, "through the gate")
    page = page_of(client.get(post.get_absolute_url()))
    [line] = [one for one in select(page, f"#c{comment.pk} p.answers") if "Quoted" in one.text_content()]
    assert line.text_content() == "Quoted in 1: ann"
    assert line.find("a").get("href") == f"#c{reply.pk}"
    alone = page_of(client.get(f"/comments/{comment.pk}/quotations/"))
    assert "through the gate" in select(alone, "blockquote.quote")[0].text_content()
    assert "Indeed" not in alone.text_content()


def test_a_source_of_many_quotations_leads_to_a_page_of_them(client, post, comment, ann):
    for number in range(6):
        quote(post, ann, comment, "through the gate", more=f"Number {number}.")
    page = page_of(client.get(post.get_absolute_url()))
    [link] = select(page, f"#c{comment.pk} p.answers a[href='/comments/{comment.pk}/quotations/']")
    assert link.text == "6"
    assert len(select(page_of(client.get(link.get("href"))), "ul.items > li")) == 6


def test_the_article_says_how_often_it_is_quoted(client, post, ben, mod):
    quote(post, ben, None, "The old gate")
    reply = quote(post, ben, None, "stands open", more="More.")
    page = page_of(client.get(post.get_absolute_url()))
    [link] = [one for one in select(page, ".post-actions a") if one.get("href").endswith("/quotations/")]
    assert link.text == "Quoted in 2"
    assert "stands open" in client.get(link.get("href")).content.decode()
    change_state(comment=reply, to=State.REMOVED, by=mod)
    assert "Quoted in 1" in client.get(post.get_absolute_url()).content.decode()
    assert "stands open" not in page_of(client.get(link.get("href"))).text_content()


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_only_what_everyone_reads_counts(state, client, post, comment, ann, mod):
    reply = quote(post, ann, comment, "through the gate")
    if state == State.DELETED:
        delete_comment(comment=reply, by=ann)
    else:
        change_state(comment=reply, to=state, by=mod)
    assert Comment.objects.get(pk=comment.pk).quoted_count == 0
    assert "Quoted in" not in client.get(post.get_absolute_url()).content.decode()
    assert "Nobody quotes it." in client.get(f"/comments/{comment.pk}/quotations/").content.decode()
    assert not miscounted(post)
    change_state(comment=Comment.objects.get(pk=reply.pk), to=State.PUBLISHED, by=mod)
    assert Comment.objects.get(pk=comment.pk).quoted_count == 1


def test_an_edit_moves_the_count(post, comment, ann):
    other = say(post, ann, "Another gate.")
    reply = older(quote(post, ann, comment, "through the gate"))
    rewrite(reply, f"> #c{other.pk}\n> Another gate.\n\n> #post\n> The old gate")
    counts = dict(Comment.objects.values_list("pk", "quoted_count"))
    assert (counts[comment.pk], counts[other.pk], Post.objects.get().quoted_count) == (0, 1, 1)
    assert not miscounted(post)


def test_wrong_counts_are_found_and_put_right(post, comment, ann):
    quote(post, ann, comment, "through the gate")
    Comment.objects.filter(pk=comment.pk).update(quoted_count=7)
    Post.objects.update(quoted_count=3)
    found = miscounted(post, repair=True)
    assert found == {(Comment, 7, 1), (Post, 3, 0)}
    assert not miscounted(post)


def test_an_archives_own_quotations_count_and_are_not_cut_up_on_another_page(client, db):
    old = make_post(archived=True, created_at=LONG_AGO)
    said = ArchivedQuotation(of=0, start=0, end=10)
    people = [make_person("Ruth"), make_person("Limerick")]
    import_comments(
        post=old,
        found=[
            ArchivedComment(person=people[0], created_at=LONG_AGO, body="Old words."),
            ArchivedComment(person=people[1], created_at=LONG_AGO, body="Old words. And mine.", quotations=(said,)),
        ],
    )
    first = Comment.objects.earliest("position")
    assert first.quoted_count == 1
    assert not miscounted(old)
    page = page_of(client.get(f"/comments/{first.pk}/quotations/"))
    assert "Limerick" in page.text_content()
    assert "And mine" not in page.text_content()
    assert "Old words" not in page.text_content()


# ── What goes when the source goes ───────────────────────────────────────────


@pytest.mark.parametrize("state", [State.HIDDEN, State.REMOVED, State.HELD, State.DELETED])
def test_the_words_of_a_post_go_from_its_quotations_with_it(state, client, post, ben, ann, mod):
    reply = quote(post, ben, None, "The old gate stands open.")
    if state == State.DELETED:
        delete_post(post=post, by=ann)
    else:
        change_post_state(post=post, to=state, by=mod)
    assert "old gate" not in html_of(reply)
    assert "A quotation of the post, which is no longer shown." in html_of(reply)
    change_post_state(post=post, to=State.PUBLISHED, by=mod)
    assert "old gate" in html_of(reply)


def test_the_words_of_a_removed_comment_are_on_no_page_of_who_quotes_it(client, post, comment, ann, mod):
    reply = quote(post, ann, comment, "through the gate at dawn")
    quote(post, ann, reply, "Indeed.")
    change_state(comment=comment, to=State.REMOVED, by=mod)
    for path in (reply.get_absolute_url(), f"/comments/{reply.pk}/quotations/", f"/comments/{reply.pk}/history/"):
        assert "at dawn" not in client.get(path).content.decode()
    assert client.get(f"/comments/{comment.pk}/quotations/").status_code == 404


def test_a_post_that_is_not_shown_cannot_be_quoted(post, ben, mod):
    change_post_state(post=post, to=State.HIDDEN, by=mod)
    with pytest.raises(NotAllowed):
        add_comment(post=post, author=ben, body="> #post\n> The old gate", token=token())


# ── What it costs ────────────────────────────────────────────────────────────


def test_who_quotes_costs_one_query_a_page(client, doubling, post, comment, ann):
    quote(post, ann, comment, "through the gate")

    def more():
        for number in range(5):
            other = say(post, ann, f"Words {number}.")
            quote(post, ann, other, f"Words {number}.", more=f"Yes {number}.")

    doubling(lambda: client.get(post.get_absolute_url()), more, at_most=5)


def test_a_page_without_quotations_asks_nothing_of_them(client, count_queries, post, comment):
    queries = count_queries(lambda: client.get(post.get_absolute_url()))
    assert not [sql for sql in queries if "quotation" in sql]


def test_a_thousand_quotations_are_drawn_again_in_few_statements(post, comment, ann, count_queries):
    reply = quote(post, ann, comment, "through the gate")
    rows = [
        Comment(
            post=post, author=ann, body=reply.body, html=reply.html, created_at=reply.created_at, instant=reply.instant,
            position=1000 + number,
        )
        for number in range(1000)
    ]  # fmt: skip
    made = Comment.objects.bulk_create(rows)
    Quotation.objects.bulk_create(Quotation(comment=row, quoted=comment) for row in made)
    queries = count_queries(lambda: rewrite(comment, "I walked round the wall."))
    assert len(queries) < 80
    assert Comment.objects.filter(html__contains="Changed since").count() == 1001


def test_the_worker_draws_what_an_act_cannot_wait_for(post, comment, ann, queue, monkeypatch):
    monkeypatch.setattr(citing, "AT_ONCE", 2)
    monkeypatch.setattr(citing, "LATER", 2)
    monkeypatch.setattr(citing, "BATCH", 1)
    replies = [quote(post, ann, comment, "through the gate", f"Indeed, {number}.") for number in range(7)]
    queue()
    rewrite(comment, "I walked round the wall.")
    changed = Comment.objects.filter(html__contains="Changed since").order_by("-pk")
    assert list(changed) == replies[:-3:-1]  # the latest are those that somebody reads now
    version = Post.objects.get(pk=post.pk).version
    queue()
    assert list(changed.all()) == replies[::-1]
    assert Post.objects.get(pk=post.pk).version == version + 5


# ── How a quotation begins ───────────────────────────────────────────────────


def box(client, address, **asked) -> str:
    return select(page_of(client.get(address, asked)), "textarea")[0].text.strip()


def test_a_passage_of_the_address_is_ready_in_the_box(sign_in, post, comment, ann):
    address = f"/comments/{comment.pk}/reply/"
    words = box(sign_in(ann), address, quote="the gate\n at  dawn")
    assert words.splitlines() == [f"> #c{comment.pk}", "> the gate", ">", "> at  dawn"]
    assert "quote-note" not in say(post, ann, f"{words}\n\nYes.").html


@pytest.mark.parametrize("asked", ["1", "words that are not there", "x" * 2001])
def test_anything_else_becomes_the_whole_comment(sign_in, comment, ann, asked):
    words = box(sign_in(ann), f"/comments/{comment.pk}/reply/", quote=asked)
    assert words == f"> #c{comment.pk}\n> I walked through the gate at dawn."


def test_paragraphs_of_an_article_are_chosen_without_a_script(sign_in, ben):
    quoted = "<figure><blockquote><p>Three.</p></blockquote><figcaption>CNN</figcaption></figure>"
    post = make_post(None, body="", html=f"<p>One *star*.</p><p>Two<br>lines.</p>{quoted}")
    browser = sign_in(ben)
    page = page_of(browser.get(f"/posts/{post.pk}/quote/"))
    assert [one.text_content().strip() for one in select(page, "form.form label")] == [
        "One *star*.",
        "Two lines.",
        "Three.",
    ]
    chosen = browser.get(f"/posts/{post.pk}/quote/", {"paragraph": ["1", "3"], "chosen": "1"})
    assert chosen["Location"] == f"/posts/{post.pk}/comment/?paragraph=1&paragraph=3"
    words = box(browser, f"/posts/{post.pk}/comment/", paragraph=["1", "3", "99", "x", "\u0661"])
    assert words.splitlines() == ["> #post", "> One \\*star\\*.", ">", "> Three."]
    assert "quote-note" not in say(post, ben, f"{words}\n\nYes.").html


def test_one_is_asked_to_choose_a_paragraph_first(sign_in, ben, post):
    browser = sign_in(ben)
    assert "Choose a paragraph first" not in browser.get(f"/posts/{post.pk}/quote/").content.decode()
    assert "Choose a paragraph first" in browser.get(f"/posts/{post.pk}/quote/?chosen=1").content.decode()


def test_a_passage_of_an_article_is_ready_in_the_box(sign_in, post, ben):
    words = box(sign_in(ben), f"/posts/{post.pk}/comment/", quote="old gate")
    assert words.splitlines() == ["> #post", "> old gate"]


def test_the_page_of_paragraphs_says_why_one_may_not_quote(sign_in, post, ben, mod):
    Post.objects.filter(pk=post.pk).update(locked_at=LONG_AGO)
    assert "This thread is locked." in sign_in(ben).get(f"/posts/{post.pk}/quote/").content.decode()
    empty = make_post(None, html="")
    assert "There are no words to quote." in sign_in(ben).get(f"/posts/{empty.pk}/quote/").content.decode()
