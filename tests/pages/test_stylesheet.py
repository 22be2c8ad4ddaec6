"""The stylesheet is joined, small and self-contained."""

import re

from forum.pages.stylesheet import JOINED, ORDER, STATIC, joined


def test_the_joined_stylesheet_is_fresh() -> None:
    assert JOINED.read_text() == joined(), "static/rejoinder.css is stale: run `make css`"


def test_every_component_is_joined() -> None:
    assert {path.stem for path in (STATIC / "css").glob("*.css")} == set(ORDER)


def test_the_stylesheet_stays_below_20_kb() -> None:
    assert len(joined().encode()) < 20_000


def test_the_stylesheet_names_only_files_that_are_here() -> None:
    for address in re.findall(r'url\("([^"]+)"\)', joined()):
        assert (STATIC / address).is_file(), address


def test_every_rule_stands_in_a_layer() -> None:
    outside = re.sub(r"@font-face\s*\{[^}]*\}", "", joined().split("*/", 1)[1])
    while "{" in outside:
        outside, inner = re.subn(r"\{[^{}]*\}", ";", outside)
        assert inner, "a brace is not closed"
    rules = [rule.strip() for rule in outside.split(";")]
    assert [rule for rule in rules if rule and not rule.startswith("@layer")] == []
