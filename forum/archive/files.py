"""Reads a saved file and the corrections beside it from a folder."""

from pathlib import Path

from forum.archive import corrections
from forum.archive.corrections import Corrections
from forum.archive.items import SavedFile
from forum.archive.limits import Refused


def read(path: Path) -> SavedFile:
    """The file, of which nothing is read yet; refused when it is none, or cannot be read."""
    try:
        if not path.is_file():
            raise Refused(f"There is no file {path}.")
        saved = SavedFile(_readable(path.name), path=path)
        saved.head(1)
        return saved
    except OSError as error:
        raise Refused(f"The file {path} cannot be read: {error.strerror}.") from None


def said_of(path: Path, given: Path | None = None) -> Corrections:
    """What the TOML says: the one given, or the one of the same name beside the file, or nothing."""
    beside = given or path.with_suffix(".toml")
    if given is None and not beside.is_file():
        return corrections.for_file(_readable(path.stem))
    try:
        return corrections.parse(beside.read_text("utf-8"))
    except OSError as error:
        raise Refused(f"The corrections {beside} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Refused(f"The corrections {beside} are not UTF-8.") from None


def _readable(name: str) -> str:
    """The name of a file in letters alone: on disk it need not be UTF-8."""
    return name.encode("utf-8", "replace").decode()
