"""The control: weights go by lot."""

from collections.abc import Mapping

import torch
from torch import Tensor

from tombola.randomness import mixed
from tombola.tickets.criteria.criterion import CRITERIA, Criterion, Evidence, Lazy, NoSettings


class Random(Criterion[NoSettings]):
    """Uniform in 0 to 1, the same for a seed and a parameter's name whatever else there is.

    Drawn on the CPU in float32, so that scores do not depend on the device or type of the weights.
    """

    name = "random"
    version = 1
    about = "by lot: the control of the same size"
    settings = NoSettings

    def score(self, evidence: Evidence, settings: NoSettings) -> Mapping[str, Tensor]:
        """Uniform numbers, computed tensor by tensor."""

        def draw(name: str, weight: Tensor) -> Tensor:
            generator = torch.Generator().manual_seed(mixed(f"{evidence.seed} {name}"))
            return torch.rand(weight.shape, generator=generator)

        return Lazy(evidence.weights, draw)


CRITERIA.add(Random())
