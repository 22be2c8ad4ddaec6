"""A small picture drawn from a member's name, so that two names that read alike do not look alike."""

from __future__ import annotations

import hashlib

from django.utils.safestring import SafeString, mark_safe

CELLS = 5  # in a row and in a column; the left half is mirrored
SIZE = 40  # pixels


def identicon(name: str) -> SafeString:
    """The picture of a name as SVG, without words, for the name stands beside it. Fetches nothing."""
    digest = hashlib.sha256(name.encode()).digest()
    hue = int.from_bytes(digest[:2]) % 360
    half = (CELLS + 1) // 2
    squares = []
    for number, byte in enumerate(digest[2 : 2 + half * CELLS]):
        row, column = divmod(number, half)
        if byte % 2:
            squares += [f"M{x} {row}h1v1h-1z" for x in sorted({column, CELLS - 1 - column})]
    picture = (
        f'<svg class="identicon" width="{SIZE}" height="{SIZE}" viewBox="0 0 {CELLS} {CELLS}" aria-hidden="true"'
        f' shape-rendering="crispEdges"><path fill="hsl({hue} 45% 48%)" d="{"".join(squares)}"/></svg>'
    )
    return mark_safe(picture)  # noqa: S308  numbers alone
