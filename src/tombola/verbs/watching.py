"""A study as it goes: who does what, how far it is, what the last scores are, what is left."""

import threading
import time
from collections import deque
from collections.abc import Container, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tombola.durations import duration
from tombola.study.costs import read_costs
from tombola.study.news import news_of
from tombola.study.pace import Pace
from tombola.study.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tombola.study import Event, Planned
    from tombola.study.progress import Progress
    from tombola.study.stage import Stage

SCORES = 3
"""Last scores that are kept."""


@dataclass(frozen=True)
class AtWork:
    """A stage that is being done."""

    title: str
    seconds: float
    """Since it began."""
    words: str
    """How far it is; empty where it has not said anything yet."""
    left: str
    """How long until its count ends; empty where nobody knows."""


@dataclass(frozen=True)
class Moment:
    """How a running study stands."""

    total: int
    done: int
    """Of the total, those that are finished."""
    failed: int
    left: str
    """Until the end of all, in words; empty where of most stages nobody knows."""
    workers: tuple[AtWork | None, ...]
    """What each does; None where it waits."""
    scores: tuple[tuple[str, str], ...]
    """Titles and scores of stages that ended lately, the last one first."""

    over: bool
    """Whether no stage is left that could be done."""


@dataclass(frozen=True)
class Ended:
    """A stage that has ended."""

    title: str
    seconds: float
    score: str
    """Of its model; empty where it has none."""
    problem: str = ""
    """Why it failed; empty where it did not."""


class Watching:
    """Gathers what a run says of itself; `watch` and `on_plan` are arguments of `tombola.run`."""

    def __init__(self, planned: "Planned") -> None:
        """Look at what is done already, which tells how long the rest may take."""
        self._store = Store(planned.out)
        self._stages = {stage.name: stage for stage in planned.stages}
        self._pace = Pace(read_costs(planned.out))
        self._finished = {name for name in planned.done if name in self._stages}
        for name in self._finished:
            self._pace.add(self._stages[name], self._store.record(name)["seconds"])
        self._waiting = Waiting(planned.stages, self._finished, self._pace)
        self._failed: set[str] = set()
        self._slots: list[tuple[Stage, float] | None] = [None] * planned.workers
        self._scores: deque[tuple[str, str]] = deque(maxlen=SCORES)
        self._guard = threading.Lock()

    def hear(self, event: "Event") -> Ended | None:
        """A stage started, ended or failed; what is to be said of one that ended."""
        stage, now = event.stage, time.monotonic()
        with self._guard:
            if event.kind == "started":
                self._slots[self._slots.index(None)] = (stage, now)
                self._waiting.drop(stage)
                return None
            place = next(i for i, each in enumerate(self._slots) if each and each[0] is stage)
            began = self._slots[place]
            assert began is not None  # it was found there
            self._slots[place] = None
            seconds = now - began[1]
            if event.kind == "failed":
                self._failed.add(stage.name)
                self._waiting.drop_readers(stage)
                return Ended(stage.title, seconds, "", event.text)
            self._finished.add(stage.name)
            # Its own time: that of the first stage of a worker has its start in it.
            self._pace.add(stage, self._store.record(stage.name)["seconds"])
            news = news_of(self._store.path(stage.name))
            words = "" if news is None else news.short()
            if words:
                self._scores.appendleft((stage.title, words))
            return Ended(stage.title, seconds, words)

    def moment(self) -> Moment:
        """How it stands now."""
        with self._guard:
            busy = [each for each in self._slots if each is not None]
            said = {stage.name: self._store.progress(stage.name) for stage, _ in busy}
            return Moment(
                len(self._stages),
                len(self._finished),
                len(self._failed),
                self._left([(stage, said[stage.name]) for stage, _ in busy]),
                tuple(
                    None if each is None else _at_work(*each, said[each[0].name])
                    for each in self._slots
                ),
                tuple(self._scores),
                not busy and not self._waiting.n,
            )

    def _left(self, busy: "list[tuple[Stage, Progress | None]]") -> str:
        """In words, with as many at a time as there are workers."""
        found = self._pace.left(busy, self._waiting.counted())
        if not found.stages or 2 * found.unknown > found.stages:
            return ""  # a bound so low says less than nothing
        at_once = max(1, min(len(self._slots), found.stages))
        return f"{'over' if found.unknown else 'about'} {duration(found.seconds / at_once)} left"


class Waiting:
    """Stages that nobody has begun, and that are behind none that failed.

    Counted by what is guessed of them: a look at a study of ten thousand is one at a few.
    """

    def __init__(self, stages: "Iterable[Stage]", done: Container[str], pace: Pace) -> None:
        self._pace = pace
        self._stages = {each.name: each for each in stages if each.name not in done}
        self._readers: dict[str, list[Stage]] = {}
        self._counts: dict[Hashable, tuple[Stage, int]] = {}
        for stage in self._stages.values():
            self._count(stage, 1)
            for name in set(stage.reads.values()):
                self._readers.setdefault(name, []).append(stage)

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self._stages)

    def counted(self) -> "Iterable[tuple[Stage, int]]":
        """Stages, each with how many that are alike there are."""
        return self._counts.values()

    def drop(self, stage: "Stage") -> bool:
        """It waits no longer; whether it did."""
        if self._stages.pop(stage.name, None) is None:
            return False
        self._count(stage, -1)
        return True

    def drop_readers(self, stage: "Stage") -> None:
        """It failed: what reads it, and what reads that, is never begun."""
        behind = [stage]
        while behind:
            behind += [each for each in self._readers.get(behind.pop().name, ()) if self.drop(each)]

    def _count(self, stage: "Stage", by: int) -> None:
        key = self._pace.alike(stage)
        first, n = self._counts.pop(key, (stage, 0))
        if n + by:
            self._counts[key] = (first, n + by)


def _at_work(stage: "Stage", began: float, progress: "Progress | None") -> AtWork:
    left = None if progress is None else progress.seconds_left
    return AtWork(
        stage.title,
        time.monotonic() - began,
        "" if progress is None else progress.words(),
        "" if left is None else f"{duration(left)} left",
    )
