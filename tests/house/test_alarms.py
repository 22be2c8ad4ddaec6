"""An event that handlers of signals may set, whatever they interrupt."""

import signal
import time

import pytest

from forum.alarms import Alarm


@pytest.fixture
def alarm():
    made = Alarm()
    before = signal.signal(signal.SIGALRM, lambda *_: made.set())
    yield made
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_a_handler_ends_the_sleep(alarm):
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    assert alarm.wait(30)
    assert alarm.is_set()
    assert alarm.wait(30), "it is set until it is cleared"
    alarm.clear()
    assert not alarm.is_set()
    assert not alarm.wait(0.01)


def test_no_signal_comes_in_a_moment_in_which_it_is_waited_for_without_end(alarm):
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        alarm.wait(0.0001)
        alarm.set()
        alarm.clear()


def test_it_may_be_set_any_number_of_times(alarm):
    for _ in range(70_000):  # more than a pipe holds
        alarm.set()
    alarm.clear()
    assert not alarm.wait(0.01)
