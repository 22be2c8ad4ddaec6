"""The settings under which tests run: of the shell's variables only DATABASE_URL counts."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

FOLDER = Path(tempfile.mkdtemp(prefix="rejoinder-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
NAMES_KEPT = {name: os.environ[name] for name in ("DATABASE_URL",) if name in os.environ}

# Cleared while the settings are read, so that a developer's own site cannot change what a test sees.
with patch.dict(os.environ, {"DATA_DIR": str(FOLDER), "SQLITE_SYNCHRONOUS": "OFF", **NAMES_KEPT}, clear=True):
    from forum.settings import *  # noqa: F403
    from forum.settings import DATABASES

# Tests make their database anew and drop it: a name that says so keeps them off a real one.
if os.environ.get("DATABASE_URL"):
    name = Path(str(DATABASES["default"]["NAME"])).name
    if not name.startswith("test_"):
        raise SystemExit(f"DATABASE_URL names the database {name!r}, but tests use only one named test_….")
    DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}
else:
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test_forum.sqlite3")}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # else each test client walks through all static files
TASKS = {"default": {"BACKEND": "tests.tasks.Immediate"}}
PAGE_CACHE = False  # tests of pages count what it takes to make them; tests/pagecache turns it on
