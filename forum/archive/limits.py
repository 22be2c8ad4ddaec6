"""What an import may not exceed, and the refusal that says why."""

from typing import Final

MAX_BYTES: Final = 32 * 1024 * 1024
"""Of a file that is read at once; those that are read piece by piece have no limit."""
MAX_COMMENTS: Final = 200_000
MAX_BODY_BYTES: Final = 64 * 1024
MAX_ARTICLE_BYTES: Final = 256 * 1024
MAX_NAME: Final = 150
MAX_TITLE: Final = 300
MAX_NOTE: Final = 5_000


class Refused(Exception):  # noqa: N818
    """A file, or what was asked of it, that is not imported; `reason` is a sentence for the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_size(size: int) -> None:
    """Refuse a file of `size` bytes before anything reads it, when it is empty or too large."""
    if size == 0:
        raise Refused("The file is empty.")
    if size > MAX_BYTES:
        raise Refused(f"The file has {size:,} bytes; at most {MAX_BYTES:,} are read. Split it, or import a part of it.")
