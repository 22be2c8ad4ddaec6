"""Brings the many spellings of one address together, so that a link that was posted before is found again."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote, urlsplit

from forum.text import html

LONGEST = 2_000  # characters of an address that are looked at; a longer one is nobody's link
ROOM = 500  # characters of a key, as the column holds them
DEFAULT_PORTS = {"http": 80, "https": 443}
# What mailings, advertisements and share buttons add; none of it says which page is meant.
TRACKING = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "ttclid", "yclid", "igshid",
        "igsh", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "oly_anon_id", "oly_enc_id",
        "vero_id", "wickedid", "ref_src", "ref_url", "cmpid",
    }
)  # fmt: skip
_NAMED = re.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*")
_NUMBERED = re.compile("[0-9a-f.]*:[0-9a-f:.]*")
_ESCAPED = re.compile("%([0-9A-Fa-f]{2})?")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]")


def key(address: str) -> str:
    """What stays of an address when scheme, www, fragment, tracking and order of parameters are left aside.

    "" for what is no address of a page. Linear, and never longer than ``ROOM``.
    """
    address = address.strip()
    if len(address) > LONGEST:
        return ""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:  # half an IPv6 address, or a port that is no number
        return ""
    host = _host(parts.hostname or "")
    if parts.scheme not in DEFAULT_PORTS or not host:
        return ""
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        host += f":{port}"
    query = _query(parts.query)
    return _fitting(host + _spelt(parts.path).rstrip("/") + (f"?{query}" if query else ""))


def host_shown(address: str) -> str:
    """The host that an address leads to, as machines read it and without www; "" where that is not plain to see."""
    return _host(html.host_of(address) or "")


def _host(name: str) -> str:
    """The host in small letters and ASCII, without www and the dot at its end; "" for what is no host."""
    name = name.rstrip(".").lower()
    try:
        name = name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return ""
    if _NUMBERED.fullmatch(name):
        return f"[{name}]"
    bare = name.removeprefix("www.")
    name = bare if "." in bare else name
    return name if _NAMED.fullmatch(name) else ""


def _query(query: str) -> str:
    """The parameters in one order, without those that only track, each spelt in one way."""
    given = (_spelt(one) for one in query.replace("+", "%20").split("&"))
    return "&".join(sorted(one for one in given if one and not _tracks(one.partition("=")[0].lower())))


def _tracks(name: str) -> bool:
    return name.startswith("utm_") or name in TRACKING


def _spelt(text: str) -> str:
    """The one spelling of an escaped text: what needs no escape has none, everything else has one in capitals.

    A sign that escapes nothing is escaped itself: with what is spelt out after it, it would look like an escape.
    """
    text = _ESCAPED.sub(_unescaped, text)
    return quote(text, safe="%/:@!$&'()*+,;=?~-._[]", errors="replace")


def _unescaped(found: re.Match[str]) -> str:
    character = chr(int(found[1] or "25", 16))
    return character if _UNRESERVED.fullmatch(character) else f"%{ord(character):02X}"


def _fitting(text: str) -> str:
    """The key itself, or one of the right length that still differs wherever the whole would."""
    if len(text) <= ROOM:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return text[: ROOM - len(digest)] + digest
