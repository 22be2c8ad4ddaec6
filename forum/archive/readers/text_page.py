"""Reads a saved article page as plain text: an article, then comments with attributions of one line."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from forum.archive import charsets, dates, keys
from forum.archive.items import Anomaly, Comment, Lines, Post, SavedFile, Stretch, Thread
from forum.archive.limits import MAX_ARTICLE_BYTES, MAX_BODY_BYTES, MAX_COMMENTS, MAX_TITLE, Refused
from forum.archive.readers import attributions, drafts
from forum.archive.readers.drafts import Draft
from forum.archive.readers.head import Head, Parts, find_head, find_parts
from forum.archive.readers.page import WHOLE_FILE, Page
from forum.archive.readers.registry import Guess, Reader


def recognise(head: bytes) -> Guess:
    """How far the beginning of a file looks like a saved page: text with lines that bear a date."""
    if head.lstrip()[:1] in (b"<", b"{", b"["):
        return Guess(0.0, "it begins like markup or JSON")
    if head.count(b"\0") > len(head) // 50 and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Guess(0.0, "it is no text")
    lines = charsets.glance(head).split("\n")
    dated = sum(dates.find(line) is not None or dates.is_relative(line) for line in lines)
    if dated == 0:
        return Guess(0.1, "it is text, but no line near its beginning bears a date")
    return Guess(min(0.9, 0.5 + dated / 20), f"it is text, with {dated} dated lines near its beginning")


def read(saved: SavedFile) -> Iterator[Thread]:
    """The one thread of the page; refuses what cannot be told apart. Time and memory grow with the file."""
    decoded = charsets.decode(saved.data)
    page = Page(decoded.text)
    _say_charset(page, decoded)
    head = find_head(page)
    notation = attributions.learn(page.lines, head.end)
    if len(notation.lines) > MAX_COMMENTS:
        raise Refused(f"The page has {len(notation.lines):,} comments; at most {MAX_COMMENTS:,} are read.")
    after = drafts.attributed_after(page, notation.lines)
    parts = find_parts(page, head, notation.lines[0].line, after=after)
    post = _post(page, head, parts)
    comments, quoted = _comments(page, notation.lines, parts, post.key, after=after)
    _say_lines(page, notation)
    _say_times(page, comments, post)
    yield Thread(
        post=post,
        comments=tuple(comments),
        notation=f"{notation.description}, on one line {'after' if after else 'before'} the text",
        attribution_lines=len(notation.lines),
        quoted_attributions=quoted,
        anomalies=tuple(sorted(page.anomalies, key=lambda anomaly: anomaly.line)),
        furniture=tuple(sorted(page.furniture, key=lambda stretch: stretch.lines)),
        leftover=tuple(page.leftover),
        line_count=len(page.lines),
        blank_lines=frozenset(n for n, line in enumerate(page.lines, 1) if not line.strip()),
    )


def _post(page: Page, head: Head, parts: Parts) -> Post:
    title = "" if head.title is None else " ".join(page.lines[head.title].split())
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


def _comments(
    page: Page, lines: Sequence[attributions.Attribution], parts: Parts, thread: str, *, after: bool
) -> tuple[list[Comment], int]:
    """The comments in page order, and the number of attributions that are quotations."""
    months_first = dates.month_first(line.date for line in lines)
    moments = [dates.moment(line.date, months_first=months_first) for line in lines]
    if after:
        made = drafts.split_after(page, lines, moments, parts.comments)
        _account_for_end(page, lines[-1])
    else:
        made = drafts.split_before(page, lines, moments)
    drafts.take_off_names(page, made)
    given = keys.StableKeys(thread)
    comments = [comment for draft in made if (comment := _finish(page, draft, given)) is not None]
    return comments, len(lines) - len(made)


def _account_for_end(page: Page, last: attributions.Attribution) -> None:
    if last.debris:
        line = (last.line + 1, last.line + 1)
        page.leftover.append(Stretch(line, "remains of a link after the last attribution"))
    page.set_aside(page.filled(last.line + 1, len(page.lines)), "footer")


def _finish(page: Page, draft: Draft, given: keys.StableKeys) -> Comment | None:
    """The comment of a draft, without the blank lines around it; None when it is over the limit."""
    text = page.text[draft.begin : draft.end]
    begin = draft.begin + _blank_lines_above(text)
    end = max(begin, draft.begin + len(text.rstrip()))
    body, lines, own = page.text[begin:end], _lines_of(page, draft, begin, end), draft.attribution
    if len(body.encode()) > MAX_BODY_BYTES:
        page.leftover.append(Stretch(lines, f"a comment of {len(body.encode()):,} bytes"))
        page.say(own.line, f"a comment of more than {MAX_BODY_BYTES:,} bytes", "not imported")
        return None
    if not body:
        page.say(own.line, "an attribution with no text", "kept as an empty comment")
    draft.key = given.key(author=own.name, printed=draft.told.printed, body=body)
    return Comment(
        key=draft.key,
        author=own.name,
        moment=draft.told,
        body=body,
        lines=lines,
        digest=keys.digest("\n".join(page.lines[lines[0] - 1 : lines[1]])),
        quotes=tuple(quote.within(begin, end) for quote in draft.quotes if quote.of.key),
    )


def _lines_of(page: Page, draft: Draft, begin: int, end: int) -> Lines:
    own = draft.attribution.line
    if begin >= end:
        return own + 1, own + 1
    return min(page.line_at(begin), own) + 1, max(page.line_at(end - 1), own) + 1


def _blank_lines_above(text: str) -> int:
    """Length of the blank lines at the beginning; blanks that indent the first line of text stay."""
    match = re.match(r"(?:[ \t]*\n)*", text)
    return match.end() if match else 0


def _say_charset(page: Page, decoded: charsets.Decoded) -> None:
    said: Final = (
        (decoded.encoding != "utf-8", f"not plain UTF-8 but {decoded.encoding}", "read as that"),
        (decoded.controls_removed, f"{decoded.controls_removed} control characters", "removed"),
        (decoded.not_decoded, f"{decoded.not_decoded} characters already lost (U+FFFD)", "kept as they are"),
        (decoded.mojibake_repaired, f"{decoded.mojibake_repaired} letters of a wrong charset", "repaired"),
        (decoded.bidi_controls, f"{decoded.bidi_controls} marks that turn the direction of writing", "kept"),
    )
    for holds, what, done in said:
        if holds:
            page.say_of_all(what, done)


def _say_lines(page: Page, notation: attributions.Notation) -> None:
    for number in notation.rejected:
        page.say(number, "looks like an attribution, but is part of a sentence", "left in the text around it")
    for line in notation.lines:
        if line.tail:
            page.say(line.line, f"“{line.tail[:60]}” after the attribution", "left out of the text")


def _say_times(page: Page, comments: Sequence[Comment], post: Post) -> None:
    if not any(comment.moment.zone for comment in comments):
        line = post.byline_lines[0] if post.byline_lines else WHOLE_FILE
        page.anomalies.append(Anomaly(line, "zone not stated", "times kept as printed, without an instant"))
    unread, early, latest = [], [], ""
    for comment in comments:
        local = comment.moment.local
        if not local:
            unread.append(comment.lines[1] - 1)
        elif local < latest[: len(local)]:
            early.append(comment.lines[1] - 1)
        else:
            latest = local
    page.say_of_each(unread, "a date that is none, or could be two", "dates that are none, or two", "kept as text")
    page.say_of_each(
        early,
        "earlier than what stands before it",
        "comments earlier than what stands before",
        "page order kept",
    )


READER: Final = Reader("text-page", "saved article page as plain text", recognise, read)
