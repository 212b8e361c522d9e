"""What was measured, as plain values."""

from dataclasses import asdict, dataclass
from typing import Any

from tombola.cost.machine import Machine
from tombola.cost.settings import CostSettings
from tombola.cost.size import Size
from tombola.cost.timing import Quartiles
from tombola.cost.workload import Workload
from tombola.results import Record, Result


@dataclass(frozen=True)
class Timing:
    """How long a model takes for a workload."""

    which: str
    """`model` or `against`."""
    workload: Workload
    seconds: tuple[float, ...]
    """Of every timed turn, in their order."""
    spread: Quartiles
    """Of those seconds."""
    peak_bytes: int | None
    """Most memory of the GPU beyond what was taken before the workload; None on the CPU, where it
    is not measured."""

    @property
    def examples_per_second(self) -> float:
        """By the median."""
        return self.workload.batch_size / self.spread.median

    @property
    def tokens_per_second(self) -> float:
        """By the median; generated tokens where it generates, else the tokens given."""
        return self.workload.tokens / self.spread.median


@dataclass(frozen=True)
class Ratio:
    """How many times as fast as `against` the model is."""

    workload: Workload
    spread: Quartiles
    """Of the seconds of `against` over those of the model, turn by turn."""


@dataclass(frozen=True, repr=False)
class Cost(Result):
    """Sizes and times of a model, and of another beside it."""

    model: Size
    against: Size | None
    timings: tuple[Timing, ...]
    ratios: tuple[Ratio, ...]
    """One per workload; none where there is no `against`."""
    machine: Machine
    settings: CostSettings
    sentences: tuple[str, ...]
    """What it comes to, in words."""

    def lines(self) -> tuple[str, ...]:
        """What was measured, on what, and what it comes to."""
        on, beside = self.machine, "" if self.against is None else f" beside {self.against.name}"
        size = (
            f"{self.model.name}{beside}: {self.model.total.n:,} parameters, "
            f"{self.model.memory_bytes / 1e6:,.1f} MB in memory"
        )
        return (size, f"{on.device}, {on.threads} threads of {on.cpus} CPUs", *self.sentences)

    def records(self) -> list[Record]:
        """A row for each workload of each model."""
        ratios = {ratio.workload: ratio.spread.median for ratio in self.ratios}
        return [
            {
                "which": each.which, **asdict(each.workload),
                "milliseconds": 1e3 * each.spread.median, "low": 1e3 * each.spread.low,
                "high": 1e3 * each.spread.high, "n": each.spread.n,
                "examples_per_second": each.examples_per_second,
                "times_as_fast": ratios.get(each.workload) if each.which == "model" else None,
            }
            for each in self.timings
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "model": self.model.to_dict(),
            "against": None if self.against is None else self.against.to_dict(),
            "timings": [
                {
                    **asdict(timing),
                    "examples_per_second": timing.examples_per_second,
                    "tokens_per_second": timing.tokens_per_second,
                }
                for timing in self.timings
            ],
            "ratios": [asdict(ratio) for ratio in self.ratios],
            "machine": asdict(self.machine),
            "settings": self.settings.model_dump(mode="json"),
            "sentences": list(self.sentences),
        }
