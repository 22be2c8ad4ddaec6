"""Bytes to text in the order of trust: byte-order mark, declared charset, UTF-8, then Windows-1252."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from forum.archive.limits import Refused

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_BIDI: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_NEXT = r"[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122\u20ac]"
"""What the second and later bytes of a letter in UTF-8 look like in Windows-1252."""
_SUSPICIOUS: Final = re.compile(rf"[\u00c2-\u00df]{_NEXT}|[\u00e0-\u00ef]{_NEXT}{{2}}|[\u00f0-\u00f4]{_NEXT}{{3}}")
_LETTER = r"[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc]"
"""The same without quotation marks and dashes, which may follow a capital letter in any text."""
_MOJIBAKE: Final = re.compile(
    rf"\u00c3{_LETTER}|\u00c2[\u00a0-\u00bf]|\u00e2[\u0080\u20ac]{_NEXT}|(?:[\u00ce-\u00d1]{_LETTER}){{2}}"
)
"""What hardly stands in a text that was read rightly: accents, signs and marks, Greek and Cyrillic letters."""
_BINARY_SHARE: Final = 0.01
_UNDEFINED: Final = "archive-undefined-as-bytes"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text with lines ended by LF alone, and what was done to get it."""

    text: str
    encoding: str
    controls_removed: int
    not_decoded: int
    mojibake_repaired: int
    mojibake_left: int
    bidi_controls: int
    cut: bool

    @property
    def odd(self) -> list[tuple[str, str]]:
        """What is out of the ordinary, and what was done about it."""
        told = (
            (self.encoding != "utf-8", f"not plain UTF-8 but {self.encoding}", "read as that"),
            (self.cut, "the file ends in the middle of a letter: it was cut off", "read as far as it goes"),
            (self.controls_removed, f"{self.controls_removed} control characters", "removed"),
            (self.not_decoded, f"{self.not_decoded} characters already lost (U+FFFD)", "kept as they are"),
            (self.mojibake_repaired, f"{self.mojibake_repaired} letters of a wrong charset", "repaired"),
            (
                self.mojibake_left,
                f"{self.mojibake_left} letters that look like those of a wrong charset",
                "kept as they are, for what they were is not certain",
            ),
            (self.bidi_controls, f"{self.bidi_controls} marks that turn the direction of writing", "kept"),
        )
        return [(what, done) for holds, what, done in told if holds]


def decode(data: bytes, declared: str = "") -> Decoded:
    """The text of a file; refuses bytes that are no text in any charset tried."""
    whole = _without_half_a_letter(data)
    text, encoding = _to_text(whole, declared)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    repaired, pairs = _repair(text) if encoding == "utf-8" else (text, 0)
    cleaned, controls = _CONTROLS.subn("", repaired)
    if controls > max(16, len(text) * _BINARY_SHARE):
        raise Refused(f"This is not a text file: {controls:,} of its {len(text):,} characters are control codes.")
    return Decoded(
        text=cleaned,
        encoding=encoding,
        controls_removed=controls,
        not_decoded=cleaned.count("\ufffd"),
        mojibake_repaired=pairs,
        mojibake_left=len(_MOJIBAKE.findall(repaired)),
        bidi_controls=len(_BIDI.findall(cleaned)),
        cut=len(whole) < len(data),
    )


def glance(head: bytes) -> str:
    """The beginning of a file as text, for looking only: what cannot be read is passed over."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "ignore")
    return head.decode("utf-8", "ignore").replace("\r\n", "\n").replace("\r", "\n")


def _to_text(data: bytes, declared: str) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding), encoding
    if declared:
        return _strictly(data, _known(declared)), _known(declared)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # Five bytes mean nothing in Windows-1252; each becomes U+FFFD and is counted.
        return data.decode("cp1252", "replace"), "windows-1252"


def _without_half_a_letter(data: bytes) -> bytes:
    """UTF-8 without the letter that it ends in the middle of; what shows no other letter of several bytes stays."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        whole = data[: error.start]
        if error.end == len(data) and error.reason == "unexpected end of data" and not whole.isascii():
            return whole
    return data


def _known(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise Refused(f"The charset “{declared}” is not known.") from None
    # Files that say Latin-1 hold Windows-1252: the codes 0x80 to 0x9F are letters there, not controls.
    return "cp1252" if name == "iso8859-1" else name


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(f"The file is not valid {encoding}: byte {error.start:,} cannot be read.") from None


def _undefined_as_bytes(error: UnicodeError) -> tuple[bytes, int]:
    """Browsers read the five codes that Windows-1252 leaves undefined as the controls of that number."""
    if isinstance(error, UnicodeEncodeError):
        piece = error.object[error.start : error.end]
        if all(char in "\x81\x8d\x8f\x90\x9d" for char in piece):
            return piece.encode("latin-1"), error.end
    raise error


codecs.register_error(_UNDEFINED, _undefined_as_bytes)


def _repair(text: str) -> tuple[str, int]:
    """Undo UTF-8 that was read as Windows-1252, once or twice, only where the result proves it."""
    pairs = len(_SUSPICIOUS.findall(text))
    repaired = text
    for _ in range(2 if pairs else 0):
        try:
            repaired = repaired.encode("cp1252", _UNDEFINED).decode("utf-8")
        except UnicodeError:
            return text, 0
        if not _SUSPICIOUS.search(repaired):
            return repaired, pairs
    return text, 0
