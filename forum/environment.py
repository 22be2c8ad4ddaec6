"""Reads settings from environment variables, and says in one sentence what is wrong with a bad one."""

import contextlib
import os
import re
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

import environ


class WrongSetting(SystemExit):
    """A setting cannot be used.

    It ends the process: whoever starts the site needs the sentence, not a traceback.
    """

    def __init__(self, name: str, value: str, expected: str) -> None:
        super().__init__(f"{name} is {value!r}, but it must be {expected}.")


class Site(NamedTuple):
    """The address under which people know the site."""

    url: str
    scheme: str
    host: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def is_local(self) -> bool:
        return self.host in LOOPBACK


LOOPBACK = ("localhost", "127.0.0.1", "::1")
TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")


class Environment:
    """The environment's variables, read by kind; it remembers each name asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.names: set[str] = set()
        self.secrets: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        """Gives the value without blanks around it; an empty one counts as not set."""
        self.names.add(name)
        return self.values.get(name, "").strip() or default

    def secret(self, name: str, default: str = "") -> str:
        """Gives the value of NAME, or the content of the file that NAME_FILE points at."""
        self.secrets.add(name)
        value = self.text(name)
        file = self.values.get(f"{name}_FILE", "").strip()
        if not file:
            return value or default
        if value:
            raise WrongSetting(f"{name}_FILE", file, f"left out when {name} is set as well")
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise WrongSetting(f"{name}_FILE", file, "the path of a text file that can be read") from None
        if not value:  # whoever names a file means what should stand in it, and not the default
            raise WrongSetting(f"{name}_FILE", file, "the path of a file that is not empty")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name)
        if not value:
            return default
        if value.lower() not in TRUE + FALSE:
            raise WrongSetting(name, value, "true or false")
        return value.lower() in TRUE

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise WrongSetting(name, value, f"a whole number from {least} to {most}")
        return int(value)

    def choice(self, name: str, *, default: str, among: Sequence[str]) -> str:
        value = self.text(name, default)
        if value not in among:
            raise WrongSetting(name, value, "one of " + ", ".join(among))
        return value

    def names_of_hosts(self, name: str) -> list[str]:
        """Gives host names parted by commas; `*` is refused, because links in mails would follow it."""
        hosts = [host.strip() for host in self.text(name).split(",") if host.strip()]
        for host in hosts:
            if not re.fullmatch(r"\.?[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]", host):
                raise WrongSetting(name, host, "host names parted by commas, without scheme, port or *")
        return hosts

    def listening(self, name: str, default: str) -> str:
        """Gives the host name or address on which to listen; one of IPv6 without its brackets."""
        value = self.text(name, default)
        host = value[1:-1] if value.startswith("[") and value.endswith("]") else value
        if not re.fullmatch(r"[A-Za-z0-9._-]+", host) and not _is_ipv6(host):
            raise WrongSetting(name, value, "a host name or an address without a port, such as 127.0.0.1 or ::1")
        return host

    def address(self, name: str, default: str) -> str:
        """Gives a mail address, bare or as `Name <address>`."""
        value = self.text(name, default)
        if not re.fullmatch(r"[^\r\n<>]*<[^@\s<>]+@[^@\s<>]+>|[^@\s<>]+@[^@\s<>]+", value):
            raise WrongSetting(name, value, "a mail address, such as forum@example.org")
        return value

    def line(self, name: str, default: str) -> str:
        """Gives words that can stand in a title and in the head of a mail."""
        value = self.text(name, default)
        if not value.isprintable() or re.search("[<>]", value):
            raise WrongSetting(name, value, "one line without < and >")
        return value

    def folder(self, name: str, default: Path, mode: int = 0o777) -> Path:
        """Gives a folder's absolute path, and makes the folder if it is missing."""
        value = self.text(name, str(default))
        path = Path(value).expanduser()
        path = path if path.is_absolute() else default.parent / path
        try:
            path.mkdir(mode=mode, parents=True, exist_ok=True)
        except OSError:
            raise WrongSetting(name, value, "a folder that exists or that can be made") from None
        return path

    def site(self, name: str, default: str) -> Site:
        """Gives the site's own address: scheme, host and port, nothing after them.

        The host is given as browsers send it: in small letters, and in ASCII where the name has others.
        """
        value = self.text(name, default)
        expected = "http:// or https:// and a host name, such as https://forum.example.org"
        parts = _split(name, value, expected)
        extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
        host = _host(parts.hostname or "")
        if parts.scheme not in ("http", "https") or not host or extra:
            raise WrongSetting(name, value, expected)
        shown = f"[{host}]" if ":" in host else host
        port = "" if parts.port is None else f":{parts.port}"
        return Site(f"{parts.scheme}://{shown}{port}", parts.scheme, host)

    def database(self, name: str, default: Path, *, synchronous: str) -> dict[str, Any]:
        """Gives Django's settings of the one database, tuned for many writers at once."""
        value = self.secret(name)
        if not value:
            return _sqlite({"ENGINE": "django.db.backends.sqlite3", "NAME": str(default)}, synchronous)
        expected = "sqlite:///path/of/file.sqlite3 or postgres://user:password@host:5432/database"
        parts = _split(name, value, expected)
        if parts.scheme not in ("sqlite", "postgres", "postgresql") or len(parts.path) < 2:
            raise WrongSetting(name, _masked(value), expected)
        _check_options(name, value, parts)
        database = environ.Env.db_url_config(value)
        if parts.scheme == "sqlite":
            database["NAME"] = str(default.parent.parent / database["NAME"])
            return _sqlite(database, synchronous)
        return _postgresql(database)

    def cache(self, name: str) -> dict[str, Any]:
        """Gives Django's settings of the cache: Redis or Valkey, else a table of the database.

        Without a server the database holds it: memory would be one cache for each worker, and what is limited
        would be counted once in each.
        """
        value = self.secret(name)
        if not value:
            return {
                "BACKEND": "django.core.cache.backends.db.DatabaseCache",
                "LOCATION": "forum_cache",
                "OPTIONS": {"MAX_ENTRIES": 10_000},
            }
        expected = "redis://host:6379/0 (or rediss://, valkey://, valkeys://)"
        parts = _split(name, value, expected)
        numbered = re.fullmatch(r"/?|/[0-9]{1,4}", parts.path)
        if parts.scheme not in ("redis", "rediss", "valkey", "valkeys") or not parts.hostname or not numbered:
            raise WrongSetting(name, _masked(value), expected)
        return dict(environ.Env.cache_url_config(value.replace("valkey", "redis", 1)))

    def mail(self, name: str, folder: Path) -> dict[str, Any]:
        """Gives Django's mail settings: an SMTP server, else files in the folder."""
        value = self.secret(name)
        if not value:
            return {"EMAIL_BACKEND": FILES, "EMAIL_FILE_PATH": str(folder)}
        expected = "smtp+tls://user:password@host:587 (or smtp://, smtp+ssl://), or left out"
        parts = _split(name, value, expected)
        if parts.scheme not in ("smtp", "smtp+tls", "smtp+ssl") or not parts.hostname:
            raise WrongSetting(name, _masked(value), expected)
        return {**environ.Env.email_url_config(value), "EMAIL_BACKEND": SMTP, "EMAIL_TIMEOUT": 10}


