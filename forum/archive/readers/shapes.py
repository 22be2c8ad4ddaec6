"""The forms of a line that may be an attribution or a half of one, as a table, and the line read by them."""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

from forum.archive import dates
from forum.archive.dates import Printed
from forum.archive.limits import MAX_NAME

Kind = Literal["whole", "date", "name"]

_NAME_WORDS: Final = 8
_LONG_NAME_WORDS: Final = 20
"""A name may be the title of another page, as trackbacks have it: after "by", or where nothing else can stand."""
_LONGEST_PART: Final = 200
_FEW_WORDS: Final = 3
_TAB: Final = 4
_DATE: Final = "\0"
"""Stands for the date in the forms; the text of a file has no such character left."""

_BULLET = r"[ \t]*(?:[*\u2022\u2013\u2014\u00bb-]{1,3}[ \t]+)?"
_NO_NUMBER = rf"{_BULLET}(?P<number>(?!))?"
_NUMBER = (
    rf"{_BULLET}"
    r"(?:(?:(?:comment|reply|post|no\.)[ \t]*)?[\#(\[]*(?P<number>\d{1,5})"
    r"(?:[.):\]](?!\d)[ \t]*|[ \t]+)(?=\S))?"
)
_VERB = (
    r"(?:posted|written|submitted|sent|left|made|added|comment(?:ed)?|reply|review|response|pingback|trackback"
    r"|geschrieben|verfasst|kommentar|escrito|publicado|comentario|publié|écrit|commentaire|scritto|inviato)"
)
_BY = (
    rf"(?:(?:{_VERB}[ \t]+(?:by|from|von|par|por|da|door)|by|von|par|por)[ \t]*:?[ \t]+|{_VERB}[ \t]*:[ \t]*"
    r"|(?:name|author|user|from|autor|auteur)[ \t]*:[ \t]*)"
)
_SAYS = (
    r"(?:(?:has[ \t]+)?(?:said|says|wrote|writes|written|commented|comments|replied|replies|adds|added|responded)"
    r"|asks|asked|sagte?|schrieb|schreibt|meinte?|(?:a[ \t]+)?(?:dit|écrit)|dice|dijo|escribió"
    r"|ha[ \t]+(?:dicho|detto|scritto)"
    r"|scrive|disse|diz|zegt|zei|schreef|schrijft)"
)
_IN_REPLY = r"(?:[ \t]+in[ \t]+(?:reply|response)[ \t]+to[ \t]+[^\0]{1,60}?)?"
_SAYS_MARK = r"(?::|\.\.\.|\u2026|,)"
_MARK = r"[|\u2022\u00b7\u2014\u2013,:;@/\u00bb(\[-]"
_LINK_WORDS = rf"(?:on|at|am|le|el|il|op|posted|date|{_SAYS})"
# In both, each word and mark is read once and for all, and a colon after a word is a mark of its own: a line of them
# would be read in twice as many ways for each one more. (Python before 3.11.5 is not to be trusted with `*+`.)
_SEPARATOR = rf"(?P<separator>(?>(?:[ \t]*{_MARK}|[ \t]+[~=]{{1,3}}(?=[ \t])|[ \t]+{_LINK_WORDS}\b)*)[ \t]*)"
_NO_NAME = (
    r"(?>(?:(?:posted|written|submitted|commented|updated|published|said|added|sent|created|date|time|gepostet|publié"
    r"|publicado|on|at|am|le|el|il|op|the|den)\b|[|\u2022\u00b7\u2014\u2013,:@/(\[-]|[ \t])*)"
)
_NAME = r"(?P<name>[^\0\s](?:[^\0]*?[^\0\s])??)"


@dataclass(frozen=True, slots=True)
class Form:
    """One manner in which a line says who wrote a comment, or when, or both."""

    kind: Kind
    pattern: re.Pattern[str]


def _form(kind: Kind, pattern: str) -> Form:
    return Form(kind, re.compile(pattern, re.IGNORECASE | re.DOTALL))


