"""What handlers of signals may set."""

from __future__ import annotations

import os
import select
from contextlib import suppress


class Alarm:
    """An event for handlers of signals.

    One of ``threading`` has a lock, for which a handler waits without end where it interrupts whoever holds it: a
    process that is just going to sleep, or another handler, and would never stop.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._wakes, self._waker = os.pipe()
        for end in (self._wakes, self._waker):
            os.set_blocking(end, False)

    def is_set(self) -> bool:
        """Whether it is, since it was cleared last."""
        return self._is_set

    def set(self) -> None:
        """Ends the sleep of whoever waits."""
        self._is_set = True
        with suppress(BlockingIOError):  # the pipe is full, and wakes as well
            os.write(self._waker, b"!")

    def clear(self) -> None:
        """Lets whoever waits from now on sleep."""
        self._is_set = False
        with suppress(BlockingIOError):
            while os.read(self._wakes, 4096):
                pass

    def wait(self, seconds: float | None = None) -> bool:
        """Sleeps until it is set, or so long; whether it is."""
        if not self._is_set:
            select.select([self._wakes], [], [], seconds)
        return self._is_set
