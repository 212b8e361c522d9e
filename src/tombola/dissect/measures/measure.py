"""What a measure of similarity is, and the registry of them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar, runtime_checkable

import torch
from jaxtyping import Float, Int
from scipy import stats
from torch import Tensor

from tombola.dissect.representations import Reads
from tombola.registry import Registry


@runtime_checkable
class Sums(Protocol):
    """Sums over the tokens that two models read: small, however long the text.

    A class of sums serves all measures that name it: they are summed once.
    """

    n: int
    """Tokens."""

    @classmethod
    def start(cls, x: Sequence[Tensor], y: Sequence[Tensor]) -> "Sums":
        """No tokens yet, of layers like these: the first rows of the text, which are not added."""

    def empty(self) -> "Sums":
        """No tokens yet, fit to be merged into these."""

    def add(
        self,
        x: Sequence[Float[Tensor, "tokens ..."]],
        y: Sequence[Float[Tensor, "tokens ..."]],
        sentence: Int[Tensor, " tokens"],
    ) -> None:
        """Add whole sentences: a tensor per layer of either model, row by row the same tokens.

        `sentence` numbers the sentence of each token, among those that are added now.
        """

    def merge(self, other: Any) -> None:
        """Add another's tokens."""


@dataclass(frozen=True)
class Reading:
    """How a text is read, for sums that leave a choice."""

    sample: int = 5000
    """Tokens of a sample, for measures that need whole rows."""
    sample_seed: int = 0
    """Which tokens those are."""
    products: Literal["float64", "float32"] = "float64"
    """In what products of neurons are taken; they are summed in float64 either way."""


@dataclass(frozen=True)
class Block:
    """What a measure keeps of some sentences: by itself, their value."""

    n: int
    """Tokens."""
    value: Float[Tensor, "layers_x layers_y"]

    def joined(self, other: Any) -> "Block":
        """Two blocks as one."""
        n = self.n + other.n
        return Block(n, (self.n * self.value + other.n * other.value) / n)


@dataclass(frozen=True)
class LayerEstimates:
    """A measure's answer for every pair of layers."""

    value: Float[Tensor, "layers_x layers_y"]
    low: Float[Tensor, "layers_x layers_y"]
    """Lower end of the 95% interval; NaN where there is none."""
    high: Float[Tensor, "layers_x layers_y"]
    noise_floor: Float[Tensor, "layers_x layers_y"]
    """What unrelated representations give on average; NaN where that is not known."""
    details: Mapping[str, Float[Tensor, "layers_x layers_y"]] = field(default_factory=dict)
    """Further numbers by name; NaN where there is none."""


S = TypeVar("S", bound=Sums)
B = TypeVar("B", bound=Block)


class Measure(ABC, Generic[S, B]):
    """How alike a layer of one model and a layer of another are, by sums over a text.

    A measure is one file that enters itself: `MEASURES.add(MyMeasure())`. `value` is all it must
    say; the rest has defaults.
    """

    name: ClassVar[str]
    """By which it is chosen."""
    title: ClassVar[str]
    """As it stands in a table."""
    version: ClassVar[int] = 1
    """Raised when its numbers change."""
    sums: ClassVar[type[Sums]]
    reads: ClassVar[Reads] = "states"
    """What the sums are over; `representations.read` says what its rows are."""
    any_centre: ClassVar[bool] = False
    """Whether it may be asked of moments about another centre than the mean: see `recentred`."""
    range: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    """What its values, and so their intervals, lie between."""

    def begin(self, x: Sequence[Tensor], y: Sequence[Tensor], reading: Reading) -> Sums:
        """No tokens yet, of layers like these; measures of one class of sums begin alike."""
        return self.sums.start(x, y)

    def counted(self, sums: S) -> int:
        """Tokens that the value is of: by default all."""
        return sums.n

    @abstractmethod
    def value(self, sums: S) -> Float[Tensor, "layers_x layers_y"]:
        """The similarity of every pair of layers; NaN where it is undefined."""

    def noise_floor(self, sums: S) -> Float[Tensor, "layers_x layers_y"]:
        """What unrelated representations give on average; not known by default."""
        return torch.full_like(self.value(sums), torch.nan)

    def details(self, sums: S) -> Mapping[str, Float[Tensor, "layers_x layers_y"]]:
        """Further numbers about every pair of layers, by name; NaN where there is none."""
        return {}

    def block(self, sums: S) -> Block:
        """What to keep of a block of sentences: by default its tokens and its value."""
        return Block(sums.n, self.value(sums))

    def estimate(self, whole: S, blocks: Sequence[B], rest: Sequence[B]) -> LayerEstimates:
        """Value and interval, by default value ± t · standard error of the blocks' mean value.

        `blocks` are independent samples of one size, about; `rest`, the sentences after the last of
        them, is empty or one more that is smaller.
        """
        value = self.value(whole)
        half = half_width([block.n for block in blocks], [block.value for block in blocks], value)
        return self.within_range(value, value - half, value + half, self.noise_floor(whole))

    def within_range(
        self, value: Tensor, low: Tensor, high: Tensor, floor: Tensor
    ) -> LayerEstimates:
        """An estimate whose interval is cut to the range."""
        least, most = self.range
        return LayerEstimates(value, low.clamp(min=least), high.clamp(max=most), floor)


def half_width(
    n: Sequence[int], values: Sequence[Float[Tensor, "layers_x layers_y"]], like: Tensor
) -> Float[Tensor, "layers_x layers_y"]:
    """Half the 95% interval of a mean of independent values weighted by n: t · standard error.

    NaN, in the shape of `like`, of fewer than two values.
    """
    k = len(n)
    if k < 2:
        return torch.full_like(like, torch.nan)
    seen = torch.stack(list(values))
    counts = torch.tensor(n, dtype=seen.dtype, device=seen.device)
    weight = (counts / counts.sum())[:, None, None]
    deviation = weight * (seen - (weight * seen).sum(0))
    error = (k / (k - 1) * deviation.square().sum(0)).sqrt()
    return float(stats.t.ppf(0.975, k - 1)) * error


MEASURES: Registry[Measure[Any, Any]] = Registry(
    "measure of similarity", "tombola.dissect.measures"
)
"""Measures by name."""
