"""The formats that can be read, one module each, and the choice among them by content."""

from collections.abc import Callable
from typing import Final

from forum.archive.items import SavedFile
from forum.archive.limits import Refused, check_size
from forum.archive.readers import disqus, html_page, own, text_page, wxr
from forum.archive.readers.registry import Guess, Reader
from forum.archive.readers.xml_bytes import packed

READERS: Final[tuple[Reader, ...]] = (own.READER, html_page.READER, text_page.READER, wxr.READER, disqus.READER)

_HEAD: Final = 64 * 1024
_ENOUGH: Final = 0.5
_NOT_READ_YET: Final[tuple[tuple[str, Callable[[bytes], bool]], ...]] = (
    ("an XML file", lambda head: head.lstrip().startswith(b"<?xml")),
    ("a JSON file", lambda head: head.lstrip()[:1] in (b"{", b"[")),
    ("a mailbox (mbox)", lambda head: head.startswith(b"From ") and b"\nMessage-I" in head),
    (
        "a Movable Type export",
        lambda head: b"AUTHOR: " in head[:2000] and b"\n-----\n" in head.replace(b"\r", b"") and b"\nBODY:" in head,
    ),
    ("a PDF", lambda head: head.startswith(b"%PDF")),
)


def choose(saved: SavedFile, forced: str = "") -> tuple[Reader, Guess]:
    """The reader for a file, found from its content unless forced; refuses an unknown file with guesses."""
    if forced:
        return _by_key(forced), Guess(1.0, "the format was given")
    head = saved.head(_HEAD)
    if kind := packed(head):
        raise Refused(f"This file is {kind}. Nothing is unpacked here: unpack it, and bring the file that is in it.")
    guesses = sorted(((reader, reader.recognise(head)) for reader in READERS), key=lambda pair: -pair[1].certainty)
    reader, guess = guesses[0]
    others = [f"{label}, which is not read yet" for label, looks in _NOT_READ_YET if looks(head)]
    # What another program wrote has dates in it as well, but it is no page.
    if guess.certainty >= _ENOUGH and not (others and reader is text_page.READER):
        return reader, guess
    check_size(saved.size)
    nearest = [*others, *(f"{r.label} ({g.certainty:.0%}: {g.reason})" for r, g in guesses)][:3]
    raise Refused(f"The format of this file is not known. Nearest guesses: {'; '.join(nearest)}.")


def _by_key(key: str) -> Reader:
    for reader in READERS:
        if reader.key == key:
            return reader
    known = ", ".join(reader.key for reader in READERS)
    raise Refused(f"There is no format “{key}”. Known formats: {known}.")
