"""The mask on weights that nobody trained."""

from typing import ClassVar

import torch

from tombola.masks import Mask
from tombola.tickets.controls.control import CONTROLS, Given


class ReInitialised:
    """All weights drawn anew: what is left of the ticket is its structure.

    Frankle & Carbin (2019), section 2; Chen et al. (2020), random initialisation in Table 2.
    """

    name: ClassVar[str] = "re-initialised"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "weights drawn anew under the mask"

    def make(self, given: Given) -> Mask:
        """The mask stays."""
        with torch.no_grad():
            for name, value in given.fresh().items():
                given.weights[name].copy_(value)
        return given.mask


CONTROLS.add(ReInitialised())
