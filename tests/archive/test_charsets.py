"""Bytes become text by stated rules, and whatever was done is counted."""

import pytest

from forum.archive.charsets import decode
from forum.archive.limits import Refused
from tests.archive.pages import AFTER, plan

TEXT = "“Café” — déjà vu…"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_the_text_is_found_whatever_the_charset(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)).text == TEXT


def test_a_file_that_says_latin_1_is_read_as_windows_1252() -> None:
    assert decode(TEXT.encode("windows-1252"), "ISO-8859-1").text == TEXT


def test_line_ends_become_one() -> None:
    assert decode(b"a\r\nb\rc\xc2\x85d\n").text == "a\nb\nc\nd\n"


def test_controls_are_removed_and_counted() -> None:
    found = decode(b"a\x00b\x07c\td")
    assert (found.text, found.controls_removed) == ("abc\td", 2)


def test_letters_of_a_wrong_charset_are_repaired_only_where_that_is_proved() -> None:
    # As browsers read it: codes that Windows-1252 leaves undefined become controls.
    wrong = "".join(bytes([n]).decode("cp1252", "ignore") or chr(n) for n in TEXT.encode())
    assert decode(wrong.encode()).text == TEXT
    half = wrong + " Ã© and é"
    assert decode(half.encode()).text == half.replace("\x9d", "")


@pytest.mark.parametrize("wrong", ["cp1252", "latin-1"])
@pytest.mark.parametrize("right", ["déjà", "“Café”", "so…", "5 £", "Жизнь", "Ελλάδα"])
def test_letters_of_a_wrong_charset_that_are_left_are_told(right: str, wrong: str) -> None:
    made = "".join(bytes([n]).decode(wrong, "ignore") or chr(n) for n in right.encode())
    told = decode(f"{made} and é".encode())
    assert (told.mojibake_left > 0, told.mojibake_repaired) == (True, 0)
    assert any("a wrong charset" in what and "kept" in done for what, done in told.odd)


@pytest.mark.parametrize("right", [TEXT, "CAFÉ…", "„Spaß“", "“IRMÔ", "MAÇÃ…", "À Ñ Ð", "Ðað", "ΕΛΛΑΣ", "Â", "â€"])
def test_letters_that_only_look_odd_are_not_told(right: str) -> None:
    assert decode(f"{right} and é".encode()).mojibake_left == 0


def test_a_file_that_ends_within_a_letter_is_read_up_to_there_and_told() -> None:
    told = decode("déjà vu, é".encode()[:-1])
    assert (told.text, told.encoding, told.cut) == ("déjà vu, ", "utf-8", True)
    assert ("the file ends in the middle of a letter: it was cut off", "read as far as it goes") in told.odd
    assert not decode("déjà".encode()).cut
    assert decode("caf\xe9".encode("cp1252")).text == "café"
    assert decode("déjà vu, é".encode("cp1252")).text == "déjà vu, é"


def test_what_was_lost_before_stays_and_is_counted() -> None:
    assert decode("a\ufffdb".encode()).not_decoded == 1


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(Refused, match="not a text file"):
        decode(bytes(range(256)) * 20)


def test_an_unknown_charset_is_refused() -> None:
    with pytest.raises(Refused, match="klingon"):
        decode(b"a", "klingon")


def test_the_plan_says_what_was_done_to_the_bytes() -> None:
    told = plan(AFTER.replace("pond", "étang\x00").encode("windows-1252")).anomalies
    assert [(a.line, a.what, a.done) for a in told][:2] == [
        (0, "not plain UTF-8 but windows-1252", "read as that"),
        (0, "1 control characters", "removed"),
    ]
    assert "cut off" in plan(f"{AFTER}\nétang é".encode()[:-1]).anomalies[0].what
    assert "letters that look like" in plan(AFTER.replace("pond", "Ã©tang and é")).anomalies[0].what
