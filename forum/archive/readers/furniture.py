"""What a page's layout says of itself: headings between article and comments, footers, picture texts."""

import re
from typing import Final

_HEADING: Final = re.compile(
    r"(?:related(?:[ ](?:posts?|articles?|stories|entries|links))?|trackbacks?(?:[ ]urls?)?|pingbacks?"
    r"|trackbacks?[ ](?:and|&)[ ]pingbacks?|(?:leave|post|add|write)[ ]a[ ](?:comment|reply)"
    r"|(?:comments?|responses?|replies|discussion|reader[ ]comments)(?:[ ]?\(\d+\))?|no[ ]comments(?:[ ]yet)?"
    r"|share(?:[ ](?:this|it|this[ ]post|this[ ]article|this[ ]entry))?|(?:e-?mail|print|bookmark|tweet|digg)"
    r"(?:[ ]this)?|permalink|permanent[ ]link|like[ ]this|advertisements?|comments?[ ]feed|rss(?:[ ]feed)?"
    r"|previous(?:[ ](?:post|entry))?|next(?:[ ](?:post|entry))?"
    r"|(?:reader|user|all|recent|your)[ ]comments|view(?:[ ]all)?(?:[ ]\d+)?[ ]comments|\(\d+\)[ ]comments"
    r"|add[ ]your[ ]comment|links[ ]to[ ]this[ ]post|create[ ]a[ ]link"
    r"|(?:post|leave|submit|write)[ ](?:your[ ]|a[ ])?(?:comment|reply)"
    r"|jump[ ]to[ ](?:the[ ])?(?:comment|form|content|top).{0,30}|sort(?:ed)?[ ]by.{0,60}"
    r"|(?:(?:rss|atom)[ ])?feed[ ]for[ ](?:this|these|comments|the[ ]comments)\b.{0,80}"
    r"|trackback[ ]ur[il]\b.{0,150}|listed[ ]below[ ]are[ ]links[ ]to[ ].{0,200}"
    r"|you[ ]can[ ]follow[ ](?:this[ ]conversation|any[ ]responses)[ ].{0,150})[:.»«]*"
    r"|(?:tag|category):.{0,200}|(?:tags|tagged(?:[ ]with)?|categories|filed[ ](?:under|in)|posted[ ]in)\b:?.{0,200}",
    re.IGNORECASE,
)
_COUNT: Final = re.compile(
    r"(?:there[ ]are[ ])?(?P<n>[\d,]{1,9})[ ](?:comments?|responses?|replies|thoughts|remarks)\b"
    r"(?:[ ].{0,150})?[:.↓]*",
    re.IGNORECASE,
)
_FOOTER: Final = re.compile(
    r"(?:(?:the[ ])?comments?(?:[ ](?:to|for|on)[ ]this[ ]\w+)?(?:[ ]section)?[ ](?:is|are)[ ](?:now[ ])?"
    r"(?:closed|disabled)"
    r"|sorry,[ ](?:the[ ])?comment.{0,60}closed.{0,60}"
    r"|(?:leave|post|add|write)[ ]a[ ](?:comment|reply).{0,60}"
    r"|you[ ]must[ ](?:be[ ])?log(?:ged)?[ ]in.{0,80}|copyright\b.{0,150}|©.{0,150}|powered[ ]by\b.{0,80}"
    r"|all[ ]rights[ ]reserved.{0,80}|(?:subscribe|rss)\b.{0,80}"
    r"|(?:previous|next|older|newer)[ ](?:post|entry|comments?).{0,150}"
    r"|(?:verify[ ]your|previewing[ ]your|cancel)[ ](?:comment|reply)|speak[ ]your[ ]mind|have[ ]your[ ]say"
    r"|(?:comment[ ]below|log[ ]?in)[ ](?:or|to)[ ].{0,100}|click[ ]here[ ]to[ ]cancel[ ]reply"
    r"|your[ ]e-?mail[ ](?:address[ ])?(?:will[ ]not|is[ ]never)[ ].{0,100}|join[ ]the[ ](?:discussion|conversation)"
    r"|[«»←→].{0,150}|(?:back[ ]to[ ])?top)[.!:]*",
    re.IGNORECASE,
)
_SENTENCE_END: Final = (".", "!", "?", "…", "”", '"', ":", ";", ",")
_HEADING_WORDS: Final = 8
_LONGEST: Final = 300


def is_heading(line: str) -> bool:
    """Whether the line is a heading that layouts set between an article and its comments."""
    text = _short(line)
    return bool(_HEADING.fullmatch(text) or _COUNT.fullmatch(text))


def claimed(line: str) -> int | None:
    """The number of comments the line claims ("12 Comments"), or None."""
    match = _COUNT.fullmatch(_short(line))
    number = match["n"].replace(",", "") if match else ""
    return int(number) if number else None


def is_footer(line: str) -> bool:
    """Whether the line is one that layouts set after the last comment."""
    return is_heading(line) or bool(_FOOTER.fullmatch(_short(line)))


def could_be_title(line: str) -> bool:
    """Whether the line is short and ends like no sentence, as headings and titles of other pages do."""
    text = _short(line)
    return 0 < len(text.split()) <= _HEADING_WORDS and not text.endswith(_SENTENCE_END)


def _short(line: str) -> str:
    """The line with its blanks joined, or nothing when it is longer than any heading."""
    return " ".join(line.split()) if len(line) < _LONGEST else ""
