"""Every component in every state, made of rows that are never stored, for the patterns page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.safestring import SafeString, mark_safe

from comments.forms import CommentForm
from comments.markup import thread_html
from comments.models import Comment
from comments.page import Page, Viewer
from comments.personal import Personal
from comments.threads import Node, Thread
from forum.drafts.models import Draft
from forum.drafts.views import Begun
from forum.history.versions import Version
from forum.moderation.models import Action, Rule
from forum.notices.models import Kind, Notice
from forum.pages import unhappy
from forum.pages.examples import examples
from forum.reading.news import Folds, News
from forum.states import State
from forum.text import diff, markdown, plain
from forum.text.quotations import Quoted
from forum.users.models import Person, Source, User
from forum.voices.listing import Entry
from forum.voices.markup import toggle
from posts import lists, pulse
from posts.forms import PostForm
from posts.models import Post, Revision
from posts.showing import shown_row

THEN = dt.datetime(2007, 3, 22, 18, 54, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 11, 22, 17, 2, tzinfo=dt.UTC)


def shown() -> dict[str, Any]:
    """What the patterns page shows."""
    made = Samples()
    return {
        "then": made.post(archived=True),
        "now": made.post(archived=False),
        "quotation": mark_safe(  # noqa: S308  sanitised by the renderer
            plain.render_article(
                "A paragraph.\n\nWords of another, set apart.\n\nWords of nobody named.",
                blocks=[plain.Block(1, 1, "the Gazette"), plain.Block(2, 2, None)],
            )
        ),
        "pulses": [pulse.shown(one) for one in _pulses()],
        "threads": made.threads(),
        "versions": _versions(),
        "notices": made.notices(),
        "entries": made.entries(),
        "form": _with_errors(CommentForm({"body": "", "token": "0" * 32})),
        "post_form": PostForm(),
        "empties": unhappy.empties(),
        "refused": unhappy.refused(),
        "drafts": made.drafts(),
        "examples": examples(),
        **made.finding(),
        "preview_html": mark_safe(markdown.render("A **preview** of words.", resolve=lambda _: None).html),  # noqa: S308
    }


class Samples:
    """Makes rows, each with a number of its own."""

    def __init__(self) -> None:
        self.number = 0
        self.source = Source(pk=1, key="gazette", name="The Gazette")
        self.source.provenance_note = "Saved copy of a page dated March 22, 2007."
        self.source.content_note = "Some comments are hostile. Kept as a record, not endorsed."
        self.person = Person(pk=1, source=self.source, name="driller")
        self.ann, self.ben = User(pk=1, username="Ann"), User(pk=2, username="Ben")

    def post(self, *, archived: bool) -> Post:
        """A post of either era."""
        made = Post(pk=1, title="A long title that is balanced over two lines", archived=archived, created_at=NOW)
        if archived:
            made.person, made.source = self.person, self.source
            made.printed_date, made.printed_at = "posted at 6:54 pm on March 22, 2007", "2007-03-22T18:54:00"
        else:
            made.author, made.revised_at = self.ann, NOW
        return made

    def finding(self) -> dict[str, Any]:
        """The line above a list, a row in it, and a link that was posted before."""
        row = self.post(archived=False)
        row.kind, row.answer_state = Post.Kind.QUESTION, State.PUBLISHED  # type: ignore[attr-defined]
        row.url = "https://www.example.org/gardens/walls"
        row.tag_pairs = [["gardens", "Gardens"], ["walls", "Walls"]]  # type: ignore[attr-defined]
        wanted = lists.Asked(order="top", within="week")
        return {"wanted": wanted, "row": shown_row(row), "earlier": [row], **lists.ways(wanted)}

    def comment(self, words: str, *, archived: bool = False, **fields: Any) -> Comment:
        """A comment of either era."""
        self.number += 1
        made = Comment(pk=self.number, archived=archived, body=words, created_at=THEN if archived else NOW)
        made.html = markdown.render(words, resolve=lambda _: None).html
        if archived:
            made.person, made.printed_date = self.person, "March 22, 2007 at 7:12 PM"
            made.printed_at = "2007-03-22T19:12:00"
        else:
            made.author = self.ben
        for name, value in fields.items():
            setattr(made, name, value)
        return made

    def drafts(self) -> list[Begun]:
        """Drafts: with words of another window beside them, and of a place that is gone."""
        two = Draft(pk=1, kind=Draft.Kind.REPLY, of=1, words={"body": "Words at the desk."}, updated_at=NOW)
        two.other, two.other_at = {"body": "Words on the phone."}, NOW
        gone = Draft(pk=2, kind=Draft.Kind.COMMENT, of=2, words={"body": "Words that stay."}, updated_at=NOW)
        place = self.post(archived=False)
        return [Begun(two, "Reply to", "driller", place, two.place.url), Begun(gone, "Comment")]

    def threads(self) -> list[tuple[str, SafeString]]:
        """Threads that show every state of a comment."""
        guest, member = Viewer(may_reply=True), Viewer(pk=2, may_reply=True, may_change=True, may_edit=True)
        moderator = Viewer(pk=3, moderates=True, may_reply=True, may_change=True, may_edit=True)
        return [
            ("Two eras, an inferred reply, and the divider", self._drawn(self._eras(), guest)),
            ("States, as a guest sees them", self._drawn(self._states(), guest)),
            ("States, as their author sees them", self._drawn(self._states(), member)),
            ("States, as a moderator sees them", self._drawn(self._states(), moderator)),
            ("Quotations: as it stands, changed since, never there, gone; and who quotes", self._quoting(guest)),
            ("Twelve levels deep", self._drawn([self._chain(12)], guest)),
            ("Voted up and saved, voted down, and muted, as a member sees them", self._weighed(moderator)),
            ("New since the last visit, and a branch that the member has folded", self._came_back(member)),
        ]

    def _weighed(self, viewer: Viewer) -> SafeString:
        up, down = self.comment("Voted up and saved.", score=12), self.comment("Voted down.", score=-3)
        by_ann = self.comment("By Ann, who is muted.", author=self.ann, reply_count=1)
        branch = self.comment("A muted branch.", reply_count=1)
        page = Page(post=self.post(archived=False), viewer=viewer)
        page.personal = Personal(votes={up.pk: 1, down.pk: -1}, marks={up.pk: {"saved"}, branch.pk: {"muted"}})
        page.personal.muted.add(1)
        muted = [_under(Node(said), Node(self.comment("An answer to it."))) for said in (by_ann, branch)]
        return thread_html(Thread([Node(up), Node(down), *muted]), page)

    def entries(self) -> list[Entry]:
        """Lines of a list of what a member saved or follows, one of them gone."""
        undo = SafeString(toggle("#main", ("Save", "Unsave"), on=True))
        kept = [
            Entry(undo, post=self.post(archived=True)),
            Entry(undo, comment=self.comment("Saved.", post=self.post(archived=False))),
        ]
        return [*kept, Entry(undo, member=self.ann), Entry(undo, gone="A comment removed by a moderator.")]

    def _came_back(self, viewer: Viewer) -> SafeString:
        nodes = [_under(Node(self.comment("Read before.", reply_count=1)), Node(self.comment("New."))) for _ in "ab"]
        nodes.append(Node(self.comment("New, and the last one.")))
        fresh = [nodes[0].replies[0].comment.pk, nodes[1].replies[0].comment.pk, nodes[2].comment.pk]
        folded = nodes[1].comment.pk
        page = Page(post=self.post(archived=False), viewer=viewer, news=News(kept=True, fresh=fresh, count=3))
        page.folds = Folds(closed={folded}, new={folded: 1})
        return thread_html(Thread(nodes), page)

    def _quoting(self, viewer: Viewer) -> SafeString:
        source = self.comment("Words that stand.", quoted_count=1, revised_at=NOW)
        many = self.comment("Words that many quote.", quoted_count=12)
        words = ("Words that stand.", "Words that stood.", "Words that never stood.", "Words that are gone.")
        later = NOW + dt.timedelta(days=1)
        known = [
            Quoted("Ann", "#main", number < 3, words="Words that stand.", edited_at=later if number == 1 else None)
            for number in range(4)
        ]
        body = "\n\n".join(f"> #c{number}\n> {said}" for number, said in enumerate(words, 1))
        html = markdown.render(body, resolve=lambda number: known[number - 1], written=NOW).html
        quoting = self.comment("", html=html)
        page = Page(post=self.post(archived=False), viewer=viewer, quoting={source.pk: [(quoting.pk, "Ben")]})
        return thread_html(Thread([Node(source), Node(many), Node(quoting)]), page)

    def notices(self) -> list[Notice]:
        """Notices of a reply, of a post and of a decision, read and unread."""
        post, said = self.post(archived=False), self.comment("Words that answer yours.")
        rule = Rule(title="Keep to the subject")
        decision = Action(verb=Action.Verb.HIDE, rule=rule, reason="It is about another thread.")
        return [
            Notice(kind=Kind.REPLY, post=post, comment=said, made_at=NOW),
            Notice(kind=Kind.MENTION, post=post, made_at=NOW, read_at=NOW),
            Notice(kind=Kind.DECISION, post=post, comment=said, action=decision, made_at=NOW),
        ]

    def _drawn(self, roots: list[Node], viewer: Viewer) -> SafeString:
        for rank, root in enumerate(roots, 1):
            root.rank, root.siblings = rank, len(roots)
        evidence = {
            node.comment.pk: "It repeats words of the comment by driller." for root in roots for node in root.walk()
        }
        return thread_html(Thread(roots), Page(post=self.post(archived=False), viewer=viewer, evidence=evidence))

    def _eras(self) -> list[Node]:
        old = Node(self.comment("Words from the archive, kept as they stood.", archived=True, reply_count=1))
        reply = self.comment("An answer that quotes them.", archived=True, parent_basis=Comment.Basis.QUOTE)
        return [_under(old, Node(reply)), Node(self.comment("Words written today.", author=self.ann))]

    def _states(self) -> list[Node]:
        nodes = [Node(self.comment(f"A comment that is {state.label}.", state=state)) for state in State]
        nodes.append(Node(self.comment("A comment that was edited.", revised_at=NOW)))
        nodes.append(Node(self.comment("A comment by somebody who has left.", author=None)))
        return [*nodes, Node(self.comment("A comment with more replies than the page holds.", reply_count=7))]

    def _chain(self, levels: int) -> Node:
        top = last = Node(self.comment("Level 1.", reply_count=1))
        for level in range(2, levels + 1):
            count = 1 if level < levels else 0
            last = _under(last, Node(self.comment(f"Level {level}.", reply_count=count))).replies[0]
        return top


def _under(parent: Node, reply: Node) -> Node:
    reply.parent, reply.depth, reply.rank, reply.siblings = parent, parent.depth + 1, 1, 1
    reply.comment.parent_id = reply.comment.branch = parent.comment.pk
    parent.replies.append(reply)
    return parent


def _versions() -> list[Version]:
    """One of each: what stands now, one that a moderator hid, and the first."""
    titles = ("The gate", "The old gate")
    old, new = "The gate stands open, as it did.", "The gate is shut. Nobody knows why."
    return [
        Version(
            revision=None,
            written_at=NOW,
            title=mark_safe(diff.as_html(diff.changes(*titles))),  # noqa: S308  escaped there
            body=mark_safe(diff.as_html(diff.changes(old, new))),  # noqa: S308  escaped there
        ),
        Version(revision=Revision(pk=2), written_at=NOW, hidden=True, withheld=True),
        Version(revision=Revision(pk=1), written_at=NOW, first=True, title=titles[0], body=old),
    ]


def _pulses() -> list[dict[str, Any]]:
    then = [THEN + dt.timedelta(minutes=number * number) for number in range(37)]
    now = [NOW + dt.timedelta(days=number) for number in (0, 1, 1, 4)]
    return [pulse.build({"then": then}), pulse.build({"then": then, "now": now}), pulse.build({"now": now[:1]})]


def _with_errors(form: forms.Form) -> forms.Form:
    form.full_clean()
    return form
