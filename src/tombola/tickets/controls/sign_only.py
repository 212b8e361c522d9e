"""The mask on weights of which only the sign is left."""

from typing import ClassVar

import torch

from tombola.masks import Mask
from tombola.tickets.controls.control import CONTROLS, Given


class SignOnly:
    """Surviving weights as large as they are on average in their matrix, each with its sign.

    Zhou et al. (2019) find signs to matter most; the public code of Gordon, Duh & Andrews (2020)
    has such tickets, without results.
    """

    name: ClassVar[str] = "sign-only"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "signs under the mask, all of one magnitude in a matrix"

    def make(self, given: Given) -> Mask:
        """The mask stays."""
        with torch.no_grad():
            for name, kept in given.mask.items():
                weight = given.weights[name]
                alive = weight[kept.to(weight.device)]
                size = alive.abs().mean() if alive.numel() else 0.0
                weight.copy_(weight.sign() * size)
        return given.mask


CONTROLS.add(SignOnly())