_BUTTONS: Final = (
    r"[|\u2022\u00b7()\[\]#/\u2191\u2193\u00b6\u221e\u25b2\u25bc+\u2212-]",
    r"\d{1,6}(?: (?:likes?|points?|votes?|people like this|replies))?",
    r"repl(?:y|ies)(?: to this)?(?: comment)?|responder|antworten|répondre|quote|cite|edit|delete|remove|hide|share",
    r"(?:log in|login|sign in|register)(?: or \w+)? to (?:reply|comment|rate|post|vote)(?: \w+){0,2}",
    r"perma(?:nent )?link|(?:comment )?link|link to (?:this )?comment|report(?: abuse| spam| user)?|flag(?: as \w+)?",
    r"(?:share|report|flag|hide|like|rate|recommend) (?:this|comment)(?: comment)?|tweet|likes?|dislikes?|unlike",
    r"up|down|top|back to top|parent|thumbs? (?:up|down)|votes?(?: (?:up|down))?|rate|rating|recommend(?:ed)?(?: \d+)?",
    r"(?:rate|vote) (?:this|up|down)\b.{0,30}|mark as \w+|was this .{1,30}\?|via \w+|collapse|expand|close",
    r"view profile|profile|website|homepage|e-?mail|author|click (?:here )?to .{1,40}|like or dislike.{0,40}",
    r"replydelete|deletereply|(?:\d{1,6} )?recs?|actions|offline|online|loading|score|(?:not )?helpful",
)
_NAMES_NOBODY: Final = re.compile(_NO_NAME, re.IGNORECASE)
_BUTTON: Final = re.compile(rf"(?:{'|'.join(_BUTTONS)})[ \t.:,!?]*", re.IGNORECASE)
_CLOSING: Final = re.compile(r"[ \t.:|,)\]\u2022\u00b7-]*")
_SAYS_AFTER: Final = re.compile(rf"(?:\.|:|[)\]]+[.:]?|,?[ \t]*{_SAYS}:?)?[ \t]*$", re.IGNORECASE)
_SAYS_END: Final = re.compile(rf"\b{_SAYS}{_IN_REPLY}[ \t]*{_SAYS_MARK}?$", re.IGNORECASE)
_INTRODUCED: Final = re.compile(rf"{_NUMBER}{_BY}", re.IGNORECASE)
_ANY_SAYS: Final = re.compile(
    rf"\b{_SAYS}(?![^\W_])(?: in (?:reply|response) to .*?(?=[.:,\u2026]+$|$))?", re.IGNORECASE
)
_RESPONSE: Final = re.compile(
    r"[ \t]*(?:in[ \t]+)?(?:response|reply|replying|responding|answer|antwort)[ \t]+(?:to|an|auf)\b", re.I
)
_EXTRAS: Final = re.compile(
    r"^(?:\[[\u2013\u2212+-]\]|[\u25b2\u25bc\u2022\u00bb])[ \t]*"
    r"|(?:[ \t]+(?:\(\d{1,9}\)|[(\[]https?://[^\s)\]]+[)\]]|\*|<[^>]*>"
    r"|[|][ \t]*(?:e-?mail|homepage|website|web|url|profile)|[\u2212-]?\d{1,6}[ \t](?:points?|votes?|likes?)))+[ \t]*$",
    re.IGNORECASE,
)
_UID: Final = re.compile(r"\(\d{1,9}\)")
_NUMBER_ID: Final = re.compile(r"\(?#(?P<id>\d{1,12})\)?")

_NOTHING = r"(?!)"


@cache
def dated(*, led: bool = True, numbered: bool = True) -> tuple[Form, ...]:
    """Tried in this order on a line that bears a date; where it is not `led`, a "Von" belongs to the name."""
    by, number = _BY if led else _NOTHING, _NUMBER if numbered else _NO_NUMBER
    return (
        _form("date", rf"{number}(?P<words>{_NO_NAME})\0(?P<tail>.*)"),
        _form(
            "whole",
            rf"{number}(?P<words>{_NO_NAME})\0[ \t]*"
            r"(?P<separator>(?:[,/|:\u2022\u00b7\u2014\u2013)\]~>-][ \t]*){0,2})"
            rf"(?P<lead>{by}|{_SAYS}[ \t]+)?{_NAME}(?P<says>[ \t]+{_SAYS}[ \t]*{_SAYS_MARK}?|:)?[ \t]*$",
        ),
        _form("whole", rf"{number}(?P<lead>{by})?{_NAME}{_SEPARATOR}\0(?P<tail>.*)"),
    )


