"""Takes names off the archive and gives them back; what is kept for that does not hold the name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from comments import actions as comments
from comments import citing
from comments.models import Comment, Drawing
from forum.moderation import ledger, limits, naming, rules
from forum.moderation.actions import SUSPENSION_REASON
from forum.moderation.models import Action, NameRemoval, Outcome, Report, Rule
from forum.refusals import Conflict, NotAllowed
from forum.states import Format
from forum.text.redaction import Change, cased, change, instead_of, places, places_in_html, swaps
from forum.users.models import NAME_TAKEN_OFF, Person, User
from posts import actions as posts
from posts.models import Post

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from forum.users.models import Source


def request_name_removal(
    *, person: Person | None, name: str, address: str = "", contact: str = "", text: str = "", who: str
) -> NameRemoval:
    """Files a request to take a name off; ``who`` is whom the limit counts. Raises TooMany."""
    with transaction.atomic():
        limits.spend("name_removals", who)
        if person is not None:  # who may just have gone, with the last of their words, as their import is taken back
            person = _locked([person]).first()
        return NameRemoval.objects.create(person=person, name=name, address=address, contact=contact, text=text)


def refuse_name_removal(*, removal: NameRemoval, by: User, reason: str = "") -> bool:
    """Leaves the name where it is; returns whether anything changed."""
    _check(by)
    with transaction.atomic():
        removal = NameRemoval.objects.select_for_update().get(pk=removal.pk)
        if removal.outcome != Outcome.OPEN:
            return False
        _settle(removal, Outcome.REFUSED, by)
        ledger.record(
            Action.Verb.DISMISS, actor=by, person=removal.person, reason=reason, before={"removal": removal.pk}
        )
    return True


def take_name_off(
    *,
    removal: NameRemoval,
    name: str,
    persons: Sequence[Person],
    chosen: Iterable[str] = (),
    by: User,
    rule: Rule | None = None,
    reason: str = "",
) -> bool:
    """Grants a request: the name leaves these persons, the attributions that print it and the ``chosen`` places.

    ``chosen`` are keys of ``naming.mentions``. All pages that showed it move. Nothing keeps a copy but the words of
    members and places that were not chosen. Returns whether anything changed; raises Conflict when nothing would.
    """
    _check(by)
    chosen = set(chosen)
    with transaction.atomic():
        _hold_record(name, removal)
        removal = NameRemoval.objects.get(pk=removal.pk)
        if removal.outcome != Outcome.OPEN:
            return False
        if not persons and not chosen:
            raise Conflict("Choose the person whose name this is, or places where it stands.")
        threads = _threads(name, persons, _chosen(name, chosen))
        posts.lock_all(threads)
        found = _with_name(name, persons)
        places_chosen = _chosen(name, chosen)  # as they stand now that nobody else can change them
        if _threads(name, found, places_chosen) - threads:
            raise Conflict("An import has just brought more words with this name. Look at them and choose again.")
        for person in found:
            person.name, person.removed_at = "", timezone.now()
            person.save(update_fields=["name", "removed_at"])
        # Chosen places go with the first person of a source, and those of other sources by themselves; later ones
        # find the text as it is then.
        whose: list[Person | None] = [*found, None]
        for one in whose:
            at = places_chosen.pop(one.source, []) if one else list(chain.from_iterable(places_chosen.values()))
            at += naming.attributions(one, name) if one else []
            if not one and not at:
                continue
            ledger.record(
                Action.Verb.TAKE_NAME_OFF,
                actor=by,
                person=one,
                rule=rule,
                reason=_without(reason, name),
                before={"digest": Person.digest_of(name), **_black_out(at, name)},
            )
        for person in found:
            _show_again(person)
        _settle(removal, Outcome.GRANTED, by)
        _forget(name, removal)
    return True


def ask_again(*, action: Action, by: User, reason: str = "") -> bool:
    """Lets a request that was refused wait again; returns whether anything changed."""
    _check(by)
    with transaction.atomic():
        removal = NameRemoval.objects.select_for_update().get(pk=action.before["removal"])
        if removal.outcome != Outcome.REFUSED:
            return False
        removal.outcome, removal.decided_at, removal.decided_by = Outcome.OPEN, None, None
        removal.save(update_fields=["outcome", "decided_at", "decided_by"])
        ledger.record(Action.Verb.REOPEN_REPORTS, actor=by, person=action.person, reason=reason, undoes=action)
    return True


def give_name_back(*, action: Action, name: str, by: User, reason: str = "") -> bool:
    """Puts a name back wherever ``action`` took it off; ``name`` must be exactly the one that was.

    Raises Conflict when it is another name, or when a later decision about the same words still stands.
    """
    _check(by)
    if Person.digest_of(name) != action.before["digest"]:
        raise Conflict("That is not the name that was taken off. Type it exactly as it was printed.", field="name")
    with transaction.atomic():
        person = action.person
        marked = Comment.objects.filter(pk__in=action.before["comments"]).values_list("post", flat=True)
        posts.lock_all({*marked, *map(int, action.before["posts"]), *(_shown_on(person) if person else ())})
        _check_last(action)
        if person is not None:
            person = _locked([person]).get()
            person.name, person.removed_at = name, None
            person.save(update_fields=["name", "removed_at"])
        marks = {int(pk): at for pk, at in action.before["comments"].items()}
        formats = Comment.objects.filter(pk__in=marks).values_list("pk", "format")
        written = {pk: _as_in(name, form == Format.HTML) for pk, form in formats}
        comments.redact_all(changes={pk: _back(marks[pk], written[pk]) for pk in written})
        for pk, fields in action.before["posts"].items():
            post = Post.objects.get(pk=pk)
            changes = {field: _back(at, _as_in(name, _is_html(post, field))) for field, at in fields.items()}
            posts.redact(post=post, changes=changes)
        if person is not None:
            _show_again(person)
        ledger.record(Action.Verb.GIVE_NAME_BACK, actor=by, person=person, reason=_without(reason, name), undoes=action)
    return True


def _check(by: User) -> None:
    why_not = rules.why_not_moderate(by)
    if why_not:
        raise NotAllowed(why_not)


def _with_name(name: str, persons: Sequence[Person]) -> list[Person]:
    """The persons, locked, who must all still have this name."""
    found = _locked(persons)
    for person in found:
        if person.digest != Person.digest_of(name) or person.removed_at is not None:
            raise Conflict(f"Person {person.pk} does not have this name any more. Open the request again.")
    return list(found)


def _locked(persons: Iterable[Person]) -> QuerySet[Person]:
    """The persons, locked after the threads, as by imports; whoever only refers to one of them does not wait."""
    rows = Person.objects.select_for_update(no_key=True)
    return rows.filter(pk__in=[one.pk for one in persons]).order_by("pk")


def _sources(name: str) -> list[Source | None]:
    """The sources to search, as the desk does: those of all who are called so, or all at once (None)."""
    return list(dict.fromkeys(person.source for person in naming.persons_called(name))) or [None]


def _chosen(name: str, chosen: set[str]) -> dict[Source | None, list[naming.Place]]:
    """The chosen places by the source they were found in. Raises Conflict when one of them is not there."""
    if not chosen:
        return {}
    found = {
        source: [place for place in naming.mentions(name, source) if place.key in chosen] for source in _sources(name)
    }
    if chosen - {place.key for places in found.values() for place in places}:
        raise Conflict("Some of the places read otherwise by now. Look at them and choose again.")
    return found


def _threads(name: str, persons: Iterable[Person], chosen: dict[Source | None, list[naming.Place]]) -> set[int]:
    """Every thread that changes. Locked, two decisions cannot wait for each other, and nobody writes meanwhile."""
    at = [place for places in chosen.values() for place in places]
    at += [place for person in persons for place in naming.attributions(person, name)]
    return {_post_of(place.thing) for place in at}.union(*map(_shown_on, persons))


def _post_of(thing: Post | Comment) -> int:
    return thing.post_id if isinstance(thing, Comment) else thing.pk


def _black_out(at: list[naming.Place], name: str) -> dict[str, Any]:
    """Replaces the name at these places; returns where the marks stand, to put a name typed again there."""
    in_comments: dict[int, list[naming.Place]] = defaultdict(list)
    marks: dict[str, Any] = {"comments": {}, "posts": {}}
    for place in {place.key: place for place in at}.values():
        if isinstance(place.thing, Comment):
            in_comments[place.thing.pk].append(place)
        else:
            marks["posts"][place.thing.pk] = _black_out_post(place.thing, name)
    changes: dict[int, list[Change]] = {}
    for pk, found in in_comments.items():
        found.sort(key=lambda place: place.start)
        changes[pk] = [Change(one.start, one.end, _mark(one.words, _is_html(one.thing, "body"))) for one in found]
    for pk, starts in comments.redact_all(changes=changes).items():
        found = in_comments[pk]
        written = _as_in(name, _is_html(found[0].thing, "body"))
        marks["comments"][pk] = [
            [start, swaps(written, place.words)] for start, place in zip(starts, found, strict=True)
        ]
    return marks


def _black_out_post(post: Post, name: str) -> dict[str, list[Any]]:
    post = posts.locked(post.pk)
    spans = {
        "title": places(post.title, name),
        "body": naming.places_in(post, post.body, name),
        "html": places_in_html(post.html, name),
    }
    changes = {
        field: [Change(start, end, _mark(getattr(post, field)[start:end], _is_html(post, field))) for start, end in at]
        for field, at in spans.items()
    }
    starts = posts.redact(post=post, changes=changes)
    return {
        field: [
            [begin, swaps(_as_in(name, _is_html(post, field)), getattr(post, field)[start:end])]
            for begin, (start, end) in zip(starts[field], spans[field], strict=True)
        ]
        for field in spans
    }


def _is_html(thing: Post | Comment, field: str) -> bool:
    return field == "html" or (field == "body" and thing.format == Format.HTML)


def _mark(found: str, is_html: bool) -> str:
    return instead_of(found, NAME_TAKEN_OFF) if is_html else NAME_TAKEN_OFF


def _as_in(name: str, is_html: bool) -> str:
    """The name as a text writes it."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") if is_html else name


