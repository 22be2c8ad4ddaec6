"""What a member may be called, and the key under which look-alike names are one name."""

import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from forum.text.characters import DECEIVING

MIN_LENGTH = 2
MAX_LENGTH = 30

# Scripts in everyday use (UAX 31, table 5). The rare ones are where most look-alikes of Latin live
# (Cherokee, Lisu, Coptic, the mathematical alphabets), so refusing them keeps the table below small.
_SCRIPTS = {
    "ARABIC", "ARMENIAN", "BENGALI", "BOPOMOFO", "CJK", "CYRILLIC", "DEVANAGARI", "ETHIOPIC", "GEORGIAN",
    "GREEK", "GUJARATI", "GURMUKHI", "HANGUL", "HEBREW", "HIRAGANA", "KANNADA", "KATAKANA", "KHMER", "LAO",
    "LATIN", "MALAYALAM", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU", "THAANA", "THAI", "TIBETAN",
}  # fmt: skip
_WRITTEN_TOGETHER = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"}, {"CJK", "BOPOMOFO"})
# Their accented letters have code points of their own, so a loose mark can only decorate.
_WITHOUT_LOOSE_MARKS = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN"}
_MAX_MARKS = 3
# Everyday letters of Thai and Lao for which NFKC has two others, as it has plain ones for unusual forms.
_TAKEN_APART = dict.fromkeys(map(ord, "\u0e33\u0eb3\u0edc\u0edd"))

# Our own table, taken from Unicode's confusables.txt (by way of confusable-homoglyphs 3.3.1) and cut to
# the letters `validate` lets through; that package would bring 1.2 MB of data for these, and judges only
# whether a string is confusable, not with what. To it are added the pairs alike in capitals only (В, B),
# because a name is shown as typed and compared folded; for the same reason i, l and 1 are one letter. And what
# stands beside each other in one name: kana and bopomofo like ideographs, ideographs written in two ways, the
# letters that Arabic and Persian write alike within a word, and vowels that can be put together from two.
_PAIRS = """
    0=o 1=l i=l m=rn w=vv
    æ=ae œ=oe ı=l ƅ=b ƍ=g ƒ=f ƕ=hv ƣ=ol ƨ=2 ƽ=s ȝ=3 ʒ=3 ʀ=r ɑ=a ɡ=g ɣ=y ɩ=l ɪ=l ɯ=vv ʋ=u ʏ=y
    ð=d đ=d ħ=h ł=l ø=o ŧ=t ŀ=l ƀ=b ɓ=b ƈ=c ɗ=d ɖ=d ɠ=g ƙ=k ɨ=l ƥ=p ƭ=t ƴ=y ƶ=z ɔ=c ɛ=e ə=e ŋ=n þ=p
    а=a б=6 в=b г=r е=e з=3 к=k м=rn н=h о=o п=n р=p с=c т=t у=y х=x ь=b ы=bl ю=lo ѕ=s і=l ј=j ѡ=vv ѵ=v
    ґ=r ү=y ұ=y һ=h ҽ=e ӏ=l ӕ=ae ԁ=d ԍ=g ԛ=q ԝ=vv қ=k ҳ=x ҷ=4 ң=h ө=o ә=e
    α=a β=b γ=y ε=e ζ=z η=n ι=l κ=k μ=rn ν=v ο=o ρ=p σ=o ς=o τ=t υ=u χ=x ω=vv ϲ=c ϳ=j
    ա=vv գ=q զ=q հ=h յ=j ո=n ռ=n ս=u ց=g ք=f օ=o ყ=y
    ĸ=k ƿ=p ǝ=e ȣ=8 ȷ=j ɋ=q ɜ=3 ɲ=n ʍ=rn ƫ=t ẝ=f ẟ=δ ỿ=y ↄ=c
    ɸ=φ ф=φ փ=φ ѱ=ψ π=n ϛ=o ϝ=f ϸ=p ϻ=rn ͻ=c ͷ=и ʌ=λ л=λ ԑ=e ԋ=hv ӌ=4 ӡ=3 ꙅ=2 ꙇ=l ꙍ=vv
    տ=s ծ=δ պ=ɰ ჳ=3 ჿ=o ዐ=o ሀ=u በ=n
    ו=l ן=l ס=o ט=v װ=ll ױ=lי ײ=יי
    ا=l ٱ=l ه=o ە=o ہ=o ھ=o ي=ی ى=ی ك=ک ڪ=ک
    आ=अा ओ=अो औ=अौ ऑ=अॉ আ=অা ਆ=ਅਾ આ=અા ઓ=અો ઔ=અૌ ଆ=ଅା ଠ=o ഠ=o ဝ=o
    ா=ர ௗ=ள ௧=க ௨=உ ௪=ச ௭=எ ௮=அ ഉ=உ ണ=ண ഴ=ழ ശ=ஶ ജ=ஜ
    ಅ=అ ಆ=ఆ ಇ=ఇ ಒ=ఒ ಜ=జ ಞ=ఞ ಣ=ణ ಯ=య ಱ=ఱ ಲ=ల
    ๅ=า แ=เเ ຈ=จ ບ=บ ປ=ป ຝ=ฝ ພ=พ ຟ=ฟ ຍ=ย ཪ=ར ឣ=អ
    ー=一 ㄧ=一 イ=亻 エ=工 オ=才 カ=力 タ=夕 チ=千 ト=卜 ニ=二 ヌ=又 ノ=丿 ハ=八 ヒ=匕 へ=ヘ ㄟ=ヘ ム=厶 ㄙ=厶 メ=乂
    ㄨ=乂 ヨ=彐 ロ=口 囗=口 ㄇ=冂 ㄈ=匚 ㄏ=厂 ㄒ=丅 ㄕ=尸 ㄚ=丫 ㄠ=幺
    曰=日 已=己 巳=己 士=土 倂=併 值=値 啟=啓 塡=填 戶=戸 晚=晩 硏=研 絕=絶 郞=郎 鎭=鎮 隷=隸 黑=黒 嬀=媯 帲=帡 杮=柿
"""
_ALIKE = dict(pair.split("=") for pair in _PAIRS.split())
# Signs of phonetics, most of them small capitals, which are the letters of Cyrillic and Greek to the eye.
_PHONETIC = range(0x1D00, 0x1DC0)
_STRETCHING = "\u0640"  # which lengthens an Arabic word and says nothing
_SEPARATORS = str.maketrans("_.'", "---")

