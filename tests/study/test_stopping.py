"""Ctrl-C and SIGTERM end a run at once, even where Python loses what they raise."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tombola.processes import deaf
from tombola.study.stopping import stoppable


@pytest.fixture(autouse=True)
def hearing() -> Iterator[None]:
    """A shell that starts these tests in the background has them ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_raises_once_and_is_remembered(number: signal.Signals):
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), stoppable() as stop:
        signal.raise_signal(number)
    assert stop.asked
    assert signal.getsignal(number) is before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_lost_in_a_finaliser_is_raised_at_the_next_check():
    class Unlucky:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    with stoppable() as stop:
        del (each := [Unlucky()])[:]
        assert each == []
        with pytest.raises(KeyboardInterrupt):
            stop.check()


def test_a_second_signal_does_what_it_did_before():
    heard = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with pytest.raises(KeyboardInterrupt), stoppable():
            _twice(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM]


def _twice(number: signal.Signals) -> None:
    try:
        signal.raise_signal(number)
    finally:
        signal.raise_signal(number)


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stoppable() as stop:
            signal.raise_signal(signal.SIGINT)
        assert not stop.asked
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_run_as_well():
    found = []
    thread = threading.Thread(target=lambda: found.append(_runs()))
    thread.start()
    thread.join()
    assert found == [True]


def _runs() -> bool:
    with stoppable() as stop:
        return not stop.asked


def test_processes_started_deaf_do_not_hear_ctrl_c():
    with deaf():
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1)
    process.terminate()
    assert process.wait() == -signal.SIGTERM
