"""The weights of smallest magnitude."""

from functools import reduce
from operator import and_
from typing import ClassVar

from tombola.errors import UserError
from tombola.masks import Mask, select
from tombola.tickets.subnetworks.construction import SUBNETWORKS, Found


class Smallest:
    """As many weights as the good mask keeps, those nearest to zero.

    What Prasanna et al. (2020) report as "bad" of magnitude pruning: their code prunes the largest
    weights by the same share, where the text says the pruned ones and a sample of the rest (`bad`).
    """

    name: ClassVar[str] = "smallest"
    version: ClassVar[int] = 1
    about: ClassVar[str] = "as many weights, those nearest to zero (magnitude's published bad)"
    units: ClassVar[tuple[str, ...]] = ("weights",)

    def mask(self, found: Found) -> Mask:
        """Prunes the largest, exactly as many as the good mask prunes."""
        if found.weights is None:
            raise UserError("subnetwork smallest looks at trained weights, and none are given")
        good, weights = reduce(and_, found.good), found.weights()
        scores = {name: -weights[name].detach().abs() for name in good}
        if not good.n_pruned:
            return good
        return select(scores, good | ~good, good.n_pruned / good.n, "original")


SUBNETWORKS.add(Smallest())
