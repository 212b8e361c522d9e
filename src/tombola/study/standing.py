"""What of a study is done, running, failed, left, and how long it takes."""

from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any, Literal, get_args

from tombola.results import Record, Result
from tombola.study.claim import read_plan
from tombola.study.stage import Stage
from tombola.study.store import Store

State = Literal["done", "running", "failed", "blocked", "left"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class StageStatus:
    """One stage and how it stands."""

    stage: Stage
    state: State
    seconds: float | None = None
    """How long it took, where it is done."""
    why: str = ""
    """Why it failed, or which failure it waits for."""
    step: int | None = None
    total: int | None = None
    """Steps done and in all, where a running or interrupted stage reports them."""


@dataclass(frozen=True, repr=False)
class Status(Result):
    """How a study stands."""

    out: Path
    stages: tuple[StageStatus, ...]

    shown = ("title", "state", "seconds", "step", "total", "why")

    def lines(self) -> tuple[str, ...]:
        """How many stages are in which state."""
        counts = ", ".join(f"{self.count(s)} {s}" for s in STATES if self.count(s))
        return (f"{self.out}: {len(self.stages)} stages: {counts}",)

    def records(self) -> list[Record]:
        """A row for each stage."""
        found: list[Record] = self.to_dict()["stages"]
        return found

    def printed(self) -> list[Record]:
        """What is not done."""
        return [row for row in self.records() if row["state"] != "done"]

    def count(self, state: State) -> int:
        """Number of stages in a state."""
        return sum(each.state == state for each in self.stages)

    @property
    def seconds_spent(self) -> float:
        """Work that finished stages took, added up over processes."""
        return sum(each.seconds or 0.0 for each in self.stages)

    @property
    def seconds_left(self) -> float | None:
        """Work still to do, if stages take as long as finished ones of their step do.

        None where no stage of some step is done yet.
        """
        left = 0.0
        typical_of = self._typical()
        for each in self.stages:
            if each.state not in {"left", "running"}:
                continue
            typical = typical_of.get(each.stage.step)
            if typical is None:
                return None
            share = 1 - each.step / each.total if each.step and each.total else 1.0
            left += typical * share
        return left

    def _typical(self) -> dict[str, float]:
        """Mean seconds of the finished stages of each step."""
        taken: dict[str, list[float]] = {}
        for each in self.stages:
            if each.seconds is not None:
                taken.setdefault(each.stage.step, []).append(each.seconds)
        return {step: mean(seconds) for step, seconds in taken.items()}

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "out": str(self.out),
            "counts": {state: self.count(state) for state in STATES},
            "seconds_spent": round(self.seconds_spent, 3),
            "seconds_left": self.seconds_left,
            "stages": [
                {
                    "name": each.stage.name,
                    "title": each.stage.title,
                    "state": each.state,
                    "seconds": each.seconds,
                    "why": each.why,
                    "step": each.step,
                    "total": each.total,
                }
                for each in self.stages
            ],
        }


def status(out: str | Path) -> Status:
    """Look at a study's folder, also while it runs. Raises UserError where it is none."""
    out = Path(out)
    store = Store(out)
    found: list[StageStatus] = []
    stuck: dict[str, str] = {}
    finished = store.finished()
    for stage in read_plan(out):
        blocker = next((stuck[name] for name in stage.reads.values() if name in stuck), None)
        each = _one(stage, store, finished, blocker)
        if each.state in {"failed", "blocked"}:
            stuck[stage.name] = stage.title if each.state == "failed" else str(blocker)
        found.append(each)
    return Status(out, tuple(found))


def _one(stage: Stage, store: Store, finished: set[str], blocker: str | None) -> StageStatus:
    if stage.name in finished:
        return StageStatus(stage, "done", seconds=store.record(stage.name)["seconds"])
    if store.is_running(stage.name):
        at = store.progress(stage.name)
        step, total = (None, None) if at is None else (at.done, at.total)
        return StageStatus(stage, "running", step=step, total=total)
    failure = store.failure(stage.name)
    if failure is not None:
        return StageStatus(stage, "failed", why=failure["why"])
    if blocker is not None:
        return StageStatus(stage, "blocked", why=f"waits for: {blocker}")
    return StageStatus(stage, "left")
