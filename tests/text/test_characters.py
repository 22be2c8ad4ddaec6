"""Characters that no text may hold are gone, whatever else stands beside them."""

import pytest

from forum.text.characters import clean

ASCII = "".join(map(chr, range(128)))


@pytest.mark.parametrize("beside", ["", "é"], ids=["in ASCII alone", "beside other letters"])
def test_controls_go_and_line_ends_become_one_kind(beside: str) -> None:
    assert clean(f"{ASCII}a\r\nb\rc{beside}") == f"\t\n\n{ASCII[32:127]}a\nb\nc{beside}"
