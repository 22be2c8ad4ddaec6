"""Writes corrections as the TOML that may stand beside a file, so that the command line takes what the admin keeps."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from forum.archive.corrections import Corrections


def written(said: Corrections) -> str:
    """The corrections as TOML; `corrections.parse` reads the very same out of it."""
    return "\n".join(_lines(said)) + "\n"


def _lines(said: Corrections) -> Iterator[str]:
    if said.sha256:
        yield from _pairs({"sha256": said.sha256})
        yield ""
    yield from _table("[source]", {"key": said.source_key, "name": said.source_name, "address": said.address})
    yield from _table("[page]", {"title": said.title, "author": said.author, "zone": said.zone})
    yield from _table("[notes]", {"provenance": said.provenance, "content": said.content})
    for quoted in said.quotations:
        yield from _table("[[quotation]]", {"lines": list(quoted.lines), "source": quoted.source or ""})
    for fix in said.fixes:
        yield from _table("[[comment]]", fix.as_table())


def _table(head: str, values: Mapping[str, Any]) -> Iterator[str]:
    filled = {name: value for name, value in values.items() if value != ""}
    if filled:
        yield from (head, *_pairs(filled), "")


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        # A JSON text is a TOML text, but for one control character that TOML wants escaped.
        yield f"{name} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
