"""The text of an HTML file by the charset it declares, where its bytes bear that out."""

import re
from typing import Final

from forum.archive import charsets
from forum.archive.charsets import Decoded
from forum.archive.items import Anomaly
from forum.archive.limits import Refused

_CHARSET: Final = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|^\s*<\?xml[^>]{0,100}encoding\s*=\s*["']([\w.:-]{2,40})""",
    re.IGNORECASE,
)
_HEAD: Final = 16 * 1024


def decode(data: bytes) -> tuple[Decoded, list[Anomaly]]:
    """The text by the charset the page declares, or by the usual order where that cannot be right."""
    match = _CHARSET.search(data[:_HEAD])
    declared = (match[1] or match[2]).decode("ascii", "replace").lower() if match else ""
    odd: list[Anomaly] = []
    decoded = None
    if declared and not declared.startswith(("utf-16", "utf16", "utf-8", "utf8")):
        if not data.isascii() and _is_utf8(data):
            odd.append(Anomaly(0, f"the page says it is {declared}, but is UTF-8", "read as UTF-8"))
        else:
            try:
                decoded = charsets.decode(data, declared)
            except Refused:
                odd.append(
                    Anomaly(0, f"the page says it is {declared}, and is not", "the charset was told from its bytes")
                )
    decoded = decoded or charsets.decode(data)
    return decoded, odd + [Anomaly(0, what, done) for what, done in decoded.odd]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
