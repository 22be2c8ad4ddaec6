"""Imported plain text to safe HTML: every word and line break as it stood, nothing linked or corrected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from forum.text.characters import clean
from forum.text.html import MAX_GENERATED_BYTES, check_size, sanitise
from forum.text.quotations import Quoted, Rendered, Resolve, is_shown, source_line

MAX_ARTICLE_BYTES = 256 * 1024
_MARKS = "> \t"  # before each line that is quoted, in mails and on pages that are written like them


@dataclass(frozen=True, slots=True)
class Span:
    """Where a text quotes comment `of`: character offsets of the words and of the attribution line.

    `start` equals `end` when only an attribution stands; the attribution's offsets are None when none does.
    """

    start: int
    end: int
    attribution_start: int | None
    attribution_end: int | None
    of: int


@dataclass(frozen=True, slots=True)
class Block:
    """Paragraphs of an article, counted from 0, both ends included, that quote the named source."""

    first_paragraph: int
    last_paragraph: int
    source: str | None


def render(source: str, *, quotes: Sequence[Span] = (), resolve: Resolve) -> Rendered:
    """Return an imported comment as HTML; raises TooLarge, and ValueError when spans overlap; linear."""
    check_size(source)
    parts = [_piece(source, piece, resolve) for piece in _pieces(source, quotes)]
    html = sanitise("\n".join(filter(None, parts)), limit=MAX_GENERATED_BYTES)
    ordered = sorted(quotes, key=lambda span: (span.start, span.of))
    return Rendered(html, tuple(dict.fromkeys(span.of for span in ordered)))


def render_article(source: str, *, blocks: Sequence[Block] = ()) -> str:
    """Return an imported article as HTML with its quoted paragraphs as figures; raises TooLarge; linear."""
    check_size(source, MAX_ARTICLE_BYTES)
    paragraphs = _paragraphs(source)
    if any(not 0 <= block.first_paragraph <= block.last_paragraph < len(paragraphs) for block in blocks):
        raise ValueError(f"A quotation names a paragraph that is none of the article's {len(paragraphs)}.")
    opens = {block.first_paragraph: block for block in blocks}
    closes = {block.last_paragraph: block for block in blocks}
    parts: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        if number in opens:
            parts.append('<figure class="quotation"><blockquote>')
        parts.append(paragraph)
        if number in closes:
            parts.append(f"</blockquote>{_caption(closes[number])}</figure>")
    return sanitise("\n".join(parts), limit=MAX_GENERATED_BYTES)


def _pieces(source: str, quotes: Sequence[Span]) -> Iterator[tuple[int, int, Span | None]]:
    """Cut the text at its quotations, leaving out the printed attributions and the marks of mail before a passage."""
    cuts: list[tuple[int, int, Span, bool]] = []
    for span in quotes:
        if span.start < span.end:
            cuts.append((span.start, span.end, span, True))
        if span.attribution_start is not None and span.attribution_end is not None:
            cuts.append((span.attribution_start, span.attribution_end, span, span.start >= span.end))
    done = 0
    for start, end, cut, drawn in sorted(cuts, key=lambda it: it[:2]):
        if not done <= start <= end <= len(source):
            raise ValueError(f"The quotation at characters {start} to {end} overlaps another or leaves the text.")
        yield done, max(done, _marked_from(source, start)) if drawn else start, None
        if drawn:
            yield start, end, cut
        done = end
    yield done, len(source), None


def _piece(source: str, piece: tuple[int, int, Span | None], resolve: Resolve) -> str:
    start, end, span = piece
    if span is None:
        return "\n".join(_paragraphs(source[start:end]))
    quoted: Quoted | None = resolve(span.of)
    passage = source[start:end] if span.start < span.end and is_shown(quoted) else ""
    if _marked_from(source, start) < start:
        passage = "\n".join(line.lstrip(_MARKS) for line in passage.split("\n"))
    words = _paragraphs(passage)
    return "\n".join(['<blockquote class="quote">', source_line(quoted, of=span.of), *words, "</blockquote>"])


def _marked_from(source: str, start: int) -> int:
    """Where marks such as "> " begin that lead from the begin of a line to a passage, or ``start`` where none do."""
    begin = start
    while begin and source[begin - 1] in _MARKS:
        begin -= 1
    begins_line = not begin or source[begin - 1] == "\n"
    return begin if begins_line and ">" in source[begin:start] else start


def _paragraphs(text: str) -> list[str]:
    """Part the text at its blank lines; a single line break stays one."""
    paragraphs: list[list[str]] = [[]]
    for line in clean(text).split("\n"):
        if line.strip():
            paragraphs[-1].append(escape(line.strip(" \t"), quote=False))
        elif paragraphs[-1]:
            paragraphs.append([])
    return [f"<p>{'<br>'.join(lines)}</p>" for lines in paragraphs if lines]


def _caption(block: Block) -> str:
    return "" if block.source is None else f"<figcaption>{escape(clean(block.source))}</figcaption>"
