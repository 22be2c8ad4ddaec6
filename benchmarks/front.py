"""The site as on a busy machine: redis, two gunicorns and the nginx of deploy/: `python -m benchmarks.front`.

It serves the site of DATA_DIR and DATABASE_URL, or a new one that is thrown away, until Ctrl-C; then all of it ends.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import nginx, serving
from benchmarks.serving import Server
from forum.alarms import Alarm


@contextmanager
def running(folder: Path, environment: Mapping[str, str], *, processes: int = 2) -> Iterator[Server]:
    """So many gunicorns that share one redis and one database, behind the nginx of deploy/; gives nginx."""
    port = serving.free_port()
    with ExitStack() as stack:
        (folder / "redis").mkdir(parents=True, exist_ok=True)
        cache = stack.enter_context(serving.redis(folder / "redis"))
        given = {
            **environment,
            "CACHE_URL": f"redis://127.0.0.1:{cache.port}/0",
            "SITE_URL": f"http://localhost:{port}",
            "TRUSTED_PROXIES": "1",
        }
        serving.prepare(given, ("prepare",), say=print)
        upstreams = []
        for number in range(processes):
            place = folder / f"gunicorn-{number}"
            place.mkdir(exist_ok=True)
            upstreams.append(stack.enter_context(serving.gunicorn(place, {"WEB_WORKERS": "1", **given})).port)
        static = Path(given.get("STATIC_ROOT") or Path(given["DATA_DIR"]) / "static")
        behind = nginx.Front(upstreams, static)
        yield stack.enter_context(nginx.before(behind, folder / "nginx", port=port))


def main() -> None:
    """Serves until a signal comes."""
    folder = Path(tempfile.mkdtemp(prefix="rejoinder-front-", dir="/var/tmp"))
    kept = os.environ.get("DATA_DIR", "")
    environment = {"DATA_DIR": str(Path(kept).absolute()) if kept else str(folder / "data")}
    stopped = Alarm()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with running(folder, environment) as front:
            print(f"\nThe site is at http://localhost:{front.port} (Ctrl-C ends it all).", flush=True)
            stopped.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
