"""Scores of weights: what scores lowest is pruned first."""

from collections.abc import Callable, Iterator, Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.randomness import mixed
from tombola.registry import Registry

Criterion = Callable[[Mapping[str, Tensor], int], Mapping[str, Tensor]]
"""Weights by name, and a seed, to scores by name."""

CRITERIA: Registry[Criterion] = Registry("criterion")


class Lazy(Mapping[str, Tensor]):
    """Tensors that are computed anew at each look-up, so that never all of them exist at once."""

    def __init__(
        self, weights: Mapping[str, Tensor], compute: Callable[[str, Tensor], Tensor]
    ) -> None:
        self._weights = weights
        self._compute = compute

    def __getitem__(self, name: str) -> Float[Tensor, "..."]:
        return self._compute(name, self._weights[name].detach())

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)

    def __contains__(self, name: object) -> bool:
        return name in self._weights  # Mapping's own would compute the tensor


@CRITERIA.register("magnitude")
def magnitude(weights: Mapping[str, Tensor], seed: int = 0) -> Mapping[str, Tensor]:
    """The absolute value of each weight; the seed does nothing."""
    return Lazy(weights, lambda _, weight: weight.abs())


@CRITERIA.register("random")
def random(weights: Mapping[str, Tensor], seed: int) -> Mapping[str, Tensor]:
    """Uniform in 0 to 1, the same for a seed and a parameter's name whatever else there is.

    Drawn on the CPU in float32, so that scores do not depend on the device or type of the weights.
    """

    def draw(name: str, weight: Tensor) -> Tensor:
        generator = torch.Generator().manual_seed(mixed(f"{seed} {name}"))
        return torch.rand(weight.shape, generator=generator)

    return Lazy(weights, draw)
