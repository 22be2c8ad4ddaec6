"""The bytes of an XML file as clean UTF-8, piece by piece: no charset or control character is left to the parser."""

import codecs
import re
import threading
from collections.abc import Iterator
from typing import Final

from forum.archive.items import Anomaly, SavedFile, pieces
from forum.archive.limits import Refused

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    # Without a mark, the zeros beside the first character tell.
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_PACKED: Final = {
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "a ZIP archive",
    b"\x1f\x8b": "compressed with gzip",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard",
}
_DECLARED: Final = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_DECLARATION: Final = re.compile(rb"<\?xml\s[^>]{0,300}\?>")
_LOOK: Final = 4096
"""Bytes in which an XML declaration is looked for: messages of a server may stand before it."""
# Those of the declared charsets that hold "<" as one byte of its own, so that nothing hides markup.
_CHARSETS: Final = re.compile(r"utf-8|ascii|iso8859-\d+|cp125\d|koi8-[rut]|cp866|mac-roman|mac-cyrillic|tis-620")
_EAST: Final = frozenset(
    {"shift_jis", "cp932", "euc_jp", "gb2312", "gbk", "gb18030", "big5", "cp950", "euc_kr", "cp949"}
)
_CONTROLS: Final = bytes(n for n in range(32) if n not in (9, 10, 13)) + b"\x7f"
_NO_CHARACTERS: Final = re.compile("[\ufffe\uffff]")
_REFERENCE: Final = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_LONGEST_REFERENCE: Final = 14
_LOST: Final = "\ufffd".encode()
_AS_1252: Final = "archive-undecodable-as-1252"
_found: Final = threading.local()
"""What the error handler of this thread has met; Python gives it no other place to tell."""


def packed(head: bytes) -> str:
    """What kind of packed file this is the beginning of, in words; empty when it is none."""
    return next((words for mark, words in _PACKED.items() if head.startswith(mark)), "")


def is_xml(text: str) -> bool:
    """Whether the beginning of a file, as text, is that of XML; a few lines of something else may stand before it."""
    return text.lstrip("\ufeff \t\r\n").startswith("<") or "<?xml " in text[:_LOOK]


