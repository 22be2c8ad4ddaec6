"""Words that no text holds: they say of an entry what it is, whose it is and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from comments.models import Comment
    from posts.models import Post

# § is no letter, so no word of a text begins with it, and the tokenizer of FTS5 keeps it because it is not ASCII.
EVERY: Final = "§e"
POST: Final = "§p"
COMMENT: Final = "§c"
THEN: Final = "§then"
NOW: Final = "§now"
STOP: Final = "§"  # between a title and a text, so that no phrase goes from one into the other


def thread(post_id: int) -> str:
    """Stands in everything of one thread."""
    return f"§t{post_id}"


def member(pk: int) -> str:
    """Stands in everything by one member."""
    return f"§m{pk}"


def person(pk: int) -> str:
    """Stands in everything by one person from an archive."""
    return f"§r{pk}"


def kind(name: str) -> str:
    """Stands in every post of one kind."""
    return f"§k{name}"


def of_comment(comment: Comment) -> list[str]:
    """The marks of a comment."""
    return [COMMENT, *_of_either(comment, comment.post_id)]


def of_post(post: Post) -> list[str]:
    """The marks of a post."""
    return [POST, kind(post.kind), *_of_either(post, post.pk)]


def _of_either(thing: Comment | Post, post_id: int) -> list[str]:
    marks = [EVERY, THEN if thing.archived else NOW, thread(post_id)]
    if thing.author_id is not None:
        marks.append(member(thing.author_id))
    if thing.person_id is not None:
        marks.append(person(thing.person_id))
    return marks
