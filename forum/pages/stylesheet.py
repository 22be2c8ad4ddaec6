"""Joins the stylesheet from its components."""

import re
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
JOINED = STATIC / "rejoinder.css"
ORDER = ("tokens", "fonts", "base", "page", "post", "thread", "list", "form", "print")
HEADING = "/* Made from static/css/ by `make css`; edit the files there. */\n"


def joined() -> str:
    """The components as one stylesheet, in order, without comments and needless space."""
    parts = "".join((STATIC / "css" / f"{name}.css").read_text() for name in ORDER)
    parts = re.sub(r"/\*.*?\*/", "", parts, flags=re.DOTALL)
    parts = parts.replace('url("../', 'url("')
    parts = re.sub(r'\[([a-z-]+\^?)="([a-z-]+)"\]', r"[\1=\2]", parts)
    parts = re.sub(r"\s*([{};,])\s*", r"\1", parts).replace(";}", "}").replace(": ", ":").replace(" > ", ">")
    return HEADING + parts.replace("@layer", "\n@layer").strip() + "\n"