def quoted(name: str) -> str:
    """A name as it stands before an address: in quotation marks where it holds what means something there."""
    if not re.search(r'[][\\()<>@,:;".]', name):
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


FILES = "forum.users.mail.FileAndTerminalBackend"
SMTP = "forum.notices.smtp.Backend"


def secret_key(environment: Environment, folder: Path) -> str:
    """Gives SECRET_KEY, or the one kept in the folder (0600), which the first start makes."""
    value = environment.secret("SECRET_KEY")
    if value:
        if len(value) < 50 or len(set(value)) < 5:
            raise WrongSetting("SECRET_KEY", "•" * 8, "at least 50 characters, made at random")
        return value
    file = folder / "secret_key"
    try:
        # "x" and not "w": of two processes that start at once, one makes it and both read the same.
        with open(file, "x", encoding="ascii", opener=_private) as handle:
            handle.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    except OSError:
        raise WrongSetting("DATA_DIR", str(folder), "a folder in which files can be made") from None
    return _read_key(file)


def _read_key(file: Path) -> str:
    for _ in range(20):
        try:
            key = file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise WrongSetting("DATA_DIR", str(file.parent), "a folder whose secret_key this user can read") from None
        if key:
            return key
        time.sleep(0.05)
    raise WrongSetting("DATA_DIR", str(file.parent), "a folder whose secret_key is not an empty file")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _split(name: str, value: str, expected: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 -- reading it is what checks it
    except ValueError:
        raise WrongSetting(name, _masked(value), expected) from None
    return parts


def _host(name: str) -> str:
    """A host name or address as it stands in a request; nothing where it can be none."""
    try:
        host = name if ":" in name else name.encode("idna").decode()
    except UnicodeError:
        return ""
    return host if re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*", host) else ""


def _is_ipv6(host: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6, host)
    except (OSError, UnicodeError):
        return False
    return True


def _masked(url: str) -> str:
    """Hides what stands between scheme and @, and a password after it, since an error goes to logs."""
    return re.sub(r"(password=)[^&]*", r"\1•••", re.sub(r"//[^@]*@", "//•••@", url))


def _check_options(name: str, value: str, parts: SplitResult) -> None:
    """Refuses what follows the ? of a database's address and is none of its options."""
    known = {"conn_max_age", "timeout"}
    if parts.scheme != "sqlite":
        from psycopg.pq import Conninfo  # a site with SQLite goes without

        known = {"conn_max_age", "pool", *(option.keyword.decode() for option in Conninfo.get_defaults())}
    for option, said in parse_qsl(parts.query, keep_blank_values=True):
        if option not in known:
            raise WrongSetting(name, _masked(value), f"without {option}, which is no option of this kind of database")
        if option in ("conn_max_age", "timeout") and not re.fullmatch(r"[0-9]{1,9}", said):
            raise WrongSetting(name, _masked(value), f"with a whole number of seconds as {option}")
        if option == "pool" and said.lower() not in TRUE + FALSE:
            raise WrongSetting(name, _masked(value), "with true or false as pool")


def _sqlite(database: dict[str, Any], synchronous: str) -> dict[str, Any]:
    # IMMEDIATE: a transaction that reads and then writes would otherwise fail at once when another wrote in
    # between, however long the timeout. FULL: a comment that was acknowledged survives a power cut.
    pragmas = f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA mmap_size=134217728;"
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas, "factory": _opened}
    # To open the file and set it up takes longer than to answer from a page that is kept.
    return {"CONN_MAX_AGE": 60, **database, "OPTIONS": {**options, **database.get("OPTIONS", {})}}


