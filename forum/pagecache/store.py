"""Where kept pages lie: in the memory of this process, and where there is one in the cache that all share."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches

from forum.pagecache.pages import LASTING, KeptPage
from forum.pagecache.versions import Version

Key = tuple[str, ...]
Result = TypeVar("Result")

PATIENCE = 5.0  # seconds that a request waits for another one that makes the same page
STEP = 0.02  # seconds between looks for a page that another process makes
RECOVERING = 10.0  # seconds for which a shared cache that failed is left alone

logger = logging.getLogger("forum.pagecache")


class Memory:
    """Pages by their keys, the latest asked for; the oldest leave when they take more than ``room`` bytes."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._pages: OrderedDict[Key, tuple[KeptPage, Callable[[], Version | None]]] = OrderedDict()
        self._taken = 0
        self._lock = threading.Lock()

    def get(self, key: Key) -> tuple[KeptPage, Callable[[], Version | None]] | None:
        """The page, and what reads its version as it is now."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def put(self, key: Key, page: KeptPage, current: Callable[[], Version | None]) -> None:
        """Keeps a page in place of the one there was."""
        with self._lock:
            self._drop(key)
            if page.size > self.room:
                return
            self._pages[key] = (page, current)
            self._taken += page.size
            while self._taken > self.room:
                self._drop(next(iter(self._pages)))

    def clear(self) -> None:
        """Forgets all pages."""
        with self._lock:
            self._pages.clear()
            self._taken = 0

    def __len__(self) -> int:
        return len(self._pages)

    def _drop(self, key: Key) -> None:
        found = self._pages.pop(key, None)
        if found is not None:
            self._taken -= found[0].size


class Turns:
    """Lets one request make a page while the others that want the same one wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[Key, tuple[threading.Lock, int]] = {}

    @contextmanager
    def turn(self, key: Key) -> Iterator[bool]:
        """Whether it had to wait. Who has waited ``PATIENCE`` goes on all the same."""
        with self._lock:
            turn, wanting = self._turns.get(key, (threading.Lock(), 0))
            self._turns[key] = (turn, wanting + 1)
        waited = not turn.acquire(blocking=False)
        mine = not waited or turn.acquire(timeout=PATIENCE)
        try:
            yield waited
        finally:
            if mine:
                turn.release()
            with self._lock:
                turn, wanting = self._turns.pop(key)
                if wanting > 1:
                    self._turns[key] = (turn, wanting - 1)


class Shared:
    """The pages in Redis or Valkey, so that what one process made serves all, on all machines.

    A cache that does not answer is left alone for a while: pages are made without it.
    """

    def __init__(self) -> None:
        self._fails_until = 0.0

    def get(self, key: str, version: Version) -> KeptPage | None:
        """The page of this version, if it is there."""
        found: Any = self._ask(lambda: caches["default"].get(key))
        return found if isinstance(found, KeptPage) and found.version == version and found.is_young else None

    def put(self, key: str, page: KeptPage) -> None:
        """Keeps a page in place of the one there was, and lets the next one make it."""
        self._ask(lambda: caches["default"].set(key, page, timeout=int(LASTING)))

    @contextmanager
    def turn(self, key: str) -> Iterator[bool]:
        """Whether it is this process's turn to make the page; another one has it for ``PATIENCE`` seconds at most."""
        mine = self._ask(lambda: caches["default"].add(f"{key}:turn", 1, timeout=int(PATIENCE)))
        try:
            yield mine is not False
        finally:
            if mine:
                self._ask(lambda: caches["default"].delete(f"{key}:turn"))

    def wait(self, key: str, version: Version) -> KeptPage | None:
        """The page that another process is making, or None when it does not come."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            page = self.get(key, version)
            if page is not None:
                return page
            if not self._ask(lambda: caches["default"].get(f"{key}:turn")):
                return None  # it was made of another version, or not at all
            time.sleep(STEP)
        return None

    def _ask(self, question: Callable[[], Result]) -> Result | None:
        if time.monotonic() < self._fails_until:
            return None
        try:
            return question()
        except failures() as error:
            self._fails_until = time.monotonic() + RECOVERING
            logger.warning("the shared cache does not answer; pages are made without it", extra={"error": str(error)})
            return None


def failures() -> tuple[type[Exception], ...]:
    """What comes of a shared cache that is away, full or broken."""
    return (OSError, *client_failures())


def client_failures() -> tuple[type[Exception], ...]:
    """Those of them that nothing but its client raises."""
    try:
        from redis.exceptions import RedisError
    except ImportError:  # an extra: who has no shared cache need not have it
        return ()
    return (RedisError,)


def name_of(key: Key, build: str) -> str:
    """The name of a page in the shared cache, where other builds of the site keep theirs too."""
    return "page:" + hashlib.sha256("\0".join((build, *key)).encode(errors="surrogateescape")).hexdigest()


memory = Memory(settings.PAGE_CACHE_MB * 1_000_000)
turns = Turns()
shared = Shared()
