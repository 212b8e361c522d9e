"""As many entries, drawn by lot."""

from functools import reduce
from operator import and_
from typing import ClassVar

import numpy as np

from tombola.masks import Mask
from tombola.tickets.subnetworks.construction import SUBNETWORKS, Alive, Found, chosen, flat, remade


class Random:
    """Exactly of the size of the good one: as many weights; or as many heads and as many MLPs.

    Prasanna et al. (2020), section 3.2, want random networks of the same size; theirs are so of
    magnitude pruning only, see `random-as-published`.
    """

    name: ClassVar[str] = "random"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "as many entries by lot, whatever they are"
    units: ClassVar[tuple[str, ...]] = ("weights", "parts")

    def mask(self, found: Found) -> Mask:
        """Uniform over all masks of that size."""
        good, rng = reduce(and_, found.good), np.random.default_rng(found.seed)

        def make(names: tuple[str, ...]) -> Alive:
            alive = flat(good, names)
            return chosen(int(alive.sum()), len(alive), len(alive), rng)

        return remade(good, make)


SUBNETWORKS.add(Random())
