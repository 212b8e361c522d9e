"""Procrustes: how near two layers come when one may be rotated, on a sample of tokens.

Of centred X and Y, each of Frobenius norm 1, the best rotation leaves the squared distance
2 - 2 ‖XᵀY‖* (nuclear norm): Schönemann 1966. The similarity is 1 - half of that, ‖XᵀY‖*, as in Ding
et al. 2021, "Grounding Representation Similarity", who use the distance. Like CKA it forgives
rotation and one scale; unlike CKA it does not square small directions away. Layers of unequal width
are compared as if the narrower had neurons of zero besides.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from tombola.dissect.measures.measure import MEASURES
from tombola.dissect.measures.sampled import Sampled, centred


class Procrustes(Sampled):
    """Nuclear norm of the product."""

    name = "procrustes"
    title = "Procrustes"

    def prepared(self, rows: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
        """Centred, of norm 1; NaN of a constant layer."""
        left = centred(rows)
        return left / left.norm()

    def between(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n e"]) -> Tensor | float:
        """1 less half the squared distance."""
        product = x.T @ y
        return torch.nan if product.isnan().any() else torch.linalg.svdvals(product).sum()


MEASURES.add(Procrustes())
