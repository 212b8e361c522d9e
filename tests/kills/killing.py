"""One run in a process of its own, and how it comes to its end."""

import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kills.study import fork_workers

Whom = Literal["group", "parent", "worker", "term", "nobody"]
WHOM: tuple[Whom, ...] = ("group", "parent", "worker", "term")
OPERATIONS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "shutil.rmtree"}
"""What Python tells of before it does it: between two of them a run may be cut, too."""
HANGS = 240.0
"""Seconds after which a run that does not end is taken to hang."""


@dataclass(frozen=True)
class Kill:
    """Who is killed, and when: after so many seconds, or before an operation on a file."""

    whom: Whom
    seconds: float | None = None
    operation: int | None = None

    def __str__(self) -> str:
        if self.whom == "nobody":
            return "left alone"
        when = f"{self.seconds:.2f} s" if self.seconds is not None else f"file {self.operation}"
        return f"{self.whom} at {when}"


def draw(rng: random.Random, seconds: float, operations: int, whom: tuple[Whom, ...]) -> Kill:
    """A random kill of a run that takes so long and does so many operations."""
    which = rng.choice(whom)
    if which in ("group", "parent") and rng.random() < 0.6:
        return Kill(which, operation=rng.randint(1, operations))
    return Kill(which, seconds=seconds * rng.random() ** 2)  # more of them while stages are done


class HungError(Exception):
    """A run that did not end, whether killed or not."""


def run_and_kill(work: Callable[[], None], kill: Kill, log: Path) -> int:
    """Do `work` in a process group of its own, kill it, and wait until nobody of it is left.

    Returns the code that it ended with, as `os.waitstatus_to_exitcode`. What it says stands in
    `log`. Raises HungError where one of the group is there for too long.
    """
    alive, hold = os.pipe()  # everybody of the group has an end of it
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.close(alive)
        _live(work, kill, log)
    os.close(hold)
    with suppress(OSError):
        os.setpgid(pid, pid)  # here as well: whoever is first
    try:
        if kill.seconds is not None and kill.whom != "worker":
            time.sleep(kill.seconds)
            _end(pid, kill.whom)
        _wait_for_all(pid, alive)
    finally:
        os.close(alive)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _live(work: Callable[[], None], kill: Kill, log: Path) -> None:
    """The life of the process that runs the study; never returns."""
    code = 1
    try:
        os.setpgid(0, 0)
        fork_workers()
        with log.open("w") as said:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
        if kill.operation is not None:
            _kill_before(kill.operation, kill.whom)
        if kill.whom == "worker":
            threading.Thread(target=_kill_worker, args=(kill.seconds,), daemon=True).start()
        work()
        code = 0
    except KeyboardInterrupt:
        code = 130
    except BaseException as problem:
        print(f"{type(problem).__name__}: {problem}", flush=True)
        code = 2 if type(problem).__name__ == "UserError" else 1
    finally:
        for worker in multiprocessing.active_children():
            worker.terminate()
        os._exit(code)


def _kill_before(operation: int, whom: Whom) -> None:
    """Die before so many operations on files, with the group or alone."""
    left, own = operation, os.getpid()

    def hook(event: str, arguments: object) -> None:
        nonlocal left
        if event in OPERATIONS and os.getpid() == own:
            left -= 1
            if left == 0:
                _end(own, whom)
                time.sleep(HANGS)  # the signal comes

    sys.addaudithook(hook)


def _kill_worker(seconds: float | None) -> None:
    time.sleep(seconds or 0.0)
    while not (workers := multiprocessing.active_children()):
        time.sleep(0.005)
    pid = workers[int(1000 * (seconds or 0.0)) % len(workers)].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def _end(pid: int, whom: Whom) -> None:
    """Send the signal; nothing where it has ended already."""
    with suppress(ProcessLookupError):
        if whom == "group":
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM if whom == "term" else signal.SIGKILL)


def _wait_for_all(pid: int, alive: int) -> None:
    """Wait until the pipe's other end is closed: the last of the group has gone."""
    ended = threading.Event()

    def watch() -> None:
        if not ended.wait(HANGS):
            os.killpg(pid, signal.SIGKILL)

    guard = threading.Thread(target=watch, daemon=True)
    guard.start()
    began = time.monotonic()
    os.read(alive, 1)
    ended.set()
    guard.join()
    if time.monotonic() - began >= HANGS:
        os.waitpid(pid, 0)
        raise HungError(f"it did not end within {HANGS:.0f} s")