@cache
def undated(*, led: bool = True, numbered: bool = True) -> tuple[Form, ...]:
    """The same for a line that bears none."""
    by, number = _BY if led else _NOTHING, _NUMBER if numbered else _NO_NUMBER
    return (
        _form("name", rf"{number}(?P<lead>{by})?{_NAME}(?P<says>[ \t]+{_SAYS}{_IN_REPLY}[ \t]*{_SAYS_MARK}?)[ \t]*$"),
        _form("name", rf"{number}(?P<lead>{by}){_NAME}[ \t]*$"),
    )


@dataclass(frozen=True, slots=True)
class Written:
    """One line read by a form; offsets count from the start of the line."""

    line: int
    kind: Kind
    shape: str
    """The manner of writing without date, name, number and lead: alike for lines written alike."""
    name: str
    date: Printed | None
    lead: str
    number: str
    says: bool
    formal: bool
    """Whether more than a name and a date shows that this is no sentence: "by", a number, the date first."""
    uid: bool
    long: bool
    """Whether the name has more words than most."""
    tail: str
    tail_at: int
    indent: int
    """In columns; `begin` in characters."""
    begin: int


def read(number: int, line: str, *, led: bool = True, numbered: bool = True) -> Written | None:
    """The line as an attribution or a half of one, or None. Looks at its first 500 characters or so.

    Where it is not `led`, nothing like "by" is looked for before the name, and where it is not `numbered`, no running
    number: to some names that belongs ("Von Trapp", "7 of 9").
    """
    if _RESPONSE.match(line):
        return None
    date = date_in(line)
    if date is None:
        return _undated(number, line, led=led, numbered=numbered)
    text = line[: date.start] + _DATE + line[date.end :][:_LONGEST_PART]
    for form in dated(led=led, numbered=numbered):
        match = form.pattern.match(text)
        if match and (found := _written(number, line, date, form.kind, match)):
            return _without_buttons(found)
    return _undated(number, line, led=led, numbered=numbered) if date.is_clock else None


def date_in(line: str) -> Printed | None:
    """The date of the line, or else the time told from the moment of saving, or the time of day."""
    return dates.find(line) or dates.find_relative(line) or dates.find_clock(line)


def names_nobody(text: str) -> bool:
    """Whether the text before a date is made of nothing but words and marks that lead to one ("Posted on")."""
    return bool(_NAMES_NOBODY.fullmatch(text))


def with_lead(one: Written, line: str) -> Written:
    """The same with what seemed to lead to its name as a part of the name, as it is printed."""
    found = read(one.line, line, led=False, numbered=bool(one.number))
    return found if found and (found.kind, found.shape) == (one.kind, one.shape) else one


def with_number(one: Written, line: str) -> Written | None:
    """The same with the number before its name, or in place of it, as a part of the name; None where it cannot be."""
    found = read(one.line, line, numbered=False)
    return found if found and found.kind != "date" else None


def plain_name(line: str, *, long: bool = False) -> str:
    """The line as a name that stands alone, or nothing when it reads like a text; a `long` one may be a title."""
    name = " ".join(line.split())
    words = name.split()
    if not words or len(name) > MAX_NAME or len(words) > (_LONG_NAME_WORDS if long else _NAME_WORDS):
        return ""
    if long:
        return "" if dates.find(name) or dates.find_relative(name) else name
    ends = is_layout(name) or (name.endswith((".", "!", "?", "\u2026", ":", ";", ",")) and len(words) > _FEW_WORDS)
    return "" if ends or dates.find(name) or dates.find_clock(name) else _without_extras(name)


def is_layout(line: str) -> bool:
    """Whether the line is made of nothing but the words of buttons, counts and links below a comment."""
    text = " ".join(line.split())
    return 0 < len(text) <= 80 and _is_of_buttons(text)


def _is_of_buttons(text: str) -> bool:
    """Whether buttons follow one another to the end; tries each place once, as they may be told apart in many ways."""
    waiting, tried = [0], {0}
    while waiting:
        begin = waiting.pop()
        if begin == len(text):
            return True
        if _BUTTON.match(text, begin):
            ends = (end for end in range(begin + 1, len(text) + 1) if end not in tried and _is_edge(text, end))
            more = [end for end in ends if _BUTTON.fullmatch(text, begin, end)]
            tried.update(more)
            waiting += more
    return False


