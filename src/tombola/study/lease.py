"""Who works on a stage: one process, of all machines that see the folder.

A lock of the operating system keeps the processes of one machine apart, and is free as soon as its
holder is dead. Whether it holds between machines depends on the file system and on how each machine
mounted it, and nothing tells. So whoever has that lock makes a *claim* besides: a file NAME.1,
NAME.2, … which one process alone can create (`O_EXCL`, over NFS from version 3 on), and which its
holder writes anew every few seconds. Who sees a claim stay as it was for long enough by its own
stopwatch makes the next one: no clock is held to another's.

A holder that was merely away (a machine that slept, a network that hung) finds that it lost its
claim. What it had begun was moved from where it would write, by whoever took the claim: see
`Store.run`.
"""

import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from tombola.files import make_folder

PATIENCE = 60.0
"""Seconds for which a claim stays as it was before another machine may make the next."""
BEATS = 6
"""How often it is written anew in that time."""
LOOKS = 30
"""How often who waits looks at it in that time."""


class LostError(Exception):
    """The claim was taken by another process, which thought this one dead."""


@dataclass
class Lease:
    """What a holder knows of its claim."""

    folder: Path
    name: str
    number: int
    """Of the claim: one more than the one before."""
    taken: bool
    """Whether the one before was never given back: its holder may live on another machine."""

    def lost(self) -> bool:
        """Whether someone else has made the next claim."""
        return _file(self.folder, self.name, self.number + 1).exists()

    def check(self) -> None:
        """Raise LostError where someone else has."""
        if self.lost():
            raise LostError(f"{self.name}: taken over by another process")


@contextmanager
def leased(folder: Path, name: str) -> Iterator[Lease]:
    """Hold what `name` stands for; waits while another process does.

    Claims stay in the folder, as numbers are never used twice.
    """
    make_folder(folder)
    with ExitStack() as held:
        machine = _machine(folder) if _locked(held, folder, name) else ""
        lease = _claim(folder, name, machine)
        path, ended = _file(folder, name, lease.number), threading.Event()
        beating = threading.Thread(target=_beat, args=(path, machine, ended), daemon=True)
        beating.start()
        try:
            yield lease
        finally:
            ended.set()
            beating.join()
            with suppress(OSError):
                _write(path, {"free": True})


def is_held(folder: Path, name: str) -> bool:
    """Whether some process holds it now, as far as one look tells.

    Of a claim of another machine, by how long ago it was written, as the folder's own disk tells
    the time: the clock of whoever looks may be another one, or have been set back.
    """
    path = folder / f"{name}.lock"
    if not path.exists():
        return False
    if _record(_content(_file(folder, name, _last(folder, name)))).get("free", False):
        return False  # given back, as those of finished stages are: no lock need be tried
    with ExitStack() as held:
        try:
            alone = _locked(held, folder, name, timeout=0.0)
        except Timeout:
            return True
        except OSError:  # someone else's study, which may only be read
            alone = False
        claim = _file(folder, name, _last(folder, name))
        record = _record(_content(claim))
        if record.get("free", False) or not record:
            return False
        if alone and record.get("machine") == _machine(folder):
            return False  # the holder of the claim would have the lock
        with suppress(OSError):
            return abs(_now(path) - claim.stat().st_mtime) < PATIENCE
    return False


def held(folder: Path) -> Iterator[str]:
    """Names that some process holds now, as far as one look tells: of thousands, at one listing."""
    last: dict[str, int] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        name, _, end = path.name.rpartition(".")
        last[name] = max(last.get(name, 0), int(end) if end.isdecimal() else 0)
    for name, number in last.items():
        record = _record(_content(_file(folder, name, number))) if number else {}
        if not record.get("free", False) and is_held(folder, name):
            yield name


def _now(path: Path) -> float:
    """The time by the disk that a file is on; by this machine where it may only be read."""
    try:
        os.utime(path)
        return path.stat().st_mtime
    except OSError:
        return time.time()


def _locked(held: ExitStack, folder: Path, name: str, timeout: float = -1) -> bool:
    """Take the system's lock; False where the file system has none. Raises Timeout."""
    try:
        held.enter_context(
            FileLock(folder / f"{name}.lock", timeout=timeout, fallback_to_soft=False)
        )
    except Timeout:
        raise
    except OSError as problem:
        if problem.errno not in _no_locks():
            raise
        return False
    return True


@cache
def _no_locks() -> frozenset[int]:
    import errno

    names = ("ENOSYS", "ENOLCK", "EOPNOTSUPP", "ENOTSUP")
    return frozenset(getattr(errno, name) for name in names if hasattr(errno, name))


def _claim(folder: Path, name: str, machine: str) -> Lease:
    number, seen, since = _last(folder, name), None, time.monotonic()
    while True:
        content = _content(_file(folder, name, number)) if number else None
        record, gone = _record(content), number == 0
        if content != seen:
            seen, since = content, time.monotonic()
        # who has the system's lock of a machine knows that no other process there is at work
        given_back = record.get("free", False) or (machine and record.get("machine") == machine)
        taken = not gone and not given_back
        if gone or given_back or time.monotonic() - since > PATIENCE:
            with suppress(FileExistsError):
                _create(_file(folder, name, number + 1), machine)
                return Lease(folder, name, number + 1, taken)
            number, seen, since = number + 1, None, time.monotonic()
        else:
            time.sleep(PATIENCE / LOOKS)


def _create(path: Path, machine: str) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        _write(path, _of(machine))
    except BaseException:
        path.unlink(missing_ok=True)  # the last of all still: nobody is as patient
        raise


def _beat(path: Path, machine: str, ended: threading.Event) -> None:
    while not ended.wait(PATIENCE / BEATS):
        with suppress(OSError):  # a network that hangs is no reason to stop: another may take over
            _write(path, _of(machine))


def _of(machine: str) -> dict[str, Any]:
    return {"machine": machine, "process": os.getpid(), "beat": uuid.uuid4().hex}


def _write(path: Path, record: dict[str, Any]) -> None:
    """Write into the file that is there: whoever opens it next sees it, also over a network."""
    with path.open("r+b", buffering=0) as file:
        file.write(json.dumps(record).encode())
        file.truncate()


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _record(content: bytes | None) -> dict[str, Any]:
    """What a claim says; nothing where it is being written, or its holder died at that."""
    try:
        found = json.loads(content or b"")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _last(folder: Path, name: str) -> int:
    number = 0
    while _file(folder, name, number + 1).exists():
        number += 1
    return number


def _file(folder: Path, name: str, number: int) -> Path:
    return folder / f"{name}.{number}"


@cache
def _booted() -> str:
    """This machine since it was started; containers on it are the same one."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        import platform

        return platform.node()


def _machine(folder: Path) -> str:
    """Who shares the system's locks in a folder: a machine, and a file system as it mounted it."""
    return f"{_booted()}/{folder.stat().st_dev}"
