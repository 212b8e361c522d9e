"""What measures share that look at a sample of tokens: those that no sums over a text give.

A sample has no blocks, so there is no interval. In its place stands the noise floor: the measure
of the same rows, those of the second model in an order drawn by lot: whole sentences are exchanged,
and the tokens within each shuffled. With few tokens for their width these measures are high
whatever they compare (with n below it, canonical correlations are all 1), and higher where tokens
of one sentence are alike; the floor shows both. The value itself is of tokens one by one, with no
pair left out.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.measures.measure import Block, Measure, Reading, Sums
from tombola.dissect.sample import Sample


class Sampled(Measure[Sample, Block]):
    """A measure of a layer's rows and another's."""

    sums = Sample
    version = 2  # of its noise floor, which exchanges whole sentences
    range: ClassVar[tuple[float, float]] = (0.0, 1.0)

    @abstractmethod
    def prepared(self, rows: Float[Tensor, "n d"]) -> Any:
        """What is needed of one layer, in float64; worked out once for all pairs."""

    @abstractmethod
    def between(self, x: Any, y: Any) -> Tensor | float:
        """The similarity of two layers, by what `prepared` gave of either."""

    def begin(self, x: Sequence[Tensor], y: Sequence[Tensor], reading: Reading) -> Sums:
        """An empty sample of the size and the seed that are asked for."""
        return Sample.start(x, y, rows=reading.sample, seed=reading.sample_seed)

    def counted(self, sums: Sample) -> int:
        """Tokens in the sample."""
        return sums.kept

    def value(self, sums: Sample) -> Float[Tensor, "layers_x layers_y"]:
        """The similarity of every pair of layers; NaN where one of them is constant."""
        return self._all(sums.x, sums.y)

    def noise_floor(self, sums: Sample) -> Float[Tensor, "layers_x layers_y"]:
        """As said above."""
        one, other = (torch.from_numpy(o) for o in sums.exchanged(self.counted(sums)))
        return self._all(
            [rows[one.to(rows.device)] for rows in sums.x],
            [rows[other.to(rows.device)] for rows in sums.y],
        )

    def block(self, sums: Sample) -> Block:
        """Nothing but its tokens."""
        return Block(sums.n, self._nothing(sums.x, sums.y))

    def _all(self, x: Sequence[Tensor], y: Sequence[Tensor]) -> Tensor:
        found = self._nothing(x, y)
        ready = [self.prepared(rows.double()) for rows in x]
        for j, rows in enumerate(y):  # of one model at a time: what is prepared may be large
            other = self.prepared(rows.double())
            for i, one in enumerate(ready):
                found[i, j] = self.between(one, other)
        return found

    def _nothing(self, x: Sequence[Tensor], y: Sequence[Tensor]) -> Tensor:
        device = x[0].device if x else None
        return torch.full((len(x), len(y)), torch.nan, dtype=torch.float64, device=device)


def centred(rows: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    """Less the mean over tokens; exactly zero where that is rounding alone."""
    left = rows - rows.mean(0)
    is_noise = left.norm(dim=0) <= 1e-6 * rows.norm(dim=0)  # what float32 leaves of a constant
    return left.masked_fill(is_noise, 0.0)


def standardised(rows: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    """Centred, every neuron of one length; a constant one is zero."""
    left = centred(rows)
    length = left.norm(dim=0)
    return left / torch.where(length > 0, length, 1.0)


def basis(rows: Float[Tensor, "n d"]) -> tuple[Float[Tensor, "n k"], Float[Tensor, " k"]]:
    """An orthonormal basis of what the neurons span, strongest first, and the singular values.

    Directions that are weaker by a factor of a million are what float32 leaves of nothing.
    """
    directions, values, _ = torch.linalg.svd(rows, full_matrices=False)
    kept = values > 1e-6 * values[0]
    return directions[:, kept], values[kept]
