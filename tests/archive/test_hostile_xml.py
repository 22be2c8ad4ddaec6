"""An XML file may hold anything: it is read rightly or refused with its line, in bounded time, and fetches nothing."""

import gzip
import io
import random
import socket
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.make_wxr import pieces
from forum.archive import corrections, items, readers
from forum.archive.items import SavedFile, Thread
from forum.archive.limits import Refused
from forum.archive.plan import make_plan
from forum.archive.readers import xml_stream
from tests.archive.exports import (
    WXR_END,
    WXR_HEAD,
    comment,
    disqus_file,
    item,
    page,
    read_disqus,
    read_wxr,
    said,
    wxr_comments,
    wxr_file,
)

DECLARATION = '<?xml version="1.0" encoding="UTF-8" ?>\n'


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fails when what is inside takes more processor time."""
    start = time.process_time()
    yield
    assert time.process_time() - start < seconds


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    """A socket that hears whoever would fetch something."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening
        with pytest.raises(BlockingIOError):
            listening.accept()


def doctype(declared: str, used: str = "") -> str:
    """An export that declares a document type, and uses what it declares."""
    return wxr_file(item(title=used)).replace(DECLARATION, f"{DECLARATION}<!DOCTYPE rss {declared}>\n")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ("", ""),
        ('SYSTEM "http://127.0.0.1:PORT/x.dtd"', ""),
        ('[<!ENTITY x SYSTEM "http://127.0.0.1:PORT/x">]', "&x;"),
        ('[<!ENTITY x SYSTEM "file:///etc/passwd">]', "&x;"),
        ('[<!ENTITY % x SYSTEM "http://127.0.0.1:PORT/x"> %x;]', ""),
        (f'[<!ENTITY l0 "ha">{LAUGHS}]', "&l11;"),
        (f'[<!ENTITY big "{"x" * 500_000}">]', "&big;" * 10_000),
    ],
)
def test_no_document_type_is_read_and_nothing_is_fetched(ear: socket.socket, declared: str, used: str) -> None:
    port = str(ear.getsockname()[1])
    with within(1), pytest.raises(Refused, match="Line 2 declares a document type"):
        read_wxr(doctype(declared.replace("PORT", port), used))


def test_entities_of_html_are_read_and_others_stay_as_they_are() -> None:
    threads, _ = read_wxr(wxr_file(item(title="a&nbsp;b&hellip; &secret; &amp;amp;")))
    assert threads[0].post.title == "a b… &secret; &"


def test_addresses_in_the_file_are_not_fetched(ear: socket.socket) -> None:
    address = f"http://127.0.0.1:{ear.getsockname()[1]}/"
    included = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}" parse="text"/>'
    text = wxr_file(item(included, comment(1, f'<img src="{address}">'), link=address))
    text = text.replace(
        "<rss ", f'<?xml-stylesheet href="{address}"?><rss xmlns:a="{address}" a:schemaLocation="{address}" '
    )
    threads, _ = read_wxr(text)
    assert threads[0].comments[0].body.startswith(f'<p><a href="{address}">')


def test_elements_nested_a_hundred_thousand_deep_are_refused() -> None:
    for where in (wxr_file("<a>" * 100_000), wxr_file(item(f"<a>{'<b>' * 100_000}"))):
        with within(1), pytest.raises(Refused, match="nested 64 deep"):
            read_wxr(where)


def test_elements_nested_deep_in_a_text_are_levelled() -> None:
    with within(2):
        found = wxr_comments(comment(1, "<blockquote>" * 4_000 + "words"))
    assert "words" in found[0].body
    assert found[0].body.count("<blockquote>") < 64


def test_control_characters_and_halves_of_pairs_are_taken_out_and_counted() -> None:
    data = wxr_file(item(comment(1, "a\0b\x08c\x1bd\uffffe"), title="x&#xD800;y&#0;z&#65;")).encode()
    data = data.replace(b"Keep", b"Keep").replace(b"closed today", b"closed \xed\xa0\x80today")
    threads, rest = read_wxr(data)
    assert threads[0].comments[0].body == "<p>abcde</p>"
    assert threads[0].post.title == "x\ufffdy\ufffdzA"
    assert "closed \ufffdtoday" in threads[0].post.body
    told = {anomaly.what for anomaly in rest.anomalies}
    assert "4 control characters" in told
    assert "2 numbers of characters that XML forbids" in told