def _opened(database: str | Path, **options: Any) -> Any:
    """Opens a file of SQLite, and makes it for its owner alone where it is missing: it holds addresses and passwords.

    SQLite would let others read it wherever the folder does. It gives `-wal` and `-shm` beside it the same mode.
    """
    import sqlite3  # a site with PostgreSQL goes without

    name = str(database)
    if not name.startswith((":", "file:")):  # which name no file, or one in SQLite's own way
        with contextlib.suppress(OSError):  # it is there, or SQLite says what is wrong
            os.close(_private(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    return sqlite3.Connection(database, **options)


def _postgresql(database: dict[str, Any]) -> dict[str, Any]:
    options = dict(database.get("OPTIONS", {}))
    pool = str(options.pop("pool", "")).lower() in TRUE
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 20, "timeout": 10}
    whole = {"CONN_MAX_AGE": 0 if pool else 60, "CONN_HEALTH_CHECKS": not pool, **database}
    # To plan a statement takes PostgreSQL several times as long as to run it, so one that comes again in a connection
    # that lasts is planned once. Where none lasts there may be a pooler before the server, which mixes them up.
    lasts = pool or whole["CONN_MAX_AGE"] != 0
    prepared = {"server_side_binding": True, "prepare_threshold": 1 if lasts else None}
    # A server that is gone without a word (no power, a firewall that forgot) would hold each thread for a quarter of an
    # hour, and longer where it had begun to answer. A query that takes long is not meant: its server still answers.
    patience = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
    return {**whole, "OPTIONS": {"connect_timeout": 5, **patience, **prepared, **options}}
