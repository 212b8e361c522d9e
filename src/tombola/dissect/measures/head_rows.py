"""Heads held to one another row by row: the other measures of attention of Wu et al. 2020.

A row is what one token gives to the positions that it sees, by the masks. Two heads are compared on
every row (or map), the mean over rows is their similarity, and a layer's is the mean, over the
dense model's heads, of the highest with any head of the other layer.

heads_pearson       Pearson correlation over a row's positions; rows in which either head gives all
                    positions the same, as where there is one only, have none and are left out.
                    Wu et al. divide an unbiased deviation into a biased covariance, which makes
                    short rows less alike than they are.
heads_jensen        1 - Jensen-Shannon divergence of two rows, in bits: 0 to 1.
heads_frobenius     1 - Frobenius distance of two maps, mean over sentences; below 0 where they are
                    far apart, and the farther, the longer sentences are.

Details are every head's best match (`head-3`, from 0), the number of that head (`head-3-match`),
and the share of heads whose match has their own number (`itself`). No floor is known; the interval
is over blocks of sentences. n counts rows, or sentences for the distance.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.attention.head_pairs import HeadPairs
from tombola.dissect.measures.heads import by_head
from tombola.dissect.measures.measure import MEASURES, Block, Measure
from tombola.dissect.representations import Reads


class HeadRows(Measure[HeadPairs, Block]):
    """What the three share."""

    sums = HeadPairs
    reads: ClassVar[Reads] = "attention"

    @abstractmethod
    def alike(self, sums: HeadPairs) -> Float[Tensor, "rows columns"]:
        """How alike every two heads are; NaN where that is undefined."""

    def value(self, sums: HeadPairs) -> Float[Tensor, "layers_x layers_y"]:
        """Mean of the best matches."""
        return self._best(sums)[0].nanmean(2)

    def details(self, sums: HeadPairs) -> Mapping[str, Float[Tensor, "layers_x layers_y"]]:
        """As said above."""
        best, which = self._best(sums)
        said = by_head(best, which)
        if sums.heads[0] == sums.heads[1]:
            own = (which == torch.arange(sums.heads[0], device=which.device)).to(best.dtype)
            said["itself"] = own.masked_fill(best.isnan(), torch.nan).nanmean(2)
        return said

    def _best(self, sums: HeadPairs) -> tuple[Tensor, Tensor]:
        """Every head's best match in every other layer, and which it is."""
        alike = sums.by_layer(self.alike(sums))
        found = alike.nan_to_num(-torch.inf).max(3)
        return found.values.masked_fill(found.values.isinf(), torch.nan), found.indices


class HeadsPearson(HeadRows):
    """By correlation."""

    name = "heads_pearson"
    title = "heads by row, Pearson"

    def alike(self, sums: HeadPairs) -> Float[Tensor, "rows columns"]:
        """Mean over the rows that have a correlation."""
        return sums.correlation / torch.where(sums.defined > 0, sums.defined, torch.nan)


class HeadsJensen(HeadRows):
    """By divergence."""

    name = "heads_jensen"
    title = "heads by row, Jensen-Shannon"
    range = (0.0, 1.0)

    def alike(self, sums: HeadPairs) -> Float[Tensor, "rows columns"]:
        """1 less the mean."""
        return 1 - sums.divergence / sums.n


class HeadsFrobenius(HeadRows):
    """By distance."""

    name = "heads_frobenius"
    title = "heads by map, Frobenius"
    range = (-torch.inf, 1.0)

    def counted(self, sums: HeadPairs) -> int:
        """Sentences."""
        return sums.sentences

    def alike(self, sums: HeadPairs) -> Float[Tensor, "rows columns"]:
        """1 less the mean."""
        return 1 - sums.distance / sums.sentences


for _measure in (HeadsPearson(), HeadsJensen(), HeadsFrobenius()):
    MEASURES.add(_measure)
