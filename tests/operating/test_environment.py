"""A wrong setting says in one sentence what is wrong; a right one is taken as it was meant."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail.message import sanitize_address
from django.db.utils import ConnectionHandler

from forum import environment
from forum.environment import Environment, WrongSetting, quoted, secret_key

ROOT = Path(settings.BASE_DIR)
HERE = Path("/somewhere/var/forum.sqlite3")


def run_manage(tmp_path: Path, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    return run_python(tmp_path, "manage.py", *arguments, **values)


def run_python(tmp_path: Path, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"DATA_DIR": str(tmp_path / "data"), "PYTHONDONTWRITEBYTECODE": "1", **values},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "forum.example.org"),
        ("SITE_URL", "ftp://forum.example.org"),
        ("SITE_URL", "https://forum.example.org/forum"),
        ("SITE_URL", "https://user@forum.example.org"),
        ("SITE_URL", "http://forum.example.org:port"),
        ("SITE_URL", "http://"),
        ("SITE_URL", "https://*"),
        ("SITE_URL", "https://my_forum.example.org"),
        ("SITE_URL", "https://forum example.org"),
        ("SITE_NAME", "The <b>Garden</b>"),
        ("SITE_NAME", "Gardens\nBcc: a@b"),
        ("DEBUG", "maybe"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "https://forum.example.org"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "one"),
        ("TRUSTED_PROXIES", "\u0661"),
        ("DATABASE_URL", "mysql://user:hunter2@host/database"),
        ("DATABASE_URL", "postgres://user:hunter2@host"),
        ("DATABASE_URL", "postgres://user:hunter2@host:many/database"),
        ("DATABASE_URL", "postgres://user:hunter2@host/database?conn_max_age=abc"),
        ("DATABASE_URL", "postgres://user:hunter2@host/database?foo=bar"),
        ("DATABASE_URL", "postgres://host/database?password=hunter2&foo=bar"),
        ("DATABASE_URL", "postgres://user:hunter2@host/database?pool=maybe"),
        ("DATABASE_URL", "sqlite:////data/forum.sqlite3?sslmode=require"),
        ("SQLITE_SYNCHRONOUS", "sometimes"),
        ("CACHE_URL", "memcache://host"),
        ("CACHE_URL", "redis://:hunter2@host:6379/x"),
        ("EMAIL_URL", "gmail://user:hunter2@host"),
        ("EMAIL_FROM", "nobody"),
        ("EMAIL_FROM", "a@b\nBcc: c@d"),
        ("SECRET_KEY", "hunter2"),
        ("FIRST_COMMENTS_HELD", "many"),
        ("COMMENTS_PER_HOUR", "0"),
        ("LOG_LEVEL", "LOUD"),
        ("DATA_DIR", "/proc/nothing/can/be/made/here"),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(name: str, value: str, tmp_path: Path) -> None:
    said = said_of(name, value, tmp_path)
    assert "\n" not in said
    assert said.startswith(f"{name} is ")
    assert ", but it must be " in said
    assert said.endswith(".")
    assert "hunter2" not in said


def said_of(name: str, value: str, folder: Path) -> str:
    environment = Environment({name: value})
    readers = {
        "SITE_URL": lambda: environment.site(name, "http://localhost"),
        "SITE_NAME": lambda: environment.line(name, "Rejoinder"),
        "DATABASE_URL": lambda: environment.database(name, HERE, synchronous="FULL"),
        "DEBUG": lambda: environment.flag(name, default=False),
        "ALLOWED_HOSTS": lambda: environment.names_of_hosts(name),
        "SQLITE_SYNCHRONOUS": lambda: environment.choice(name, default="FULL", among=("FULL", "NORMAL")),
        "LOG_LEVEL": lambda: environment.choice(name, default="INFO", among=("INFO", "ERROR")),
        "CACHE_URL": lambda: environment.cache(name),
        "EMAIL_URL": lambda: environment.mail(name, folder),
        "EMAIL_FROM": lambda: environment.address(name, "a@b"),
        "SECRET_KEY": lambda: secret_key(environment, folder),
        "DATA_DIR": lambda: environment.folder(name, folder),
    }
    number = lambda: environment.number(name, default=1, least=1, most=10)  # noqa: E731
    with pytest.raises(WrongSetting) as raised:
        readers.get(name, number)()
    return str(raised.value)


@pytest.mark.parametrize(("name", "value"), [("SITE_URL", "https://*"), ("DATABASE_URL", "mysql://user@host/database")])
def test_a_wrong_value_ends_a_command_with_that_sentence_alone(name: str, value: str, tmp_path: Path) -> None:
    done = run_manage(tmp_path, "check", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name} is ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("said", "url", "host"),
    [
        ("https://Forum.Example.org/", "https://forum.example.org", "forum.example.org"),
        ("https://bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080", "2001:db8::1"),
    ],
)
def test_the_host_of_the_site_is_taken_as_browsers_send_it(said: str, url: str, host: str) -> None:
    site = Environment({"SITE_URL": said}).site("SITE_URL", "")
    assert (site.url, site.host) == (url, host)


@pytest.mark.parametrize(
    ("name", "before_an_address"),
    [("The Garden Forum", "The Garden Forum"), ("Ann, Ben", '"Ann, Ben"'), ('A "B"', r'"A \"B\""')],
)
def test_a_name_can_stand_before_an_address(name: str, before_an_address: str) -> None:
    assert quoted(name) == before_an_address
    assert sanitize_address(f"{quoted(name)} <forum@example.org>", "utf-8").endswith("<forum@example.org>")


def test_a_key_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_bytes(b"\xff" * 60)
    with pytest.raises(WrongSetting, match="a folder whose secret_key this user can read"):
        secret_key(Environment({}), tmp_path)


def test_a_wrong_value_stops_gunicorn_with_the_same_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "forum.wsgi"],
        cwd=ROOT,
        env={"DATA_DIR": str(tmp_path), "PORT": "eighty", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "PORT is 'eighty', but it must be a whole number from 1 to 65535."


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("x1y2z" * 12 + "\n")
    environment = Environment({"SECRET_KEY_FILE": str(file)})
    assert secret_key(environment, tmp_path) == "x1y2z" * 12


def test_a_secret_given_twice_or_in_a_missing_file_is_refused(tmp_path: Path) -> None:
    twice = Environment({"CACHE_URL": "redis://a", "CACHE_URL_FILE": "/x"})
    with pytest.raises(WrongSetting, match="CACHE_URL_FILE is '/x'"):
        twice.cache("CACHE_URL")
    missing = Environment({"CACHE_URL_FILE": "/nowhere"})
    with pytest.raises(WrongSetting, match="the path of a text file that can be read"):
        missing.cache("CACHE_URL")


@pytest.mark.parametrize("content", ["", " \n"])
def test_a_file_without_a_secret_is_refused(tmp_path: Path, content: str) -> None:
    """Else a site whose file was not written would start on an empty database."""
    file = tmp_path / "url"
    file.write_text(content)
    with pytest.raises(WrongSetting, match=f"DATABASE_URL_FILE is '{file}', but it must be .* not empty"):
        Environment({"DATABASE_URL_FILE": str(file)}).database("DATABASE_URL", HERE, synchronous="FULL")


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = secret_key(Environment({}), tmp_path)
    assert len(first) >= 50
    assert secret_key(Environment({}), tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_an_empty_value_counts_as_not_set() -> None:
    assert Environment({"DEBUG": ""}).flag("DEBUG", default=True) is True
    assert Environment({"EMAIL_URL": " "}).mail("EMAIL_URL", Path("/m"))["EMAIL_FILE_PATH"] == "/m"


def test_only_its_owner_may_read_what_sqlite_makes(db: None, tmp_path: Path) -> None:
    """In a folder into which others may look."""
    tmp_path.chmod(0o755)
    file = tmp_path / "forum.sqlite3"
    made = ConnectionHandler({"default": Environment({}).database("DATABASE_URL", file, synchronous="FULL")})
    opened = made["default"]
    before = os.umask(0o022)
    try:
        opened.connect()
        opened.connection.execute("CREATE TABLE words (word)")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
        opened.close()
    assert modes == dict.fromkeys(["forum.sqlite3", "forum.sqlite3-wal", "forum.sqlite3-shm"], 0o600)


def test_a_database_in_memory_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "file:forum?mode=memory"):
        environment._opened(name, uri=True).close()
    assert not [*tmp_path.iterdir()]
    environment._opened(tmp_path / "forum.sqlite3", uri=True).close()
    assert [*tmp_path.iterdir()] == [tmp_path / "forum.sqlite3"]


def test_sqlite_waits_for_its_turn_and_keeps_what_it_acknowledged() -> None:
    options = Environment({}).database("DATABASE_URL", HERE, synchronous="FULL")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_a_connection_lasts_in_its_thread_unless_the_operator_says_otherwise() -> None:
    for url in ("", "sqlite:////data/other.sqlite3", "postgres://user@host/database"):
        assert (
            Environment({"DATABASE_URL": url}).database("DATABASE_URL", HERE, synchronous="FULL")["CONN_MAX_AGE"] == 60
        )
    short = Environment({"DATABASE_URL": "sqlite:////data/other.sqlite3?conn_max_age=0"})
    assert short.database("DATABASE_URL", HERE, synchronous="FULL")["CONN_MAX_AGE"] == 0


def test_a_relative_sqlite_file_lies_in_the_project() -> None:
    relative = Environment({"DATABASE_URL": "sqlite:///var/other.sqlite3"})
    absolute = Environment({"DATABASE_URL": "sqlite:////data/other.sqlite3"})
    assert relative.database("DATABASE_URL", HERE, synchronous="FULL")["NAME"] == "/somewhere/var/other.sqlite3"
    assert absolute.database("DATABASE_URL", HERE, synchronous="FULL")["NAME"] == "/data/other.sqlite3"


def test_options_of_a_database_url_are_kept_beside_our_own() -> None:
    url = "postgres://ann:p%40ss@db:5433/forum?sslmode=require"
    database = Environment({"DATABASE_URL": url}).database("DATABASE_URL", HERE, synchronous="FULL")
    assert database["PASSWORD"] == "p@ss"
    own = {"connect_timeout": 5, "server_side_binding": True, "prepare_threshold": 1}
    assert database["OPTIONS"].items() >= (own | {"sslmode": "require"}).items()
    assert database["CONN_MAX_AGE"] == 60


def test_a_server_that_is_gone_without_a_word_is_given_up_within_half_a_minute() -> None:
    url = "postgres://ann@db/forum"
    options = Environment({"DATABASE_URL": url}).database("DATABASE_URL", HERE, synchronous="FULL")["OPTIONS"]
    silent = options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"]
    assert silent <= 30
    assert options["tcp_user_timeout"] <= 30_000
    own = Environment({"DATABASE_URL": f"{url}?tcp_user_timeout=5000"})
    assert own.database("DATABASE_URL", HERE, synchronous="FULL")["OPTIONS"]["tcp_user_timeout"] == 5000


@pytest.mark.parametrize(("said", "threshold"), [("", 1), ("?pool=true", 1), ("?conn_max_age=0", None)])
def test_statements_are_prepared_where_a_connection_lasts(said: str, threshold: int | None) -> None:
    url = f"postgres://ann@db/forum{said}"
    database = Environment({"DATABASE_URL": url}).database("DATABASE_URL", HERE, synchronous="FULL")
    assert database["OPTIONS"]["prepare_threshold"] == threshold


def test_a_pool_is_asked_for_in_the_url() -> None:
    url = "postgres://ann@db/forum?pool=true"
    database = Environment({"DATABASE_URL": url}).database("DATABASE_URL", HERE, synchronous="FULL")
    assert database["OPTIONS"]["pool"]["max_size"] == 20
    assert database["CONN_MAX_AGE"] == 0


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
def test_valkey_is_spoken_to_as_redis(scheme: str) -> None:
    cache = Environment({"CACHE_URL": f"{scheme}://:secret@cache:6379/1"}).cache("CACHE_URL")
    assert cache["BACKEND"] == "django.core.cache.backends.redis.RedisCache"
    assert cache["LOCATION"] == "redis://:secret@cache:6379/1"


def test_mail_goes_to_the_server_that_the_url_names() -> None:
    url = "smtp+tls://ann%40x:pass@mail.example.org:587"
    mail = Environment({"EMAIL_URL": url}).mail("EMAIL_URL", Path("/m"))
    assert mail["EMAIL_HOST"] == "mail.example.org"
    assert mail["EMAIL_PORT"] == 587
    assert mail["EMAIL_HOST_USER"] == "ann@x"
    assert mail["EMAIL_USE_TLS"] is True


def test_an_https_site_is_strict_about_cookies_and_transport(tmp_path: Path) -> None:
    shown = """
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE)
print(s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 31_000_000, s.ALLOWED_HOSTS, s.DEBUG)
"""
    done = run_manage(tmp_path, "shell", "--no-imports", "-c", shown, SITE_URL="https://forum.example.org")
    assert done.stdout.split("\n")[:2] == [
        "__Host-session True __Host-csrf True",
        "True True ['forum.example.org'] False",
    ], done.stderr


def test_an_https_site_has_nothing_that_deploy_checks_warn_of(tmp_path: Path) -> None:
    done = run_manage(tmp_path, "check", "--deploy", "--fail-level", "DEBUG", SITE_URL="https://forum.example.org")
    assert done.returncode == 0, done.stderr
