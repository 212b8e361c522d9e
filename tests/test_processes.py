"""Processes that another one starts end with it, whatever they wait for."""

import multiprocessing
import os
import signal
import time
from typing import Any

from tombola.processes import started


def listen(queue: Any, heard: Any) -> None:
    heard.set()
    queue.get()


def test_who_waits_for_the_lock_of_one_that_was_killed_is_ended() -> None:
    context = multiprocessing.get_context("spawn")
    queue, heard = context.Queue(), [context.Event(), context.Event()]
    both = [context.Process(target=listen, args=(queue, event)) for event in heard]
    with started(both[:1]):
        assert heard[0].wait(60)
        time.sleep(0.3)  # it holds the queue's lock, which is never given back
        with started(both[1:], patience=1.0):
            assert heard[1].wait(60)
            assert both[0].pid is not None
            os.kill(both[0].pid, signal.SIGKILL)
            queue.put(None)
        assert not both[1].is_alive()
    assert [each.exitcode for each in both] == [-signal.SIGKILL, -signal.SIGTERM]
