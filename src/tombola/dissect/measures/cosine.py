"""Cosine: do a token's vectors in two models point the same way?

The mean over tokens of the cosine of its vector in one layer and in the other. It forgives nothing
but length: a rotation, which other measures leave out, counts as a difference. So it speaks about
models that began with the same weights, as in Gordon, Duh & Andrews (2020), who hold models pruned
in pre-training to the unpruned one, and average over layers too.

The noise floor is the mean over all pairs of tokens, whichever sentence they stand in: vectors of
a layer share a direction, which alone gives high cosines. Layers of unequal width have none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tombola.dissect.measures.measure import MEASURES, Block, Measure


@dataclass
class Cosines:
    """Sums over tokens of the cosines of all pairs of layers, and of vectors of length 1."""

    n: int
    total: Float[Tensor, "layers_x layers_y"]
    x: list[Float[Tensor, " _d"]]
    """Vectors of length 1 added up, for each layer."""
    y: list[Float[Tensor, " _d"]]

    @classmethod
    def start(cls, x: Sequence[Tensor], y: Sequence[Tensor]) -> "Cosines":
        """No tokens yet, of layers like these."""
        zeros = [
            [torch.zeros_like(rows[0], dtype=torch.float64) for rows in both] for both in (x, y)
        ]
        total = torch.zeros(len(x), len(y), dtype=torch.float64, device=x[0].device)
        return cls(0, total, *zeros)

    def empty(self) -> "Cosines":
        """No tokens yet, fit to be merged into these."""
        x, y = ([torch.zeros_like(each) for each in both] for both in (self.x, self.y))
        return Cosines(0, torch.zeros_like(self.total), x, y)

    def add(
        self,
        x: Sequence[Float[Tensor, "tokens ..."]],
        y: Sequence[Float[Tensor, "tokens ..."]],
        sentence: Int[Tensor, " tokens"],
    ) -> None:
        """Add tokens; a vector of zeros has no direction and counts as at right angles."""
        self.n += len(sentence)
        units = [[_unit(rows) for rows in both] for both in (x, y)]
        for sums, both in zip((self.x, self.y), units, strict=True):
            for each, rows in zip(sums, both, strict=True):
                each += rows.sum(0)
        for i, one in enumerate(units[0]):
            for j, other in enumerate(units[1]):
                alike = one.shape == other.shape
                self.total[i, j] += (one * other).sum() if alike else torch.nan

    def merge(self, other: "Cosines") -> None:
        """Add another's tokens."""
        self.n += other.n
        self.total += other.total
        for mine, theirs in ((self.x, other.x), (self.y, other.y)):
            for each, more in zip(mine, theirs, strict=True):
                each += more


class Cosine(Measure[Cosines, Block]):
    """Mean over tokens."""

    name = "cosine"
    title = "cosine"
    sums = Cosines

    def value(self, sums: Cosines) -> Float[Tensor, "layers_x layers_y"]:
        """Mean cosine; NaN of layers of unequal width."""
        return sums.total / sums.n

    def noise_floor(self, sums: Cosines) -> Float[Tensor, "layers_x layers_y"]:
        """Mean over all pairs of tokens."""
        rows = [
            [x @ y if x.shape == y.shape else x.new_tensor(torch.nan) for y in sums.y]
            for x in sums.x
        ]
        return torch.stack([torch.stack(row) for row in rows]) / sums.n**2


def _unit(rows: Tensor) -> Float[Tensor, "tokens d"]:
    return torch.nn.functional.normalize(rows.double(), dim=-1)


MEASURES.add(Cosine())