class CleanPieces:
    """Gone through once, gives the file as pieces of UTF-8 that an XML parser can read; counts what it changed."""

    def __init__(self, saved: SavedFile) -> None:
        self._saved = saved
        head = saved.head(_LOOK)
        if kind := packed(head):
            raise Refused(f"This file is {kind}. Nothing is unpacked here: unpack it and bring the XML file in it.")
        self.declared = _declared(head)
        self.encoding, self._mark = _encoding(head, self.declared)
        self.before = 0
        self.controls = 0
        self.undecodable = 0
        self.references = 0
        self._lines_ended = 0
        self._line_open = False
        self._after_return = False

    def __iter__(self) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self.encoding)(_AS_1252 if self.encoding == "utf-8" else "replace")
        first, kept = True, b""
        with self._saved.open() as file:
            file.seek(self._mark)
            for raw in pieces(file):
                clean = kept + self._clean(self._decoded(decoder, raw, last=False))
                if first:
                    clean, first = self._from_root(clean), False
                clean, kept = _cut(clean)
                yield self._counted(self._without_bad_references(clean))
        yield self._counted(self._without_bad_references(kept + self._clean(self._decoded(decoder, b"", last=True))))

    @property
    def line_count(self) -> int:
        """The lines read so far; an end of line at the end of the file begins no other."""
        return max(1, self._lines_ended + self._line_open)

    def anomalies(self) -> Iterator[Anomaly]:
        """What was done to the bytes so far."""
        told = (
            (self.encoding != "utf-8", f"not UTF-8 but {self.encoding}", "read as that"),
            (self._belies(), f"it says it is {self.declared}", f"read as {self.encoding}, by its first bytes"),
            (self.undecodable, f"{self.undecodable:,} bytes that {self.encoding} does not know", self._done()),
            (self.before, f"{self.before:,} bytes before the XML begins", "left out"),
            (self.controls, f"{self.controls:,} control characters", "removed"),
            (self.references, f"{self.references:,} numbers of characters that XML forbids", "read as U+FFFD"),
        )
        return (Anomaly(0, what, done) for holds, what, done in told if holds)

    def _belies(self) -> bool:
        """Whether the file says that it is in another charset than it is."""
        alike = ("ascii", "iso8859-1") if self.encoding in ("utf-8", "cp1252") else ()
        return bool(self.declared) and not self.encoding.startswith(self.declared) and self.declared not in alike

    def _done(self) -> str:
        return "read as Windows-1252" if self.encoding == "utf-8" else "read as U+FFFD"

    def _decoded(self, decoder: codecs.IncrementalDecoder, raw: bytes, *, last: bool) -> str:
        _found.undecodable = 0
        text = decoder.decode(raw, last)
        self.undecodable += _found.undecodable if self.encoding == "utf-8" else text.count("\ufffd")
        return text

    def _from_root(self, data: bytes) -> bytes:
        """The declaration is no longer true, and what stands before it is an error: only their line ends stay."""
        match = _DECLARATION.search(data, 0, _LOOK)
        before, end = (data[: match.start()], match.end()) if match else (b"", 0)
        before = before.replace(codecs.BOM_UTF8, b"").strip()
        self.before = len(before)
        if not match:
            end = len(data) - len(data.removeprefix(codecs.BOM_UTF8))
        return bytes(byte for byte in data[:end] if byte in b"\r\n") + data[end:]

    def _counted(self, data: bytes) -> bytes:
        """Count the lines, which end with LF, CR LF or CR, as the parser does."""
        if data:
            self._line_open = data[-1:] not in (b"\n", b"\r")
        self._lines_ended += data.count(b"\n")
        if b"\r" in data or self._after_return:
            self._lines_ended += data.count(b"\r") - data.count(b"\r\n") - (self._after_return and data[:1] == b"\n")
            self._after_return = data.endswith(b"\r") if data else self._after_return
        return data

    def _clean(self, text: str) -> bytes:
        if "\ufffe" in text or "\uffff" in text:
            text, none = _NO_CHARACTERS.subn("", text)
            self.controls += none
        data = text.encode("utf-8", "replace")
        clean = data.translate(None, _CONTROLS)
        self.controls += len(data) - len(clean)
        return clean

    def _without_bad_references(self, data: bytes) -> bytes:
        return _REFERENCE.sub(self._checked, data) if b"&#" in data else data

    def _checked(self, match: re.Match[bytes]) -> bytes:
        number = int(match[1], 16) if match[1] else int(match[2])
        if number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0xFFFF < number < 0x110000:
            return match[0]
        self.references += 1
        return _LOST


def _encoding(head: bytes, declared: str) -> tuple[str, int]:
    """The charset, and how many bytes its mark takes; refuses a declared one that could hide markup."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, 0 if b"<" in mark else len(mark)
    if not declared or declared.startswith(("utf-16", "utf-32")):
        return "utf-8", 0  # One byte a character, whatever it says.
    if declared == "ascii":
        return "utf-8", 0
    if declared in ("iso8859-1", "cp1252"):
        return "cp1252", 0
    if _CHARSETS.fullmatch(declared) or declared in _EAST:
        return declared, 0
    raise Refused(f"Line 1 says that the file is {declared}, which is not read. Save it as UTF-8 and try again.")


def _declared(head: bytes) -> str:
    """The name by which Python knows the declared charset; empty when none is declared."""
    match = _DECLARED.search(head.replace(b"\0", b""))
    if not match:
        return ""
    name = match[1].decode()
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise Refused(f"The charset “{name}” in line 1 is not known. Save the file as UTF-8 and try again.") from None


def _cut(data: bytes) -> tuple[bytes, bytes]:
    """The bytes up to a reference that the piece may have cut in two, and the rest."""
    at = data.rfind(b"&", max(0, len(data) - _LONGEST_REFERENCE))
    return (data, b"") if at < 0 or b";" in data[at:] else (data[:at], data[at:])


def _as_1252(error: UnicodeError) -> tuple[str, int]:
    """A byte that is no UTF-8 is a letter of Windows-1252; half a pair of surrogates is a lost character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _found.undecodable += 1
    begin = error.start
    if error.object[begin] == 0xED and 0xA0 <= error.object[begin + 1 : begin + 2][:1].ljust(1, b"\0")[0] <= 0xBF:
        return "\ufffd", min(begin + 3, len(error.object))
    return error.object[begin : begin + 1].decode("cp1252", "replace"), begin + 1


codecs.register_error(_AS_1252, _as_1252)
