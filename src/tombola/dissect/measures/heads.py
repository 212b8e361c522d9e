"""Which head of another layer goes with each head, by its weights over all pairs of tokens.

NeuronSim (see `neurons`) of attention: a head's weights of all pairs of a token and a position that
it sees are held to every head's of the other layer, by absolute correlation over the whole text.

heads        over the dense model's heads.
heads_back   over the ticket's.

Beside what `neurons` says, the details have for every head its best match (`head-3`, from 0), and
the number of the head that it is (`head-3-match`).
"""

from collections.abc import Mapping
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.attention.looks import Looks
from tombola.dissect.measures.measure import MEASURES
from tombola.dissect.measures.neurons import Neurons
from tombola.dissect.moments import Moments
from tombola.dissect.representations import Reads


class Heads(Neurons):
    """Over the heads of the first model."""

    name = "heads"
    title = "HeadSim"
    sums: ClassVar[type[Moments]] = Looks
    reads: ClassVar[Reads] = "attention"

    def details(self, sums: Moments) -> Mapping[str, Float[Tensor, "layers_x layers_y"]]:
        """What neurons have, and every head's match."""
        found = self._matches(sums)
        turned = {
            name: self._turned(values) for name, values in by_head(found.best, found.which).items()
        }
        return {**super().details(sums), **turned}


class HeadsBack(Heads):
    """Over the heads of the second model."""

    name = "heads_back"
    title = "HeadSim, back"
    back = True


def by_head(
    best: Float[Tensor, "layers others heads"], which: Tensor
) -> dict[str, Float[Tensor, "layers others"]]:
    """The match of every head, and who it is; NaN where there is none."""
    said = {}
    for head in range(best.shape[2]):
        own = best[..., head]
        said[f"head-{head}"] = own
        said[f"head-{head}-match"] = torch.where(
            own.isnan(), torch.nan, which[..., head].to(own.dtype)
        )
    return said


for _measure in (Heads(), HeadsBack()):
    MEASURES.add(_measure)