def test_bytes_that_are_no_utf_8_are_read_as_windows_1252() -> None:
    data = wxr_file(item(comment(1, "“QUOTED” caf")).replace("caf", "café")).encode()
    data = data.replace("“QUOTED”".encode(), b"\x93QUOTED\x94")
    threads, rest = read_wxr(data)
    assert threads[0].comments[0].body == "<p>“QUOTED” café</p>"
    assert [(a.what, a.done) for a in rest.anomalies] == [("2 bytes that utf-8 does not know", "read as Windows-1252")]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1"])
@pytest.mark.parametrize("declares", [True, False])
def test_a_file_in_another_charset_is_read(charset: str, declares: bool) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "UTF-16", "latin-1": "ISO-8859-1"}.get(charset, charset)
    text = wxr_file(item(comment(1, "Jørgen")))
    text = text.replace("UTF-8", declared) if declares else text.replace(DECLARATION, "")
    threads, rest = read_wxr(text.encode(charset))
    if not declares and charset in ("cp1252", "latin-1"):
        assert [a.done for a in rest.anomalies] == ["read as Windows-1252"]
    else:
        told = [] if charset.startswith("utf-8") else ["read as that"]
        assert [a.done for a in rest.anomalies] == told
    assert threads[0].comments[0].body == "<p>Jørgen</p>"


@pytest.mark.parametrize(
    "declared", ["utf-7", "UTF-32", "unicode_escape", "idna", "rot13", "no-such", "utf-16", "ascii"]
)
def test_a_wrong_charset_hides_no_markup(declared: str) -> None:
    data = wxr_file(item(comment(1, "+ADw-script+AD4-"))).replace("UTF-8", declared, 1).encode()
    if declared in ("utf-16", "ascii", "UTF-32"):
        threads, rest = read_wxr(data)
        assert threads[0].comments[0].body == "<p>+ADw-script+AD4-</p>"
        assert [a.done for a in rest.anomalies] == ["read as utf-8, by its first bytes"] * (declared != "ascii")
    else:
        with pytest.raises(Refused, match="UTF-8"):
            read_wxr(data)


def test_a_line_of_ten_megabytes_is_read() -> None:
    body = "x" * 10_000_000
    with within(5):
        threads, rest = read_wxr(wxr_file(item(comment(1, body), comment(2))).replace("\n", " "))
    assert [c.key for c in threads[0].comments] == ["wxr:comment:2"]
    assert rest.line_count == 1


def test_a_chain_of_ten_thousand_replies_keeps_every_parent() -> None:
    chain = (comment(n, parent=n - 1) for n in range(1, 10_001))
    with within(10):
        plan = make_plan(SavedFile("x.xml", wxr_file(item(*chain)).encode()), corrections.for_file("x"))
        (thread,) = plan.threads
    assert all(c.parent == f"wxr:comment:{int(c.source_id[8:]) - 1}" for c in thread.comments if c.key[12:] != "1")
    assert sum(c.parent is not None for c in thread.comments) == 9_999


def test_parents_that_cannot_be_are_broken_and_told() -> None:
    text = wxr_file(item(comment(1, parent=2), comment(2, parent=1), comment(3, parent=3), comment(4, parent=99)))
    text = text.replace("</item>", comment(5, parent=6) + comment(6) + "</item>")
    plan = make_plan(SavedFile("x.xml", text.encode()), corrections.for_file("x"))
    (thread,) = plan.threads
    parents = {c.key[12:]: c.parent and c.parent[12:] for c in thread.comments}
    assert (parents["3"], parents["4"], parents["5"]) == (None, None, "6")
    assert sorted([parents["1"] is None, parents["2"] is None]) == [False, True]
    assert len(thread.anomalies) == 3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f'<a b="{"x" * 6_000_000}"/>', "tag or remark"),
        ("<a " + " ".join(f"b{n}=''" for n in range(150_000)) + "/>", "different names"),
        (f"<!--{'x' * 6_000_000}-->", "tag or remark"),
        ("".join(f"<a{n}/>" for n in range(400_000)), "different names"),
        ("<a b='1' b='2'/>", "duplicate attribute"),
    ],
)
def test_markup_that_no_site_writes_is_refused(text: str, why: str) -> None:
    with within(5), pytest.raises(Refused, match=why):
        read_wxr(wxr_file(text))


