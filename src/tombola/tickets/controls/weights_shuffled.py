"""The mask on weights that have changed places."""

from typing import ClassVar

import torch

from tombola.masks import Mask
from tombola.tickets.controls.control import CONTROLS, Given


class WeightsShuffled:
    """Surviving weights of each matrix in random order: their distribution is left."""

    name: ClassVar[str] = "weights-shuffled"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "weights that survive in a matrix in random order"

    def make(self, given: Given) -> Mask:
        """The mask stays."""
        rng = given.rng
        with torch.no_grad():
            for name, kept in given.mask.items():
                weight, here = given.weights[name], kept.to(given.weights[name].device)
                alive = weight[here]
                weight[here] = alive[torch.from_numpy(rng.permutation(len(alive)))]
        return given.mask


CONTROLS.add(WeightsShuffled())
