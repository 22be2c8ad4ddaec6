"""How dates and times of day are written on pages: the words and patterns that `dates` reads them by."""

import re
from collections.abc import Iterable
from typing import Final

_ENGLISH: Final = (
    "january jan",
    "february feb",
    "march mar",
    "april apr",
    "may",
    "june jun",
    "july jul",
    "august aug",
    "september sept sep",
    "october oct",
    "november nov",
    "december dec",
)
_OTHERS: Final = (
    "januar jänner janvier janv enero ene gennaio januari janeiro",
    "februar feber février fevrier févr febrero febbraio februari fevereiro",
    "märz maerz mrz mars marzo maart mrt março",
    "avril avr abril abr aprile",
    "mai mayo maggio mei maio",
    "juni juin junio giugno junho",
    "juli juillet juil julio luglio julho",
    "août aout agosto ago augustus",
    "septembre septiembre setiembre settembre setembro",
    "oktober okt octobre octubre ottobre outubro",
    "novembre noviembre novembro",
    "dezember dez décembre déc diciembre dic dicembre dezembro",
)
MONTHS: Final = {
    name: number for months in (_ENGLISH, _OTHERS) for number, names in enumerate(months, 1) for name in names.split()
}
"""Each name of a month, and its number."""
ZONES: Final = {
    **{"UTC": 0, "GMT": 0, "Z": 0, "BST": 60, "CET": 60, "CEST": 120, "AEST": 600, "AEDT": 660},
    **{"EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420},
}
"""Minutes east of Greenwich."""


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_MONTH_EN = rf"(?:{_any_of(' '.join(_ENGLISH).split())})"
_MONTH = rf"(?:{_any_of(MONTHS)})"
_WEEKDAYS: Final = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|(?:mo|di|mi|do|fr|sa|so)\."
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|luned[ìi]|marted[ìi]|mercoled[ìi]|gioved[ìi]|venerd[ìi]|sabato|domenica"
    r"|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|(?:segunda|terça|quarta|quinta|sexta)-feira)"
)
WEEKDAY: Final = re.compile(rf"\(?{_WEEKDAYS}\)?,?", re.IGNORECASE)
_YEAR = r"(?:\d{4}(?!\d)|['\u2019]\d{2}(?!\d))"
_NTH = r"(?:st|nd|rd|th|er)?"
DATE: Final = re.compile(
    rf"(?<![\w.])(?:{_WEEKDAYS}[.,]{{0,2}}[ \t]+)?(?:"
    rf"(?P<mdy_m>{_MONTH_EN})\.?[ \t]+(?P<mdy_d>\d{{1,2}}){_NTH}(?:,[ \t]*|[ \t]+)(?P<mdy_y>{_YEAR})"
    rf"|(?P<dmy_d>\d{{1,2}}){_NTH}\.?[ \t]*(?:(?:of|de)[ \t]+)?(?P<dmy_m>{_MONTH})"
    rf"(?:[.,]{{0,2}}[ \t]+(?:de[ \t]+)?|,)(?P<dmy_y>{_YEAR})"
    rf"|(?P<dash_d>\d{{1,2}})-(?P<dash_m>{_MONTH})-(?P<dash_y>\d{{4}}|\d{{2}})"
    rf"|(?P<ymd_y>\d{{4}})[ \t-](?P<ymd_m>{_MONTH_EN})[ \t-](?P<ymd_d>\d{{1,2}})"
    r"|(?P<iso_y>\d{4})(?P<iso_s>[-/.])(?P<iso_m>\d{1,2})(?P=iso_s)(?P<iso_d>\d{1,2})"
    r"|(?P<num_a>\d{1,2})(?P<num_s>[./-])(?P<num_b>\d{1,2})(?P=num_s)(?P<num_y>\d{4}|\d{2})"
    r")(?!\d)",
    re.IGNORECASE,
)
GLUED: Final = re.compile(
    rf"(?<=\S)(?P<mdy_m>{'|'.join(names.split()[0].capitalize() for names in _ENGLISH)})"
    rf"[ \t]+(?P<mdy_d>\d{{1,2}}),[ \t]+(?P<mdy_y>\d{{4}})(?!\d)"
)
"""A date that touches the name before it, where markup between them was lost."""
YEAR_LAST: Final = re.compile(r"[ \t]+(?:[A-Z]{3,4}[ \t]+)?(?P<y>(?:19|20)\d{2})(?!\d)")
"""The year after the time of day, as in "Fri May 4 10:01:22 PDT 2012"."""
NO_YEAR: Final = re.compile(
    rf"(?<![\w.])(?:{_WEEKDAYS}[.,]{{0,2}}[ \t]+)?(?:"
    rf"(?P<mdn_m>{_MONTH_EN})\.?[ \t]+(?P<mdn_d>\d{{1,2}}){_NTH}"
    rf"|(?P<nun_a>\d{{1,2}})/(?P<nun_b>\d{{1,2}})(?![/\d])"
    rf"|(?P<dmn_d>\d{{1,2}}){_NTH}\.?[ \t]*(?:(?:of|de)[ \t]+)?(?P<dmn_m>{_MONTH})\b\.?"
    r")(?![\d:])",
    re.IGNORECASE,
)
"""A date without its year: believed only where a time of day stands beside it."""
CLOCK: Final = (
    r"(?P<h>\d{1,2})(?:(?P<dot>[:.h])(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d{1,6})?)?)?"
    r"(?:[ \t]*(?P<ap>[ap])(?:\.m\.|\.?m(?-i:(?![a-z])))|[ \t]*(?P<uhr>uhr|hrs?)\b)?"
    r"(?:[ \t]*(?P<zone>(?:\(?(?:UTC|GMT)\)?[ \t]?)?[+-]\d{2}:?\d{2}|(?-i:Z)\b)"
    r"|[ \t]+\(?(?P<zone_name>UTC|GMT|[ECMP][SD]T|BST|CES?T|AE[SD]T)\b\)?)?"
)
_AT = r"(?:at|um|à|a[ \t]las|alle(?:[ \t]ore)?|om|às|[@|/•·(\u2013\u2014-])"
AFTER: Final = re.compile(
    rf"(?P<join>T(?=\d)|[,:;]?[ \t]*(?:\(?{_WEEKDAYS}\)?,?[ \t]+)?(?:{_AT}[ \t]*){{0,2}}){CLOCK}(?!\d|:\d)",
    re.IGNORECASE,
)
BEFORE: Final = re.compile(
    rf"(?<![\d:.]){CLOCK}(?P<join>,?[ \t]*(?:on|am|[@|/•·\u2013\u2014-])?[ \t]*)$", re.IGNORECASE
)
CLOCK_FIRST: Final = re.compile(
    rf"[ \t]*(?:posted[ \t]+)?(?:(?:at|um|à|om|@)[ \t]*)?{CLOCK}(?![\d:./-])", re.IGNORECASE
)
CLOCK_LAST: Final = re.compile(rf"(?<![\d:./-]){CLOCK}[ \t.:)\]]*$", re.IGNORECASE)
"""A time of day with no day beside it, where a line begins or ends with it."""
_UNIT = r"(?:sec(?:ond)?|min(?:ute)?|hour|hr|day|week|wk|month|year|yr)s?"
_COUNT = r"(?:an?|one|two|three|\d{1,4})"
RELATIVE: Final = re.compile(
    rf"(?:\b(?:about|over|almost|around|more than|less than)[ \t]+)?\b{_COUNT}[ \t]+{_UNIT}\b"
    rf"(?:,?[ \t]+(?:and[ \t]+)?\d{{1,4}}[ \t]+{_UNIT}\b)*[ \t]+ago\b|\b\d{{1,4}}[ \t]?[smhdwy][ \t]+ago\b"
    rf"|\b(?:vor[ \t]+{_COUNT.replace('an?', 'eine[mnr]?')}[ \t]+"
    r"(?:sekunden?|minuten?|stunden?|tag(?:en)?|wochen?|monat(?:en)?|jahr(?:en)?))\b"
    r"|\bil y a[ \t]+\d{1,4}[ \t]+\w{2,10}|\bhace[ \t]+\d{1,4}[ \t]+\w{2,10}"
    rf"|^[ \t]*(?:yesterday|today|just now)\b(?:,?[ \t]*(?:{_AT}[ \t]*)?\d{{1,2}}[:.]\d{{2}}(?:[ \t]*[ap]\.?m\b\.?)?)?"
    rf"|\b(?:yesterday|today),?[ \t]*(?:{_AT}[ \t]*)?\d{{1,2}}[:.]\d{{2}}(?:[ \t]*[ap]\.?m\b\.?)?",
    re.IGNORECASE,
)
"""A time told from the moment the page was saved, which nobody knows any more."""