def _back(at: list[Any], name: str) -> list[Change]:
    return [Change(start, start + len(NAME_TAKEN_OFF), cased(name, different)) for start, different in at]


def _check_last(action: Action) -> None:
    """Marks are known by their offsets, so names that stood in the same words come back in reverse order."""
    later = Action.objects.filter(verb=Action.Verb.TAKE_NAME_OFF, pk__gt=action.pk, undone_by__isnull=True).values_list(
        "pk", "before"
    )
    for pk, before in later:
        if any(before[kind].keys() & action.before[kind].keys() for kind in ("comments", "posts")):
            raise Conflict(f"Another name was taken off the same words later (action {pk}). Give that one back first.")


def _show_again(person: Person) -> None:
    """Makes what shows the person's name anew: quotations of their comments, and every page with their byline.

    The threads are locked.
    """
    citing.rerender_quoting(Comment.objects.filter(person=person).order_by().values("pk"))
    threads = sorted(_shown_on(person))
    posts.touch(threads)
    Drawing.forget(threads)


def _shown_on(person: Person) -> set[int]:
    """The posts on whose pages the person's name stands."""
    on = [
        Post.objects.filter(Q(person=person) | Q(last_person=person)).values_list("pk", flat=True),
        Comment.objects.filter(person=person).order_by().values_list("post", flat=True).distinct(),
        Comment.objects.filter(quotations__quoted__person=person).values_list("post", flat=True).distinct(),
    ]
    return {pk for found in on for pk in found}


