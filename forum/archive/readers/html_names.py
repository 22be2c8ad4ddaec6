"""What names of people look like in bylines of several languages, and what layouts print around them."""

import re
from typing import Final

from forum.archive.limits import MAX_NAME
from forum.archive.readers import html_dates
from forum.archive.readers.html_words import joined

_FURNITURE: Final = re.compile(
    r"(?:[#(\[]*\d{0,6}[.)\]]*|(?:log[ -]?in (?:or register )?to )?(?:reply|respond|post comments?|leave a comment)"
    r"|reply to (?:this|comment|.{1,40})|antworten?|beantworten|auf diesen kommentar antworten|répondre(?: à.{0,40})?"
    r"|responder|rispondi|beantwoorden|reageer|reageren|svara|svar|odpowiedz|quote|zitieren|zitat|citar|citer|citeer"
    r"|permanent link|permalink|permalien|permanenter link|enlace permanente|link(?: to (?:this|comment))?|direktlink"
    r"|report(?: (?:abuse|comment|this.{0,20}))?|melden|flag|signaler|edit|bearbeiten|editar|modifica|delete|löschen"
    r"|spam|share|teilen|likes?|liken|gefällt mir|j'aime|me gusta|\d+ (?:likes?|points?|votes?)|vote(?: up| down)?"
    r"|(?:thumb|rate) ?(?:up|down)|rating:? [+-]?\d+.{0,30}|(?:up|down|top|parent|hide|show|more|loading|lädt)"
    r"|(?:says?|said|sagt|sagte|schreibt|schrieb|meint|wrote|writes|dit|dice|ha detto|zegt|schreef)"
    r"|(?:posted|on|at|am|um|by|von|par|por|le|el|il|op|om|à|em|en|comment|commented|uhr|and|in|the|date|time|from)"
    r"|trackbacked|pingbacked|linked|comment(?: number)? ?#? ?\d+|website|web site|profile|author)",
    re.IGNORECASE,
)
_MARKS: Final = re.compile(r"[\s|·•.,:;!…/\\()\[\]{}<>«»→←↑↓↵#*\u2013—_+=-]+")
SAYS: Final = re.compile(
    r"[ \t]*\b(?:says|said|say|sagt|sagte|schreibt|schrieb|meint|meinte|wrote|writes|dit|a dit|a écrit|écrit|dice|dijo"
    r"|escribió|ha detto|ha scritto|scrive|scrisse|zegt|schreef|disse|diz|commented|comments|replied|responded"
    r"|antwortet|kommentiert|kommentierte|säger|skriver|pisze|mówi)\b"
    r"[ \t]*(?:[:.…,]+.*|(?:on|am|le|at)\b.*|to\b.*)?[ \t]*$",
    re.IGNORECASE | re.DOTALL,
)
BY: Final = re.compile(
    r"(?:^|[ \t(\x00])(?:(?:comment|posted|written|submitted|left|sent|geschrieben|verfasst|kommentiert|gepostet"
    r"|erstellt|eingesendet|kommentar|publicado|escrito|enviado|comentario|rédigé|publié|posté|écrit|scritto|inviato|pubblicato"
    r"|commento|geplaatst|geschreven|reactie|comentário)[ \t:]+)?\b(?:by|von|par|por|da|di|door|av)\b:?"
    r"[ \t]+(?P<name>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_POSTED: Final = re.compile(r"^[ \t]*(?:posted|name|author|from|autor|von|by|user|commenter):?[ \t]+", re.IGNORECASE)
_ENDS: Final = re.compile(
    r"\x00|[ \t]+(?:on|am|le|el|il|op|em|at|um|à|om|vom|says?|wrote|said)[ \t]*(?=\x00|$)"
    r"|[ \t]*[|•·—\u2013][ \t]*|,[ \t]*(?=\x00|$)"
    r"|[ \t]+-[ \t]+|[ \t]*\((?=\x00)"
)
NO_NAME: Final = re.compile(r"(?:by|von|par|por|says|said|posted|author|reply|on|at|name)|\W*", re.IGNORECASE)
_ROLE: Final = re.compile(
    r"[ \t]*\((?:visitor|guest|author|not verified|nicht überprüft|gast|unregistered"
    r"|homepage|website|url|link|mail|e-mail)\)$",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(r"^#?\d{1,5}[.):]+[ \t]+(?=\S)")
NUMBERED: Final = re.compile(r"^#?\d{1,5}(?:[.):]+|[ \t]+(?=\D))[ \t]*|^#\d{1,5}[ \t]*")
_LOOK: Final = 1_000
_NAME_WORDS: Final = 14


def clean_name(text: str) -> str:
    """The name in a short text; nothing when the text is no name."""
    text = _COUNTED.sub("", joined(text[:_LOOK]))
    if found := html_dates.find(text):
        text = f"{text[: found.start]}\0{text[found.end :]}"
    text = SAYS.sub("", text) if len(text.split()) > 1 else text
    if by := BY.search(text):
        text = by["name"]
    text = _POSTED.sub("", text)
    pieces = [piece for piece in _ENDS.split(text) if piece and piece.strip()]
    text = next((p for p in pieces if not is_furniture(p)), "") if len(pieces) > 1 else "".join(pieces)
    text = text.replace("\0", "").strip(" \t:,;|/#·•—\u2013\u200b")
    text = _ROLE.sub("", text)
    if len(text) > MAX_NAME or len(text.split()) > _NAME_WORDS:
        return ""
    return text.strip()


def is_furniture(text: str) -> bool:
    """Whether the words are only what layouts print: Reply, Permalink, says, numbers, marks."""
    if len(text) > 120:
        return False
    pieces = [piece for piece in _MARKS.split(text) if piece]
    if not pieces:
        return True
    if _FURNITURE.fullmatch(" ".join(pieces)) or _FURNITURE.fullmatch(text.strip()):
        return True
    return all(_FURNITURE.fullmatch(piece) for piece in pieces)
