"""What became of one piece of bad input."""

import signal
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from tombola.errors import UserError

SECONDS = 20
"""After which it is taken to hang."""
LONGEST = 1600
"""Characters of the one line."""

Case = tuple[str, Callable[[], Any]]
"""What it is, and what is done with it."""


class HangError(BaseException):
    """No answer in time; caught by nothing that catches exceptions of a library."""


@dataclass
class Found:
    """What became of many."""

    done: int = 0
    refused: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    """Kinds of faults, by what was raised and where."""
    first: dict[str, str] = field(default_factory=dict)
    """What came in where a kind of fault was met first."""

    def __str__(self) -> str:
        n = self.done + self.refused + self.broken.total()
        return (
            f"{n} tried: {self.done} answered, {self.refused} refused in one line, "
            f"{self.broken.total()} broken in {len(self.broken)} ways"
        )


def judge(cases: Iterable[Case], seconds: int = SECONDS) -> Found:
    """Do all of them."""
    found = Found()
    for name, work in cases:
        fault = _one(work, seconds, found)
        if fault is not None:
            found.broken[fault] += 1
            found.first.setdefault(fault, name)
    return found


def _one(work: Callable[[], Any], seconds: int, found: Found) -> str | None:
    """The kind of fault; None where there is none, which is then counted."""

    def hang(number: int, frame: FrameType | None) -> None:
        raise HangError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, hang)
    signal.alarm(seconds)
    try:
        work()
    except UserError as problem:
        said = str(problem)
        if not said or len(said) > LONGEST or not " ".join(said.split()).isprintable():
            return f"no short line: {said[:100]!r}"
        found.refused += 1
    except (Exception, HangError) as problem:
        frames = traceback.extract_tb(problem.__traceback__)
        own = [frame for frame in frames if "/tombola/" in frame.filename] or frames
        last = frames[-1]
        where = f"{own[-1].filename.rpartition('/tombola/')[2]}:{own[-1].lineno}"
        return f"{type(problem).__name__}: {str(problem)[:150]!r} at {where} ({last.name})"
    else:
        found.done += 1
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return None
