"""Draws the picture that stands beside a link to a thread: its title, its dated byline and its pulse.

The face is the site's own serif, which knows the Latin letters of western Europe. Nothing is drawn that it cannot
draw: signs it lacks are left out, and a line with letters it lacks is left out whole, for half a title misleads.
"""

from __future__ import annotations

import io
import math
import threading
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from posts.pulse import Histogram

WIDTH, HEIGHT = 1200, 630
LOOK = 1  # moves whenever the same card is drawn otherwise than before
MARGIN = 72
PAPER, INK, MUTED, RULE = "#f7f8f6", "#17191c", "#565c63", "#d3d7d2"
VOICES = {"then": "#8a5f10", "now": "#0b6b57"}
SIZES = (84, 76, 68, 60, 52, 44)  # of the title, until it fits
TITLE_TOP, TITLE_ROOM = 170, 268
PULSE_HEIGHT = 56
KEPT = 64  # pictures in memory, of about 20 kB

# What static/fonts/rejoinder-serif-roman.woff2 holds (a test asks the file itself).
LETTERS = frozenset(
    [*map(chr, range(0x20, 0x7F)), *map(chr, range(0xA1, 0x100)), *"ıŒœˆ˚˜–—‘’‚“”„•…′″‹›⁄€™↑↓−"]  # noqa: RUF001
) - {"\xad"}

VARIANTS = frozenset(map(chr, [*range(0xFE00, 0xFE10), 0x20E3]))  # they say how a sign looks, and are no letters

Bars = tuple[tuple[str, tuple[int, ...]], ...]  # for each era, the comments in each bin

_one_at_a_time = threading.Lock()  # who asks for many pictures at once shall not take every processor


@dataclass(frozen=True, slots=True)
class Card:
    """What a picture shows; two that are equal are one picture."""

    site: str
    title: str
    byline: tuple[str, ...] = ()  # each part is drawn if it can be
    voice: str = "now"
    bars: Bars = ()


def bars_of(pulse: dict[str, Histogram]) -> Bars:
    """The histograms of a post as a card holds them, without the empty bins at their ends."""
    eras = []
    for era in ("then", "now"):
        found = pulse.get(era)
        if found and sum(found["bins"]):
            used = (found["last"] - found["start"]) // found["step"] + 1
            eras.append((era, tuple(found["bins"][:used])))
    return tuple(eras)


@lru_cache(maxsize=KEPT)
def draw(card: Card) -> bytes:
    """The picture as PNG: 15 to 30 ms the first time, one after the other; after that from memory."""
    with _one_at_a_time:
        return _draw(card)


def _draw(card: Card) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    _brand(pen, drawable(card.site) or "Rejoinder")
    _title(pen, drawable(card.title) or drawable(card.site) or "Rejoinder")
    byline = " · ".join(filter(None, map(drawable, card.byline)))
    if byline:
        pen.text((MARGIN, 462), _cut(byline, _face(30), WIDTH - 2 * MARGIN), MUTED, _face(30))
    if card.bars:
        _pulse(pen, card.bars)
    pen.rectangle((0, HEIGHT - 12, WIDTH, HEIGHT), VOICES[card.voice])
    out = io.BytesIO()
    image.quantize(48, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", compress_level=6)
    return out.getvalue()


def drawable(text: str) -> str:
    """The text as the face can draw it: without the signs it lacks, or "" when it lacks a letter."""
    drawn = []
    for letter in unicodedata.normalize("NFC", text):
        if letter in LETTERS:
            drawn.append(letter)
        elif unicodedata.category(letter)[0] == "Z" or letter in "\t\n":
            drawn.append(" ")
        elif unicodedata.category(letter)[0] in "LMN" and letter not in VARIANTS:
            return ""
    return " ".join("".join(drawn).split())


@lru_cache
def _face(size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    path = Path(settings.BASE_DIR) / "static" / "fonts" / "rejoinder-serif-roman.woff2"
    face = ImageFont.truetype(str(path), size)
    face.set_variation_by_axes([weight])
    return face


def _brand(pen: ImageDraw.ImageDraw, name: str) -> None:
    pen.rounded_rectangle((MARGIN, 64, MARGIN + 5, 112), 3, VOICES["then"])
    pen.rounded_rectangle((MARGIN + 20, 88, MARGIN + 25, 112), 3, VOICES["now"])
    face = _face(36, 600)
    pen.text((MARGIN + 44, 101), _cut(name, face, WIDTH - 3 * MARGIN), INK, face, anchor="ls")


def _title(pen: ImageDraw.ImageDraw, title: str) -> None:
    for size in SIZES:
        face = _face(size, 600)
        leading = round(size * 1.12)
        lines = _wrapped(title, face, WIDTH - 2 * MARGIN)
        if len(lines) * leading <= TITLE_ROOM:
            break
    room = TITLE_ROOM // leading
    if len(lines) > room:
        lines = [*lines[: room - 1], _cut(" ".join(lines[room - 1 :]), face, WIDTH - 2 * MARGIN)]
    for number, line in enumerate(lines):
        pen.text((MARGIN, TITLE_TOP + number * leading), line, INK, face)


def _wrapped(text: str, face: ImageFont.FreeTypeFont, room: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= room:
            lines[-1] = longer
            continue
        while (fits := _fitting(word, face, room)) < len(word):  # one word wider than the picture
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    return [line for line in lines if line]


def _cut(line: str, face: ImageFont.FreeTypeFont, room: float) -> str:
    fits = _fitting(line, face, room)
    return line if fits == len(line) else f"{line[: fits - 1].rstrip()}…"


def _fitting(line: str, face: ImageFont.FreeTypeFont, room: float) -> int:
    """How many letters of the line fit, one at least; measured in a few steps."""
    if face.getlength(line) <= room:
        return len(line)
    return max(1, bisect_right(range(len(line)), room, key=lambda end: face.getlength(line[:end])) - 1)


def _pulse(pen: ImageDraw.ImageDraw, eras: Bars) -> None:
    """The strip of the page, as wide as the picture; a dotted line is the silence between two eras."""
    gap = 150 if len(eras) == 2 else 0
    count = sum(len(bins) for _, bins in eras)
    step = max(2, min(18, (WIDTH - 2 * MARGIN - gap) // count))
    most = max(9, *(max(bins) for _, bins in eras))
    left, foot = MARGIN, HEIGHT - 50
    for number, (era, bins) in enumerate(eras):
        if number:
            for dot in range(left + 10, left + gap - 10, 10):
                pen.rectangle((dot, foot - 2, dot + 3, foot), RULE)
            left += gap
        pen.rectangle((left, foot - 2, left + len(bins) * step - 3, foot), VOICES[era])
        for bin_number, comments in enumerate(bins):
            if comments:
                tall = max(5, round(PULSE_HEIGHT * math.sqrt(comments / most)))
                start = left + bin_number * step
                pen.rectangle((start, foot - tall, start + step - 3, foot), VOICES[era])
        left += len(bins) * step
