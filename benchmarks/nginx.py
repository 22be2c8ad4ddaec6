"""The nginx of deploy/ on loopback: its own files, with the few changes that SUBSTITUTIONS names."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.serving import ROOT, Server, free_port, program, running

AUTO: Final = "auto"  # one worker for each processor, as in Debian's own file
_SERVER: Final = re.compile(r"^server \{\n.*?^\}\n", re.M | re.S)
_MAIN: Final = """
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log stderr warn;
{user}
events {{ worker_connections 2048; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;  # this and the next as in Debian's own file
    tcp_nopush on;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {inside}
}}
"""


@dataclass(frozen=True)
class Front:
    """Where the site behind nginx is, and whether its limits stay: those that measuring would run into."""

    upstreams: Sequence[int]
    static: Path
    limits: bool = False


def site(front: Front, folder: Path, port: int) -> str:
    """deploy/nginx.conf for this machine alone. All that is changed is changed here.

    Raises ValueError where the file no longer holds what is to be changed.
    """
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    # The servers that send on to TLS and that refuse other names stay out; the one of the site speaks HTTP.
    [own] = [server for server in _SERVER.findall(text) if "proxy_pass" in server]
    text = _SERVER.sub("", text) + own
    servers = "".join(f"    server 127.0.0.1:{upstream};\n" for upstream in front.upstreams)
    substitutions = [
        (r"    server 127\.0\.0\.1:8000;\n(    # server .*\n)?", servers),
        (r"    listen 443 ssl http2;\n    listen \[::\]:443 ssl http2;\n", f"    listen 127.0.0.1:{port};\n"),
        (r"(    ssl_\w+ .*;\n)+", ""),
        (r"server_name forum\.example\.org;", "server_name localhost 127.0.0.1;"),
        (r"/var/cache/rejoinder", f"{folder}/kept"),
        (r"/var/lib/rejoinder-static/", f"{front.static}/"),
        (r"/etc/nginx/rejoinder-proxy\.conf", f"{ROOT}/deploy/rejoinder-proxy.conf"),
    ]
    if not front.limits:
        substitutions += [(r"rate=20r/s", "rate=1000000r/s"), (r"burst=60", "burst=1000000")]
        substitutions += [(r"limit_conn rejoinder_connections 40;", "limit_conn rejoinder_connections 10000;")]
    for pattern, instead in substitutions:
        text, found = re.subn(pattern, lambda _, instead=instead: instead, text)
        if not found:
            raise ValueError(f"deploy/nginx.conf holds nothing like {pattern}")
    return text


@contextmanager
def before(front: Front, folder: Path, *, port: int = 0, workers: str = AUTO) -> Iterator[Server]:
    """The nginx of deploy/ before these processes of the site, on a free port unless one is given."""
    port = port or free_port()
    with _nginx(site(front, folder, port), folder, port, workers) as server:
        yield server


@contextmanager
def files(served: Path, folder: Path, *, kept_open: bool = False) -> Iterator[Server]:
    """nginx that serves the files of a folder, to hold everything else against: as it comes, or keeping them open."""
    port, more = free_port(), "open_file_cache max=100;" if kept_open else ""
    inside = f"server {{ listen 127.0.0.1:{port}; root {served}; default_type text/html; {more} }}"
    with _nginx(inside, folder, port) as server:
        yield server


@contextmanager
def _nginx(inside: str, folder: Path, port: int, workers: str = AUTO) -> Iterator[Server]:
    folder.mkdir(parents=True, exist_ok=True)
    # Root's nginx would give its files to a user who may not look into the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(_MAIN.format(folder=folder, workers=workers, user=user, inside=inside))
    command = [program("nginx"), "-p", str(folder), "-c", str(path)]
    with running(command, port, folder / "nginx.log") as server:
        yield server
