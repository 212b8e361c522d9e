"""How far a stage is: written by the process that does it, read by whoever watches."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tombola.files import write_json

SECONDS_BETWEEN_REPORTS = 1.0
PROGRESS_FILE = "progress.json"
"""Within the folder of a stage at work."""


@dataclass(frozen=True)
class Progress:
    """Where a stage is at one moment."""

    what: str
    """What is counted: step (of an optimizer), batch (of examples that are read), turn."""
    done: int
    total: int
    loss: float | None = None
    """Of training batches: the mean over the steps since the report before."""
    turn: int | None = None
    turns: int | None = None
    """The turn of a loop that all this happens in, from 1 on, and about how many there are; 0 where
    nobody knows."""
    first: int = 0
    """Where the count began in this process: what an interrupted run had done comes before."""
    seconds: float = 0.0
    """Since it began."""

    @property
    def seconds_left(self) -> float | None:
        """Until the count ends, at the pace so far; None at its beginning."""
        if self.done <= self.first or self.total <= 0:
            return None
        return self.seconds / (self.done - self.first) * max(self.total - self.done, 0)

    @property
    def share(self) -> float | None:
        """Of a training, or of a loop: how much of it is done, 0 to 1; of mere reading None."""
        if self.turn is not None and self.turns:
            within = self.done / self.total if self.what == "step" and self.total else 0.0
            return min((self.turn - 1 + within) / self.turns, 1.0)
        return self.done / self.total if self.what == "step" and self.total else None

    def words(self) -> str:
        """In a few words, without the time."""
        of = f"/{self.turns:,}" if self.turns else ""
        turn = "" if self.turn is None else f"turn {self.turn:,}{of}, "
        loss = "" if self.loss is None else f", loss {self.loss:.3g}"
        return f"{turn}{self.what} {self.done:,}/{self.total:,}{loss}"

    @staticmethod
    def read(value: Mapping[str, Any] | None) -> "Progress | None":
        """What was written; None where that is nothing, or of another form."""
        try:
            return Progress(**value) if value else None
        except TypeError:
            return None


class Reporter:
    """Writes the progress of one stage, now and then."""

    def __init__(self, folder: Path) -> None:
        """`folder` is that of the stage at work; where it is not there nothing is written."""
        self._folder = folder
        self._written = 0.0
        self._began = 0.0
        self._last: Progress | None = None
        self._losses: list[float] = []

    def step(self, done: int, total: int, loss: float | None = None) -> None:
        """So many optimizer steps are done."""
        if loss is not None:
            self._losses.append(loss)
        self._count("step", done, total)

    def batch(self, done: int, total: int) -> None:
        """So many batches were read."""
        self._losses = []
        self._count("batch", done, total)

    def turn(self, number: int, total: int = 0) -> None:
        """The next turn of a loop begins, its number from 1 on; 0 in all where nobody knows."""
        turns = max(number, total) if total else 0
        self._last = Progress("", 0, 0, turn=number, turns=turns)

    def _count(self, what: str, done: int, total: int) -> None:
        now, last = time.monotonic(), self._last
        if last is None or what != last.what or done < last.done or total != last.total:
            self._began = now
            turn = (None, None) if last is None else (last.turn, last.turns)
            last = Progress(what, done, total, None, *turn, first=done)
        self._last = replace(last, done=done, seconds=round(now - self._began, 3))
        if now - self._written > SECONDS_BETWEEN_REPORTS and self._folder.is_dir():
            self._written = now
            loss = sum(self._losses) / len(self._losses) if self._losses else None
            self._losses = []
            self._last = replace(self._last, loss=loss)
            write_json(self._folder / PROGRESS_FILE, asdict(self._last))
