"""How a run is stopped from outside: by Ctrl-C, or by the SIGTERM that a cluster sends."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Stop:
    """Whether someone asked this run to stop."""

    asked: bool = False

    def check(self) -> None:
        """Raise KeyboardInterrupt where someone did, and it got lost.

        What a signal raises within a finaliser or a weak reference's callback is printed and
        forgotten by Python: whoever waits for workers would wait on.
        """
        if self.asked:
            raise KeyboardInterrupt


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Within it, the first SIGINT or SIGTERM raises KeyboardInterrupt and is remembered.

    A second one does what it did before: what is written after the first can be cut short, too.
    Signals reach main threads alone; elsewhere nothing changes.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before: dict[signal.Signals, Any] = {each: signal.getsignal(each) for each in SIGNALS}

    def put_back() -> None:
        for each, handler in before.items():
            if handler is not None:  # one that was not set from Python cannot be put back
                signal.signal(each, handler)

    def hear(number: int, frame: FrameType | None) -> None:
        stop.asked = True
        put_back()
        raise KeyboardInterrupt

    for each in SIGNALS:
        if before[each] is not signal.SIG_IGN:  # `nohup`, or a script in the background
            signal.signal(each, hear)
    try:
        yield stop
    finally:
        put_back()