_RESERVED = (
    "abuse", "accounts", "admin", "administrator", "all", "anonymous", "anybody", "api", "archive", "bot",
    "contact", "deleted", "everyone", "feed", "guest", "help", "hostmaster", "info", "login", "logout", "me",
    "member", "members", "mod", "moderation", "moderator", "moderators", "mods", "names", "new", "nobody", "none",
    "noreply", "null", "official", "owner", "patterns", "persons", "postmaster", "posts", "privacy",
    "rejoinder", "removed", "robot", "root", "rules", "search", "security", "settings", "signup", "site",
    "staff", "superuser", "support", "sysadmin", "system", "team", "undefined", "unknown", "webmaster",
)  # fmt: skip


def clean(name: str) -> str:
    """Return the name as it is kept and shown: composed, without space around it."""
    return unicodedata.normalize("NFC", name).strip()


def skeleton(name: str) -> str:
    """Return the key that all names alike to the eye share; at most three times the name's length."""
    folded = unicodedata.normalize("NFKC", DECEIVING.sub("", name)).casefold().strip()
    letters = unicodedata.normalize("NFD", folded)
    plain = "".join(_plain(letters, position) for position in range(len(letters)))
    return unicodedata.normalize("NFC", plain).translate(_SEPARATORS)


def validate(name: str, *, reserved: Iterable[str] = ()) -> None:
    """Raise ValidationError, with a sentence for the person, when nobody may have this name."""
    if DECEIVING.search(name) or any(unicodedata.category(character)[0] == "C" for character in name):
        raise ValidationError("The name has a character in it that cannot be seen. Type it anew.", "unseen")
    if name != name.strip():
        raise ValidationError("The name begins or ends with a space. Take it out.", "space")
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH:
        letters = "1 character" if len(name) == 1 else f"{len(name)} characters"
        raise ValidationError(f"The name has {letters}. It needs {MIN_LENGTH} to {MAX_LENGTH}.", "length")
    _validate_letters(name)
    _validate_scripts(name)
    _validate_not_reserved(name, reserved)


