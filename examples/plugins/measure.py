"""A measure of similarity with sums of its own: the cosine of two models' states.

CKA forgives a rotation; this does not. It asks whether the neurons of a pruned model still say what
they said, one by one: 1 where the states are equal up to one scale. A few numbers per pair of
layers are summed, where CKA needs products of all neurons.

    tombola run RECIPE --plugin examples/plugins/measure.py      # with `measures: [states]`
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from tombola import UserError
from tombola.dissect.measures import MEASURES, Measure


class Alignment:
    """Sums of ⟨x, y⟩, of ‖x‖² and ‖y‖², and of x and y, for every layer or pair of layers."""

    def __init__(self, layers_x: int, layers_y: int, width: int, device: torch.device) -> None:
        sizes = {
            "xy": (layers_x, layers_y),
            "xx": (layers_x,),
            "yy": (layers_y,),
            "x": (layers_x, width),
            "y": (layers_y, width),
        }
        self.n = 0
        self.sums = {
            name: torch.zeros(size, dtype=torch.float64, device=device)
            for name, size in sizes.items()
        }

    @classmethod
    def start(cls, x: Sequence[Tensor], y: Sequence[Tensor]) -> "Alignment":
        """Nothing yet. Raises UserError where the models' widths differ."""
        width, other = x[0].shape[1], y[0].shape[1]
        if width != other:
            raise UserError(f"states needs models of one width, not of {width} and {other}")
        return cls(len(x), len(y), width, x[0].device)

    def empty(self) -> "Alignment":
        """Nothing yet."""
        (layers_x, width), layers_y = self.sums["x"].shape, len(self.sums["y"])
        return Alignment(layers_x, layers_y, width, self.sums["x"].device)

    def add(self, x: Sequence[Tensor], y: Sequence[Tensor], sentence: Tensor) -> None:
        """Add tokens, whatever their sentences."""
        u, v = torch.stack(list(x)).double(), torch.stack(list(y)).double()
        self.n += len(sentence)
        self.sums["xy"] += torch.einsum("knd,mnd->km", u, v)
        self.sums["xx"] += u.square().sum((1, 2))
        self.sums["yy"] += v.square().sum((1, 2))
        self.sums["x"] += u.sum(1)
        self.sums["y"] += v.sum(1)

    def merge(self, other: "Alignment") -> None:
        """Add another's tokens."""
        self.n += other.n
        for name, own in self.sums.items():
            own += other.sums[name]


class Cosine(Measure):
    """⟨X, Y⟩ / (‖X‖ ‖Y‖) over all tokens."""

    name = "states"
    title = "cosine of states"
    sums = Alignment

    def value(self, sums: Alignment) -> Tensor:
        """NaN where a layer is all zeros."""
        return sums.sums["xy"] / self._scale(sums)

    def noise_floor(self, sums: Alignment) -> Tensor:
        """The mean over all pairings of the tokens: states share a mean, so it is far from 0."""
        return sums.sums["x"] @ sums.sums["y"].T / sums.n / self._scale(sums)

    def _scale(self, sums: Alignment) -> Tensor:
        return torch.outer(sums.sums["xx"], sums.sums["yy"]).sqrt()


MEASURES.add(Cosine())
