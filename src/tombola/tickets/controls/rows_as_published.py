"""Rows of each mask in random order, as Gordon et al. shuffle."""

from typing import ClassVar

import torch

from tombola.masks import Mask
from tombola.tickets.controls.control import CONTROLS, Given


class RowsAsPublished:
    """Rows of each tensor of the mask in random order.

    The public code of Gordon, Duh & Andrews (2020) shuffles masks by a function that permutes along
    the first axis only, of matrices that stand the other way round: there a row is what a channel
    of the input feeds, a column here. So each output keeps as many weights as it had.
    """

    name: ClassVar[str] = "rows-as-published"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "columns of each mask in random order (as published)"

    def make(self, given: Given) -> Mask:
        """The weights stay."""
        rng = given.rng

        def shuffled(name: str) -> torch.Tensor:
            kept = given.mask[name]
            axis = kept.dim() - 1
            order = torch.from_numpy(rng.permutation(kept.shape[axis]))
            return kept.index_select(axis, order)

        return Mask((name, shuffled(name)) for name in given.mask)


CONTROLS.add(RowsAsPublished())
