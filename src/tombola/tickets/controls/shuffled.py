"""The same number of weights in each matrix, by lot."""

from typing import ClassVar

import torch

from tombola.masks import Mask
from tombola.tickets.controls.control import CONTROLS, Given


class Shuffled:
    """Each tensor of the mask in random order: nothing but its density is left."""

    name: ClassVar[str] = "shuffled"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "the mask of each matrix in random order"

    def make(self, given: Given) -> Mask:
        """The weights stay."""
        rng = given.rng

        def shuffled(name: str) -> torch.Tensor:
            entries = given.mask[name].reshape(-1).numpy()
            return torch.from_numpy(rng.permutation(entries)).reshape(given.mask.shapes[name])

        return Mask((name, shuffled(name)) for name in given.mask)


CONTROLS.add(Shuffled())
