"""Processes that another one starts: deaf to Ctrl-C, and gone when it is."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess


@contextmanager
def deaf() -> Iterator[None]:
    """Processes started within it never hear Ctrl-C, also not while they start.

    A terminal sends it to all; who started them ends them. Here it waits until the end.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


SECONDS_TO_END = 10.0
"""How long a process may take to end that has been told to."""


@contextmanager
def started(processes: Sequence[BaseProcess], patience: float | None = None) -> Iterator[None]:
    """Start processes, deaf to Ctrl-C; wait for them at the end, end them if that is early.

    With `patience`, in seconds, those that have not ended by then are ended at the end, too. One
    that was killed while it waited for a queue keeps the queue's lock for ever, so that another
    would never hear that all is done.
    """
    try:
        with deaf():
            for process in processes:
                process.start()
        yield
        for process in processes:
            process.join(patience)
    finally:
        for process in processes:
            if process.is_alive():
                process.terminate()
        for process in processes:
            if process.pid is not None:
                process.join(SECONDS_TO_END)
                if process.is_alive():
                    process.kill()
                    process.join()


def heed_parent() -> None:
    """Hear no Ctrl-C here, and end as soon as the parent is gone, also when it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where `deaf` does nothing
    parent = multiprocessing.parent_process()
    assert parent is not None  # a worker has one

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
