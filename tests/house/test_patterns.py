"""No regular expression takes twice as long for each letter more: whoever writes the text could stop the site."""

import ast
import importlib
import re

import pytest

from tests.house.ambiguity import Automaton
from tests.house.test_house import MODULES, ROOT

# Nothing that may fail stands behind its letters, so that none of them is read again.
HARMLESS = ("forum.search.folding._RUN",)


def found_in(value: object) -> list[re.Pattern[str]]:
    """The expressions in a value of a module, in the collections and the forms it holds too."""
    if isinstance(value, re.Pattern):
        return [value] if isinstance(value.pattern, str) else []
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple | list):
        return [pattern for one in value for pattern in found_in(one)]
    inner = getattr(value, "pattern", None)
    return found_in(inner) if isinstance(inner, re.Pattern) else []


def patterns() -> dict[re.Pattern[str], str]:
    """All that modules hold, and those that are written where they are used, each with its place."""
    found: dict[re.Pattern[str], str] = {}
    for path in MODULES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        source = path.read_text()
        if "import re\n" not in source or ".migrations." in name:
            continue
        for constant, value in vars(importlib.import_module(name)).items():
            for number, pattern in enumerate(found_in(value)):
                found.setdefault(pattern, f"{name}.{constant}{number or ''}")
        for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
            match call:
                case ast.Call(ast.Attribute(ast.Name("re"), attr), [ast.Constant(str(said)), *_]) if attr != "compile":
                    found.setdefault(re.compile(said), f"{name}, line {call.lineno}")
    return found


@pytest.mark.parametrize(
    ("pattern", "ambiguous"),
    [
        (r"(?:[a-z]+-?)*x", True),
        (r"(?:on\b:?|:)*x", True),
        (r"(?:a|b|ab)*x", True),
        (r"(?:a*)*x", True),
        (r"(?:[a-z]+-)*x", False),
        (r"(?:[a-z]-?)*x", False),
        (r"(?>(?:on\b:?|:)*)x", False),
        (r"\s*\w{1,3}\s*x", False),
        (r"(?:[0-9]{1,4}:){2,7}x", False),
    ],
)
def test_what_reads_a_text_in_ever_more_ways_is_found(pattern: str, ambiguous: bool) -> None:
    assert Automaton(re.compile(pattern)).is_ambiguous() is ambiguous


def test_no_regular_expression_reads_a_text_in_ever_more_ways() -> None:
    found = patterns()
    assert len(found) > 200
    assert [name for pattern, name in found.items() if Automaton(pattern).is_ambiguous()] == list(HARMLESS)
