"""Super-survivors' opposite, as the original's code drew it."""

from functools import reduce
from operator import and_
from typing import ClassVar

import numpy as np

from tombola.masks import Mask
from tombola.tickets.subnetworks.bad import survivals
from tombola.tickets.subnetworks.construction import SUBNETWORKS, Alive, Found, chosen, flat, remade


class BadAsPublished:
    """What survives in no mask, filled up by lot from all that is not good.

    The published arrays show it: their "bad" heads of seven of nine tasks survive in 1.1 to 2.3 of
    the five runs, so they are not the least likely to survive. Of one mask it is `bad` itself.
    """

    name: ClassVar[str] = "bad-as-published"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "what survives in no mask, filled up by lot from what is not good"
    units: ClassVar[tuple[str, ...]] = ("parts",)

    def mask(self, found: Found) -> Mask:
        """As many entries as the good one has."""
        good, rng = reduce(and_, found.good), np.random.default_rng(found.seed)

        def make(names: tuple[str, ...]) -> Alive:
            alive = flat(good, names)
            return filled(int(alive.sum()), (survivals(found.good, names) == 0, ~alive, alive), rng)

        return remade(good, make)


def filled(size: int, pools: tuple[Alive, ...], rng: np.random.Generator) -> Alive:
    """`size` entries: all of the first pool, then of the next, the last of them by lot."""
    taken = np.zeros(len(pools[0]), dtype=bool)
    for pool in pools:
        left, free = size - int(taken.sum()), np.flatnonzero(pool & ~taken)
        taken |= chosen(min(left, len(free)), free, len(taken), rng)
    return taken


SUBNETWORKS.add(BadAsPublished())