def test_a_record_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_stream, "MAX_RECORD", 500_000)
    for text in (item(comment(1, "x" * 3_000_000)), item("<junk>y</junk>" * 300_000)):
        with within(3), pytest.raises(Refused, match=r"From line \d+ on, .* has more than 500,000 bytes"):
            read_wxr(wxr_file(text))


def test_packed_files_are_refused_and_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.xml", wxr_file())
    for data in (gzip.compress(wxr_file().encode()), packed.getvalue()):
        for forced in ("", "wxr", "disqus"):
            saved = SavedFile("export.xml", data)
            with pytest.raises(Refused, match="unpack it"):
                list(readers.choose(saved, forced)[0].read(saved))


def test_another_kind_of_xml_is_refused() -> None:
    for text in ("<feed/>", "<html><body/></html>", "", "words", "<", "<?xml version='1.0'?>"):
        for read in (read_wxr, read_disqus):
            with pytest.raises(Refused):
                read(text)


def test_a_file_that_breaks_off_before_the_first_item_is_refused_with_the_line() -> None:
    with pytest.raises(Refused, match=r"breaks off at line 12, in the <item> that begins at line 11"):
        read_wxr(WXR_HEAD + "<item>\n<title>The mill</title>")


def test_what_is_whole_before_a_break_is_kept_and_the_rest_told() -> None:
    whole = WXR_HEAD + item(comment(1)) + item(comment(2), number=8)
    lines = whole.count("\n")
    for tail in ("<item>\n<title>no", f"<item>\n<title>a & b</title></item>\n{WXR_END}"):
        threads, rest = read_wxr(whole + tail)
        assert [thread.post.key for thread in threads] == ["wxr:post:7", "wxr:post:8"]
        assert rest.anomalies[0].line == lines + 2
        assert f"begins at line {lines + 1}" in rest.anomalies[0].what
        assert rest.leftover[-1].lines == (lines + 1, len((whole + tail).splitlines()))


def test_a_file_cut_anywhere_is_refused_or_read_as_far_as_it_is_whole() -> None:
    text = wxr_file(*(item(comment(n), number=n) for n in range(1, 5)))
    full = read_wxr(text)[0]
    for end in range(0, len(text), 41):
        try:
            threads, rest = read_wxr(text[:end])
        except Refused:
            continue
        assert [t.post for t in threads] == [t.post for t in full[: len(threads)]]
        assert rest.line_count == max(1, len(text[:end].splitlines()))
        assert rest.anomalies or end >= text.index(WXR_END)


def test_a_file_with_random_damage_is_refused_or_read() -> None:
    chance = random.Random(7)  # noqa: S311 - the same each time is what is wanted
    texts = (wxr_file(item(comment(1), comment(2, parent=1))), disqus_file(page(1), said(1), said(2, answers=1)))
    for read, text in zip((read_wxr, read_disqus), texts, strict=True):
        for _ in range(300):
            data = bytearray(text.encode())
            for _ in range(chance.randrange(1, 6)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            try:
                threads, _rest = read(bytes(data))
            except Refused:
                continue
            assert all(isinstance(thread, Thread) for thread in threads)


def test_how_a_file_is_cut_into_pieces_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(pieces(150, 3)).replace("mill ", "mill &#8217; ü ")
    for written in (text.encode(), text.replace("\n", "\r\n").encode(), text.encode("utf-16")):
        whole = read_wxr(written)
        for size in (4099, 5003):
            monkeypatch.setattr(items, "_PIECE", size)
            parts = read_wxr(written)
            assert [t.post for t in parts[0]] == [t.post for t in whole[0]]
            assert [list(t.comments) for t in parts[0]] == [list(t.comments) for t in whole[0]]
            assert parts[1] == whole[1]
        monkeypatch.undo()


def test_reading_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("forum.archive.spool.IN_MEMORY", 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_wxr(wxr_file(item(comment(1), title="../../etc/x")))
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_comments_of_a_post(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forum.archive.spool.IN_MEMORY", 0)
    monkeypatch.setattr("forum.archive.spool._TOGETHER", 16_384)
    monkeypatch.setattr(items, "_PIECE", 16_384)
    files = {number: SavedFile("x.xml", "".join(pieces(number, 1)).encode()) for number in (200, 1_700)}
    peaks = []
    for saved in files.values():
        tracemalloc.start()
        thread, _rest = readers.wxr.read(saved)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert isinstance(thread, Thread)
    assert len(thread.comments) > 1_500
    assert peaks[1] - peaks[0] < 60_000  # bytes; the file grew by a million
