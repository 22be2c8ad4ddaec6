"""The comparison of two texts: whole, readable, and never slow."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.text.diff import Piece, as_html, changes, shortened
from tests.pace import slower

WORDS = st.text(alphabet="ab .\n", max_size=80) | st.text(max_size=80)


@given(WORDS, WORDS)
def test_both_texts_can_be_read_from_the_pieces(old: str, new: str) -> None:
    pieces = changes(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
    assert all(one.kind != other.kind for one, other in pairwise(pieces))


def test_one_word_is_one_change() -> None:
    assert changes("The quick brown fox jumps.", "The quick red fox jumps.") == [
        Piece("same", "The quick "),
        Piece("removed", "brown"),
        Piece("added", "red"),
        Piece("same", " fox jumps."),
    ]


def test_neighbouring_words_are_one_change() -> None:
    pieces = changes("It was a very old gate there.", "It was the new gate there.")
    assert [piece.kind for piece in pieces] == ["same", "removed", "added", "same"]


def test_what_came_and_went_is_said_in_words_and_nothing_in_it_runs() -> None:
    html = as_html(changes("a <b>", "a <i>&"))
    assert "<b>" not in html
    assert '<del><span class="sr">[removed: </span>b' in html
    assert '<ins><span class="sr">[added: </span>i' in html


def test_long_stretches_that_stayed_are_left_out_but_for_their_ends() -> None:
    old = "word " * 1000
    pieces = shortened(changes(f"{old}end {old}", f"{old}other {old}"))
    assert len("".join(piece.text for piece in pieces)) < 500
    assert pieces[0].text.startswith(" … ")
    assert pieces[-1].text.endswith(" … ")


def texts() -> dict[str, tuple[str, str]]:
    chance = random.Random(7)  # noqa: S311
    common = [f"w{n}" for n in range(3000)] + ["the", "of", "a"] * 700
    prose = [chance.choice(common) for _ in range(9000)]
    edited = list(prose)
    for n in range(500):
        edited[chance.randrange(9000)] = f"new{n}"
    unique = [f"u{n}" for n in range(6000)]
    blocks = ["".join(chance.choice("abcdef") + " " for _ in range(24)) for _ in range(1600)]
    return {
        "edited in many places": (" ".join(prose), " ".join(edited)),
        "shuffled": (" ".join(unique), " ".join(chance.sample(unique, 6000))),
        "backwards": (" ".join(unique), " ".join(unique[::-1])),
        "one word for ever": ("a " * 20_000, "b a " * 10_000),
        "marks": ("." * 40_000, ",." * 20_000),
        "blocks without words of their own": (
            "".join(f"x{n} {block}" for n, block in enumerate(blocks[:800])),
            "".join(f"x{n} {block}" for n, block in enumerate(blocks[800:])),
        ),
        "noise": tuple("".join(chance.choice("ab .") for _ in range(40_000)) for _ in range(2)),  # type: ignore[dict-item]
    }


@pytest.mark.parametrize("case", texts())
def test_forty_thousand_characters_are_compared_in_time(case: str) -> None:
    """Under 40 ms on an idle core; the limit leaves room for a busy one and none for a square."""
    old, new = (text[:40_000] for text in texts()[case])
    fastest = min(_seconds(old, new) for _ in range(3))
    assert fastest < 0.1 * slower(), f"{fastest:.3f} s"


def _seconds(old: str, new: str) -> float:
    start = time.process_time()
    changes(old, new)
    return time.process_time() - start
