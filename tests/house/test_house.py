"""The house's own rules, held by tests: what a newcomer would break without knowing."""

import ast
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import allauth
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.template import engines
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
PYTHON_FOLDERS = ("forum", "posts", "comments")


def tracked(*patterns: str) -> list[Path]:
    """Gives the files that git knows or would take, so that litter does not count."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted({ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()})


MODULES = [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in PYTHON_FOLDERS]
TEMPLATES = sorted(str(path.relative_to(ROOT / "templates")) for path in tracked("templates"))


def test_no_migration_is_missing(db: None) -> None:
    said = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=said)
    except (CommandError, SystemExit):
        pytest.fail(said.getvalue())


def test_each_migration_has_a_name_that_says_what_it_does() -> None:
    poor = [path for path in tracked("*/migrations/*.py") if re.search(r"_auto_|_initial\d", path.name)]
    assert not poor


def test_no_column_of_a_list_at_the_desk_is_hidden_by_a_field() -> None:
    """Of a method and a field, or a relation back, with one name Django's admin shows the field without a word."""
    hidden = []
    for model, desk in admin.site._registry.items():
        fields = {field.name for field in model._meta.get_fields()}
        own = {name for kind in type(desk).__mro__ if kind.__module__.startswith(PYTHON_FOLDERS) for name in vars(kind)}
        hidden += [f"{type(desk).__name__}.{name}" for name in desk.list_display if name in own & fields]
    assert not hidden


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name: str) -> None:
    if name.endswith((".html", ".txt", ".xml")):
        get_template(name)


def test_no_template_holds_script_or_style() -> None:
    """The policy of the site's pages refuses both, so they would fail without a word."""
    found = [
        f"{name}: {match[0]}"
        for name in TEMPLATES
        for match in re.finditer(
            r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:",
            (ROOT / "templates" / name).read_text(),
        )
    ]
    assert not found


def test_a_fragment_says_what_it_needs() -> None:
    silent = [
        name
        for name in TEMPLATES
        if Path(name).name.startswith("_")
        and "needs:" not in (ROOT / "templates" / name).read_text().partition("\n")[0]
    ]
    assert not silent


def test_each_mail_of_an_account_is_one_that_is_sent() -> None:
    """By its name in allauth's code; the others are what those are made from."""
    code = "".join(path.read_text() for path in Path(allauth.__file__).parent.rglob("*.py"))
    folder = ROOT / "templates" / "account" / "email"
    names = {re.sub(r"_(?:subject|message)$", "", path.stem) for path in folder.iterdir()}
    sent = {name for name in names if f'"account/email/{name}"' in code}
    assert len(sent) > 8
    assert names - sent == {"base", "base_notification"}


def test_templates_are_looked_for_in_one_engine() -> None:
    assert [engine.name for engine in engines.all()] == ["django"]


def test_the_layers_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_words_are_made_safe_without_a_database_and_without_a_request() -> None:
    known = re.compile(r"^(?:from|import) django\.(?!core\.exceptions)", re.M)
    assert not [path for path in MODULES if path.parent.name == "text" and known.search(path.read_text())]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_a_sentence(path: Path) -> None:
    text = path.read_text()
    if text.strip() and "migrations" not in path.parts:
        said = ast.get_docstring(ast.parse(text)) or ""
        assert re.match(r"[A-Z/`].*?[.:?](\s|$)", said, re.S)


def test_no_module_is_a_drawer_for_what_fits_nowhere() -> None:
    drawers = {"utils", "helpers", "common", "core", "services", "misc", "signals"}
    assert not [path for path in MODULES if drawers & {*path.relative_to(ROOT).with_suffix("").parts}]


def test_nothing_overrides_save() -> None:
    found = [
        f"{model.__module__}.{model.__name__}"
        for model in apps.get_models()
        if model.__module__.split(".")[0] in PYTHON_FOLDERS and "save" in vars(model)
    ]
    assert not found


def test_only_actions_and_commands_write_comments() -> None:
    """Everything else would forget a counter, a version or the ledger."""
    writing = re.compile(
        r"\b(Comment|Post)\.objects\.(create|bulk_create|bulk_update|update_or_create|get_or_create)\("
    )
    found = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if "migrations" not in path.parts
        and path.stem not in ("actions", "importing", "mending", "restoring", "citing")
        and writing.search(path.read_text())
    ]
    assert not found


# ── Docs ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_the_docs_lead_to_files_of_the_repository(page: Path) -> None:
    """An address of the site leads nowhere there."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    dead = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not dead


# ── Settings ─────────────────────────────────────────────────────────────────


def documented() -> dict[str, str]:
    """Gives each setting of docs/settings.md with its row."""
    rows = re.findall(r"^\| `([A-Z_]+)` \|(.*)$", (ROOT / "docs" / "settings.md").read_text(), re.M)
    return dict(rows)


def asked_for() -> tuple[set[str], set[str]]:
    """Gives the names that the code asks the environment for, and which of them are secrets."""
    folders = [*MODULES, ROOT / "deploy" / "gunicorn.conf.py"]
    text = "\n".join(path.read_text() for path in folders)
    kinds = "text|flag|number|choice|names_of_hosts|folder|line|site|address|listening"
    plain = re.findall(rf"\.(?:{kinds})\(\s*\"([A-Z_]+)\"", text)
    hidden = re.findall(r"\.(?:secret|database|cache|mail)\(\s*\"([A-Z_]+)\"", text)
    limits = re.findall(r"\(\"([A-Z_]+_PER_HOUR)\", \d+\)", text)
    return {*plain, *hidden, *limits}, set(hidden)


def test_every_setting_is_in_the_docs_and_nothing_else_is() -> None:
    assert set(documented()) == asked_for()[0]


def test_the_docs_say_which_settings_are_secret() -> None:
    assert {name for name, row in documented().items() if "**Secret.**" in row} == asked_for()[1]


def test_the_docs_give_the_defaults_that_hold() -> None:
    rows = documented()
    for name, value in {**settings.LIMITS, "first_comments_held": settings.FIRST_COMMENTS_HELD}.items():
        assert rows[name.upper()].split("|")[0].strip() == f"`{value}`"


# ── What must not be in the repository ───────────────────────────────────────


def test_no_file_names_a_package_registry_or_a_place_outside() -> None:
    """Lock files name packages, not hosts; and the project stands where it is cloned."""
    words = ["pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "/wo" + "rk/", "../sha" + "red"]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        for word in words
        if path.suffix not in {".png", ".ico", ".woff2", ".gz"} and word in path.read_text(errors="replace")
    ]
    assert not found


def test_no_file_is_a_link() -> None:
    """A link leads out of a clone, and git puts it in the place of a folder that it has been told to ignore."""
    listed = subprocess.run(["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not [line for line in listed.stdout.splitlines() if line.startswith("120000")]


def test_packages_are_locked_with_their_digests() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        pins = re.findall(r"^[a-z0-9][^\s=]*==", text, re.M)
        assert len(pins) > 20
        assert text.count(" \\\n    --hash=") >= len(pins)


def test_both_lists_of_packages_choose_the_same_versions() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9][^\s=]*)==(\S+)", (ROOT / name).read_text(), re.M))

    development = pins("requirements-dev.txt")
    differing = {name for name, version in pins("requirements.txt").items() if development.get(name) != version}
    assert not differing
