"""Two web processes of two workers each, on one database and one Redis: what is hidden in one is gone from all."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from comments.actions import change_state
from comments.models import Comment
from forum.states import State
from forum.users.models import User
from posts.models import Post
from tests.conftest import end_connection
from tests.making import make_post, say

SECRET = "a-secret-that-both-processes-share-0123456789-0123456789"
ASKED = 6  # times, so that each of two workers is met


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, **options: object) -> Iterator[None]:
    """A server, from when it takes connections until it is told to end."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, f"{command} has ended"
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def cache() -> Iterator[tuple[str, int]]:
    """The address of a Redis that keeps nothing on disk."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("There is no Redis and no Valkey. As root: apt-get install redis-server")
    port = free_port()
    with running([program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], port):
        yield f"redis://127.0.0.1:{port}/0", port


def serve(stack: ExitStack, folder: Path, cache_url: str) -> int:
    port = free_port()
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{connection.settings_dict['NAME']}"
    folder.mkdir()
    environment = {
        "PATH": os.environ["PATH"], "DATABASE_URL": url, "CACHE_URL": cache_url, "SECRET_KEY": SECRET,
        "DATA_DIR": str(folder), "PORT": str(port), "WEB_WORKERS": "2", "WEB_THREADS": "2",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "forum.wsgi"]
    stack.enter_context(running(command, port, cwd=settings.BASE_DIR, env=environment))
    return port


def ask(port: int, path: str) -> tuple[int, str]:
    """An answer on a connection of its own, which any worker may take."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    asking.request("GET", path, headers={"Host": "localhost", "Connection": "close"})
    answer = asking.getresponse()
    words = answer.read().decode()
    asking.close()
    return answer.status, words


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_is_hidden_is_gone_from_every_page_of_every_process(
    ann: User, mod: User, cache: tuple[str, int], tmp_path: Path, settings
) -> None:
    settings.FIRST_COMMENTS_HELD = 0
    post = make_post(ann, title="Of gardens")
    comment = say(post, ann, "These words are to go.")
    say(post, ann, "An answer stays.", comment)
    paths = ["/", post.get_absolute_url(), f"{post.get_absolute_url()}?view=flat", comment.get_absolute_url()]
    with ExitStack() as stack:
        ports = [serve(stack, tmp_path / name, cache[0]) for name in ("one", "two")]
        for path in paths:
            pages = {ask(port, path) for port in ports for _ in range(ASKED)}
            assert len(pages) == 1
            assert path == "/" or "These words are to go." in pages.pop()[1]
        change_state(comment=Comment.objects.get(pk=comment.pk), to=State.HIDDEN, by=mod)
        for path in paths:
            for port in ports:
                for _ in range(ASKED):
                    status, words = ask(port, path)
                    assert status == 200
                    assert "These words are to go." not in words
        assert "1 comment" in ask(ports[0], Post.objects.get().get_absolute_url())[1]
        kept = redis_says(cache[1], "DBSIZE")
        assert int(kept[1:]) >= len(paths), "what one process makes is kept for the other"


def redis_says(port: int, word: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as talk:
        talk.sendall(f"{word}\r\n".encode())
        return talk.recv(100).decode().strip()


@pytest.mark.postgresql_only
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_connection_that_died_costs_no_reader_a_page(ann: User, client: Client) -> None:
    path = make_post(ann).get_absolute_url()
    client.get(path)
    connection.close()
    connection.health_check_enabled = True
    end_connection()
    connection.health_check_done = False  # as a request begins
    answer = client.get(path)
    assert (answer.status_code, "A thread" in answer.content.decode()) == (200, True)
