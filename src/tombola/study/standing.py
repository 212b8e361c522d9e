"""What of a study is done, running, failed, left, and how long it takes."""

import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

from tombola.files import read_json
from tombola.results import Record, Result
from tombola.study.claim import read_plan
from tombola.study.costs import read_costs
from tombola.study.news import News, news_of
from tombola.study.pace import Left, Pace
from tombola.study.progress import Progress
from tombola.study.stage import Stage
from tombola.study.store import Store

State = Literal["done", "running", "failed", "blocked", "left"]
STATES: tuple[State, ...] = get_args(State)
LAST = 5
"""Finished stages whose scores are told."""


@dataclass(frozen=True)
class StageStatus:
    """One stage and how it stands."""

    stage: Stage
    state: State
    seconds: float | None = None
    """How long it took, where it is done."""
    why: str = ""
    """Why it failed, or which failure it waits for."""
    progress: Progress | None = None
    """How far a running stage is, where it says so."""
    ended: float = 0.0
    """When it was done, in seconds since 1970."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        at = self.progress
        return {
            "name": self.stage.name,
            "title": self.stage.title,
            "state": self.state,
            "seconds": self.seconds,
            "why": self.why,
            "doing": at.what if at else None,
            "step": at.done if at else None,
            "total": at.total if at else None,
            "turn": at.turn if at else None,
            "turns": at.turns if at else None,
            "loss": at.loss if at else None,
            "seconds_left": at.seconds_left if at else None,
        }


@dataclass(frozen=True)
class StepStatus:
    """The stages of one step."""

    step: str
    kind: str
    counts: dict[State, int]
    seconds: float
    """Work that finished ones took, added up."""
    left: Left

    @property
    def each(self) -> float | None:
        """Mean seconds of a finished one; None where none is."""
        return self.seconds / self.counts["done"] if self.counts["done"] else None

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "step": self.step,
            "kind": self.kind,
            **{str(state): n for state, n in self.counts.items()},
            "seconds": round(self.seconds, 3),
            "left": self.left.to_dict(),
        }


@dataclass(frozen=True, repr=False)
class Status(Result):
    """How a study stands."""

    out: Path
    stages: tuple[StageStatus, ...]
    scores: tuple[tuple[Stage, News], ...] = ()
    """Those of the stages that ended last, the last one first."""
    costs: tuple[tuple[str, float], ...] = ()
    """Stages and their operations, where they are known."""
    command: str = ""
    """How it was started last; empty where nobody wrote that down."""

    shown = ("title", "state", "seconds", "step", "total", "why")

    def lines(self) -> tuple[str, ...]:
        """How many stages are in which state."""
        counts = ", ".join(f"{n} {state}" for state, n in self.counts.items() if n)
        return (f"{self.out}: {len(self.stages)} stages: {counts}",)

    def records(self) -> list[Record]:
        """A row for each stage."""
        return [each.to_dict() for each in self.stages]

    def printed(self) -> list[Record]:
        """What is not done."""
        return [row for row in self.records() if row["state"] != "done"]

    def count(self, state: State) -> int:
        """Number of stages in a state."""
        return sum(each.state == state for each in self.stages)

    @property
    def counts(self) -> dict[State, int]:
        """Number of stages in each state."""
        return {state: self.count(state) for state in STATES}

    @property
    def seconds_spent(self) -> float:
        """Work that finished stages took, added up over processes."""
        return sum(each.seconds or 0.0 for each in self.stages)

    @property
    def seconds_left(self) -> float | None:
        """Work still to do, if stages take as long as finished ones do.

        None where there is nothing to go by for some of them.
        """
        return None if self.left.unknown else self.left.seconds

    @cached_property
    def left(self) -> Left:
        """Work still to do, and how sure that is; of failed stages and those behind them nothing.

        Where some are running, what they have done counts as done.
        """
        return self._left(self.stages)

    @property
    def seconds_since(self) -> float | None:
        """Since the last stage was done; None where none is, or the clock was set back since."""
        ended = max((each.ended for each in self.stages), default=0.0)
        since = time.time() - ended
        return since if ended and since >= 0 else None

    def steps(self) -> list[StepStatus]:
        """The same for each step, in the recipe's order."""
        own: dict[str, list[StageStatus]] = {}
        for each in self.stages:
            own.setdefault(each.stage.step, []).append(each)
        return [
            StepStatus(
                step,
                some[0].stage.kind,
                {state: sum(each.state == state for each in some) for state in STATES},
                sum(each.seconds or 0.0 for each in some),
                self._left(some),
            )
            for step, some in own.items()
        ]

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "out": str(self.out),
            "counts": {str(state): n for state, n in self.counts.items()},
            "seconds_spent": round(self.seconds_spent, 3),
            "seconds_left": self.seconds_left,
            "left": self.left.to_dict(),
            "steps": [step.to_dict() for step in self.steps()],
            "scores": [{"title": s.title, "name": s.name, **vars(n)} for s, n in self.scores],
            "command": self.command,
            "stages": self.records(),
        }

    @cached_property
    def _pace(self) -> Pace:
        pace = Pace(dict(self.costs))
        for each in self.stages:
            if each.seconds is not None:
                pace.add(each.stage, each.seconds)
        return pace

    def _left(self, some: "list[StageStatus] | tuple[StageStatus, ...]") -> Left:
        waiting = [each for each in some if each.state in {"left", "running"}]
        return self._pace.left((each.stage, each.progress) for each in waiting)


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
    return Status(
        out, tuple(found), _scores(found, store), tuple(read_costs(out).items()), _command(out)
    )


def _one(stage: Stage, store: Store, finished: set[str], blocker: str | None) -> StageStatus:
    if stage.name in finished:
        seconds, ended = store.ended(stage.name)
        return StageStatus(stage, "done", seconds, ended=ended)
    if store.is_running(stage.name):
        return StageStatus(stage, "running", progress=store.progress(stage.name))
    failure = store.failure(stage.name)
    if failure is not None:
        return StageStatus(stage, "failed", why=failure["why"])
    if blocker is not None:
        return StageStatus(stage, "blocked", why=f"waits for: {blocker}")
    return StageStatus(stage, "left")


def _scores(found: list[StageStatus], store: Store) -> tuple[tuple[Stage, News], ...]:
    """The scores of the stages that ended last and have one.

    Of a step that has none, thousands of stages are not looked at.
    """
    told: list[tuple[Stage, News]] = []
    silent: Counter[str] = Counter()
    for each in sorted(found, key=lambda each: each.ended, reverse=True):
        if len(told) == LAST or not each.ended:
            break
        if silent[each.stage.step] == LAST:
            continue
        if (news := news_of(store.path(each.stage.name))) is not None:
            told.append((each.stage, news))
        else:
            silent[each.stage.step] += 1
    return tuple(told)


def _command(out: Path) -> str:
    with suppress(OSError, ValueError, AttributeError):
        return str(read_json(out / "study.json").get("command") or "")
    return ""
