"""Every command of the guide does what the guide shows, on the files that it names."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from forum.archive.models import Run, Suggestion
from posts.models import Post

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "archives.md"
PROMPT = "$ python manage.py "


def shown() -> Iterator[tuple[list[str], list[str]]]:
    """Each command of the guide in words, with the lines that it prints there."""
    for block in re.findall(r"^```\n(\$.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE):
        command, *lines = block.rstrip("\n").split("\n")
        assert command.startswith(PROMPT)
        yield command.removeprefix(PROMPT).split(), lines


def run(words: list[str]) -> str:
    """What a command prints; the numbers of posts and imports are those of the guide's own site, from 1."""
    numbers = {"export_archive": Post.objects.order_by("pk"), "undo_import": Run.objects.order_by("pk")}
    rows = list(numbers[words[0]].values_list("pk", flat=True)) if words[0] in numbers else []
    words = [str(rows[int(word) - 1]) if rows and word.isdigit() else word for word in words]
    out = StringIO()
    try:
        call_command(*words, stdout=out, stderr=StringIO())
    except CommandError as refusal:
        return f"{out.getvalue()}{refusal}"
    return out.getvalue()


def as_pattern(lines: list[str]) -> str:
    """The lines as a pattern for all that is printed: "…" alone for any lines, within a line for the rest of it."""
    parts = []
    for line in lines:
        if line == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            exact = re.escape(line).replace("…", ".*")
            parts.append(re.sub(r"post\\ \d+,\\ /posts/\d+/", r"post \\d+, /posts/\\d+/", exact) + r"\n")
    return "".join(parts)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_guide_shows_what_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In one go, for each command goes on where the last one ended."""
    for name in ("fixtures", "docs", "static"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    commands = list(shown())
    assert len(commands) >= 16
    for words, lines in commands:
        printed = "\n".join(line.rstrip() for line in run(words).splitlines()) + "\n"
        assert re.fullmatch(as_pattern(lines), printed), f"{' '.join(words)} prints:\n{printed}"
    waiting = {title: Suggestion.objects.filter(comment__post__title=title).count() for title in TOLD}
    assert waiting == TOLD


TOLD = {
    "Big news: U.S. arrests leader of breakaway Mahdi Army faction for Karbala raid": 8,
    "The mill by the river": 3,
}


def test_the_guide_names_every_sample_and_none_that_is_missing() -> None:
    text = GUIDE.read_text()
    named = set(re.findall(r"samples/([\w.-]+)", text))
    here = {path.name for path in (GUIDE.parent / "samples").iterdir()}
    assert named <= here
    assert {name for name in here if not name.endswith(".toml")} <= named


def test_the_guide_and_the_reference_lead_to_each_other() -> None:
    assert "(importing.md)" in GUIDE.read_text()
    assert "(archives.md)" in (GUIDE.parent / "importing.md").read_text()