def _is_edge(text: str, place: int) -> bool:
    """Whether no word goes on here."""
    return not (text[place - 1].isalnum() and text[place : place + 1].isalnum())


def source_id(tail: str) -> str:
    """The number by which the old page called the comment ("(#40750343)"), or nothing."""
    match = _NUMBER_ID.search(tail)
    return match["id"] if match else ""


def columns(line: str) -> int:
    """How far the line is indented; a tab counts as one level, or four blanks."""
    blank = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blank.expandtabs(_TAB))


def _undated(number: int, line: str, *, led: bool, numbered: bool) -> Written | None:
    text = line.rstrip()
    if not text or len(text) > _LONGEST_PART or not (_SAYS_END.search(text) or _INTRODUCED.match(text)):
        return None
    for form in undated(led=led, numbered=numbered):
        match = form.pattern.match(text)
        if match and (found := _written(number, line, None, form.kind, match)):
            return found
    return None


def _written(number: int, line: str, date: Printed | None, kind: Kind, match: re.Match[str]) -> Written | None:
    parts = match.groupdict()
    tail, name, lead = parts.get("tail"), parts.get("name") or "", " ".join((parts.get("lead") or "").lower().split())
    if date and tail is not None:
        tail = line[date.end :]
    if kind == "date":
        if not _is_closing(tail or ""):
            return None
    elif not _could_be_name(name, _LONG_NAME_WORDS) or _only_layout_after(parts, name):
        return None
    says = parts.get("says") or ""
    return Written(
        line=number,
        kind=kind,
        shape=_shape(parts, date, kind),
        name=_without_extras(name) if kind != "date" else "",
        date=date,
        lead=lead,
        number=parts.get("number") or "",
        says=bool(says) or bool(_SAYS_END.search(parts.get("separator") or "")),
        formal=bool(lead or parts.get("number") or tail is None),
        uid=bool(lead and _UID.search(name)),
        long=not lead and len(name.split()) > _NAME_WORDS,
        tail=tail or "",
        tail_at=date.end if date and tail is not None else len(line.rstrip()),
        indent=columns(line),
        begin=len(line) - len(line.lstrip(" \t")),
    )


def _without_buttons(found: Written) -> Written:
    """A date with "Like · Reply" before it names nobody; with "by" before the words it may, or with "said" after."""
    if found.kind == "whole" and not (found.lead or found.says or found.name.isdecimal()) and is_layout(found.name):
        return replace(found, kind="date", name="", shape="[]")
    return found


def _is_closing(tail: str) -> bool:
    rest = _CLOSING.sub("", tail, count=1) if len(tail) < _LONGEST_PART else tail
    return not rest.strip() or is_layout(rest)


def _only_layout_after(parts: dict[str, str | None], name: str) -> bool:
    """A date with "Reply" after it names nobody; with "by" before the word it may, or with "said" after it."""
    told = parts.get("lead") or (parts.get("says") or "").strip(" \t:")
    return "words" in parts and not told and is_layout(name)


def _shape(parts: dict[str, str | None], date: Printed | None, kind: Kind) -> str:
    before = " ".join((parts.get("words") or "").lower().split()) if kind != "name" else ""
    mark = " ".join((parts.get("separator") or "").lower().split())
    says = " ".join((parts.get("says") or "").lower().split())
    told = "[]" if date else ""
    name = "" if kind == "date" else "NAME"
    order = (before, told, mark, name, says) if "words" in parts else (name, mark or says, told)
    return _ANY_SAYS.sub("says", " ".join(part for part in order if part))


def _could_be_name(name: str, most_words: int) -> bool:
    return 0 < len(name) <= MAX_NAME and len(name.split()) <= most_words


def _without_extras(name: str) -> str:
    """The name without the member's number, address of mail or mark that a site prints behind it."""
    return _EXTRAS.sub("", name) or name


def is_plain_tail(tail: str) -> bool:
    """Whether nothing but a full stop, a bracket, a "said:" or the words of a button follow the date."""
    return len(tail) < _LONGEST_PART and (bool(_SAYS_AFTER.match(tail)) or _is_closing(tail))
