"""What was measured, as plain values."""

from dataclasses import asdict, dataclass
from typing import Any

from tombola.cost.machine import Machine
from tombola.cost.settings import CostSettings
from tombola.cost.size import Size
from tombola.cost.timing import Quartiles
from tombola.cost.workload import Workload


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


@dataclass(frozen=True)
class Cost:
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
