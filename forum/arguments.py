"""What commands take as their arguments, refused in one sentence where it is nothing that they can use."""

import argparse
import math
from collections.abc import Callable

from forum.prepared import LARGEST


def row_id(text: str) -> int:
    """The id of a row."""
    return whole(least=1, most=LARGEST)(text)


def whole(*, least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number between these."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text[:30]) <= most:
            raise argparse.ArgumentTypeError(f"{text} is no whole number from {least} to {most}")
        return int(text)

    return read


def seconds(text: str) -> float:
    """A time to wait: more than nothing, and a day at most."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds between 0 and 86400")
    return number
