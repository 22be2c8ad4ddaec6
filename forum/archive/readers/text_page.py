"""Reads a saved article page as plain text: an article, then comments in the notation that the page repeats."""

import re
from collections.abc import Iterator
from typing import Final

from forum.archive import charsets, dates, keys
from forum.archive.items import Comment, Lines, Post, SavedFile, Stretch, Thread
from forum.archive.limits import MAX_ARTICLE_BYTES, MAX_BODY_BYTES, MAX_COMMENTS, MAX_TITLE, Refused
from forum.archive.readers import attributions, drafts, indentation, layout, replies, shapes, times
from forum.archive.readers.attributions import Notation
from forum.archive.readers.drafts import Draft
from forum.archive.readers.head import Head, Parts, find_gap, find_head, find_parts
from forum.archive.readers.head import title as title_of
from forum.archive.readers.page import Page
from forum.archive.readers.pairings import Attribution
from forum.archive.readers.registry import Guess, Reader

_LEAST_UNDATED: Final = 3
_MAIL: Final = re.compile(r"<[^<>]{1,200}>|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def recognise(head: bytes) -> Guess:
    """How far the beginning of a file looks like a saved page: text with lines that bear a date."""
    if head.lstrip()[:1] in (b"<", b"{", b"["):
        return Guess(0.0, "it begins like markup or JSON")
    if head.count(b"\0") > len(head) // 50 and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Guess(0.0, "it is no text")
    lines = charsets.glance(head).split("\n")
    dated = sum(dates.find(line) is not None or dates.is_relative(line) for line in lines)
    if dated:
        return Guess(min(0.9, 0.5 + dated / 20), f"it is text, with {dated} dated lines near its beginning")
    found = [one for number, line in enumerate(lines) if (one := shapes.read(number, line))]
    named = sum(one.says or one.uid for one in found if one.kind == "name")
    clocks = sum(one.kind == "date" and one.date is not None and one.date.is_clock for one in found)
    if max(named, clocks) < _LEAST_UNDATED:
        return Guess(0.1, "it is text, but no line near its beginning bears a date or says who wrote what follows")
    return Guess(0.5, f"it is text, with {named} lines that name an author and {clocks} times of day")


def read(saved: SavedFile) -> Iterator[Thread]:
    """The one thread of the page; refuses what cannot be told apart. Time and memory grow with the file."""
    decoded = charsets.decode(saved.data)
    page = Page(decoded.text)
    for what, done in decoded.odd:
        page.say_of_all(what, done)
    head = find_head(page)
    gap = find_gap(page, head)
    notation = attributions.learn(page.lines, head.end, gap)
    if len(notation.lines) > MAX_COMMENTS:
        raise Refused(f"The page has {len(notation.lines):,} comments; at most {MAX_COMMENTS:,} are read.")
    after = not (notation.split or notation.introduces) and drafts.attributed_after(page, notation, gap)
    parts = find_parts(page, head, notation.lines[0].line, after=after, gap=gap)
    post = _post(page, head, parts)
    made = _drafts(page, notation, post, parts, after=after)
    threaded = _find_parents(page, made)
    comments = _comments(page, made, post.key)
    _say_lines(page, notation)
    times.say(page, comments, post)
    side = "around" if notation.split else "after" if after else "before"
    yield Thread(
        post=post,
        comments=tuple(comment for comment in comments if comment.kind == "comment"),
        pings=tuple(comment for comment in comments if comment.kind != "comment"),
        notation=notation.description if notation.split else f"{notation.description} {side} the text",
        threaded=threaded,
        attribution_lines=len(notation.lines),
        quoted_attributions=len(notation.lines) - len(made),
        anomalies=tuple(sorted(page.anomalies, key=lambda anomaly: anomaly.line)),
        furniture=tuple(sorted(page.furniture, key=lambda stretch: stretch.lines)),
        leftover=tuple(page.leftover),
        line_count=len(page.lines) - page.text.endswith("\n"),
        blank_lines=frozenset(n for n, line in enumerate(page.lines, 1) if not line.strip()),
    )


def _post(page: Page, head: Head, parts: Parts) -> Post:
    title = title_of(page, head)
    if len(title) > MAX_TITLE:
        raise Refused(f"The first line has {len(title):,} characters; a title has at most {MAX_TITLE}.")
    article = parts.article
    body = "\n".join(page.lines[article.start : article.stop])
    if len(body.encode()) > MAX_ARTICLE_BYTES:
        raise Refused(f"The article has {len(body.encode()):,} bytes; at most {MAX_ARTICLE_BYTES:,} are read.")
    printed = head.moment.printed
    return Post(
        key=keys.digest("post", keys.normal_name(title), keys.normal_name(head.author), printed),
        title=title,
        author=head.author,
        moment=head.moment,
        body=body,
        lines=(article.start + 1, article.stop),
        title_line=None if head.title is None else head.title + 1,
        byline_lines=tuple(n + 1 for n in head.byline),
        claimed_comments=parts.claimed,
    )


def _drafts(page: Page, notation: Notation, post: Post, parts: Parts, *, after: bool) -> list[Draft]:
    """The comments in page order, cut out of the page and rid of what the layout printed around them."""
    lines = notation.lines
    moments = times.moments(page, [line.date for line in lines], near=post.moment.local)
    if notation.split:
        made = drafts.split_around(page, lines, moments)
    elif after:
        made = drafts.split_after(page, lines, moments, parts.comments)
        _account_for_end(page, lines[-1])
    else:
        made = drafts.split_before(page, lines, moments)
    layout.take_off(page, made)
    return made


def _find_parents(page: Page, made: list[Draft]) -> bool:
    """Set the parents that the page itself shows; whether it does."""
    named = replies.take_off_responses(page, made)
    places = indentation.places([draft.attribution for draft in made]) or []
    for draft, place in zip(made, places, strict=False):
        if place.unknown:
            page.say(draft.attribution.line, *indentation.UNKNOWN)
        elif place.parent is not None and draft.parent is None:
            draft.parent, draft.basis = made[place.parent], "indentation"
    return bool(places) or named > 1


def _comments(page: Page, made: list[Draft], thread: str) -> list[Comment]:
    given = keys.StableKeys(thread)
    for draft in made:
        begin, end = _edges(page, draft)
        draft.begin, draft.end = begin, end
        own = draft.attribution
        draft.key = given.key(author=own.name, printed=draft.told.printed, body=page.text[begin:end])
    return [comment for draft in made if (comment := _finish(page, draft)) is not None]


def _account_for_end(page: Page, last: Attribution) -> None:
    if last.debris:
        line = (last.line + 1, last.line + 1)
        page.leftover.append(Stretch(line, "remains of a link after the last attribution"))
    page.set_aside(page.filled(last.last + 1, len(page.lines)), "footer")


def _edges(page: Page, draft: Draft) -> tuple[int, int]:
    """Where the text of a draft begins and ends without the blank lines around it."""
    text = page.text[draft.begin : draft.end]
    begin = draft.begin + _blank_lines_above(text)
    return begin, max(begin, draft.begin + len(text.rstrip()))


def _finish(page: Page, draft: Draft) -> Comment | None:
    """The comment of a draft; None when it is over the limit."""
    body, lines, own = page.text[draft.begin : draft.end], _lines_of(page, draft), draft.attribution
    if len(body.encode()) > MAX_BODY_BYTES:
        page.leftover.append(Stretch(lines, f"a comment of {len(body.encode()):,} bytes"))
        page.say(own.line, f"a comment of more than {MAX_BODY_BYTES:,} bytes", "not imported")
        return None
    if not body:
        page.say(own.line, "an attribution with no text", "kept as an empty comment")
    return Comment(
        key=draft.key,
        author=own.name,
        moment=draft.told,
        body=body,
        lines=lines,
        digest=keys.digest("\n".join(page.lines[lines[0] - 1 : lines[1]])),
        source_id=own.source_id,
        parent=draft.parent.key if draft.parent else None,
        parent_basis=draft.basis,
        kind=own.kind,
        quotes=tuple(quote.within(draft.begin, draft.end) for quote in draft.quotes if quote.of.key),
        source=_source(page, lines, own),
    )


def _lines_of(page: Page, draft: Draft) -> Lines:
    own = draft.attribution
    stand = [own.line, own.last] + ([own.foot] if own.foot is not None else [])
    if draft.begin < draft.end:
        stand += [page.line_at(draft.begin), page.line_at(draft.end - 1)]
    return min(stand) + 1, max(stand) + 1


def _source(page: Page, lines: Lines, own: Attribution) -> str:
    """The lines of a comment; addresses of mail are left out of its attribution, as they are out of its name."""
    ours = {own.line, own.last, own.foot}
    texts = (page.lines[n] for n in range(lines[0] - 1, lines[1]))
    return "\n".join(
        _MAIL.sub("…", text) if number in ours else text for number, text in enumerate(texts, lines[0] - 1)
    )


def _blank_lines_above(text: str) -> int:
    """Length of the blank lines at the beginning; blanks that indent the first line of text stay."""
    match = re.match(r"(?:[ \t]*\n)*", text)
    return match.end() if match else 0


def _say_lines(page: Page, notation: attributions.Notation) -> None:
    for number in notation.rejected:
        page.say(number, "looks like an attribution, but is part of a sentence", "left in the text around it")
    page.say_of_each(
        list(notation.untaken),
        "dated like an attribution, but no name could be read beside it",
        "lines dated like attributions, beside which no name could be read",
        "taken for none",
    )
    for line in notation.lines:
        if line.tail:
            page.say(line.line, f"“{line.tail[:60]}” after the attribution", "left out of the text")


READER: Final = Reader("text-page", "saved article page as plain text", recognise, read)
