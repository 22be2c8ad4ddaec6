"""The thread as a screen reader finds it: Chromium's own tree of what it tells assistive software."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from comments.models import Comment
from posts.models import Post
from tests.browser import OpenPage

Node = dict[str, Any]
BODIES = {"paragraph", "blockquote", "article"}


class Tree:
    """The accessibility tree of an open page."""

    def __init__(self, page) -> None:
        nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        self.nodes: dict[str, Node] = {node["nodeId"]: node for node in nodes}
        self.root = nodes[0]

    def of_role(self, role: str) -> list[Node]:
        """In the order in which they are read."""
        return [node for node in self.below(self.root) if not node["ignored"] and node["role"]["value"] == role]

    def above(self, node: Node) -> Iterator[Node]:
        while node.get("parentId"):
            node = self.nodes[node["parentId"]]
            if not node["ignored"]:
                yield node

    def below(self, node: Node) -> Iterator[Node]:
        for child in node.get("childIds", []):
            if child in self.nodes:
                yield self.nodes[child]
                yield from self.below(self.nodes[child])

    def named(self, node: Node) -> str:
        # Chromium puts a blank where a box begins, which nobody hears before a comma.
        return " ".join(str(node.get("name", {}).get("value", "")).split()).replace(" ,", ",")


def level_of(comment: Comment) -> int:
    level = 1
    while comment.parent is not None:
        comment, level = comment.parent, level + 1
    return level


def spoken(comment: Comment) -> str:
    """What the heading of a comment must say, from the rows alone."""
    siblings = list(comment.post.comments.filter(parent=comment.parent).order_by("created_at", "position"))
    place = f"level {level_of(comment)}, {siblings.index(comment) + 1} of {len(siblings)}"
    if comment.parent is None:
        return f"Comment by {comment.byline.name}, {place}"
    return f"Reply by {comment.byline.name} to {comment.parent.byline.name}, {place}"


@pytest.mark.parametrize("scripts", [False, True])
def test_every_comment_of_the_seed_thread_is_spoken_with_its_place(open_page: OpenPage, ann, scripts: bool) -> None:
    call_command("load_fixture", verbosity=0)
    post = Post.objects.get()
    tree = Tree(open_page(post.get_absolute_url(), scripts=scripts, user=ann if scripts else None))
    headings = [node for node in tree.of_role("heading") if level(node) == 3]
    comments = in_page_order(post)
    assert [tree.named(node) for node in headings] == [spoken(comment) for comment in comments]
    assert len(comments) == 41
    for node, comment in zip(headings, comments, strict=True):
        around = [above["role"]["value"] for above in tree.above(node)]
        assert around.count("list") == around.count("listitem") == level_of(comment)
        assert not {below["role"]["value"] for below in tree.below(node)} & BODIES
        assert len(tree.named(node)) < 120, "a heading says who and where, and nothing of what was said"
        item = next(above for above in tree.above(node) if above["role"]["value"] == "listitem")
        first = next(below for below in tree.below(item) if below["role"]["value"] == "heading")
        assert first is node, "one heading a comment, before anything else of it"
        links = [tree.named(below) for below in tree.below(item) if below["role"]["value"] == "link"]
        assert comment.parent is None or "Parent" in links, "the ways on are told though nobody sees them"
        assert "Next new" not in links, "nothing is new at the first visit"


def level(node: Node) -> int:
    return next(one["value"]["value"] for one in node["properties"] if one["name"] == "level")


def in_page_order(post: Post) -> list[Comment]:
    """By the parents alone, written without the code that draws the page."""
    found = list(post.comments.select_related("person", "parent__person").order_by("created_at", "position"))
    order: list[Comment] = []

    def put(parent: int | None) -> None:
        for comment in found:
            if comment.parent_id == parent:
                order.append(comment)
                put(comment.pk)

    put(None)
    return order


@pytest.mark.django_db
def test_ways_on_lead_to_the_parent_the_sibling_and_the_next_branch(client, post, ann):
    from tests.making import page_of, say, select

    top, other = say(post, ann, "One."), say(post, ann, "Two.")
    first, second = say(post, ann, "Reply one.", top), say(post, ann, "Reply two.", top)
    page = page_of(client.get(post.get_absolute_url()))

    def onward(comment: Comment) -> dict[str, str]:
        [ways] = select(page, f"#c{comment.pk} > .ways") or select(page, f"#c{comment.pk} > article > .ways") or [None]
        if ways is None:
            [ways] = select(page, f"#c{comment.pk} > details > article > .ways")
        return {link.text_content(): link.get("href") for link in ways}

    assert onward(top) == {"Next top-level": f"#c{other.pk}"}
    assert onward(first) == {
        "Parent": f"#c{top.pk}",
        "Next sibling": f"#c{second.pk}",
        "Next top-level": f"#c{other.pk}",
    }
    assert onward(second) == {"Parent": f"#c{top.pk}", "Next top-level": f"#c{other.pk}"}
    assert not select(page, f"#c{other.pk} .ways")
    flat = page_of(client.get(post.get_absolute_url() + "?view=flat"))
    assert not select(flat, ".ways")
    assert not re.search(r"level \d", " ".join(h.text_content() for h in select(flat, "h3")))


@pytest.mark.django_db
def test_a_permalink_says_the_level_in_the_thread(client, post, ann):
    from tests.making import page_of, say, select

    top = say(post, ann, "One.")
    reply = say(post, ann, "Two.", top)
    say(post, ann, "Three.", reply)
    page = page_of(client.get(reply.get_absolute_url()))
    headings = [" ".join(h.text_content().split()) for h in select(page, "h3")]
    assert headings == ["Reply by ann to ann, level 2", "Reply by ann to ann, level 3, 1 of 1"]
    assert select(page, f'a[href="/comments/{top.pk}/"]')[-1].text_content() == "Parent"
