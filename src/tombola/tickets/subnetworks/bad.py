"""What was found least often."""

from functools import reduce
from operator import and_
from typing import ClassVar

import numpy as np

from tombola.masks import Mask
from tombola.tickets.subnetworks.construction import SUBNETWORKS, Alive, Found, flat, remade


class Bad:
    """Of the size of the good one: first what survives in the fewest masks, ties by lot.

    Of one mask that is what it prunes, filled up with what it keeps (or a part of what it prunes,
    where that is more): Prasanna et al. (2020), section 4.3. Of several it is what appendix E says,
    "least likely to survive"; their code draws otherwise, see `bad-as-published`.
    """

    name: ClassVar[str] = "bad"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "as many entries, those first that survive in the fewest masks"
    units: ClassVar[tuple[str, ...]] = ("weights", "parts")

    def mask(self, found: Found) -> Mask:
        """The lowest counts of survival."""
        good, rng = reduce(and_, found.good), np.random.default_rng(found.seed)

        def make(names: tuple[str, ...]) -> Alive:
            size = int(flat(good, names).sum())
            counts = survivals(found.good, names)
            order = np.lexsort((rng.random(len(counts)), counts))
            alive = np.zeros(len(counts), dtype=bool)
            alive[order[:size]] = True
            return alive

        return remade(good, make)


def survivals(masks: tuple[Mask, ...], names: tuple[str, ...]) -> np.ndarray:
    """In how many masks each entry survives."""
    counts = flat(masks[0], names).astype(np.uint8)
    for mask in masks[1:]:
        counts += flat(mask, names)
    return counts


SUBNETWORKS.add(Bad())
