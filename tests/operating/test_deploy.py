"""The files of deploy/ fit together, and leave what the site keeps to the site's user alone."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
STATIC = "/var/lib/rejoinder-static"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_only_the_user_of_the_site_reads_what_it_keeps(unit: Path) -> None:
    """The database stands under DATA_DIR, so the static files that nginx reads must not."""
    said = unit.read_text()
    assert f"Environment=DATA_DIR=/var/lib/rejoinder STATIC_ROOT={STATIC}\n" in said
    assert "UMask=0077\n" in said
    assert "StateDirectory=" not in said or "StateDirectoryMode=0700\n" in said
    assert re.findall(r"alias (\S+)/;", (DEPLOY / "nginx.conf").read_text()) == [STATIC]


def test_others_read_what_was_collected_and_nothing_else(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "prepare", "--static-only"],
        cwd=ROOT,
        env={
            "DATA_DIR": str(tmp_path / "data"),
            "STATIC_ROOT": str(tmp_path / "static"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        umask=0o077,
        check=True,
    )
    collected = [tmp_path / "static", *(tmp_path / "static").rglob("*")]
    assert any(path.suffix == ".gz" for path in collected)
    for path in set(collected) - {tmp_path / "static" / ".collected"}:
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o644), path
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_commands_get_the_settings_as_the_site_gets_them(tmp_path: Path) -> None:
    """From systemd, which alone reads the file as the site's unit does; arguments pass as they are."""
    (tmp_path / "systemd-run").write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 3\n")
    (tmp_path / "systemd-run").chmod(0o755)
    done = subprocess.run(
        [DEPLOY / "rejoinder", "backup", "/var/backups/two words"],
        env={"PATH": f"{tmp_path}{os.pathsep}{os.defpath}"},
        capture_output=True,
        text=True,
    )
    told = done.stdout.splitlines()
    assert done.returncode == 3
    assert told[told.index("--") + 1 :] == [
        "/opt/rejoinder/.venv/bin/python",
        "manage.py",
        "backup",
        "/var/backups/two words",
    ]
    unit = (DEPLOY / "rejoinder.service").read_text()
    file = re.findall(r"^EnvironmentFile=(.+)$", unit, re.M)
    assert [f"--property=EnvironmentFile={path}" for path in file] == [
        word for word in told if "EnvironmentFile" in word
    ]
    for name, value in re.findall(r"([A-Z_]+)=(/\S+)", re.findall(r"^Environment=(.+)$", unit, re.M)[0]):
        assert f"--setenv={name}={value}" in told
