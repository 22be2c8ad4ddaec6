"""The one sanitiser: HTML made from people's words passes it last, and nothing changes it after."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import nh3

from forum.text.characters import clean

MAX_BYTES = 64 * 1024
"""Bytes of UTF-8 in a text people send, before anything parses it."""
MAX_GENERATED_BYTES = 2 * 1024 * 1024
"""Bytes of HTML our own renderers may make of such a text."""
MAX_UNCERTAIN_BYTES = 4 * 1024
MAX_DEPTH = 64
MAX_ATTRIBUTES = 16
MAX_LINK = 2000

REL = "nofollow ugc noopener"

_VOID = {"br", "hr", "img", "wbr"}
_CONTAINERS = {
    "a", "b", "blockquote", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "i", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "small",
    "span", "strong", "sub", "sup", "u", "ul",
}  # fmt: skip
_ALLOWED = _CONTAINERS - {"div", "h1", "h2", "h3", "h4", "h5", "h6", "span", "small"} | {"br", "hr"}
_BLOCKS = {"blockquote", "dd", "dt", "figcaption", "li", "p", "pre"}
# Their content goes with them: it was never meant to be read, or it is parsed by rules of its own.
_DROPPED_WHOLE = {
    "embed", "frameset", "iframe", "math", "noembed", "noframes", "noscript", "object", "script", "select",
    "style", "svg", "template", "textarea", "title", "xmp",
}  # fmt: skip

_TAG = re.compile(
    r"""<(?:
        /(?P<close>[a-zA-Z][a-zA-Z0-9]*)\s*+>
      | (?P<open>[a-zA-Z][a-zA-Z0-9]*)
        (?P<attributes>(?:\s++[a-zA-Z][-a-zA-Z0-9]*+(?:="[^"]*+"|='[^']*+')?+)*+)
        \s*+/?>
      | (?P<unknown>[a-zA-Z/!?])
    )""",
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""[-a-zA-Z0-9]+(?:="[^"]*"|='[^']*')?""")
_HOST = re.compile(r"[^\W_](?:[\w.-]*\w)?(?::[0-9]{1,5})?|\[[0-9a-fA-F:.]+\](?::[0-9]{1,5})?")
_UNSAFE_IN_LINK = re.compile("[\x00-\x20\x7f-\xa0\\\\\u2028\u2029]")


class TooLarge(ValueError):  # noqa: N818 - the word of the contract, and what the person is told
    """The text is over a limit and was not parsed; its message is a sentence for the person."""


def check_size(text: str, limit: int = MAX_BYTES) -> None:
    """Raise TooLarge when the text has more than `limit` bytes of UTF-8."""
    size = len(text) if len(text) > limit else len(text.encode("utf-8", "surrogatepass"))
    if size > limit:
        raise TooLarge(f"This text is longer than {limit // 1024} kilobytes. Shorten it and try again.")


def sanitise(html: str, *, limit: int = MAX_BYTES) -> str:
    """Return the HTML with only what is allowed, well formed; raises TooLarge before parsing; linear.

    Sanitising the result again changes nothing.
    """
    _check(html, limit)
    safe: str = nh3.clean(
        clean(html),
        tags=_ALLOWED,
        clean_content_tags=_DROPPED_WHOLE,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        allowed_classes={"blockquote": {"quote"}, "p": {"quote-source", "quote-note"}, "figure": {"quotation"}},
        attribute_filter=_attribute_filter(),
        set_tag_attribute_values={tag: {"dir": "auto"} for tag in _BLOCKS | {"a"}},
        link_rel=REL,
        url_schemes={"http", "https", "mailto"},
        strip_comments=True,
    )
    # Repairing crossed tags may have made more of them than came in.
    _check(safe, max(limit, MAX_GENERATED_BYTES))
    return safe


def may_link(address: str) -> bool:
    """Tell whether a link may lead there: within the site, or http, https, mailto, no userinfo."""
    if len(address) > MAX_LINK or _UNSAFE_IN_LINK.search(address):
        return False
    if is_inside(address):
        return True
    scheme, _, rest = address.partition(":")
    if scheme.lower() == "mailto":
        return "@" in rest
    return scheme.lower() in {"http", "https"} and host_of(address) is not None


def is_page(address: str) -> bool:
    """Tell whether this is the whole address of a page, http or https, and a link may lead there."""
    return address.lower().startswith(("http://", "https://")) and may_link(address)


def is_inside(address: str) -> bool:
    """Tell whether the address stays on this site, whatever the site's name is."""
    return address.startswith(("/", "#")) and not address.startswith("//")


def host_of(address: str) -> str | None:
    """Return the host a http or https address leads to, or None when that is not plain to see."""
    try:
        parts = urlsplit(address)
        # A user's name before the host (https://bank.example@evil.example) only serves to deceive.
        if not _HOST.fullmatch(parts.netloc):
            return None
        return parts.hostname
    except ValueError:
        return None


def _check(html: str, limit: int) -> None:
    """Raise TooLarge when parsing could cost more than time linear in the length.

    The parser is quadratic in depth and in attributes. Where this scanner reads every tag with
    certainty and the tags are nested rightly, it counts both. From the first tag it can't be sure
    of (crossed, unquoted, unknown, a comment) only so little may follow that no trick matters.
    """
    check_size(html, limit)
    open_tags: list[str] = []
    for match in _TAG.finditer(html):
        if not _follows(match, open_tags):
            if len(html) - match.start() > MAX_UNCERTAIN_BYTES:
                raise TooLarge("This text has too much faulty HTML to be read. Shorten it and try again.")
            break
        if len(open_tags) > MAX_DEPTH:
            raise TooLarge(f"This text is nested more than {MAX_DEPTH} levels deep. Nest it less and try again.")


def _follows(match: re.Match[str], open_tags: list[str]) -> bool:
    """Note one tag in the stack of open ones and tell whether it was read with certainty."""
    if match["unknown"]:
        return False
    if match["close"]:
        return bool(open_tags) and open_tags.pop() == match["close"].lower()
    name = match["open"].lower()
    if len(_ATTRIBUTE.findall(match["attributes"])) > MAX_ATTRIBUTES:
        raise TooLarge(f"A tag in this text has more than {MAX_ATTRIBUTES} attributes. Take some out and try again.")
    if name in _CONTAINERS:
        open_tags.append(name)
    return name in _CONTAINERS or name in _VOID


def _attribute_filter() -> Callable[[str, str, str], str | None]:
    """Return a filter that drops unfit links and leaves `rel` only on links that lead outside.

    nh3 hands over the attributes of one element together, `rel` last; a test holds it to that.
    """
    outside = False

    def keep(tag: str, attribute: str, value: str) -> str | None:
        nonlocal outside
        if attribute == "href":
            if not may_link(value):
                return None
            outside = not is_inside(value)
        elif attribute == "rel":
            leads_outside, outside = outside, False
            return value if leads_outside else None
        elif attribute == "start":
            return value if re.fullmatch("[0-9]{1,9}", value) else None
        return value

    return keep
