"""The only writer of the list of tags: each change is one transaction, on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from forum.moderation import ledger, rules
from forum.moderation.models import Action
from forum.pagecache.models import move_edition
from forum.refusals import Conflict, NotAllowed
from forum.voices.actions import move_marks
from posts.models import Bearing, Post, Tag
from posts.tags import bearing

if TYPE_CHECKING:
    from forum.users.models import User


def add_tag(*, name: str, slug: str, description: str = "", by: User, reason: str = "") -> Tag:
    """Adds a tag to the list. Raises NotAllowed, or Conflict where the name or the address is taken."""
    _check(by)
    with transaction.atomic():
        tag = Tag(name=name, slug=slug, description=description)
        _save(tag)
        ledger.record(Action.Verb.ADD_TAG, actor=by, reason=reason, before={"tag": slug})
    return tag


def change_tag(*, tag: Tag, by: User, reason: str = "", **fields: Any) -> bool:
    """Gives a tag another ``name`` or ``description``, retires it or offers it again (``active``).

    Its address stays. The pages of all posts that bear it move when the name does. Returns whether anything changed.
    Raises NotAllowed, or Conflict where the name is taken or the tag was merged into another.
    """
    _check(by)
    with transaction.atomic():
        _hold(tag)
        [tag] = _locked(tag)
        before = {name: getattr(tag, name) for name, value in fields.items() if getattr(tag, name) != value}
        if not before:
            return False
        if "name" in before:
            _touch(tag)
        for name in before:
            setattr(tag, name, fields[name])
        _save(tag, *before)
        ledger.record(Action.Verb.CHANGE_TAG, actor=by, reason=reason, before={"tag": tag.slug, **before})
        move_edition()
    return True


def merge_tags(*, tag: Tag, into: Tag, by: User, reason: str = "") -> bool:
    """Gives whatever bears, follows or hides ``tag`` the tag ``into`` instead; its address leads there from now on.

    As many statements for one post as for all. Raises NotAllowed, or Conflict for a tag that was merged already.
    """
    _check(by)
    if tag.pk == into.pk:
        raise Conflict("A tag cannot be merged into itself. Choose another.")
    with transaction.atomic():
        _hold(tag)
        tag, into = _locked(tag, into)
        _touch(tag)
        both = Bearing.objects.filter(tag=into).values("post")
        Bearing.objects.filter(tag=tag).exclude(post__in=both).update(tag=into)
        Bearing.objects.filter(tag=tag).delete()
        move_marks(tag=tag, into=into)
        Tag.objects.filter(Q(pk=tag.pk) | Q(merged_into=tag)).update(merged_into=into, active=False, post_count=0)
        Tag.objects.filter(pk=into.pk).update(post_count=bearing.counted(into))
        ledger.record(Action.Verb.MERGE_TAG, actor=by, reason=reason, before={"tag": tag.slug, "into": into.slug})
    return True


def recount_tags(*, repair: bool = False) -> list[str]:
    """A sentence for each tag whose number of posts is wrong, put right where ``repair`` says so.

    A query a tag, and one more with the tag locked where it looks wrong.
    """
    wrong = []
    for looked_at in list(Tag.objects.order_by("pk").only("pk", "post_count")):
        if looked_at.post_count == bearing.counted(looked_at):
            continue
        pk = looked_at.pk
        with transaction.atomic():
            tag = Tag.objects.select_for_update().get(pk=pk)
            right = bearing.counted(tag)
            if tag.post_count != right:
                wrong.append(f"tag {tag.slug}: post_count is {tag.post_count}, ought to be {right}")
                if repair:
                    Tag.objects.filter(pk=pk).update(post_count=right)
    return wrong


def _locked(*tags: Tag) -> list[Tag]:
    """The rows, locked in the order in which a post locks them, so that nobody waits in a circle."""
    locked = bearing.locked(tag.pk for tag in tags)
    for found in locked.values():
        if found.merged_into_id is not None:
            raise Conflict(f"“{found.name}” was merged into another tag already.")
    return [locked[tag.pk] for tag in tags]


def _hold(tag: Tag) -> None:
    """Locks the posts that bear it, before the tag, as whoever changes a post does: else both wait for each other."""
    borne = Bearing.objects.filter(tag=tag).values("post")
    list(Post.objects.select_for_update().filter(pk__in=borne).order_by("pk").values_list("pk"))


def _touch(tag: Tag) -> None:
    """Says that the pages of all posts that bear it have changed. One statement."""
    Post.objects.filter(pk__in=Bearing.objects.filter(tag=tag).values("post")).update(**Post.moved())


def _save(tag: Tag, *fields: str) -> None:
    """Writes a tag whose name and address are free, and still are when they are written."""
    if not fields or "name" in fields:
        _check_free(tag)
    try:
        with transaction.atomic():
            tag.save(update_fields=fields or None)
    except IntegrityError:
        _check_free(tag)
        raise


def _check_free(tag: Tag) -> None:
    taken = Tag.objects.filter(Q(name__iexact=tag.name) | Q(slug=tag.slug)).exclude(pk=tag.pk or 0).first()
    if taken is not None:
        raise Conflict(f"There is a tag “{taken.name}” at /tags/{taken.slug}/ already. Choose another name or address.")


def _check(by: User) -> None:
    why_not = rules.why_not_moderate(by)
    if why_not:
        raise NotAllowed(why_not)