def _plain(letters: str, position: int) -> str:
    """Return what one character of a decomposed name counts as."""
    character = letters[position]
    if unicodedata.category(character) == "Mn":
        return "" if _script(_base(letters, position)) in _WITHOUT_LOOSE_MARKS else character
    if character.isdecimal() and character not in _ALIKE:
        character = str(unicodedata.decimal(character))
    return _ALIKE.get(character, character)


def _base(letters: str, position: int) -> str:
    """Return the letter that a mark stands on; looks back no further than a name is long."""
    for character in reversed(letters[max(0, position - MAX_LENGTH) : position]):
        if unicodedata.category(character)[0] != "M":
            return character
    return ""


def _validate_letters(name: str) -> None:
    for character in name:
        if not (character in "-_.'" or unicodedata.category(character) in {"Nd"} or _is_letter(character)):
            what = "a space" if character.isspace() else f"“{character}”"
            raise ValidationError(
                f"The name cannot hold {what}. Use letters, digits and - _ . ' between them.", "character"
            )
    usual = name.translate(_TAKEN_APART)
    if unicodedata.normalize("NFKC", usual) != unicodedata.normalize("NFC", usual):
        raise ValidationError("The name has an unusual form of a letter in it. Use the plain one.", "form")
    if not (name[0].isalnum() and (name[-1].isalnum() or unicodedata.category(name[-1])[0] == "M")):
        raise ValidationError("The name must begin and end with a letter or a digit.", "ends")
    if re.search("[-_.']{2}", name):
        raise ValidationError("The name has two marks in a row. Leave one.", "marks")


def _is_letter(character: str) -> bool:
    """Tell whether this is a letter of a script in use, or a mark that such a script needs."""
    category = unicodedata.category(character)
    if ord(character) in _PHONETIC or "SMALL CAPITAL" in unicodedata.name(character, "") or character == _STRETCHING:
        return False
    if category[0] == "L" and _script(character) == "LATIN":
        return category in {"Lu", "Ll"} and ord(character) < 0x2C60
    return category[0] in "LM"


def _validate_scripts(name: str) -> None:
    marks = 0
    scripts: set[str] = set()
    for character in unicodedata.normalize("NFC", name):
        category = unicodedata.category(character)
        marks = marks + 1 if category[0] == "M" else 0
        if category[0] == "L" or (category == "Nd" and not character.isascii()):
            scripts.add(_script(character))
        elif marks > _MAX_MARKS or (marks and scripts & _WITHOUT_LOOSE_MARKS):
            raise ValidationError("The name has loose accents in it. Use plain or accented letters.", "accents")
    if not scripts <= _SCRIPTS:
        raise ValidationError("The name has letters of a script that names cannot use here.", "script")
    if len(scripts) > 1 and not any(scripts <= together for together in _WRITTEN_TOGETHER):
        raise ValidationError("The name mixes letters of different alphabets. Use one of them.", "mixed")


def _script(character: str) -> str:
    """Return the script by the first word of the character's name: Python has no table of scripts."""
    words = re.split("[ -]", unicodedata.name(character, "") if character else "")
    return words[1 if words[0] == "EXTENDED" else 0]  # as the digits of Persian are called


def _validate_not_reserved(name: str, reserved: Iterable[str]) -> None:
    taken = _RESERVED_KEYS | {_key_without_separators(word) for word in reserved}
    key = _key_without_separators(name)
    if key in taken or _key_without_separators(name.rstrip("0123456789")) in taken:
        raise ValidationError("This name is kept for the site itself. Choose another.", "reserved")


def _key_without_separators(name: str) -> str:
    return skeleton(name).replace("-", "")


_RESERVED_KEYS = frozenset(_key_without_separators(word) for word in _RESERVED)
