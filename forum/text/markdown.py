"""Markdown to safe HTML: CommonMark without raw HTML, tables or pictures, with quotations of comments."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from forum.text.characters import DECEIVING, clean
from forum.text.excerpt import whole
from forum.text.html import MAX_GENERATED_BYTES, TooLarge, check_size, host_of, is_inside, may_link, sanitise
from forum.text.mentions import MOST, NAME, People, spellings
from forum.text.quotations import POST, Quoted, Rendered, Resolve, is_shown, not_shown, source_line

__all__ = [
    "POST",
    "Quoted",
    "Rendered",
    "Resolve",
    "passages",
    "quoted_in",
    "render",
    "renumbered",
    "without_hidden",
    "without_quotations",
]

_REFERENCE = re.compile(r"#(?:c([1-9][0-9]{0,17})|post)\s*")
_SCHEME = re.compile(r"(?<![^\W_])https?$", re.IGNORECASE)
# Quotation marks end an address, as does the full stop of Chinese and Japanese, after which no space stands.
_ADDRESS = r"[^\s<>\"`{}|\\^\[\]“”„«»。]"
_BARE = re.compile(f"://{_ADDRESS}+")
# Brackets that close again belong to a question ("?tag[]=a"), but for those that Markdown reads as a link.
_BRACKETED = re.compile(rf"\[({_ADDRESS}*)\](?!\()(?=\[({_ADDRESS}*)\]|){_ADDRESS}*")
_TRAILING = ".,:;!?'*_~…’‘‹›、，：；！？」』】》〉）"  # noqa: RUF001  as printers use them
_WORD = re.compile(r"[\w.-]+")
_LINE_END = re.compile("\r\n?|\n")
_MARKERS = " \t>*+-.)0123456789"  # what may stand before the words of a line, in quotations and lists

MAX_NESTING = 20  # levels; what is nested deeper is left out
MAX_BRACKETS = 2_500  # that open; the parser looks for a link at each, which takes up to 0.1 ms
MAX_QUOTED_LINES = 20_000  # lines times levels: the parser reads all lines once for each level of quotation


def render(
    source: str, *, resolve: Resolve | None, written: dt.datetime | None = None, people: People | None = None
) -> Rendered:
    """Return the Markdown as safe HTML with what it quotes; raises TooLarge; linear.

    A block quotation whose first line is `#c123` alone quotes comment 123 and says so, and one that begins with
    `#post` quotes the post; where there is nothing to quote (`resolve` is None), such a line is only words.
    `written` is when the words were written: a source that was edited later is said to have changed. `@name` links
    to the page that `people` finds for the name, and is only words where it finds none.
    """
    tokens, environment = _parsed(source)
    quotes: list[int] = []
    if resolve is not None:
        tokens = list(_with_quotations(tokens, resolve, quotes, environment, written))
    if people is not None:
        _link_people(tokens, people)
    return Rendered(_drawn(tokens, environment), tuple(dict.fromkeys(quotes)))


def passages(source: str, *, of: int, resolve: Resolve) -> list[str]:
    """Return the safe HTML of each passage that the Markdown quotes from comment `of`, or from the post."""
    tokens, environment = _parsed(source)
    found = []
    for position, token in enumerate(tokens):
        if token.type == "blockquote_open" and _named(tokens, position) == of:
            inside = list(
                _with_quotations(tokens[position : _end(tokens, position) + 1], resolve, [], environment, None)
            )
            found.append(_drawn(inside, environment))
    return found


def without_hidden(source: str, *, resolve: Resolve) -> str:
    """Return the Markdown itself with a sentence in place of each quotation that may not be read; linear."""
    lines = clean(source).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    tokens, _ = _parsed(source)
    for position, token in enumerate(tokens):
        of = _named(tokens, position)
        if of is not None and token.map and not is_shown(resolve(of)):
            first, last = token.map
            lines[first:last] = [f"> {not_shown(of)}", *[""] * (last - first - 1)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def without_quotations(source: str) -> str:
    """Return the Markdown itself without the lines of its block quotations; linear."""
    lines = clean(source).split("\n")
    tokens, _ = _parsed(source)
    quoted: list[list[int]] = []
    for token in tokens:
        if token.type == "blockquote_open" and token.map and (not quoted or token.map[0] >= quoted[-1][1]):
            quoted.append(token.map)
    for first, last in reversed(quoted):
        lines[first:last] = [""] if first and lines[first - 1].strip() else []  # what stood apart still does
    return "\n".join(lines).strip("\n")


def renumbered(source: str, *, number: Callable[[int], int], shown: Callable[[int], bool], bar: str) -> str:
    """Return the Markdown itself with another number for each quoted comment, and ``bar`` for words not `shown`."""
    lines = clean(source).split("\n")
    edits: list[tuple[int, int, list[str]]] = []
    hidden_to = -1
    tokens, _ = _parsed(source)
    for position, token in enumerate(tokens):
        of = _named(tokens, position)
        if of is None or token.map is None or token.map[0] < hidden_to:
            continue
        first, last = token.map
        name = f"#c{number(of)}" if of != POST else "#post"
        head = _REFERENCE.sub(name, lines[first].rstrip(), count=1)
        covered = not shown(of) and any(line.strip(" >") for line in lines[first + 1 : last])
        edits.append((first, last if covered else first + 1, [head]))
        if covered:
            hidden_to = last
            parted = [""] if last < len(lines) and lines[last].strip() else []
            edits[-1][2].extend([head[: head.rindex("#")] + bar, *parted])
    for first, last, instead in reversed(edits):
        lines[first:last] = instead
    return "\n".join(lines) if edits else source


def quoted_in(source: str) -> set[int]:
    """Return the numbers of the comments that the Markdown quotes, and POST for the post."""
    tokens, _ = _parsed(source)
    return {of for position in range(len(tokens)) if (of := _named(tokens, position)) is not None}


def _parsed(source: str) -> tuple[list[Token], dict[str, object]]:
    check_size(source)
    source = clean(source)
    _check_cost(source)
    environment: dict[str, object] = {}
    tokens = _MARKDOWN.parse(source, environment)
    for token in tokens:
        if token.children:
            token.children = list(_show_hosts(_without_pictures(token.children)))
    return tokens, environment


def _check_cost(source: str) -> None:
    """Raise TooLarge for what the parser would take seconds for; no text with lines of usual length comes near."""
    if source.count("[") > MAX_BRACKETS:
        raise TooLarge(f"This text has more than {MAX_BRACKETS:,} square brackets. Use fewer and try again.")
    lines = _LINE_END.split(source)
    if len(lines) * MAX_NESTING <= MAX_QUOTED_LINES:
        return
    levels = max(line[: len(line) - len(line.lstrip(_MARKERS))].count(">") for line in lines)
    if len(lines) * min(levels, MAX_NESTING) > MAX_QUOTED_LINES:
        raise TooLarge("This text has too many lines for quotations nested so deep. Nest them less and try again.")


def _drawn(tokens: list[Token], environment: dict[str, object]) -> str:
    return sanitise(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, environment), limit=MAX_GENERATED_BYTES)


def _with_quotations(
    tokens: list[Token],
    resolve: Resolve,
    quotes: list[int],
    environment: dict[str, object],
    written: dt.datetime | None,
) -> Iterator[Token]:
    """Give each quotation its source line, and leave out the words that may not be shown."""
    hidden_below: int | None = None
    for position, token in enumerate(tokens):
        if hidden_below is not None and token.type == "blockquote_close" and token.level == hidden_below:
            hidden_below = None
        of = _reference(tokens, position)
        if of is not None:
            quotes.append(of)
        if hidden_below is not None or _is_emptied(tokens, position):
            continue
        if of is None:
            yield token
            continue
        quoted = resolve(of)
        token.attrSet("class", "quote")
        yield token
        compared = quoted is not None and quoted.shown and quoted.words is not None
        passage = list(_passage(tokens, position, environment)) if compared else []
        line = source_line(quoted, of=of, passage=passage, written=written)
        yield Token("html_block", "", 0, content=line + "\n")
        if not is_shown(quoted):
            hidden_below = token.level


def _passage(tokens: list[Token], position: int, environment: dict[str, object]) -> Iterator[str]:
    """The paragraphs of the quotation opened here as they are read, without what they quote by name themselves."""
    drawer = cast(RendererHTML, _MARKDOWN.renderer)
    position, end = position + 1, _end(tokens, position)
    while position < end:
        token = tokens[position]
        if token.type == "blockquote_open" and _named(tokens, position) is not None:
            position = _end(tokens, position)
        elif token.type == "inline":
            yield whole(drawer.renderInline(token.children or [], _MARKDOWN.options, environment))
        elif token.type in {"fence", "code_block"}:
            yield token.content
        position += 1


def _end(tokens: list[Token], position: int) -> int:
    """Where the quotation opened here is closed."""
    level = tokens[position].level
    closing = (
        number
        for number in range(position, len(tokens))
        if tokens[number].type == "blockquote_close" and tokens[number].level == level
    )
    return next(closing)


def _reference(tokens: list[Token], position: int) -> int | None:
    """Return what the first line of the quotation opened here names, and take that line away."""
    of = _named(tokens, position)
    if of is not None:
        inline = tokens[position + 2]
        inline.children = (inline.children or [])[2:]
    return of


def _named(tokens: list[Token], position: int) -> int | None:
    """Return the id in the first line of the quotation opened here, or POST."""
    if tokens[position].type != "blockquote_open" or tokens[position + 1].type != "paragraph_open":
        return None
    match = _REFERENCE.fullmatch(tokens[position + 2].content.partition("\n")[0])
    return int(match[1] or POST) if match else None


def _is_emptied(tokens: list[Token], position: int) -> bool:
    """Tell whether this is a paragraph that held nothing but the reference."""
    around = {"paragraph_open": 1, "inline": 0, "paragraph_close": -1}
    inline = tokens[position + around.get(tokens[position].type, 0)]
    return inline.type == "inline" and not inline.children


def _link_people(tokens: list[Token], people: People) -> None:
    """Link the names after an @, as far as they are those of members; they are looked up all at once."""
    named = [child.content for token in tokens for child in token.children or [] if child.type == "mention"]
    first = list(dict.fromkeys(name.casefold() for name in named))[:MOST]
    if not first:
        return
    known = people([spelling for name in first for spelling in spellings(name[1:])])
    for token in tokens:
        if token.children:
            token.children = [part for child in token.children for part in _linked(child, known)]


def _linked(child: Token, known: Mapping[str, str]) -> list[Token]:
    if child.type != "mention":
        return [child]
    for name in spellings(child.content[1:]):
        if (address := known.get(name.casefold())) is not None:
            rest = Token("text", "", 0, content=child.content[len(name) + 1 :])
            return [*_link(address, Token("text", "", 0, content=f"@{name}")), rest]
    return [child]


def _without_pictures(children: list[Token]) -> Iterator[Token]:
    """Turn each picture into a link to it: readers of a page ask nothing of other sites."""
    links = 0
    for token in children:
        links += token.nesting if token.type in {"link_open", "link_close"} else 0
        if token.type != "image":
            yield token
            continue
        address = str(token.attrGet("src") or "")
        text = Token("text", "", 0, content=token.content.strip() or address)
        yield from _link(address, text) if links == 0 else [text]


def _link(address: str, text: Token) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": address})
    return [opening, text, Token("link_close", "a", -1)]


def _show_hosts(children: Iterator[Token]) -> Iterator[Token]:
    """Follow each link whose words look like another host by the host it really leads to."""
    address: str | None = None
    words: list[str] = []
    for token in children:
        yield token
        if token.type == "link_open":
            address, words = str(token.attrGet("href") or ""), []
        elif token.type == "link_close" and address is not None:
            host = _real_host(address)
            if host is not None and _looks_elsewhere("".join(words), host):
                yield Token("text", "", 0, content=f" ({host})")
            address = None
        elif address is not None:
            words.append(token.content)


def _real_host(address: str) -> str | None:
    if is_inside(address):
        return None
    if address.lower().startswith("mailto:"):
        return address.partition("?")[0].rpartition("@")[2].lower()
    return host_of(address)


def _looks_elsewhere(words: str, host: str) -> bool:
    """Tell whether the words name a host other than this one, or hide what they name."""
    if DECEIVING.search(words):
        return True
    plain = unicodedata.normalize("NFKC", words).casefold().replace("\u3002", ".")
    return any(
        _is_host(word.strip(".-")) and word.strip(".-").removeprefix("www.") != host.removeprefix("www.")
        for part in re.split(r"\s|://", plain)
        for word in _WORD.findall(re.split("[/?#]", part, maxsplit=1)[0])
    )


def _is_host(word: str) -> bool:
    before, dot, last = word.rpartition(".")
    is_address = word.replace(".", "").isdigit() and word.count(".") == 3
    return is_address or (bool(dot and before) and len(last) > 1 and not last.isdigit())


def _bare_address(state: StateInline, silent: bool) -> bool:
    """Link an address that stands in the text as it is.

    linkify-it does the same, but in quadratic time: 21 s for 64 KB of "://". This reads on from the
    colon once, and what can't be linked is passed over whole.
    """
    if state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.pending[-6:])
    match = scheme and _BARE.match(state.src, state.pos, state.posMax)
    if scheme is None or match is None:
        return False
    rest = _without_trailing_marks(match[0] + _bracketed(state, match))
    if not silent:
        address = scheme[0] + rest
        href = state.md.normalizeLink(address)
        if len(rest) > 3 and state.md.validateLink(href):
            state.pending = state.pending[: -len(scheme[0])]
            opening = state.push("link_open", "a", 1)
            opening.attrs = {"href": href}
            state.push("text", "", 0).content = address
            state.push("link_close", "a", -1)
        else:
            state.pending += rest
    state.pos += len(rest)
    return True


def _bracketed(state: StateInline, match: re.Match[str]) -> str:
    """What goes on in brackets after an address that asks something; linear."""
    end = match.end()
    if "?" in match[0]:
        links = state.env.get("references", {})
        while more := _BRACKETED.match(state.src, end, state.posMax):
            if any(normalizeReference(label) in links for label in more.groups("")):
                break
            end = more.end()
    return state.src[match.end() : end]


def _mention(state: StateInline, silent: bool) -> bool:
    """Read a name after an @, where it is not in a link or in the middle of something, such as an e-mail address."""
    before = state.src[state.pos - 1] if state.pos else " "
    match = NAME.match(state.src, state.pos, state.posMax)
    if match is None or state.linkLevel > 0 or before.isalnum() or before in "@/.+-":
        return False
    name = match[1].rstrip("-_.'")
    if len(name) < 2:
        return False
    if not silent:
        state.push("mention", "", 0).content = f"@{name}"
    state.pos += 1 + len(name)
    return True


def _draw_name(self: RendererHTML, tokens: Sequence[Token], position: int, *_: object) -> str:
    return escape(tokens[position].content)


def _without_trailing_marks(address: str) -> str:
    """Leave the full stop of the sentence, or the bracket around it all, out of an address."""
    end = len(address)
    unopened = address.count(")") - address.count("(")
    while end > 3:
        last = address[end - 1]
        if last in _TRAILING or (last == ")" and unopened > 0):
            unopened -= last == ")"
            end -= 1
        else:
            break
    return address[:end]


def _open_heading(self: RendererHTML, *_: object) -> str:
    return "<p><strong>"


def _close_heading(self: RendererHTML, *_: object) -> str:
    return "</strong></p>\n"


def _make() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING}).enable("strikethrough")
    markdown.disable(["html_block", "html_inline"])
    markdown.inline.ruler.after("text", "bare_address", _bare_address)
    markdown.inline.ruler.before("text", "mention", _mention)
    markdown.add_render_rule("mention", _draw_name)
    markdown.validateLink = may_link  # type: ignore[assignment, method-assign]
    markdown.add_render_rule("heading_open", _open_heading)
    markdown.add_render_rule("heading_close", _close_heading)
    return markdown


_MARKDOWN = _make()