def _settle(removal: NameRemoval, outcome: Outcome, by: User) -> None:
    """Records the outcome; the address of whoever asked is not needed any more."""
    removal.outcome, removal.decided_at, removal.decided_by = outcome, timezone.now(), by
    removal.contact = ""
    removal.save(update_fields=["outcome", "decided_at", "decided_by", "contact"])


def _record(name: str, granted: NameRemoval) -> tuple[QuerySet[Action], QuerySet[NameRemoval]]:
    """What moderation itself may have written down about the name, in the order in which it is locked."""
    word = naming.longest_word(name)
    holding = Q(pk=granted.pk) | naming.in_any_case(word, "name", "text", "address")
    return (
        Action.objects.filter(naming.in_any_case(word, "reason", "before__reason")).order_by("pk"),
        NameRemoval.objects.filter(holding).order_by("pk"),
    )


def _hold_record(name: str, granted: NameRemoval) -> None:
    """Locks it before any thread: whoever undoes a decision, or decides another request, locks that first."""
    for rows in _record(name, granted):
        list(rows.select_for_update(no_key=True).values_list("pk"))


def _forget(name: str, granted: NameRemoval) -> None:
    """Takes the name out of what moderation itself has written down about it."""
    word, (actions, requests) = naming.longest_word(name), _record(name, granted)
    for removal in requests:
        if removal.pk == granted.pk or removal.name.casefold() == name.casefold():
            removal.name = ""
        removal.text = _without(removal.text, name)
        removal.address = _without(removal.address, name)[:500]
        removal.save(update_fields=["name", "text", "address"])
    for report in Report.objects.filter(naming.in_any_case(word, "text")).order_by("pk"):
        report.text = _without(report.text, name)
        report.save(update_fields=["text"])
    for action in actions:
        action.reason = _without(action.reason, name)
        if "reason" in action.before:  # of a suspension there was before, which an undo would write again
            action.before["reason"] = _without(action.before["reason"], name)
        action.save(update_fields=["reason", "before"])
    suspended = User.objects.select_for_update().filter(naming.in_any_case(word, "suspension_reason"))
    for member in suspended.order_by("pk"):
        member.suspension_reason = _without(member.suspension_reason, name)[:SUSPENSION_REASON]
        member.save(update_fields=["suspension_reason"])


def _without(text: str, name: str) -> str:
    return change(text, [Change(start, end, NAME_TAKEN_OFF) for start, end in places(text, name)]).text[:1_000]
