"""How long what is left of a study takes, by what has been done of it, and how sure that is."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from tombola.durations import duration
from tombola.study.progress import Progress
from tombola.study.stage import Stage


@dataclass(frozen=True)
class Left:
    """Work still to do, added up over processes."""

    seconds: float
    """If stages take as long as those before them did on average."""
    least: float
    most: float
    """If each takes as long as the quickest, or the slowest, of those before it."""
    stages: int
    """How many are left, those at work included."""
    alike: int
    """Of them, how many have a finished stage of their step and task to go by."""
    akin: int
    """How many go by their number of operations, or by another task or step of their kind."""

    @property
    def unknown(self) -> int:
        """How many there is nothing to go by: they are not counted."""
        return self.stages - self.alike - self.akin

    def words(self) -> str:
        """The time in words."""
        if not self.stages:
            return "nothing"
        if self.unknown == self.stages:
            return "unknown: no stage like those that wait is done yet"
        over = "more than " if self.unknown else "about "
        reach = f"{duration(self.least)} to {duration(self.most)}"
        same = duration(self.least) == duration(self.most)
        return f"{over}{duration(self.seconds)}" + ("" if same else f" ({reach})")

    def basis(self) -> str:
        """What the estimate rests on; empty where nothing is left, or nothing known."""
        if not self.alike and not self.akin:
            return ""
        said = [f"{self.alike:,} as others of their step and task took"] if self.alike else []
        if self.akin:
            said.append(f"{self.akin:,} by their operations, or by others of their kind")
        if self.unknown:
            said.append(f"{self.unknown:,} unknown and not counted")
        return f"of {self.stages:,} stages " + ", ".join(said)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {**vars(self), "unknown": self.unknown}


@dataclass
class Taken:
    """Seconds that some stages took."""

    n: int = 0
    total: float = 0.0
    least: float = 0.0
    most: float = 0.0

    def add(self, seconds: float) -> None:
        """One more took so long."""
        self.least = min(self.least, seconds) if self.n else seconds
        self.most = max(self.most, seconds)
        self.n, self.total = self.n + 1, self.total + seconds

    def scaled(self, factor: float) -> "Taken":
        """In other units."""
        return Taken(self.n, self.total * factor, self.least * factor, self.most * factor)


class Pace:
    """Seconds of finished stages, to guess those of others by: first by what is most like them."""

    def __init__(self, costs: Mapping[str, float] | None = None) -> None:
        """`costs` are operations of stages by name, where they are known."""
        self._costs = costs or {}
        self._taken: dict[tuple[str, ...], Taken] = defaultdict(Taken)
        self._rates = Taken()

    def add(self, stage: Stage, seconds: float) -> None:
        """A stage took so long."""
        for key in _keys(stage):
            self._taken[key].add(seconds)
        if stage.name in self._costs:
            self._rates.add(seconds / self._costs[stage.name])

    def guess(self, stage: Stage) -> tuple[Taken, bool] | None:
        """Seconds that a stage may take, and whether finished ones of its step and task say so."""
        first, *others = _keys(stage)
        if first in self._taken:
            return self._taken[first], True
        if stage.name in self._costs and self._rates.n:
            return self._rates.scaled(self._costs[stage.name]), False
        found = next((self._taken[key] for key in others if key in self._taken), None)
        return None if found is None else (found, False)

    def alike(self, stage: Stage) -> Hashable:
        """Equal of stages of which the same is guessed, whatever has been done."""
        return (_keys(stage), self._costs.get(stage.name))

    def left(
        self,
        stages: Iterable[tuple[Stage, Progress | None]],
        many: Iterable[tuple[Stage, int]] = (),
    ) -> Left:
        """What stages that wait, or are at work, still take.

        `many` are stages with how many of which the same is guessed wait, each counted in.
        """
        seconds, least, most, n, alike, akin = 0.0, 0.0, 0.0, 0, 0, 0
        at_work = ((stage, progress, 1) for stage, progress in stages)
        for stage, progress, times in chain(at_work, ((each, None, n_of) for each, n_of in many)):
            n += times
            guess = self.guess(stage)
            own = None if progress is None else progress.seconds_left
            if guess is None and (own is None or progress is None or progress.what != "step"):
                continue
            if guess is None:
                assert own is not None
                akin += 1  # at work, so it is one
                seconds, least, most = seconds + own, least + own, most + own
                continue
            taken, same = guess
            alike, akin = alike + same * times, akin + (not same) * times
            share = times * (1.0 - ((progress and progress.share) or 0.0))
            seconds += share * taken.total / taken.n
            least += share * taken.least
            most += share * taken.most
        return Left(seconds, least, most, n, alike, akin)


def _keys(stage: Stage) -> tuple[tuple[str, ...], ...]:
    """What a stage is like, from near to far."""
    task = str(stage.at.get("task", ""))
    return (
        ("step and task", stage.step, task),
        ("step", stage.step),
        ("kind and task", stage.kind, task),
        ("kind", stage.kind),
    )
