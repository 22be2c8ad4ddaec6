"""Where the measured site lives: a folder of its own, or the PostgreSQL of DATABASE_URL; sets Django up on it."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django


def set_up() -> Path:
    """Points the settings at a new place, or at BENCH_FOLDER's, which stays; returns its folder.

    The limits of members are lifted by the settings that an operator has for it, and nothing is kept of pages in this
    process, so that its queries are those of a page that is made.
    """
    kept = os.environ.get("BENCH_FOLDER", "")
    folder = Path(kept or tempfile.mkdtemp(prefix="rejoinder-benchmark-", dir="/var/tmp")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if not kept:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update(environment(folder))
    os.environ |= {"DJANGO_SETTINGS_MODULE": "forum.settings", "PAGE_CACHE": "false", "LOG_LEVEL": "ERROR"}
    if os.environ["DATABASE_URL"]:
        _make_database(os.environ["DATABASE_URL"])
    django.setup()
    return folder


def environment(folder: Path) -> dict[str, str]:
    """The settings of the measured site and of all its servers."""
    return {
        "DATA_DIR": str(folder),
        "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
        "SITE_URL": "http://localhost:8000",
        "LOG_LEVEL": "INFO",
        "FIRST_COMMENTS_HELD": "0",
        "FIRST_COMMENTS_HELD_IN_OLD_THREADS": "0",
        "COMMENTS_PER_HOUR": "1000000",
    }


def _make_database(url: str) -> None:
    """Makes the database if it is missing; one that is there must be named for tests."""
    import environ
    import psycopg

    said = environ.Env.db_url_config(url)
    name = said["NAME"]
    if not name.startswith("test_"):
        raise SystemExit(f"DATABASE_URL names the database {name!r}, but measuring takes only one named test_….")
    server = {"host": said["HOST"], "port": said["PORT"] or None, "user": said["USER"], "password": said["PASSWORD"]}
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
